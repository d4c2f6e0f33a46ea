/* traps.json asked of Postern: where Cerbos surprises, mode cerbos54 surprises alike, and mode edge
 * as the table says.
 *
 * Each trap is a test of its own name. traps.mjs asks the real server the same.
 * label: unit slow
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "test/tools/bundle/bundle_folder.h"
#include "tools/policy_check.h"
#include "tools/whole_file.h"
#include "unity.h"
#include "yyjson.h"

enum { TEXT_MAX = 65536, POLICIES_MAX = 16 };

static yyjson_doc *table;
static yyjson_val *trap; /* the one at hand */
static struct bundle_folder folder;
static struct arena arena;
static struct bytes answer;
static yyjson_doc *answered;
static const char *mode;
static char text[TEXT_MAX];

void setUp(void)
{
    bundle_folder_make(&folder);
}

void tearDown(void)
{
    char path[128];

    for (int i = 0; i < POLICIES_MAX; i++) {
        snprintf(path, sizeof path, "%s/policies/%d.yaml", folder.path, i);
        unlink(path);
    }
    bundle_folder_remove(&folder);
    arena_free(&arena);
    bytes_free(&answer);
    yyjson_doc_free(answered);
    answered = NULL;
}

/* JSON of a value, to be freed; numbers as they are written. */
static char *json_of(yyjson_val *value)
{
    return yyjson_val_write(value, 0, NULL);
}

static void write_settings(void)
{
    yyjson_val *settings = yyjson_obj_get(trap, "settings");
    char *json = settings != NULL ? json_of(settings) : strdup("{}");
    size_t len = strlen(json);

    snprintf(text, sizeof text, "{\"name\":\"trap\",\"mode\":\"%s\"%s%.*s}", mode,
             len > 2 ? "," : "", (int)(len - 2), json + 1);
    bundle_folder_write(&folder, "bundle.yaml", text);
    free(json);
}

static void write_policy(int number, const char *body)
{
    char file[32];

    snprintf(file, sizeof file, "policies/%d.yaml", number);
    snprintf(text, sizeof text, "{\"apiVersion\":\"api.cerbos.dev/v1\",%s", body + 1);
    bundle_folder_write(&folder, file, text);
}

static void write_policies(void)
{
    yyjson_val *policy;
    size_t i, count;

    yyjson_arr_foreach(yyjson_obj_get(trap, "policies"), i, count, policy)
    {
        char *json = json_of(policy);
        write_policy((int)i, json);
        free(json);
    }
}

/* One rule each, so that a condition's value is an action's effect. */
static void write_expressions(yyjson_val *rows)
{
    static char policy[TEXT_MAX];
    size_t i, count, len;
    yyjson_val *row;

    len = (size_t)snprintf(policy, sizeof policy,
                           "{\"resourcePolicy\":{\"resource\":\"doc\",\"version\":\"default\","
                           "\"rules\":[");
    yyjson_arr_foreach(rows, i, count, row)
    {
        char *json = json_of(yyjson_arr_get_first(row));
        len += (size_t)snprintf(policy + len, sizeof policy - len,
                                "%s{\"actions\":[\"e%zu\"],\"effect\":\"EFFECT_ALLOW\",\"roles\":["
                                "\"*\"],\"condition\":{\"match\":{\"expr\":%s}}}",
                                i > 0 ? "," : "", i, json);
        free(json);
    }
    snprintf(policy + len, sizeof policy - len, "]}}");
    write_policy(0, policy);
}

static char *member(yyjson_val *ask, const char *name, const char *otherwise)
{
    yyjson_val *value = yyjson_obj_get(ask, name);

    return value != NULL ? json_of(value) : strdup(otherwise);
}

