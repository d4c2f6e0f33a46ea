/* see demo.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/demo/demo.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: postern demo\n"
    "\n"
    "Serves stand-ins for the upstreams of policy/examples/support-desk on 127.0.0.1 until it is\n"
    "killed: two OpenAI-compatible models on ports 9101 and 9102, and the MCP servers crm, tickets,\n"
    "payments and payroll on ports 9201 to 9204. GET /count at any of them tells how many requests\n"
    "and bytes have reached it.\n";

static struct stand_in stand_ins[] = {
    { .name = "model-main", .port = 9101, .answer = demo_chat },
    { .name = "model-mini", .port = 9102, .answer = demo_chat },
    { .name = "crm", .port = 9201, .answer = demo_mcp },
    { .name = "tickets", .port = 9202, .answer = demo_mcp },
    { .name = "payments", .port = 9203, .answer = demo_mcp },
    { .name = "payroll", .port = 9204, .answer = demo_mcp },
};

int tool_demo(int argc, char **argv)
{
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        fputs(help, stdout);
        return 0;
    }
    if (argc > 1) {
        fprintf(stderr, "postern demo: unknown argument %s\n\n%s", argv[1], help);
        return 2;
    }
    for (size_t i = 0; i < sizeof stand_ins / sizeof stand_ins[0]; i++) {
        if (!stand_in_start(&stand_ins[i])) return 1;
        printf("%s listens on 127.0.0.1:%u\n", stand_ins[i].name, stand_ins[i].port);
    }
    fflush(stdout);
    for (;;) pause();
}
