/* From a bundle to a sealed policy: what bundle.yaml says gets into the manifest, options win.
 * SPDX-License-Identifier: Apache-2.0 */
/* links: linux */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/seal/cose.h"
#include "core/seal/manifest.h"
#include "test/core/seal/sealed.h"
#include "test/tools/bundle/bundle_folder.h"
#include "test/tools/command_line.h"
#include "tools/key_new.h"
#include "tools/policy_build.h"
#include "tools/seal_sign.h"
#include "tools/whole_file.h"
#include "unity.h"

static struct bundle_folder folder;
static struct pn_slice blob;
static struct pn_manifest manifest;

void setUp(void)
{
    char line[128];

    sealed_crypto_init();
    bundle_folder_make(&folder);
    command_folder_enter("terms");
    bundle_folder_write(&folder, "bundle.yaml",
                        "name: desk\ntenant: 00112233-4455-6677-8899-aabbccddeeff\n"
                        "targets: {groups: [shops]}\nexpires: 30d\non_expiry: keep\ngrace: 7d\n"
                        "sequence: 12\nepoch: 3\n");
    snprintf(line, sizeof line, "-q %s -o body", folder.path);
    TEST_ASSERT_EQUAL(0, command_run(tool_policy_build, line));
    TEST_ASSERT_EQUAL(0, command_run(tool_key_new, "-o key"));
}

void tearDown(void)
{
    free((void *)(uintptr_t)blob.at);
    blob = pn_slice(NULL, 0);
    bundle_folder_remove(&folder);
    command_folder_leave();
}

static void sign(const char *line)
{
    struct pn_cose cose;

    TEST_ASSERT_EQUAL(0, command_run(tool_policy_sign, line));
    TEST_ASSERT_TRUE(pn_whole_file_read("test", "blob", 1 << 20, &blob));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_cose_read(blob, &cose));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_manifest_read(cose.payload, &manifest));
}

static void test_terms_are_taken(void)
{
    sign("body -k key.key -o blob");
    TEST_ASSERT_EQUAL_UINT64(12, manifest.sequence);
    TEST_ASSERT_EQUAL_UINT64(30 * 86400, manifest.expires_s - manifest.issued_s);
    TEST_ASSERT_EQUAL(PN_EXPIRY_KEEP, manifest.on_expiry);
    TEST_ASSERT_EQUAL(7 * 86400, manifest.grace_s);
    TEST_ASSERT_EQUAL(3, manifest.epoch);
    TEST_ASSERT_EQUAL_HEX8(0xff, manifest.tenant[15]);
    TEST_ASSERT_TRUE(pn_manifest_names(manifest.groups, PN_SLICE("shops")));
    TEST_ASSERT_FALSE(manifest.any_target);
}

static void test_options_win(void)
{
    sign("body -k key.key -o blob --sequence 99 --expires 1d --on-expiry deny "
         "--epoch 0 --device d1 --tenant ffeeddcc-bbaa-9988-7766-554433221100");
    TEST_ASSERT_EQUAL_UINT64(99, manifest.sequence);
    TEST_ASSERT_EQUAL_UINT64(86400, manifest.expires_s - manifest.issued_s);
    TEST_ASSERT_EQUAL(PN_EXPIRY_DENY, manifest.on_expiry);
    TEST_ASSERT_EQUAL(0, manifest.epoch);
    TEST_ASSERT_EQUAL_HEX8(0x00, manifest.tenant[15]);
    TEST_ASSERT_EQUAL(0, manifest.groups.len);
    TEST_ASSERT_TRUE(pn_manifest_names(manifest.devices, PN_SLICE("d1")));
}

/* Without a word from anybody; the help states the same values. */
static void test_defaults(void)
{
    char line[128];

    bundle_folder_write(&folder, "bundle.yaml", "name: desk\n");
    snprintf(line, sizeof line, "-q %s -o plain", folder.path);
    TEST_ASSERT_EQUAL(0, command_run(tool_policy_build, line));
    sign("plain -k key.key -o blob");
    TEST_ASSERT_EQUAL_UINT64(manifest.issued_s, manifest.sequence);
    TEST_ASSERT_UINT64_WITHIN(60, (uint64_t)time(NULL), manifest.issued_s);
    TEST_ASSERT_EQUAL_UINT64(90 * 86400, manifest.expires_s - manifest.issued_s);
    TEST_ASSERT_EQUAL(PN_EXPIRY_DENY, manifest.on_expiry);
    TEST_ASSERT_EQUAL(0, manifest.grace_s);
    TEST_ASSERT_EQUAL(0, manifest.epoch);
    TEST_ASSERT_EACH_EQUAL_HEX8(0, manifest.tenant, sizeof manifest.tenant);
    TEST_ASSERT_TRUE(manifest.any_target);
    TEST_ASSERT_EQUAL(0, manifest.flags);
}

static void test_the_help_states_each_term_and_its_default(void)
{
    static const char *const stated[] = {
        "[sequence; the time now, in seconds]",
        "[expires; 90d]",
        "[on_expiry; deny]",
        "[grace; none]",
        "[targets; every device of the tenant]",
        "[tenant; zeros,",
        "[epoch; 0]",
    };

    TEST_ASSERT_EQUAL(0, command_run(tool_policy_sign, "--help"));
    for (size_t i = 0; i < sizeof stated / sizeof stated[0]; i++) {
        TEST_ASSERT_NOT_NULL_MESSAGE(strstr(command_said, stated[i]), stated[i]);
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_terms_are_taken);
    RUN_TEST(test_options_win);
    RUN_TEST(test_defaults);
    RUN_TEST(test_the_help_states_each_term_and_its_default);
    return UNITY_END();
}
