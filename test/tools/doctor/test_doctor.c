/* What is found about a machine that cannot be had at hand, a wrong clock among it, and how findings are
 * printed. doctor.ctest.sh has the rest, with the program as it is.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#include "platforms/sim/sim.h"
#include "platforms/sim/sim_store.h"
#include "test/core/seal/sealed.h"
#include "test/tools/bundle/bundle_folder.h"
#include "tools/device/device_file.h"
#include "tools/doctor/examination.h"
#include "unity.h"

static struct findings findings;
static struct pn_device device;
static struct examination x;

void setUp(void)
{
    device_defaults(&device);
    device.door.operator_count = 1;
    findings = (struct findings){ 0 };
    x = (struct examination){ .findings = &findings,
                              .device = &device,
                              .machine = { .now_unix = (int64_t)SEALED_NOW_S,
                                           .uid = 1000,
                                           .open_files_max = 65536,
                                           .locked_bytes_max = 65536,
                                           .secrets_bytes_min = 20480,
                                           .secrets_bytes_max = 65536,
                                           .landlock_abi = 7,
                                           .landlock_abi_whole = 6,
                                           .seccomp = true,
                                           .entropy = true } };
}

void tearDown(void)
{
    arena_free(&findings.arena);
}

static void expect_only(const char *name, enum finding_level level)
{
    TEST_ASSERT_EQUAL_size_t_MESSAGE(1, findings.list.count, name);
    TEST_ASSERT_EQUAL_STRING(name, findings.list.items[0].name);
    TEST_ASSERT_EQUAL(level, findings.list.items[0].level);
    TEST_ASSERT_EQUAL(level == FINDING_FAULT ? 2 : 1, findings_status(&findings));
}

static void test_a_good_machine_has_no_finding(void)
{
    examine_machine(&x);
    TEST_ASSERT_EQUAL_size_t(0, findings.list.count);
    TEST_ASSERT_EQUAL(0, findings_status(&findings));
}

static void test_a_clock_that_was_never_set(void)
{
    x.machine.now_unix = 86400;
    examine_machine(&x);
    expect_only("clock_unset", FINDING_FAULT);
}

static void test_no_random_bytes(void)
{
    x.machine.entropy = false;
    examine_machine(&x);
    expect_only("entropy", FINDING_FAULT);
}

static void test_too_few_descriptors(void)
{
    device.workers = 2;
    x.machine.open_files_max = 2 * (device.limits.connections_max + 100) - 1;
    examine_machine(&x);
    expect_only("open_files", FINDING_FAULT);
    tearDown();
    setUp();
    device.workers = 2;
    x.machine.open_files_max = 2 * (device.limits.connections_max + 100);
    examine_machine(&x);
    TEST_ASSERT_EQUAL_size_t(0, findings.list.count);
}

static void test_too_little_memory_to_lock(void)
{
    x.machine.locked_bytes_max = 65535;
    examine_machine(&x);
    expect_only("locked_memory", FINDING_ADVICE);
    tearDown();
    setUp();
    x.machine.locked_bytes_max = 20479;
    examine_machine(&x);
    expect_only("locked_memory", FINDING_FAULT);
    TEST_ASSERT_NOT_NULL(strstr(findings.list.items[0].what, "does not start"));
}

static void test_an_admin_listener_that_asks_nobody(void)
{
    device.door.operator_count = 0;
    examine_machine(&x);
    expect_only("admin_open", FINDING_ADVICE);
    TEST_ASSERT_NULL(strstr(findings.list.items[0].what, "others too"));
    device.admin = (struct port_net_addr){ .family = 4, .port = 9901 };
    examine_machine(&x);
    TEST_ASSERT_NOT_NULL(strstr(findings.list.items[1].what, "others too"));
}

static void test_what_the_sandbox_needs(void)
{
    x.machine.landlock_abi = 5;
    examine_machine(&x);
    expect_only("landlock", FINDING_ADVICE);
    tearDown();
    setUp();
    x.machine.seccomp = false;
    examine_machine(&x);
    expect_only("seccomp", FINDING_ADVICE);
    tearDown();
    setUp();
    x.machine.uid = 0;
    examine_machine(&x);
    expect_only("runs_as_root", FINDING_ADVICE);
}

/* --- the clock, as the state folder knows it --- */

