/* code_effect.h - what an instruction of value code takes from the stack and leaves on it: for measuring
 * it and for performing it. For the files of this folder only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_CODE_EFFECT_H
#define PN_POLICY_CODE_EFFECT_H

#include <stdint.h>

#include "policy/policy_format.h"

/* Values that it takes (bits 0 and 1), that it leaves (bits 2 and 3), and: */
enum {
    PN_EFFECT_A = 16, /* operands that may be other than zero */
    PN_EFFECT_B = 32,
    PN_EFFECT_STRICT = 64, /* an error or an unknown among what it takes is the result */
    PN_EFFECT_FLOWS = 128, /* goes elsewhere than to the next instruction, or may */
};

extern const uint8_t pn_code_effects[PN_CODE_OP_COUNT];

/* How many values it takes, where that is not the operation's alone to say too. */
uint32_t pn_code_takes(const uint8_t *insn);

static inline uint32_t pn_code_leaves(const uint8_t *insn)
{
    return pn_code_effects[insn[PN_CODE_OP]] >> 2 & 3u;
}

#endif
