/* Secrets of the device: read from each place, told when they are missing, replaced while they are read.
 * label: unit tsan slow
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/secrets.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/bytes.h"
#include "port/port_crypto.h"
#include "unity.h"

static uint64_t arena[4096];
static char folder[64], paths[8][96];
static struct pn_device device;
static struct pn_secrets secrets;
static char said[4096];

void setUp(void)
{
    TEST_ASSERT_EQUAL_HEX32(PORT_CRYPTO_GOOD, port_crypto_init(arena, sizeof arena));
    snprintf(folder, sizeof folder, "/tmp/postern-secrets-XXXXXX");
    TEST_ASSERT_NOT_NULL(mkdtemp(folder));
    memset(&device, 0, sizeof device);
    memset(&secrets, 0, sizeof secrets);
    device.file_path = "device.yaml";
}

void tearDown(void)
{
    char command[96];

    snprintf(command, sizeof command, "rm -rf %s", folder);
    TEST_ASSERT_EQUAL(0, system(command));
}

/* --- what is there --- */

/* By renaming, as whoever replaces a secret does. */
static const char *file(unsigned i, const void *bytes, size_t len)
{
    char beside[112];

    snprintf(paths[i], sizeof paths[i], "%s/%u", folder, i);
    snprintf(beside, sizeof beside, "%s.new", paths[i]);
    FILE *out = fopen(beside, "wb");
    TEST_ASSERT_NOT_NULL(out);
    TEST_ASSERT_EQUAL(len, fwrite(bytes, 1, len, out));
    fclose(out);
    TEST_ASSERT_EQUAL(0, rename(beside, paths[i]));
    return paths[i];
}

static const char *text_file(unsigned i, const char *text)
{
    return file(i, text, strlen(text));
}

static void refer(const char *name, enum pn_secret_place place, const char *where)
{
    uint32_t line = device.credential_count + 10;

    device.credentials[device.credential_count++] = (struct pn_secret_ref){
        .name = pn_slice(name, strlen(name)), .where = where, .line = line, .place = (uint8_t)place
    };
}

static void by_passphrase(struct pn_vault_head *head, uint8_t key[32], const char *passphrase)
{
    struct port_argon2id_input input = { .password = pn_slice(passphrase, strlen(passphrase)),
                                         .salt = pn_slice(head->salt, sizeof head->salt) };
    void *memory = malloc(port_argon2id_bytes(&head->cost));

    TEST_ASSERT_TRUE(port_argon2id(&head->cost, &input, memory, key));
    free(memory);
}

/* A vault with one secret, in file 0. `passphrase` NULL: sealed with the key of 32 sevens. */
static const char *vault(const char *name, const char *value, const char *passphrase)
{
    static uint8_t bytes[512], nonce[12];
    uint8_t text[256], key[32];
    struct pn_vault v = { .text = text, .max = sizeof text };
    struct pn_vault_head head = { .key = PN_VAULT_KEY_GIVEN };
    struct pn_writer w = pn_writer(bytes, sizeof bytes);
    struct pn_vault_entry e = { pn_slice(name, strlen(name)), pn_slice(value, strlen(value)), 1 };

    memset(key, 7, sizeof key);
    nonce[0]++;
    if (passphrase) {
        head = (struct pn_vault_head){ .key = PN_VAULT_KEY_PASSPHRASE,
                                       .cost = { 1024, 1, 1 },
                                       .salt = { nonce[0] } };
        by_passphrase(&head, key, passphrase);
    }
    TEST_ASSERT_EQUAL(PN_VAULT_GOOD, pn_vault_set(&v, &e));
    TEST_ASSERT_EQUAL(PN_VAULT_GOOD, pn_vault_seal(&v, &head, key, nonce, &w));
    device.vault.path = file(0, bytes, w.len);
    return device.vault.path;
}

static void open_by_passphrase(const char *text)
{
    device.vault.passphrase =
        (struct pn_secret_ref){ .name = PN_SLICE("the passphrase of the vault"),
                                .where = text_file(1, text),
                                .line = 3,
                                .place = PN_SECRET_FILE };
}

