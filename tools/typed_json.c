/* see typed_json.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/typed_json.h"

#include "policy/civil_time.h"
#include "policy/double_text.h"
#include "policy/duration.h"
#include "policy/type_name.h"
#include "policy/value_text.h"

static void write_double(struct pn_writer *w, double d)
{
    bool finite = d - d == 0;

    if (finite) {
        pn_double_shortest(w, d);
    } else {
        pn_double_plain(w, d);
    }
}

static void write_string(struct pn_writer *w, struct pn_machine *machine,
                         const struct pn_value *string)
{
    struct pn_slice text;

    if (!pn_machine_text(machine, string, &text)) {
        pn_write_text(w, "{\"error\":\"no memory for a string\"}");
        return;
    }
    pn_write_text(w, "{\"string\":");
    pn_write_json_string(w, text);
    pn_write_byte(w, '}');
}

static void write_within(struct pn_writer *w, struct pn_machine *machine,
                         const struct pn_value *value, unsigned depth);

static void write_sequence(struct pn_writer *w, struct pn_machine *machine,
                           const struct pn_value *value, unsigned depth)
{
    bool is_map = value->type == PN_MAP;
    struct pn_value key, item;
    struct pn_sequence s;

    pn_write(w, is_map ? PN_SLICE("{\"map\":[") : PN_SLICE("{\"list\":["));
    pn_sequence_begin(&s, machine, value);
    for (bool first = true; pn_sequence_next(&s, &key, &item); first = false) {
        if (!first) pn_write_byte(w, ',');
        if (is_map) {
            pn_write_byte(w, '[');
            write_within(w, machine, &key, depth + 1);
            pn_write_byte(w, ',');
        }
        write_within(w, machine, &item, depth + 1);
        if (is_map) pn_write_byte(w, ']');
    }
    pn_write_text(w, "]}");
}

/* What is written between {"name":" and "}. */
static bool write_plain(struct pn_writer *w, const struct pn_value *v)
{
    switch (v->type) {
    case PN_INT:
        pn_write_text(w, "{\"int\":\"");
        pn_write_i64(w, v->as.i);
        break;
    case PN_UINT:
        pn_write_text(w, "{\"uint\":\"");
        pn_write_u64(w, pn_value_as_uint(v));
        break;
    case PN_DOUBLE:
        pn_write_text(w, "{\"double\":\"");
        write_double(w, v->as.d);
        break;
    case PN_BYTES:
        pn_write_text(w, "{\"bytes\":\"");
        pn_write_base64(w, pn_value_text(v));
        break;
    case PN_TIMESTAMP:
        pn_write_text(w, "{\"timestamp\":\"");
        pn_instant_write(w, &(struct pn_instant){ v->as.i, v->len, 0 });
        break;
    case PN_DURATION:
        pn_write_text(w, "{\"duration\":\"");
        pn_duration_write(w, (struct pn_duration){ v->as.i, v->len });
        break;
    case PN_TYPE:
        pn_write_text(w, "{\"type\":\"");
        pn_write(w, pn_type_name(v->as.i));
        break;
    default: return false;
    }
    pn_write_text(w, "\"}");
    return true;
}

static void write_within(struct pn_writer *w, struct pn_machine *machine,
                         const struct pn_value *value, unsigned depth)
{
    if (write_plain(w, value)) return;
    switch (value->type) {
    case PN_NULL: pn_write_text(w, "{\"null\":true}"); return;
    case PN_BOOL:
        pn_write(w, value->as.b ? PN_SLICE("{\"bool\":true}") : PN_SLICE("{\"bool\":false}"));
        return;
    case PN_STRING: write_string(w, machine, value); return;
    case PN_UNKNOWN: pn_write_text(w, "{\"unknown\":true}"); return;
    case PN_LIST:
    case PN_MAP:
        if (depth < TYPED_JSON_DEPTH_MAX) {
            write_sequence(w, machine, value, depth);
        } else {
            pn_write_text(w, "{\"error\":\"nested too deeply to be written\"}");
        }
        return;
    case PN_ERROR:
    case PN_ABSENT:
        pn_write_text(w, "{\"error\":");
        pn_write_json_string(w, pn_fault_sentence((enum pn_fault)value->as.i));
        pn_write_byte(w, '}');
        return;
    default: break;
    }
    pn_write_text(w, "{\"opaque\":");
    pn_write_json_string(w, pn_type_name(value->type));
    pn_write_byte(w, '}');
}

void typed_json_write(struct pn_writer *w, struct pn_machine *machine, const struct pn_value *value)
{
    write_within(w, machine, value, 0);
}
