/* see vault_tool.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/vault/vault_tool.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "core/base/bytes.h"
#include "port/port_random.h"
#include "tools/time_text.h"
#include "tools/vault/typed.h"
#include "tools/vault/vault_file.h"

static const char program[] = "postern vault";

static const char help[] =
    "postern vault init FILE                make an empty vault\n"
    "postern vault set FILE NAME            put a secret in, or another in its place\n"
    "postern vault get FILE NAME [--reveal] when it was set; with --reveal, print it\n"
    "postern vault list FILE                names, and when each was set\n"
    "postern vault rotate FILE              seal all of it under a new passphrase or key\n"
    "postern vault rotate FILE NAME         replace a secret that is there; the old one is gone\n"
    "postern vault rm FILE NAME             take a secret out\n"
    "\n"
    "A file of secrets, sealed with AES-256-GCM under a passphrase (by Argon2id) or a key of 32 bytes.\n"
    "Names are 1 to 64 of A-Z a-z 0-9 . _ -; a value is printable ASCII, up to 4096 bytes, and is\n"
    "read from standard input: typed without echo, or piped. A gateway that serves sees the change.\n"
    "\n"
    "  --passphrase-file FILE      its first line; - is standard input's, before the value. Without it\n"
    "                              the terminal is asked, or without one standard input\n"
    "  --key-file FILE             32 bytes instead of a passphrase\n"
    "  --new-passphrase-file FILE  rotate FILE: the new one\n"
    "  --new-key-file FILE         rotate FILE: likewise\n"
    "  --value-file FILE           set, rotate NAME: the value, instead of standard input\n"
    "  --memory MIB                init, rotate FILE: of one derivation, 64; 1 to 1024\n"
    "  --reveal                    get: print the value\n"
    "  -h, --help                  print this\n"
    "\n"
    "Exit status: 0 done, 1 it could not be done, 2 wrong usage.\n"
    "\n"
    "Example: postern vault init secrets.vault && postern vault set secrets.vault crm <crm.txt\n";

enum { PASSES = 3, LANES = 4, MEMORY_MIB = 64, PASSPHRASE_BYTES_MAX = 1024 };

/* All that is secret, in one piece of memory. */
struct open_vault {
    struct pn_vault vault;
    struct pn_vault_head head;
    uint8_t key[PORT_AES256_KEY_BYTES];
    uint8_t passphrase[PASSPHRASE_BYTES_MAX];
    uint8_t value[PN_VAULT_VALUE_BYTES_MAX + 2];
    uint8_t text[PN_VAULT_TEXT_BYTES_MAX];
    uint8_t file[PN_VAULT_BYTES_MAX + 1];
};

struct options {
    const char *path, *name;
    const char *passphrase, *key, *new_passphrase, *new_key, *value;
    uint32_t memory_kib;
    bool reveal;
};

static bool tell(const char *path, const char *what)
{
    fprintf(stderr, "%s: %s: %s\n", program, path, what);
    return false;
}

static bool tell_verdict(const char *path, enum pn_vault_verdict verdict)
{
    struct pn_slice text = pn_vault_sentence(verdict);

    fprintf(stderr, "%s: %s: %.*s\n", program, path, (int)text.len, (const char *)text.at);
    return false;
}

/* --- the key --- */

static bool derive(struct open_vault *o, struct pn_slice passphrase)
{
    struct port_argon2id_input input = { .password = passphrase,
                                         .salt = pn_slice(o->head.salt, sizeof o->head.salt) };
    void *memory = malloc(port_argon2id_bytes(&o->head.cost));
    bool good = memory && port_argon2id(&o->head.cost, &input, memory, o->key);

    free(memory);
    return good || tell("Argon2id", "there is not so much memory");
}

static bool read_key_file(struct open_vault *o, const char *path)
{
    FILE *file = fopen(path, "rbe");
    bool good = false;

    if (file) {
        setvbuf(file, NULL, _IONBF, 0);
        good = fread(o->key, 1, sizeof o->key, file) == sizeof o->key && fgetc(file) == EOF;
        fclose(file);
    }
    return good || tell(path, "a key file has 32 bytes, and no more");
}

/* The key that `o->head` asks for, of the places given. */
static bool find_key(struct open_vault *o, const struct options *with)
{
    struct pn_writer w = pn_writer(o->passphrase, sizeof o->passphrase);

    if (o->head.key == PN_VAULT_KEY_GIVEN) {
        return with->key ? read_key_file(o, with->key)
                         : tell(with->path, "is sealed with a key: say where it is, --key-file");
    }
    if (with->key) return tell(with->path, "is sealed with a passphrase, not with a key");
    return typed_passphrase(program, with->passphrase, "Passphrase", &w) &&
           derive(o, pn_written(&w));
}

