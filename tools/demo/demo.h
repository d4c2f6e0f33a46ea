/* demo.h - `postern demo`: stand-ins for the upstreams of policy/examples/support-desk.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DEMO_H
#define TOOLS_DEMO_H

#include "tools/demo/stand_in.h"

/* Run the command; argv[0] is not looked at. Serves until it is killed. Exit status: 1 a port is
 * taken, 2 wrong usage. */
int tool_demo(int argc, char **argv);

/* A chat model that answers in OpenAI's form, whole or streamed. */
struct stand_in_answer demo_chat(const struct stand_in *s, const struct stand_in_request *request,
                                 struct pn_writer *w);

/* An MCP server (Streamable HTTP, 2025-11-25) with the tools of `s->name`. */
struct stand_in_answer demo_mcp(const struct stand_in *s, const struct stand_in_request *request,
                                struct pn_writer *w);

#endif
