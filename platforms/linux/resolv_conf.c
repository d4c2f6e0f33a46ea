/* see resolv_conf.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/resolv_conf.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { RESOLV_CONF_BYTES = 16384, DNS_PORT = 53 };

/* The whole lines of the file, as far as they fit. */
static struct pn_slice read_lines(const char *path, uint8_t *into, size_t bytes_max)
{
    size_t len = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);

    while (file >= 0 && len < bytes_max) {
        ssize_t got = read(file, into + len, bytes_max - len);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        len += (size_t)got;
    }
    if (file >= 0) close(file);
    while (len == bytes_max && bytes_max > 0 && into[bytes_max - 1] != '\n') bytes_max = --len;
    return pn_slice(into, len);
}

/* Take the first line off `rest`, without its comment; false at the end. */
static bool next_line(struct pn_slice *rest, struct pn_slice *line)
{
    if (rest->len == 0) return false;
    size_t len = pn_slice_find(*rest, '\n');
    *line = pn_slice_head(*rest, len);
    *rest = pn_slice_from(*rest, len < rest->len ? len + 1 : len);
    line->len = pn_slice_find(*line, '#');
    line->len = pn_slice_find(*line, ';');
    return true;
}

static bool is_blank(uint8_t ch)
{
    return ch == ' ' || ch == '\t' || ch == '\r';
}

/* Take the first word off `line`; false when there is none. */
static bool next_word(struct pn_slice *line, struct pn_slice *word)
{
    size_t len = 0;

    while (line->len > 0 && is_blank(line->at[0])) *line = pn_slice_from(*line, 1);
    while (len < line->len && !is_blank(line->at[len])) len++;
    *word = pn_slice_head(*line, len);
    *line = pn_slice_from(*line, len);
    return len > 0;
}

static bool read_address(struct pn_slice word, struct port_net_addr *address)
{
    char text[INET6_ADDRSTRLEN];

    if (word.len >= sizeof text) return false;
    memcpy(text, word.at, word.len);
    text[word.len] = '\0';
    *address = (struct port_net_addr){ .family = 4 };
    if (inet_pton(AF_INET, text, address->ip) == 1) return true;
    *address = (struct port_net_addr){ .family = 6 };
    return inet_pton(AF_INET6, text, address->ip) == 1;
}

static void add_nameserver(struct pn_resolv_conf *conf, struct port_net_addr address)
{
    if (conf->nameserver_count == PN_NAMESERVERS_MAX) return;
    address.port = DNS_PORT;
    conf->nameservers[conf->nameserver_count++] = address;
}

static void read_nameservers(struct pn_resolv_conf *conf, const char *path)
{
    uint8_t text[RESOLV_CONF_BYTES];
    struct pn_slice rest = read_lines(path, text, sizeof text), line, word;
    struct port_net_addr address;

    while (next_line(&rest, &line)) {
        if (!next_word(&line, &word) || !pn_slice_equal(word, PN_SLICE("nameserver"))) continue;
        if (next_word(&line, &word) && read_address(word, &address)) add_nameserver(conf, address);
    }
    if (conf->nameserver_count == 0)
        add_nameserver(conf, (struct port_net_addr){ .family = 4, .ip = { 127, 0, 0, 1 } });
}

static void read_hosts(struct pn_resolv_conf *conf, const char *path)
{
    struct pn_slice rest = read_lines(path, conf->text, sizeof conf->text), line, word;
    struct port_net_addr address;

    while (next_line(&rest, &line)) {
        if (!next_word(&line, &word) || !read_address(word, &address)) continue;
        while (conf->host_count < PN_HOSTS_MAX && next_word(&line, &word))
            conf->hosts[conf->host_count++] = (struct pn_host){ .name = word, .address = address };
    }
}

void pn_resolv_conf_read_files(struct pn_resolv_conf *conf, const char *resolv_path,
                               const char *hosts_path)
{
    conf->nameserver_count = conf->host_count = 0;
    read_nameservers(conf, resolv_path);
    read_hosts(conf, hosts_path);
}

void pn_resolv_conf_read(struct pn_resolv_conf *conf)
{
    pn_resolv_conf_read_files(conf, "/etc/resolv.conf", "/etc/hosts");
}