/* A new one, with a salt of its own. */
static bool make_key(struct open_vault *o, const char *key, const char *passphrase,
                     const struct options *with)
{
    struct pn_writer w = pn_writer(o->passphrase, sizeof o->passphrase);

    memset(&o->head, 0, sizeof o->head);
    o->head.key = key ? PN_VAULT_KEY_GIVEN : PN_VAULT_KEY_PASSPHRASE;
    if (key) return read_key_file(o, key);
    o->head.cost = (struct port_argon2id_cost){ with->memory_kib, PASSES, LANES };
    if (port_random(o->head.salt, sizeof o->head.salt) != PORT_RANDOM_DONE) {
        return tell("random bytes", "the system gives none");
    }
    return typed_new_passphrase(program, passphrase, &w) && derive(o, pn_written(&w));
}

/* --- the vault --- */

static bool open_it(struct open_vault *o, const struct options *with)
{
    struct pn_writer file = pn_writer(o->file, sizeof o->file);

    if (!vault_file_read(program, with->path, &file)) return false;
    enum pn_vault_verdict verdict = pn_vault_read_head(pn_written(&file), &o->head);
    if (verdict != PN_VAULT_GOOD) return tell_verdict(with->path, verdict);
    if (!find_key(o, with)) return false;
    verdict = pn_vault_open(&o->vault, pn_written(&file), o->key);
    return verdict == PN_VAULT_GOOD || tell_verdict(with->path, verdict);
}

static bool seal_it(struct open_vault *o, const char *path, struct pn_writer *file)
{
    uint8_t nonce[PORT_GCM_NONCE_BYTES];

    *file = pn_writer(o->file, sizeof o->file);
    if (port_random(nonce, sizeof nonce) != PORT_RANDOM_DONE) {
        return tell("random bytes", "the system gives none");
    }
    enum pn_vault_verdict verdict = pn_vault_seal(&o->vault, &o->head, o->key, nonce, file);
    return verdict == PN_VAULT_GOOD || tell_verdict(path, verdict);
}

/* Open, change and write, with nobody else in between. Behind a link, the file that it leads to: a new
 * one in the link's place would leave the old, and whoever opens that by its name, as they were. */
static bool change(struct open_vault *o, const struct options *with,
                   bool (*make)(struct open_vault *o, const struct options *with))
{
    char target[PATH_MAX];
    struct options there = *with;
    struct pn_writer file;

    if (realpath(with->path, target)) there.path = target;
    int locked = vault_file_lock(program, there.path);
    if (locked < 0) return false;
    bool good = open_it(o, &there) && make(o, &there) && seal_it(o, there.path, &file) &&
                vault_file_replace(program, there.path, locked, pn_written(&file));
    close(locked);
    return good;
}

/* --- the commands --- */

static bool init(struct open_vault *o, const struct options *with)
{
    struct pn_writer file;

    if (access(with->path, F_OK) == 0)
        return tell(with->path, "is there already, and is left alone");
    return make_key(o, with->key, with->passphrase, with) && seal_it(o, with->path, &file) &&
           vault_file_create(program, with->path, pn_written(&file));
}

static bool find(struct open_vault *o, const struct options *with, struct pn_vault_entry *entry)
{
    if (pn_vault_find(&o->vault, pn_slice(with->name, strlen(with->name)), entry)) return true;
    return tell(with->name, "there is no such secret in the vault");
}

static bool put(struct open_vault *o, const struct options *with)
{
    struct pn_writer w = pn_writer(o->value, sizeof o->value);

    if (!typed_secret(program, with->value, &w)) return false;
    struct pn_vault_entry entry = { pn_slice(with->name, strlen(with->name)), pn_written(&w),
                                    (uint64_t)time(NULL) };
    enum pn_vault_verdict verdict = pn_vault_set(&o->vault, &entry);
    if (verdict == PN_VAULT_MALFORMED) return tell(with->name, "name or value is too long");
    return verdict == PN_VAULT_GOOD || tell_verdict(with->path, verdict);
}

static bool set(struct open_vault *o, const struct options *with)
{
    return change(o, with, put);
}

static bool put_anew(struct open_vault *o, const struct options *with)
{
    struct pn_vault_entry entry;

    return find(o, with, &entry) && put(o, with);
}

static bool seal_anew(struct open_vault *o, const struct options *with)
{
    return make_key(o, with->new_key, with->new_passphrase, with);
}

static bool rotate(struct open_vault *o, const struct options *with)
{
    return change(o, with, with->name ? put_anew : seal_anew);
}

static bool take_out(struct open_vault *o, const struct options *with)
{
    struct pn_vault_entry entry;

    return find(o, with, &entry) && pn_vault_remove(&o->vault, entry.name);
}

static bool rm(struct open_vault *o, const struct options *with)
{
    return change(o, with, take_out);
}

static void print_entry(const struct pn_vault_entry *e)
{
    char text[PN_TIME_TEXT_BYTES];

    pn_time_write(e->set_unix, text);
    printf("%.*s  set %s\n", (int)e->name.len, (const char *)e->name.at, text);
}

