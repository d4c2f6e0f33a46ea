/* bodies.h - what clients of the tests ask for.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_EXCHANGE_BODIES_H
#define TEST_EXCHANGE_BODIES_H

#define CHAT  "/v1/chat/completions"
#define HELLO "{\"model\":\"gpt-4o\",\"messages\":[]}"

/* A call of a tool with the text of its arguments, and one without arguments. */
#define CALL(tool, arguments) \
    "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"" tool "\"," \
    "\"arguments\":" arguments "}}"
#define CALL_BARE(tool) \
    "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"" tool "\"}}"

/* A refund of that amount, which is a text. */
#define REFUND(amount) \
    CALL("refund_issue", "{\"ticket_id\":\"T-1001\",\"amount_cents\":" amount "}")

#endif