static void open_by_key(void)
{
    uint8_t key[32];

    memset(key, 7, sizeof key);
    device.vault.key = (struct pn_secret_ref){ .name = PN_SLICE("the key of the vault"),
                                               .where = file(1, key, sizeof key),
                                               .line = 3,
                                               .place = PN_SECRET_FILE };
}

/* --- what becomes of it --- */

static int kept, log_file;

/* Standard error goes into `said` in between. */
static void listen_to(void)
{
    kept = dup(2);
    log_file = open("/tmp", O_RDWR | O_TMPFILE, 0600);
    dup2(log_file, 2);
}

static void heard(void)
{
    ssize_t len = pread(log_file, said, sizeof said - 1, 0);

    said[len > 0 ? len : 0] = '\0';
    dup2(kept, 2);
    close(kept);
    close(log_file);
}

static enum pn_secrets_result make(void)
{
    memset(&secrets, 0, sizeof secrets);
    listen_to();
    enum pn_secrets_result result = pn_secrets_make(&secrets, &device);
    heard();
    return result;
}

static enum pn_secrets_news hurry(void)
{
    listen_to();
    pn_secrets_hurry(&secrets);
    enum pn_secrets_news news = pn_secrets_watch(&secrets, 1);
    heard();
    return news;
}

static void expect(const char *name, const char *value)
{
    uint32_t set = pn_credentials_hold(&secrets.credentials, 0);
    struct pn_slice got =
        pn_credential_value(&secrets.credentials, set, pn_slice(name, strlen(name)));

    TEST_ASSERT_EQUAL_UINT32(strlen(value), got.len);
    TEST_ASSERT_EQUAL_MEMORY(value, got.at, got.len);
    pn_credentials_let_go(&secrets.credentials, 0, set);
}

static void expect_said(const char *text)
{
    TEST_ASSERT_NOT_NULL_MESSAGE(strstr(said, text), said);
}

/* --- tests --- */

static void test_from_each_place(void)
{
    setenv("POSTERN_TEST_A", "value-a", 1);
    refer("a", PN_SECRET_ENV, "POSTERN_TEST_A");
    refer("a2", PN_SECRET_ENV, "POSTERN_TEST_A");
    refer("b", PN_SECRET_FILE, text_file(2, "value-b\r\n"));
    refer("c", PN_SECRET_VAULT, "in-vault");
    vault("in-vault", "value-c", "a passphrase");
    open_by_passphrase("a passphrase\n");
    TEST_ASSERT_EQUAL(PN_SECRETS_MADE, make());
    expect("a", "value-a");
    expect("a2", "value-a");
    expect("b", "value-b");
    expect("c", "value-c");
    TEST_ASSERT_TRUE(pn_credentials_know(&secrets.credentials, PN_SLICE("b")));
    TEST_ASSERT_FALSE(pn_credentials_know(&secrets.credentials, PN_SLICE("d")));
    TEST_ASSERT_FALSE(pn_credentials_know(NULL, PN_SLICE("b")));
    TEST_ASSERT_EQUAL_STRING("", getenv("POSTERN_TEST_A")); /* it was wiped there */
    pn_secrets_wipe(&secrets);
}

static void test_with_a_key(void)
{
    refer("c", PN_SECRET_VAULT, "in-vault");
    vault("in-vault", "value-c", NULL);
    open_by_key();
    TEST_ASSERT_EQUAL(PN_SECRETS_MADE, make());
    expect("c", "value-c");
}

static void test_nothing_is_wanted(void)
{
    TEST_ASSERT_EQUAL(PN_SECRETS_MADE, make());
    TEST_ASSERT_EQUAL(PN_SECRETS_SAME, hurry());
}