/* The result for the one resource asked about. */
static yyjson_val *answer_to(const char *request)
{
    struct policy_question question = { .now_ms = 1750000000000 };

    bytes_free(&answer);
    const char *error = policy_check(&arena, bytes_slice(&folder.body),
                                     pn_slice(request, strlen(request)), &question, &answer);
    if (error != NULL) TEST_FAIL_MESSAGE(error);
    yyjson_doc_free(answered);
    answered = yyjson_read((const char *)answer.at, answer.len, YYJSON_READ_NUMBER_AS_RAW);
    TEST_ASSERT_NOT_NULL(answered);
    return yyjson_arr_get_first(yyjson_obj_get(yyjson_doc_get_root(answered), "results"));
}

static void request_of(yyjson_val *ask, const char *action)
{
    char *principal = member(ask, "principal",
                             "{\"id\":\"alice\",\"roles\":[\"user\"],"
                             "\"attr\":{}}");
    char *resource = member(ask, "resource", "{\"kind\":\"doc\",\"id\":\"1\",\"attr\":{}}");
    char *aux = member(ask, "auxData", "{}"), *name = member(ask, "action", "\"view\"");

    snprintf(text, sizeof text,
             "{\"includeMeta\":true,\"principal\":%s,\"auxData\":%s,\"resources\":[{\"resource\":"
             "%s,\"actions\":[%s]}]}",
             principal, aux, resource, action != NULL ? action : name);
    free(principal);
    free(resource);
    free(aux);
    free(name);
}

static void expect(const char *what, const char *wanted, const char *got)
{
    static char words[TEXT_MAX + 4096];

    if (wanted == NULL || strcmp(wanted, got) == 0) return;
    snprintf(words, sizeof words, "%s in mode %s is '%s', not '%s'; asked %s", what, mode, got,
             wanted, text);
    TEST_FAIL_MESSAGE(words);
}

static const char *text_or(yyjson_val *value, const char *otherwise)
{
    return yyjson_is_str(value) ? yyjson_get_str(value) : otherwise;
}