static void install_at(struct port_store *store, int64_t now_unix)
{
    struct bundle_folder folder;
    struct sealed made;
    struct pn_seal_wish wish = pn_seal_wish_dev((uint64_t)now_unix, 7, PN_MODE_EDGE);
    struct pn_install_result r;

    bundle_folder_make(&folder);
    TEST_ASSERT_TRUE_MESSAGE(bundle_folder_compile(&folder), bundle_folder_messages(&folder));
    sealed_make(&made, &wish, bytes_slice(&folder.body));
    x.machine.now_unix = now_unix;
    examine_policy(&x, store); /* empty: makes what a start makes */
    TEST_ASSERT_NOT_NULL(x.install);
    r = pn_install_sealed(x.install, pn_slice(made.bytes, made.len), now_unix);
    TEST_ASSERT_EQUAL_MESSAGE(PN_INSTALL_DONE, r.verdict, (const char *)r.name.at);
    bundle_folder_remove(&folder);
}

static void test_a_clock_that_went_back(void)
{
    static struct port_store store;

    sealed_crypto_init();
    sim_store_init(&store);
    device.policy_bytes_max = SIM_SLOT_BYTES - PN_SLOT_OVERHEAD_BYTES;
    device.keys = *sealed_keys();
    install_at(&store, (int64_t)SEALED_NOW_S);
    expect_only("no_policy", FINDING_FAULT);
    arena_free(&findings.arena);
    findings = (struct findings){ 0 };
    examine_policy(&x, &store);
    TEST_ASSERT_EQUAL_size_t(0, findings.list.count);
    x.machine.now_unix -= 86400;
    examine_policy(&x, &store);
    expect_only("clock_behind", FINDING_FAULT);
}

/* --- printing --- */

static void test_findings_are_for_programs_too(void)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    finding_add(&findings, FINDING_ADVICE, "a", "do \"this\"", "line\n%d\t\\", 7);
    finding_add(&findings, FINDING_FAULT, "b", "c", "d");
    findings_print_json(&findings, out);
    fclose(out);
    yyjson_doc *doc = yyjson_read(text, len, 0);
    TEST_ASSERT_NOT_NULL_MESSAGE(doc, text);
    TEST_ASSERT_EQUAL_STRING("faults", yyjson_get_str(yyjson_doc_ptr_get(doc, "/status")));
    TEST_ASSERT_EQUAL_STRING("line\n7\t\\",
                             yyjson_get_str(yyjson_doc_ptr_get(doc, "/findings/0/what")));
    TEST_ASSERT_EQUAL_STRING("do \"this\"",
                             yyjson_get_str(yyjson_doc_ptr_get(doc, "/findings/0/do")));
    TEST_ASSERT_EQUAL_STRING("advice",
                             yyjson_get_str(yyjson_doc_ptr_get(doc, "/findings/0/level")));
    TEST_ASSERT_EQUAL_STRING("fault", yyjson_get_str(yyjson_doc_ptr_get(doc, "/findings/1/level")));
    yyjson_doc_free(doc);
    free(text);
}

int main(void)
{
    struct sim *sim = sim_open(1); /* for its randomness */

    UNITY_BEGIN();
    RUN_TEST(test_a_good_machine_has_no_finding);
    RUN_TEST(test_a_clock_that_was_never_set);
    RUN_TEST(test_no_random_bytes);
    RUN_TEST(test_too_few_descriptors);
    RUN_TEST(test_too_little_memory_to_lock);
    RUN_TEST(test_an_admin_listener_that_asks_nobody);
    RUN_TEST(test_what_the_sandbox_needs);
    RUN_TEST(test_a_clock_that_went_back);
    RUN_TEST(test_findings_are_for_programs_too);
    int failed = UNITY_END();
    sim_shut(sim);
    return failed;
}