/* Each with its name, its line, and where it was looked for; all of them at once. */
static void test_what_is_missing_is_told(void)
{
    char long_value[4098];

    unsetenv("POSTERN_TEST_NOT_SET");
    memset(long_value, 'x', sizeof long_value - 1);
    long_value[4097] = '\0';
    refer("crm", PN_SECRET_ENV, "POSTERN_TEST_NOT_SET");
    refer("pay", PN_SECRET_FILE, "/nowhere/pay");
    refer("bad", PN_SECRET_FILE, text_file(2, "a\001b"));
    refer("none", PN_SECRET_FILE, "/dev/null");
    refer("long", PN_SECRET_FILE, text_file(3, long_value));
    refer("hr", PN_SECRET_VAULT, "other");
    refer("good", PN_SECRET_FILE, text_file(4, "good"));
    vault("in-vault", "value-c", NULL);
    open_by_key();
    TEST_ASSERT_EQUAL(PN_SECRETS_FAILED, make());
    expect_said("device.yaml:10: credential crm: variable POSTERN_TEST_NOT_SET: it is not set");
    expect_said("device.yaml:11: credential pay: /nowhere/pay: No such file");
    expect_said("device.yaml:12: credential bad: ");
    expect_said("device.yaml:13: credential none: /dev/null: cannot go into a header");
    expect_said("device.yaml:14: credential long: ");
    expect_said("device.yaml:15: credential hr: the vault's other: there is no such secret");
    TEST_ASSERT_NULL(strstr(said, "good"));
    TEST_ASSERT_NULL(strstr(said, "xxx"));
}

static void refuse_vault(const char *why)
{
    device.credential_count = 0;
    refer("c", PN_SECRET_VAULT, "in-vault");
    TEST_ASSERT_EQUAL(PN_SECRETS_FAILED, make());
    expect_said(why);
}

static void test_vaults_that_do_not_open(void)
{
    vault("in-vault", "value-c", "a passphrase");
    open_by_passphrase("another\n");
    refuse_vault("the passphrase or key is not the vault's");
    open_by_passphrase("\n");
    refuse_vault("the passphrase or key is not the vault's");
    device.vault.passphrase.where = "/nowhere/pass";
    refuse_vault("device.yaml:3: the passphrase of the vault: /nowhere/pass: No such file");
    memset(&device.vault.passphrase, 0, sizeof device.vault.passphrase);
    open_by_key();
    refuse_vault("is sealed with a passphrase");
    vault("in-vault", "value-c", NULL);
    device.vault.key.where = file(1, "short", 5);
    refuse_vault("device.yaml:3: the key of the vault: ");
    device.vault.path = text_file(0, "not a vault");
    refuse_vault("not a vault");
    device.vault.path = "/nowhere/vault";
    refuse_vault("vault /nowhere/vault: No such file");
}

/* 100 GiB are not asked of the system; nor is what a restart would have to make room for. */
static void test_a_vault_that_asks_for_much(void)
{
    uint8_t head[64] = "PNVAULT1\1\4\3";

    pn_store32(head + 12, 100u << 20);
    device.vault.path = file(0, head, sizeof head);
    open_by_passphrase("x");
    refuse_vault("more memory or time than is allowed");
    pn_store32(head + 12, 1 << 20);
    head[10] = 64; /* 1 GiB, over and over */
    device.vault.path = file(0, head, sizeof head);
    refuse_vault("4 GiB in all");
}

