/* SPDX-License-Identifier: Apache-2.0 */
/* test_resolv_conf.c - what is taken from the machine's files. */
#include "platforms/linux/resolv_conf.h"
#include "unity.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct pn_resolv_conf *conf;
static char resolv_path[] = "/tmp/test_resolv_XXXXXX", hosts_path[] = "/tmp/test_hosts_XXXXXX";

void setUp(void)
{
}
void tearDown(void)
{
}

static void write_file(const char *path, const char *text, size_t len)
{
    FILE *file = fopen(path, "w");

    if (!file || fwrite(text, 1, len, file) != len || fclose(file) != 0) abort();
}

static void read_texts(const char *resolv, const char *hosts)
{
    write_file(resolv_path, resolv, strlen(resolv));
    write_file(hosts_path, hosts, strlen(hosts));
    pn_resolv_conf_read_files(conf, resolv_path, hosts_path);
}

static void test_nameservers_are_read_in_order(void)
{
    read_texts("# nameserver 9.9.9.9\nsearch example.org\n\tnameserver 10.0.0.53 # first\n"
               "nameserver\nnameserver no.address\nnameserver fe80::1%eth0\nnameservers 1.1.1.1\n"
               "nameserver 2001:db8::53\r\nnameserver 10.0.0.54\nnameserver 10.0.0.55",
               "");
    TEST_ASSERT_EQUAL(3, conf->nameserver_count);
    TEST_ASSERT_EQUAL(4, conf->nameservers[0].family);
    TEST_ASSERT_EQUAL_MEMORY("\x0A\0\0\x35", conf->nameservers[0].ip, 4);
    TEST_ASSERT_EQUAL(53, conf->nameservers[0].port);
    TEST_ASSERT_EQUAL(6, conf->nameservers[1].family);
    TEST_ASSERT_EQUAL_MEMORY("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x53", conf->nameservers[1].ip,
                             16);
    TEST_ASSERT_EQUAL_MEMORY("\x0A\0\0\x36", conf->nameservers[2].ip, 4);
}

static void test_without_one_this_machine_is_asked(void)
{
    read_texts("options ndots:5\n", "");
    TEST_ASSERT_EQUAL(1, conf->nameserver_count);
    TEST_ASSERT_EQUAL_MEMORY("\x7F\0\0\1", conf->nameservers[0].ip, 4);
    pn_resolv_conf_read_files(conf, "/nonexistent/resolv.conf", "/nonexistent/hosts");
    TEST_ASSERT_EQUAL(1, conf->nameserver_count);
    TEST_ASSERT_EQUAL(0, conf->host_count);
}

static void test_every_name_of_a_hosts_line_is_known(void)
{
    read_texts("", "127.0.0.1\tlocalhost\n::1 localhost ip6-localhost\n# 1.1.1.1 commented\n"
                   "nonsense name\n10.1.2.3\n10.1.2.4 Crm.Example  crm # and more\n");
    static const struct pn_host expected[] = {
        { PN_SLICE_INIT("localhost"), { 4, 0, { 127, 0, 0, 1 } } },
        { PN_SLICE_INIT("localhost"), { 6, 0, { [15] = 1 } } },
        { PN_SLICE_INIT("ip6-localhost"), { 6, 0, { [15] = 1 } } },
        { PN_SLICE_INIT("Crm.Example"), { 4, 0, { 10, 1, 2, 4 } } },
        { PN_SLICE_INIT("crm"), { 4, 0, { 10, 1, 2, 4 } } },
    };

    TEST_ASSERT_EQUAL(5, conf->host_count);
    for (int i = 0; i < 5; i++) {
        TEST_ASSERT_TRUE(pn_slice_equal(expected[i].name, conf->hosts[i].name));
        TEST_ASSERT_EQUAL(expected[i].address.family, conf->hosts[i].address.family);
        TEST_ASSERT_EQUAL_MEMORY(expected[i].address.ip, conf->hosts[i].address.ip, 16);
    }
}

/* The line that crosses the end of the place is not taken in part. */
static void test_large_files_end_at_a_whole_line(void)
{
    static char text[PN_HOSTS_TEXT_BYTES + 100];
    size_t len = 0;

    while (len + 100 < PN_HOSTS_TEXT_BYTES - 20)
        len += (size_t)snprintf(text + len, 101, "# %096d\n", 0);
    while (len < PN_HOSTS_TEXT_BYTES - 12) text[len++] = '\n';
    len += (size_t)snprintf(text + len, 60, "10.0.0.7 abcdefgh\n10.0.0.8 other\n");
    write_file(resolv_path, "", 0);
    write_file(hosts_path, text, len);
    pn_resolv_conf_read_files(conf, resolv_path, hosts_path);
    TEST_ASSERT_EQUAL(0, conf->host_count);
}

static void test_more_names_than_places_are_left_out(void)
{
    static char text[PN_HOSTS_TEXT_BYTES];
    size_t len = 0;

    for (int i = 0; i < PN_HOSTS_MAX + 5; i++)
        len += (size_t)snprintf(text + len, 40, "10.0.0.7 a b\n");
    write_file(resolv_path, "", 0);
    write_file(hosts_path, text, len);
    pn_resolv_conf_read_files(conf, resolv_path, hosts_path);
    TEST_ASSERT_EQUAL(PN_HOSTS_MAX, conf->host_count);
}

int main(void)
{
    conf = malloc(sizeof *conf);
    close(mkstemp(resolv_path));
    close(mkstemp(hosts_path));
    UNITY_BEGIN();
    RUN_TEST(test_nameservers_are_read_in_order);
    RUN_TEST(test_without_one_this_machine_is_asked);
    RUN_TEST(test_every_name_of_a_hosts_line_is_known);
    RUN_TEST(test_large_files_end_at_a_whole_line);
    RUN_TEST(test_more_names_than_places_are_left_out);
    unlink(resolv_path);
    unlink(hosts_path);
    free(conf);
    return UNITY_END();
}
