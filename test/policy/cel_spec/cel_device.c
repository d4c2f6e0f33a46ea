/* Runs compiled CEL cases on a Cortex-M3: reads the container cases.bin of `policy eval --emit`, opens
 * each policy, runs its block and writes {"result": ...} a line. Files and output are the host's,
 * through semihosting; the engine is the one that firmware links.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/machine.h"
#include "port/port_panic.h"
#include "tools/typed_json.h"

enum { BODY_BYTES_MAX = 256 * 1024, SCRATCH_BYTES = 64 * 1024, LINE_BYTES_MAX = 64 * 1024 };

static uint8_t body[BODY_BYTES_MAX];
static uint64_t scratch_memory[SCRATCH_BYTES / 8];
static uint8_t line[LINE_BYTES_MAX];
static struct pn_value slots[PN_POLICY_SLOTS_MAX];
static struct pn_policy policy;

extern void initialise_monitor_handles(void);
extern uint32_t data_begin, data_end, data_image, bss_begin, bss_end, stack_top;

void port_panic(const char *file, int at)
{
    printf("panic at %s:%d\n", file, at);
    exit(3);
}

static struct pn_value run(struct pn_scratch *scratch, struct pn_machine *machine,
                           struct pn_facts *facts)
{
    pn_facts_begin(facts, &policy, slots, PN_PHASE_CALL);
    *machine = (struct pn_machine){ .policy = &policy, .facts = facts, .scratch = scratch };
    return pn_machine_run(machine, 0);
}

static void one_case(uint32_t len)
{
    struct pn_scratch scratch = pn_scratch(scratch_memory, sizeof scratch_memory);
    struct pn_writer w = pn_writer(line, sizeof line);
    struct pn_machine machine;
    struct pn_facts facts;

    if (len == 0) {
        printf("{\"result\":\"not compiled\"}\n");
        return;
    }
    enum pn_policy_fault fault = pn_policy_open(&policy, pn_slice(body, len));
    if (fault != PN_POLICY_GOOD) {
        printf("{\"result\":\"refused: %d\"}\n", fault);
        return;
    }
    struct pn_value result = run(&scratch, &machine, &facts);
    pn_write_text(&w, "{\"result\":");
    typed_json_write(&w, &machine, &result);
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
    return 0;
}

void reset(void)
{
    memcpy(&data_begin, &data_image, (size_t)((char *)&data_end - (char *)&data_begin));
    memset(&bss_begin, 0, (size_t)((char *)&bss_end - (char *)&bss_begin));
    initialise_monitor_handles();
    exit(main());
}

static void fault_handler(void)
{
    exit(4);
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    &stack_top,
    (void *)reset,
    (void *)fault_handler,
    (void *)fault_handler,
    (void *)fault_handler,
    (void *)fault_handler,
    (void *)fault_handler,
};