static void test_replaced_while_it_runs(void)
{
    setenv("POSTERN_TEST_A", "value-a", 1);
    refer("a", PN_SECRET_ENV, "POSTERN_TEST_A");
    refer("b", PN_SECRET_FILE, text_file(2, "one"));
    refer("c", PN_SECRET_VAULT, "in-vault");
    vault("in-vault", "v-one", "a passphrase");
    open_by_passphrase("a passphrase");
    TEST_ASSERT_EQUAL(PN_SECRETS_MADE, make());
    TEST_ASSERT_EQUAL(PN_SECRETS_SAME, pn_secrets_watch(&secrets, 1));
    text_file(2, "two");
    TEST_ASSERT_EQUAL(PN_SECRETS_SAME, pn_secrets_watch(&secrets, 1999)); /* not yet looked */
    TEST_ASSERT_EQUAL(PN_SECRETS_NEW, pn_secrets_watch(&secrets, 2001));
    expect("a", "value-a");
    expect("b", "two");
    expect("c", "v-one");
    TEST_ASSERT_EQUAL_MEMORY("\0\1\0", secrets.changed, 3);
    vault("in-vault", "v-two", "a passphrase"); /* with a salt of its own */
    TEST_ASSERT_EQUAL(PN_SECRETS_NEW, pn_secrets_watch(&secrets, 4002));
    expect("c", "v-two");
    TEST_ASSERT_EQUAL_MEMORY("\0\0\1", secrets.changed, 3);
    TEST_ASSERT_EQUAL(PN_SECRETS_SAME, pn_secrets_watch(&secrets, 6003));
    TEST_ASSERT_EQUAL(PN_SECRETS_NEW, hurry());
    expect("a", "value-a");
    TEST_ASSERT_EQUAL_MEMORY("\0\0\0", secrets.changed, 3);
    TEST_ASSERT_EQUAL_UINT32(3, secrets.reloads);
}

static void test_what_cannot_be_read_again_stays(void)
{
    refer("b", PN_SECRET_FILE, text_file(2, "one"));
    refer("d", PN_SECRET_FILE, text_file(3, "other"));
    TEST_ASSERT_EQUAL(PN_SECRETS_MADE, make());
    text_file(3, "new");
    TEST_ASSERT_EQUAL(0, unlink(paths[2]));
    TEST_ASSERT_EQUAL(PN_SECRETS_REFUSED, hurry());
    expect_said("credential b");
    expect_said("the credentials before stay in use");
    TEST_ASSERT_TRUE(secrets.missing[0]);
    TEST_ASSERT_FALSE(secrets.missing[1]);
    expect("b", "one");
    expect("d", "other"); /* all or nothing */
    text_file(2, "");
    TEST_ASSERT_EQUAL(PN_SECRETS_REFUSED, hurry());
    text_file(2, "back");
    TEST_ASSERT_EQUAL(PN_SECRETS_NEW, hurry());
    expect("b", "back");
    expect("d", "new");
    TEST_ASSERT_EQUAL_UINT32(2, secrets.refusals);
}

/* A vault that was sealed anew opens once its passphrase has been replaced as well. */
static void test_vault_and_passphrase_are_replaced(void)
{
    refer("c", PN_SECRET_VAULT, "in-vault");
    vault("in-vault", "v-one", "a passphrase");
    open_by_passphrase("a passphrase");
    TEST_ASSERT_EQUAL(PN_SECRETS_MADE, make());
    vault("in-vault", "v-two", "another one");
    TEST_ASSERT_EQUAL(PN_SECRETS_REFUSED, hurry());
    TEST_ASSERT_TRUE(secrets.missing[0]);
    expect("c", "v-one");
    open_by_passphrase("another one");
    TEST_ASSERT_EQUAL(PN_SECRETS_NEW, hurry());
    expect("c", "v-two");
}

/* As `postern vault` reads it. */
static void test_a_passphrase_is_the_first_line(void)
{
    refer("c", PN_SECRET_VAULT, "in-vault");
    vault("in-vault", "v-one", "a passphrase");
    open_by_passphrase("a passphrase\r\nmade in May\n");
    TEST_ASSERT_EQUAL(PN_SECRETS_MADE, make());
    expect("c", "v-one");
}

