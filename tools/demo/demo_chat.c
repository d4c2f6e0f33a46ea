/* see demo.h
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <unistd.h>

#include "core/facts/facts_llm.h"
#include "core/http/h1_write.h"
#include "core/http/sse.h"
#include "core/json/json_scan.h"
#include "tools/demo/demo.h"

enum { KEYS = 4096 };

static const struct pn_slice words[] = { PN_SLICE_INIT("Hello"), PN_SLICE_INIT(" from"),
                                         PN_SLICE_INIT(" the"), PN_SLICE_INIT(" stand-in"),
                                         PN_SLICE_INIT(" model.") };

static bool read_request(struct pn_slice body, struct pn_value wire[PN_LLM_SLOTS])
{
    struct pn_json_key *at = calloc(KEYS, sizeof *at);
    struct pn_json_pick pick = { .wire = pn_facts_llm_trie(), .slots = wire, .base = body.at };
    struct pn_json_keys keys;
    struct pn_json_scan scan;
    uint8_t seed[16] = { 1 };

    if (!at) return false;
    pn_json_keys_init(&keys, at, KEYS, seed);
    pn_json_pick_begin(&pick);
    pn_json_scan_begin(&scan, &keys, NULL);
    bool good = pn_json_scan_step(&scan, body, PN_JSON_LAST, &pick) == PN_DONE;
    free(at);
    return good && wire[PN_LLM_MODEL].type == PN_STRING;
}

static void write_front(struct pn_writer *w, struct pn_slice object, struct pn_slice model)
{
    pn_write_text(w, "{\"id\":\"chatcmpl-demo\",\"object\":\"");
    pn_write(w, object);
    pn_write_text(w, "\",\"created\":1767225600,\"model\":");
    pn_write_json_string(w, model);
    pn_write_text(w, ",\"choices\":[{\"index\":0,");
}

static void write_chunk(struct pn_writer *w, struct pn_slice model, const struct pn_slice *word)
{
    write_front(w, PN_SLICE("chat.completion.chunk"), model);
    pn_write_text(w, "\"delta\":{");
    if (word) {
        pn_write_text(w, "\"role\":\"assistant\",\"content\":");
        pn_write_json_string(w, *word);
    }
    pn_write_text(w, "},\"finish_reason\":");
    pn_write(w, word ? PN_SLICE("null") : PN_SLICE("\"stop\""));
    pn_write_text(w, "}]}");
}

static bool send_event(int socket, struct pn_slice data)
{
    uint8_t event_room[1024], room[1200];
    struct pn_writer event = pn_writer(event_room, sizeof event_room);
    struct pn_writer w = pn_writer(room, sizeof room);

    pn_sse_write_event(&event, PN_SLICE(""), data);
    pn_h1_write_chunk_head(&w, event.len);
    pn_write(&w, pn_written(&event));
    pn_h1_write_chunk_end(&w);
    return stand_in_send(socket, pn_written(&w));
}

static struct stand_in_answer stream(int socket, struct pn_slice model)
{
    uint8_t room[1024];
    struct pn_writer w = pn_writer(room, sizeof room);

    pn_h1_write_status_line(&w, 200);
    pn_h1_write_field(&w, PN_FIELD_CONTENT_TYPE, PN_SLICE("text/event-stream"));
    pn_h1_write_chunked(&w);
    pn_h1_write_head_end(&w);
    bool open = stand_in_send(socket, pn_written(&w));
    for (size_t i = 0; open && i <= sizeof words / sizeof words[0]; i++) {
        w = pn_writer(room, sizeof room);
        write_chunk(&w, model, i < sizeof words / sizeof words[0] ? &words[i] : NULL);
        open = send_event(socket, pn_written(&w));
        usleep(20000);
    }
    w = pn_writer(room, sizeof room);
    pn_h1_write_chunk_last(&w);
    if (open && send_event(socket, PN_SLICE("[DONE]"))) stand_in_send(socket, pn_written(&w));
    return (struct stand_in_answer){ .streamed = true };
}

static struct stand_in_answer whole(struct pn_writer *w, struct pn_slice model)
{
    write_front(w, PN_SLICE("chat.completion"), model);
    pn_write_text(
        w, "\"message\":{\"role\":\"assistant\",\"content\":\"Hello from the stand-in model.\","
           "\"refusal\":null},\"finish_reason\":\"stop\",\"logprobs\":null}],"
           "\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":6,\"total_tokens\":11}}");
    return (struct stand_in_answer){ .status = 200,
                                     .content_type = PN_SLICE("application/json"),
                                     .body = pn_written(w) };
}

struct stand_in_answer demo_chat(const struct stand_in *s, const struct stand_in_request *request,
                                 struct pn_writer *w)
{
    struct pn_value wire[PN_LLM_SLOTS];
    uint8_t name[256];
    (void)s;

    if (request->head->method != PN_METHOD_POST || !read_request(request->body, wire)) {
        pn_write_text(
            w, "{\"error\":{\"message\":\"not a chat request\",\"type\":\"invalid_request_error\","
               "\"param\":null,\"code\":null}}");
        return (struct stand_in_answer){ .status = 400,
                                         .content_type = PN_SLICE("application/json"),
                                         .body = pn_written(w) };
    }
    size_t len = pn_value_copy_text(&wire[PN_LLM_MODEL], name, sizeof name);
    struct pn_slice model = pn_slice(name, len == SIZE_MAX ? 0 : len);
    if (wire[PN_LLM_STREAM].type == PN_BOOL && wire[PN_LLM_STREAM].as.b) {
        return stream(request->socket, model);
    }
    return whole(w, model);
}