/* The only member of an object. */
static yyjson_val *only(yyjson_val *object)
{
    yyjson_obj_iter it = yyjson_obj_iter_with(object);
    yyjson_val *key = yyjson_obj_iter_next(&it);

    return key != NULL ? yyjson_obj_iter_get_val(key) : NULL;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void join(char *out, size_t room, char **words, size_t count)
{
    size_t len = 0;

    out[0] = 0;
    for (size_t i = 0; i < count; i++) {
        len += (size_t)snprintf(out + len, room - len, "%s%s", i > 0 ? ", " : "", words[i]);
        free(words[i]);
    }
}

/* Derived roles have no order. */
static void join_roles(yyjson_val *list, char *out, size_t room)
{
    char *names[64];
    size_t i, count;
    yyjson_val *name;

    yyjson_arr_foreach(list, i, count, name) names[i] = strdup(yyjson_get_str(name));
    if (count > 0) qsort(names, count, sizeof names[0], by_text);
    join(out, room, names, count);
}

/* Outputs as the table has them: the rule's name, a space, the value or - where there is none. */
static void join_outputs(yyjson_val *list, char *out, size_t room)
{
    char *words[64];
    size_t i, count;
    yyjson_val *output;

    yyjson_arr_foreach(list, i, count, output)
    {
        if (yyjson_is_str(output)) {
            words[i] = strdup(yyjson_get_str(output));
            continue;
        }
        const char *src = yyjson_get_str(yyjson_obj_get(output, "src"));
        yyjson_val *val = yyjson_obj_get(output, "val");
        char *value = val != NULL ? json_of(val) : strdup("-");
        words[i] = malloc(strlen(src) + strlen(value) + 2);
        sprintf(words[i], "%s %s", strchr(src, '#') + 1, value);
        free(value);
    }
    join(out, room, words, count);
}

static void expect_list(const char *what, yyjson_val *wanted, yyjson_val *got,
                        void (*write)(yyjson_val *, char *, size_t))
{
    char want[2048], is[2048];

    if (wanted == NULL) return;
    write(wanted, want, sizeof want);
    write(got, is, sizeof is);
    expect(what, want, is);
}

static void ask(yyjson_val *question)
{
    bool edge = strcmp(mode, "edge") == 0;
    const char *effect = text_or(yyjson_obj_get(question, "effect"), NULL);

    request_of(question, NULL);
    yyjson_val *result = answer_to(text);
    yyjson_val *meta = yyjson_obj_get(result, "meta");
    yyjson_val *match = only(yyjson_obj_get(meta, "actions"));
    if (edge) effect = text_or(yyjson_obj_get(question, "edge"), effect);
    expect("effect", effect, text_or(only(yyjson_obj_get(result, "actions")), ""));
    if (!edge) {
        expect("policy", text_or(yyjson_obj_get(question, "policy"), NULL),
               text_or(yyjson_obj_get(match, "matchedPolicy"), ""));
        expect("scope", text_or(yyjson_obj_get(question, "scope"), NULL),
               text_or(yyjson_obj_get(match, "matchedScope"), ""));
        expect_list("derived roles", yyjson_obj_get(question, "derived"),
                    yyjson_obj_get(meta, "effectiveDerivedRoles"), join_roles);
        expect_list("outputs", yyjson_obj_get(question, "outputs"),
                    yyjson_obj_get(result, "outputs"), join_outputs);
    }
}

static void ask_expression(yyjson_val *row, size_t number)
{
    yyjson_val *more = yyjson_arr_get(row, 2);
    yyjson_val *edge = strcmp(mode, "edge") == 0 ? yyjson_obj_get(more, "edge") : NULL;
    bool holds = yyjson_get_bool(edge != NULL ? edge : yyjson_arr_get(row, 1));
    char *attr = member(trap, "attr", "{}");

    snprintf(text, sizeof text,
             "{\"principal\":{\"id\":\"alice\",\"roles\":[\"user\"],\"attr\":{}},\"resources\":[{"
             "\"resource\":{\"kind\":\"doc\",\"id\":\"1\",\"attr\":%s},\"actions\":[\"e%zu\"]}]}",
             attr, number);
    free(attr);
    yyjson_val *result = answer_to(text);
    snprintf(text, sizeof text, "%s", text_or(yyjson_arr_get_first(row), ""));
    expect("effect", holds ? "EFFECT_ALLOW" : "EFFECT_DENY",
           text_or(only(yyjson_obj_get(result, "actions")), ""));
}

static void spring_in(const char *in)
{
    yyjson_val *rows = yyjson_obj_get(trap, "expressions"), *each;
    size_t i, count;

    mode = in;
    write_settings();
    write_policies();
    if (rows != NULL) write_expressions(rows);
    if (!bundle_folder_compile(&folder)) TEST_FAIL_MESSAGE(bundle_folder_messages(&folder));
    yyjson_arr_foreach(yyjson_obj_get(trap, "asks"), i, count, each) ask(each);
    yyjson_arr_foreach(rows, i, count, each) ask_expression(each, i);
}

static void spring(void)
{
    spring_in("cerbos54");
    spring_in("edge");
}

int main(void)
{
    struct pn_slice file;
    yyjson_val *traps;
    size_t i, count;

    if (!pn_whole_file_read("test_traps", PN_TEST_DIR "/policy/cerbos/traps.json", 1 << 20, &file))
        return 1;
    table = yyjson_read((const char *)file.at, file.len, YYJSON_READ_NUMBER_AS_RAW);
    traps = yyjson_obj_get(yyjson_doc_get_root(table), "traps");
    UNITY_BEGIN();
    yyjson_arr_foreach(traps, i, count, trap)
    {
        static char names[256][96];
        snprintf(names[i], sizeof names[i], "test_trap_%s",
                 yyjson_get_str(yyjson_obj_get(trap, "name")));
        UnityDefaultTestRun(spring, names[i], __LINE__);
    }
    yyjson_doc_free(table);
    free((void *)(uintptr_t)file.at);
    return UNITY_END();
}
