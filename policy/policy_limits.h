/* policy_limits.h - how large a policy may be.
 *
 * The evaluator's memory is fixed by these numbers and nothing in a blob can change it. A blob that
 * exceeds one is refused when it is opened, with PN_POLICY_BAD_LIMIT; the compiler refuses it
 * earlier, with the file that does it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_LIMITS_H
#define PN_POLICY_LIMITS_H

/* name                          value    what one more costs in RAM */
#define PN_POLICY_PREDICATES_MAX   1024  /* half a byte of scratch; a multiple of 64 */
#define PN_POLICY_SLOTS_MAX        512   /* 16 bytes of the caller's facts */
#define PN_POLICY_RULES_MAX        4096  /* a bit of scratch; a multiple of 64 */
#define PN_POLICY_ROLE_WORDS_MAX   4     /* for 64 roles: 24 bytes of scratch, 8 of facts */
#define PN_POLICY_ROLES_LISTED_MAX 32    /* 2 bytes of facts */
#define PN_POLICY_MEMORIES_MAX     1024  /* 2 bits of scratch; a multiple of 64 */
#define PN_POLICY_SCOPES_MAX       2048  /* nothing; opening compares each with all others */
#define PN_POLICY_KIND_BYTES_MAX   256   /* a byte of scratch; of a kind, in mode cerbos54 */
#define PN_POLICY_STACK_MAX        16    /* a byte of stack */
#define PN_POLICY_PROGRAM_MAX      512   /* an instruction: a byte of stack while opening */
#define PN_POLICY_OUTPUTS_MAX      16    /* outputs told of one decision: 4 bytes of the decision */
#define PN_POLICY_UNKNOWNS_MAX     12    /* tried while a tool is listed: 3 bytes of stack */
#define PN_POLICY_TRIES_MAX        16384 /* decisions while a tool is listed: about 30 ms on x86 */
#define PN_POLICY_DFA_STATES_MAX   4096  /* nothing */
#define PN_POLICY_CODE_MAX         2048 /* instructions of a block: a byte of stack while opening */
#define PN_POLICY_VALUE_STACK_MAX  64   /* 16 bytes of the lent scratch while a block needs it */
#define PN_POLICY_LOOP_ITEMS_MAX   1024 /* nothing; elements a loop visits */
#define PN_POLICY_LOOP_DEPTH_MAX   6    /* 8 bytes of stack while opening; loops within loops */
#define PN_POLICY_BLOCK_COST_MAX   1000000 /* steps of one block: about 10 ms on x86. Nothing */
#define PN_POLICY_SCHEMA_DEPTH_MAX 10      /* about 200 bytes of stack; schemas within schemas */
#define PN_POLICY_SCHEMA_STEPS_MAX 1000000 /* of one check, else it fails. Nothing */
#define PN_POLICY_SCHEMA_TEXT_MAX  128     /* a byte of scratch; what a refusal says */
#define PN_POLICY_SELF_TESTS_MAX   64      /* nothing; each is decided when a policy is installed */
#define PN_POLICY_TEST_BYTES_MAX   4096    /* nothing; of the input of one of them */
#define PN_POLICY_VALUE_DEPTH_MAX  16      /* lists in lists that == walks: 64 bytes of stack */

/* Bytes that one `contains` may compare before it is an error: about 20 ms. Costs nothing. */
#define PN_POLICY_HOLDS_STEPS_MAX 16777216

#endif
