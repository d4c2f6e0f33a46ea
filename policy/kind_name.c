/* see kind_name.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/kind_name.h"

static bool is_letter(uint8_t ch)
{
    uint8_t lower = pn_ascii_lower(ch);

    return lower >= 'a' && lower <= 'z';
}

static bool is_kept(uint8_t ch)
{
    return is_letter(ch) || (ch >= '0' && ch <= '9') || ch == '_' || ch == '.';
}

static bool is_rewritten(struct pn_slice kind)
{
    bool begins = true; /* a part */

    for (size_t i = 0; i < kind.len; i++) {
        uint8_t ch = kind.at[i];
        bool inner = is_kept(ch) || ch == '@' || ch == '-' || ch == '/';
        if (begins ? !is_letter(ch) : !inner && ch != ':') return false;
        begins = ch == ':';
    }
    return !begins;
}

size_t pn_kind_name(struct pn_slice kind, uint8_t *name)
{
    bool rewritten = is_rewritten(kind), in_run = false;
    size_t len = 0;

    for (size_t i = 0; i < kind.len; i++) {
        bool kept = !rewritten || is_kept(kind.at[i]);
        if (kept || !in_run) name[len++] = kept ? kind.at[i] : '_';
        in_run = !kept;
    }
    return len;
}