/* What is not held is wiped; what is held stays until it is let go. */
static void test_the_old_set_is_wiped_when_nobody_holds_it(void)
{
    refer("b", PN_SECRET_FILE, text_file(2, "one"));
    TEST_ASSERT_EQUAL(PN_SECRETS_MADE, make());
    uint32_t set = pn_credentials_hold(&secrets.credentials, 1);
    struct pn_slice held = pn_credential_value(&secrets.credentials, set, PN_SLICE("b"));
    text_file(2, "two");
    TEST_ASSERT_EQUAL(PN_SECRETS_NEW, hurry());
    expect("b", "two");
    TEST_ASSERT_EQUAL_MEMORY("one", held.at, 3);
    text_file(2, "three");
    TEST_ASSERT_EQUAL(PN_SECRETS_SAME, hurry()); /* there is no place for it yet */
    pn_credentials_let_go(&secrets.credentials, 1, set);
    TEST_ASSERT_EQUAL(PN_SECRETS_SAME, pn_secrets_watch(&secrets, 2));
    TEST_ASSERT_EQUAL_MEMORY("\0\0\0", held.at, 3);
    TEST_ASSERT_EQUAL(PN_SECRETS_NEW, hurry());
    expect("b", "three");
}

/* --- while they are read --- */

static struct {
    _Atomic uint32_t stop;
    uint32_t seen[4], torn[4];
} readers;

static void *read_on(void *argument)
{
    uint32_t worker = *(uint32_t *)argument;

    do {
        uint8_t copy[512];
        uint32_t set = pn_credentials_hold(&secrets.credentials, worker);
        struct pn_slice v = pn_credential_value(&secrets.credentials, set, PN_SLICE("b"));
        if (v.len != sizeof copy) readers.torn[worker]++;
        else memcpy(copy, v.at, sizeof copy);
        pn_credentials_let_go(&secrets.credentials, worker, set);
        for (size_t i = 1; v.len == sizeof copy && i < sizeof copy; i++) {
            if (copy[i] == copy[0]) continue;
            readers.torn[worker]++;
            break;
        }
        readers.seen[worker]++;
    } while (!atomic_load(&readers.stop));
    return NULL;
}

static void test_no_value_is_torn(void)
{
    uint32_t numbers[4] = { 0, 1, 2, 3 }, news = 0;
    pthread_t threads[4];
    char value[513] = "";

    memset(value, 'a', 512);
    refer("b", PN_SECRET_FILE, text_file(2, value));
    TEST_ASSERT_EQUAL(PN_SECRETS_MADE, make());
    for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, read_on, &numbers[i]);
    listen_to();
    for (int i = 0; i < 2000; i++) {
        memset(value, 'a' + i % 26, 512);
        text_file(2, value);
        pn_secrets_hurry(&secrets);
        if (pn_secrets_watch(&secrets, 1) == PN_SECRETS_NEW) news++;
    }
    heard();
    atomic_store(&readers.stop, 1);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        TEST_ASSERT_EQUAL_UINT32(0, readers.torn[i]);
        TEST_ASSERT_TRUE(readers.seen[i] > 0);
    }
    TEST_ASSERT_TRUE(news > 10);
    TEST_ASSERT_EQUAL_UINT32(news, secrets.reloads);
}

/* Where memory cannot be locked there are no secrets. */
static void test_without_locked_memory(void)
{
    int status;
    pid_t child = fork();

    TEST_ASSERT_TRUE(child >= 0);
    if (child == 0) {
        struct rlimit none = { 0, 0 };
        refer("b", PN_SECRET_FILE, text_file(2, "one"));
        if (setrlimit(RLIMIT_MEMLOCK, &none) != 0) _exit(77);
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(77);
        bool failed = pn_secrets_make(&secrets, &device) == PN_SECRETS_FAILED;
        _exit(failed ? 0 : 1);
    }
    TEST_ASSERT_EQUAL(child, waitpid(child, &status, 0));
    TEST_ASSERT_TRUE(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) TEST_IGNORE_MESSAGE("the limit cannot be set here");
    TEST_ASSERT_EQUAL(0, WEXITSTATUS(status));
}

