/* see builtin.h: base64 (RFC 4648, 4).
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/argument.h"
#include "policy/builtin.h"

static uint8_t digit_of(uint32_t six)
{
    if (six < 26) return (uint8_t)('A' + six);
    if (six < 52) return (uint8_t)('a' + six - 26);
    if (six < 62) return (uint8_t)('0' + six - 52);
    return six == 62 ? '+' : '/';
}

/* 64 for what is no digit. */
static uint32_t value_of(uint8_t digit)
{
    for (uint32_t six = 0; six < 64; six++) {
        if (digit_of(six) == digit) return six;
    }
    return 64;
}

struct pn_value pn_fn_base64_encode(struct pn_machine *m, const struct pn_value *args,
                                    uint32_t count)
{
    struct pn_value string;
    size_t len = args[0].len;

    (void)count;
    if (args[0].type != PN_BYTES) return pn_no_overload();
    if (!pn_machine_spend(m, len / 4)) return pn_machine_spent(m);
    uint8_t *out = pn_machine_string(m, (len + 2) / 3 * 4, &string);
    if (out == NULL) return string;
    for (size_t i = 0; i < len; i += 3) {
        uint32_t bits = 0;
        for (size_t j = 0; j < 3; j++)
            bits = bits << 8 | (i + j < len ? args[0].as.text[i + j] : 0);
        for (size_t j = 0; j < 4; j++) {
            *out++ = i + j > len ? '=' : digit_of(bits >> (18 - 6 * j) & 63);
        }
    }
    return string;
}

/* With its padding or without any. */
struct pn_value pn_fn_base64_decode(struct pn_machine *m, const struct pn_value *args,
                                    uint32_t count)
{
    struct pn_slice text;
    struct pn_value bytes;
    uint32_t bits = 0;

    (void)count;
    if (!pn_argument_text(m, args, &text, &bytes)) return bytes;
    if (!pn_machine_spend(m, text.len * 2)) return pn_machine_spent(m);
    for (int pad = 0; pad < 2 && text.len % 4 == (pad == 0 ? 0 : 3) && text.len > 0; pad++) {
        if (text.at[text.len - 1] != '=') break;
        text.len--;
    }
    if (text.len % 4 == 1) return pn_value_fault(PN_FAULT_BAD_ARGUMENT);
    uint8_t *out = pn_machine_string(m, text.len * 3 / 4, &bytes);
    if (out == NULL) return bytes;
    for (size_t i = 0; i < text.len; i++) {
        uint32_t six = value_of(text.at[i]);
        if (six == 64) return pn_value_fault(PN_FAULT_BAD_ARGUMENT);
        bits = bits << 6 | six;
        if (i % 4 != 0) *out++ = (uint8_t)(bits >> (6 - 2 * (i % 4)));
    }
    bytes.type = PN_BYTES;
    return bytes;
}
