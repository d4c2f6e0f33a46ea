/* Runs compiled CEL cases on a Cortex-M3: reads the container cases.bin of `policy eval --emit`, opens
 * each policy, runs its block and writes {"result": ...} a line. Files and output are the host's,
 * through semihosting; the engine is the one that firmware links. Fails also when an expression takes
 * more than 4 KB of stack.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/machine.h"
#include "test/policy/cel_spec/device_start.h"
#include "tools/typed_json.h"

enum {
    BODY_BYTES_MAX = 256 * 1024,
    SCRATCH_BYTES = 64 * 1024,
    LINE_BYTES_MAX = 64 * 1024,
    STACK_BYTES_MAX = 4096
};

static uint8_t body[BODY_BYTES_MAX];
static uint64_t scratch_memory[SCRATCH_BYTES / 8];
static uint8_t line[LINE_BYTES_MAX];
static struct pn_value slots[PN_POLICY_SLOTS_MAX];
static struct pn_policy policy;
static uint32_t deepest; /* the most stack that an expression took */

/* One expression: the machine that runs it, and what it comes to. */
struct case_run {
    struct pn_scratch *scratch;
    struct pn_machine machine;
    struct pn_facts facts;
    struct pn_value result;
};

static void run(void *with)
{
    struct case_run *c = with;

    pn_facts_begin(&c->facts, &policy, slots, PN_PHASE_CALL);
    c->machine =
        (struct pn_machine){ .policy = &policy, .facts = &c->facts, .scratch = c->scratch };
    c->result = pn_machine_run(&c->machine, 0);
}

static void one_case(uint32_t len)
{
    struct pn_scratch scratch = pn_scratch(scratch_memory, sizeof scratch_memory);
    struct pn_writer w = pn_writer(line, sizeof line);
    struct case_run c = { .scratch = &scratch };

    if (len == 0) {
        printf("{\"result\":\"not compiled\"}\n");
        return;
    }
    enum pn_policy_fault fault = pn_policy_open(&policy, pn_slice(body, len));
    if (fault != PN_POLICY_GOOD) {
        printf("{\"result\":\"refused: %d\"}\n", fault);
        return;
    }
    uint32_t stack_bytes = device_stack_of(run, &c);
    if (stack_bytes > deepest) deepest = stack_bytes;
    pn_write_text(&w, "{\"result\":");
    typed_json_write(&w, &c.machine, &c.result);
    pn_write_text(&w, "}\n");
    fwrite(line, 1, w.len, stdout);
}

int main(void)
{
    FILE *f = fopen("cases.bin", "rb");
    uint8_t head[4];

    if (f == NULL) return 1;
    while (fread(head, 1, sizeof head, f) == sizeof head) {
        uint32_t len =
            head[0] | (uint32_t)head[1] << 8 | (uint32_t)head[2] << 16 | (uint32_t)head[3] << 24;
        if (len > sizeof body || fread(body, 1, len, f) != len) return 2;
        one_case(len);
    }
    fprintf(stderr, "stack: at most %u bytes\n", (unsigned)deepest);
    return deepest <= STACK_BYTES_MAX ? 0 : 6;
}