static bool list(struct open_vault *o, const struct options *with)
{
    struct pn_vault_entry entry;
    size_t at = 0;

    if (!open_it(o, with)) return false;
    while (pn_vault_next(&o->vault, &at, &entry)) print_entry(&entry);
    return true;
}

static bool get(struct open_vault *o, const struct options *with)
{
    struct pn_vault_entry entry;

    if (!open_it(o, with) || !find(o, with, &entry)) return false;
    if (!with->reveal) {
        print_entry(&entry);
        return true;
    }
    /* Not through stdio, whose buffer would keep it. */
    return write(STDOUT_FILENO, entry.value.at, entry.value.len) == (ssize_t)entry.value.len &&
           write(STDOUT_FILENO, "\n", 1) == 1;
}

/* --- the command line --- */

enum named { NO_NAME, MAYBE_NAME, A_NAME };

static const struct command {
    const char *word;
    enum named named;
    bool (*run)(struct open_vault *o, const struct options *with);
} commands[] = { { "init", NO_NAME, init },        { "set", A_NAME, set },
                 { "get", A_NAME, get },           { "list", NO_NAME, list },
                 { "rotate", MAYBE_NAME, rotate }, { "rm", A_NAME, rm } };

static int usage(const char *what)
{
    fprintf(stderr, "%s: %s; see %s --help\n", program, what, program);
    return 2;
}

static const struct command *command_of(const char *word)
{
    size_t i = 0;

    while (strcmp(commands[i].word, word) != 0) i++; /* main() knows the word */
    return &commands[i];
}

static bool read_memory(const char *text, struct options *with)
{
    uint64_t mib;

    if (!pn_slice_decimal(pn_slice(text, strlen(text)), PORT_ARGON2ID_KIB_MAX / 1024, &mib) ||
        mib < 1) {
        return false;
    }
    with->memory_kib = (uint32_t)mib * 1024;
    return true;
}

/* 0 to go on, else the exit status plus 1. */
static int read_options(int argc, char **argv, struct options *with)
{
    static const struct option known[] = {
        { "passphrase-file", required_argument, NULL, 'p' },
        { "key-file", required_argument, NULL, 'k' },
        { "new-passphrase-file", required_argument, NULL, 'P' },
        { "new-key-file", required_argument, NULL, 'K' },
        { "value-file", required_argument, NULL, 'v' },
        { "memory", required_argument, NULL, 'm' },
        { "reveal", no_argument, NULL, 'r' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    int option;

    optind = 0; /* begin anew, also when another command was read before */
    while ((option = getopt_long(argc, argv, "h", known, NULL)) != -1) {
        switch (option) {
        case 'p': with->passphrase = optarg; break;
        case 'k': with->key = optarg; break;
        case 'P': with->new_passphrase = optarg; break;
        case 'K': with->new_key = optarg; break;
        case 'v': with->value = optarg; break;
        case 'r': with->reveal = true; break;
        case 'm':
            if (!read_memory(optarg, with)) return 1 + usage("--memory is 1 to 1024 MiB");
            break;
        case 'h': fputs(help, stdout); return 1;
        default: return 1 + usage("that is not known");
        }
    }
    if (optind < argc) with->path = argv[optind++];
    if (optind < argc) with->name = argv[optind++];
    return optind < argc ? 1 + usage("too many words") : 0;
}

static const char *wrong(const struct command *command, const struct options *with)
{
    if (!with->path) return "say which file";
    if (command->named == A_NAME && !with->name) return "say which secret, after the file";
    if (command->named == NO_NAME && with->name) return "too many words";
    if ((with->passphrase && with->key) || (with->new_passphrase && with->new_key)) {
        return "a passphrase or a key, not both";
    }
    struct pn_slice name = pn_slice(with->name, with->name ? strlen(with->name) : 0);
    if (with->name && !pn_vault_name_is_good(name)) {
        return "a name is 1 to 64 of A-Z a-z 0-9 . _ -";
    }
    return NULL;
}

int tool_vault(int argc, char **argv)
{
    const struct command *command = command_of(argv[0]);
    struct options with = { .memory_kib = MEMORY_MIB * 1024 };
    int status = read_options(argc, argv, &with);

    if (status > 0) return status - 1;
    const char *mistake = wrong(command, &with);
    if (mistake) return usage(mistake);
    struct open_vault *o =
        mmap(NULL, sizeof *o, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (o == MAP_FAILED) return 1;
    (void)madvise(o, sizeof *o, MADV_DONTDUMP);
    (void)mlock(o, sizeof *o); /* as far as the limit allows; nothing waits here for long */
    o->vault = (struct pn_vault){ .text = o->text, .max = sizeof o->text };
    bool done = command->run(o, &with);
    pn_bytes_wipe(o, sizeof *o);
    munmap(o, sizeof *o);
    return done ? 0 : 1;
}