/* Like a service's: 0 all went well, 1 it did not start, 2 it took no replacement, 77 no limit here. */
static int child_with_limit(uint64_t locked_bytes)
{
    struct rlimit limit = { locked_bytes, locked_bytes };
    struct rlimit now;
    static char longer[PN_CREDENTIAL_BYTES_MAX + 1];

    if (setrlimit(RLIMIT_MEMLOCK, &limit) != 0) return 77;
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) return 77;
    if (getrlimit(RLIMIT_MEMLOCK, &now) != 0 || now.rlim_cur != locked_bytes) return 77;
    if (pn_secrets_make(&secrets, &device) == PN_SECRETS_FAILED) return 1;
    memset(longer, 'x', PN_CREDENTIAL_BYTES_MAX);
    for (int i = 0; i < 6; i++) {
        text_file(2, longer);
        pn_secrets_hurry(&secrets);
        if (pn_secrets_watch(&secrets, 1) != PN_SECRETS_NEW) return 2;
    }
    return 0;
}

static int with_limit(uint64_t locked_bytes)
{
    int status;
    pid_t child = fork();

    TEST_ASSERT_TRUE(child >= 0);
    if (child == 0) _exit(child_with_limit(locked_bytes));
    TEST_ASSERT_EQUAL(child, waitpid(child, &status, 0));
    TEST_ASSERT_TRUE(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* A build that watches memory locks none. */
static bool locks(void)
{
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
    return false;
#else
    return true;
#endif
}

/* What postern doctor holds the limit against is what it takes. */
static void test_how_much_is_locked(void)
{
    refer("a", PN_SECRET_FILE, text_file(2, "short"));
    refer("b", PN_SECRET_FILE, paths[2]);
    refer("c", PN_SECRET_FILE, paths[2]);
    TEST_ASSERT_EQUAL(0, chmod(folder, 0777));
    struct pn_secrets_size size = pn_secrets_size(&device);
    TEST_ASSERT_TRUE(size.bytes_min < size.bytes_max);
    if (with_limit(size.bytes_max) == 77 || !locks()) TEST_IGNORE_MESSAGE("no limit here");
    TEST_ASSERT_EQUAL(0, with_limit(size.bytes_max));
    text_file(2, "short");
    TEST_ASSERT_EQUAL(2, with_limit(size.bytes_max - 4096));
    text_file(2, "short");
    TEST_ASSERT_EQUAL(2, with_limit(size.bytes_min));
    text_file(2, "short");
    TEST_ASSERT_EQUAL(1, with_limit(size.bytes_min - 4096));
}

/* A child of the process finds nothing where the secrets are. */
static void test_a_child_has_none(void)
{
    int status;

    refer("b", PN_SECRET_FILE, text_file(2, "one"));
    TEST_ASSERT_EQUAL(PN_SECRETS_MADE, make());
    pid_t child = fork();
    TEST_ASSERT_TRUE(child >= 0);
    if (child == 0) _exit(memcmp(secrets.sets[0][0].value.at, "\0\0\0", 3) == 0 ? 0 : 1);
    TEST_ASSERT_EQUAL(child, waitpid(child, &status, 0));
    TEST_ASSERT_TRUE(WIFEXITED(status));
    TEST_ASSERT_EQUAL(0, WEXITSTATUS(status));
    expect("b", "one");
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_from_each_place);
    RUN_TEST(test_with_a_key);
    RUN_TEST(test_nothing_is_wanted);
    RUN_TEST(test_what_is_missing_is_told);
    RUN_TEST(test_vaults_that_do_not_open);
    RUN_TEST(test_a_vault_that_asks_for_much);
    RUN_TEST(test_replaced_while_it_runs);
    RUN_TEST(test_what_cannot_be_read_again_stays);
    RUN_TEST(test_vault_and_passphrase_are_replaced);
    RUN_TEST(test_a_passphrase_is_the_first_line);
    RUN_TEST(test_the_old_set_is_wiped_when_nobody_holds_it);
    RUN_TEST(test_no_value_is_torn);
    RUN_TEST(test_without_locked_memory);
    RUN_TEST(test_how_much_is_locked);
    RUN_TEST(test_a_child_has_none);
    return UNITY_END();
}
