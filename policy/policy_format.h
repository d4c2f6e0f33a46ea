/* policy_format.h - the layout of a compiled policy, byte by byte.
 *
 * A policy blob's body is one deterministic CBOR map {section number: byte string}. Each byte
 * string is an array of fixed-size little-endian records, read in place through pn_load*(), at any
 * alignment. The compiler writes them, pn_policy_open() checks every field of every record once,
 * and deciding reads them without a further check. FORMAT.md says the same in prose.
 *
 * Conventions:
 *   - an offset constant is named PN_<record>_<field>; PN_<record>_BYTES is the record's size
 *   - a "string" field holds an index into section STRINGS; string 0 is always the empty one and
 *     stands for "none" in optional fields
 *   - PN_NONE16 and PN_NONE32 stand for "no such thing" in index fields where 0 is a valid index
 *   - bytes called zero must be zero, so that a later version can give them a meaning
 *   - arrays called sorted are strictly ascending by bytes (memcmp, then length) unless noted
 *   - an absent section is an empty one; HEADER, STRINGS and TRIE must be there
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_FORMAT_H
#define PN_POLICY_FORMAT_H

#define PN_POLICY_FORMAT 3 /* of the records below; another number is refused */
#define PN_POLICY_ENGINE 1 /* of this evaluator; a blob that asks for more is refused */

#define PN_NONE16 0xFFFFu
#define PN_NONE32 0xFFFFFFFFu

/* Keys of the body map. 1 to 31 belong to the engine, 32 to 63 to the gateway (the engine hands
 * them through unread), unknown ones among those refuse the blob; from 64 on they are ignored. */
enum pn_policy_section {
    PN_POLICY_SECTION_HEADER = 1,       /* one record */
    PN_POLICY_SECTION_STRING_BYTES = 2, /* UTF-8, one string after the other, no terminators */
    PN_POLICY_SECTION_STRINGS = 3,      /* where each string lies */
    PN_POLICY_SECTION_CONSTANTS = 4,    /* values that predicates compare with */
    PN_POLICY_SECTION_SETS = 5,         /* right sides of `x in [a, b, c]` */
    PN_POLICY_SECTION_SET_MEMBERS = 6,  /* u32 constant indexes, the runs that SETS point to */
    PN_POLICY_SECTION_SLOTS = 7,        /* attributes that rules read */
    /* Their paths, records of core/json/json_trie.h. Node 0 is the root of a request {principal,
     * resource, auxData}; key_off counts from the start of STRING_BYTES. */
    PN_POLICY_SECTION_TRIE = 8,
    PN_POLICY_SECTION_PREDICATES = 9,  /* deduplicated atoms, each false, true, error or unknown */
    PN_POLICY_SECTION_CONDITIONS = 10, /* boolean functions over predicates */
    PN_POLICY_SECTION_CONJUNCTIONS = 11, /* terms of a disjunctive condition */
    PN_POLICY_SECTION_MASKS = 12,        /* what a conjunction needs, 64 predicates a record */
    PN_POLICY_SECTION_PROGRAM = 13,      /* instructions of conditions that masks do not reach */
    PN_POLICY_SECTION_RULES = 14,
    PN_POLICY_SECTION_ROLES = 15,      /* u32 strings, sorted by text; position is bit */
    PN_POLICY_SECTION_ROLE_MASKS = 16, /* u64 words, PN_HEADER_ROLE_WORDS of them a mask */
    PN_POLICY_SECTION_DERIVED = 17,    /* derived roles; number i has bit (count of ROLES) + i */
    PN_POLICY_SECTION_OUTPUTS = 18,
    PN_POLICY_SECTION_STRING_LISTS = 19, /* u32 strings, the runs that OUTPUTS point to */
    PN_POLICY_SECTION_KINDS = 20,        /* dispatch by resource kind, sorted by text */
    PN_POLICY_SECTION_ACTIONS = 21,      /* exact actions of each kind, sorted within it */
    PN_POLICY_SECTION_GLOBS = 22, /* patterns of actions, ordered by prefix within their kind */
    PN_POLICY_SECTION_RULE_LISTS = 23, /* u16 rule indexes, ascending within a list */
    PN_POLICY_SECTION_DFAS = 24,
    PN_POLICY_SECTION_DFA_BYTES = 25,   /* their tables */
    PN_POLICY_SECTION_VALUE_CODE = 26,  /* instructions that compute values */
    PN_POLICY_SECTION_CODE_BLOCKS = 27, /* what PN_PREDICATE_CODE and outputs run */
    /* Policies by kind, scope and version; all four are absent where a policy has nothing but
     * resource policies of one version without scopes and mode edge. */
    PN_POLICY_SECTION_LAYERS = 28,   /* one policy file each, sorted */
    PN_POLICY_SECTION_ENTRIES = 29,  /* rules of principal and role policies by resource pattern */
    PN_POLICY_SECTION_PATTERNS = 30, /* what ENTRIES match resources and actions with */
    PN_POLICY_SECTION_SCOPES = 31,   /* sorted by text; the empty scope is first */
    PN_POLICY_SECTION_ENGINE_LAST = 31,
    PN_POLICY_SECTION_GATEWAY_FIRST = 32,
    /* The engine's again: what attributes must be like, for the module of schemas. */
    PN_POLICY_SECTION_SCHEMA_BINDINGS = 56, /* which schemas a resource kind and version has */
    PN_POLICY_SECTION_SCHEMA_NODES = 57,    /* a schema or a part of one, each a run of ... */
    PN_POLICY_SECTION_SCHEMA_WORDS = 58,    /* ... keywords */
    PN_POLICY_SECTION_SELF_TESTS = 59,      /* requests that must come to a known outcome */
    PN_POLICY_SECTION_COUNT = 64,
};

/* HEADER */
enum {
    PN_HEADER_FORMAT = 0,     /* u16, PN_POLICY_FORMAT */
    PN_HEADER_ENGINE_MIN = 2, /* u16, at most PN_POLICY_ENGINE */
    PN_HEADER_FEATURES =
        4,              /* u32 bits of enum pn_feature; one too many or too few refuses the blob */
    PN_HEADER_MODE = 8, /* u8 enum pn_mode */
    PN_HEADER_ROLE_WORDS = 9,  /* u8 1 to PN_POLICY_ROLE_WORDS_MAX; 64 times it is at least the
                                 count of roles and derived roles together */
    PN_HEADER_LOOP_ITEMS = 10, /* u16 elements that a loop of value code visits at most; a longer
                                  list is an error value. 0 where no code loops */
    PN_HEADER_COST = 12,       /* u32 worst-case cost in predicate evaluations, 0: not stated */
    /* Trie nodes below which the gateway hangs what it knows; 0 where no rule reads below it. */
    PN_HEADER_NODE_PRINCIPAL = 16, /* u16 P.attr */
    PN_HEADER_NODE_RESOURCE = 18,  /* u16 R.attr */
    PN_HEADER_NODE_ARGUMENTS = 20, /* u16 R.attr.arguments */
    PN_HEADER_NODE_JWT = 22,       /* u16 request.auxData.jwt */
    PN_HEADER_NODE_CLAIMS = 24,    /* u16 P.attr.claims */
    PN_HEADER_ZERO2 = 26,          /* 6 bytes zero */
    PN_HEADER_BYTES = 32,
};

enum pn_mode { PN_MODE_EDGE = 0, PN_MODE_CERBOS54 = 1 };

/* What an engine must be able to do, a bit each. A blob names what it needs, neither more nor less:
 * VALUE_CODE with sections VALUE_CODE and CODE_BLOCKS; SCHEMAS with sections SCHEMA_*; CERBOS54
 * in mode cerbos54; LAYERS in mode edge with sections LAYERS to SCOPES; a group of functions with a call of one of them;
 * TIME also with now() or a constant timestamp or duration in value code. */
enum pn_feature {
#define PN_FEATURE(bit, symbol, name, what) PN_FEATURE_##symbol = 1 << (bit),
#include "policy/feature.def"
#undef PN_FEATURE
};

enum {
#define PN_FEATURE(bit, symbol, name, what) PN_FEATURE_BIT_##symbol = (bit),
#include "policy/feature.def"
#undef PN_FEATURE
    PN_FEATURE_BIT_COUNT,
};

/* Groups of functions, from number 20 on 20 numbers each. */
enum { PN_FUNCTION_GROUPS = PN_FEATURE_BIT_COUNT - PN_FEATURE_BIT_TEXTS };
#define PN_FEATURES_OF_CODE (((1u << PN_FUNCTION_GROUPS) - 1) << PN_FEATURE_BIT_TEXTS)

/* SCHEMA_BINDINGS, ascending by kind and version. */
enum {
    PN_SCHEMA_BINDING_KIND = 0,        /* string: resource kind as policies name it */
    PN_SCHEMA_BINDING_VERSION = 4,     /* string: policy version */
    PN_SCHEMA_BINDING_ENFORCEMENT = 8, /* u8 enum pn_schema_enforcement */
    PN_SCHEMA_BINDING_ZERO = 9,        /* 3 bytes zero */
    PN_SCHEMA_BINDING_SIDES = 12,      /* principal, then resource: 8 bytes each */
    PN_SCHEMA_SIDE_NODE = 0,           /* u32 of SCHEMA_NODES, or PN_NONE32: no schema */
    PN_SCHEMA_SIDE_IGNORE = 4,         /* u32 DFA over actions that need none, or PN_NONE32 */
    PN_SCHEMA_SIDE_BYTES = 8,
    PN_SCHEMA_BINDING_BYTES = 28,
};

enum pn_schema_enforcement { PN_SCHEMA_WARN = 1, PN_SCHEMA_REJECT = 2 };

/* SCHEMA_NODES. A value is as the node wants it when it passes every keyword; a node without any
 * takes all. Nodes refer to earlier ones only, so nothing recurs. */
enum {
    PN_SCHEMA_NODE_FIRST = 0, /* u32 into SCHEMA_WORDS */
    PN_SCHEMA_NODE_COUNT = 4, /* u16 */
    PN_SCHEMA_NODE_DEPTH = 6, /* u16 more than that of each node it refers to, from 1 to
                                 PN_POLICY_SCHEMA_DEPTH_MAX */
    PN_SCHEMA_NODE_BYTES = 8,
};

/* SCHEMA_WORDS. A keyword that is about values of one type passes all others. */
enum {
    PN_SCHEMA_WORD_OP = 0,   /* u8 enum pn_schema_op */
    PN_SCHEMA_WORD_ZERO = 1, /* u8 zero */
    PN_SCHEMA_WORD_A = 2,    /* u16, zero where the keyword has none */
    PN_SCHEMA_WORD_B = 4,    /* u32, zero where the keyword has none */
    PN_SCHEMA_WORD_BYTES = 8,
};

/* A is a node where nothing else is said. A group keyword is followed by the A members it names;
 * members stand nowhere else. The order of numbers is part of the format. */
enum pn_schema_op {
    PN_SCHEMA_NONE = 0,   /* no keyword; refused. Told of a value that cannot be judged */
    PN_SCHEMA_TYPE = 1,   /* A: bits of enum pn_schema_type; where it fails the rest is not asked */
    PN_SCHEMA_FALSE = 2,  /* takes nothing */
    PN_SCHEMA_CONST = 3,  /* in set B */
    PN_SCHEMA_ENUM = 4,   /* in set B */
    PN_SCHEMA_FORMAT = 5, /* strings: DFA B accepts it; A: string of its name, below 65535 */
    PN_SCHEMA_PATTERN = 6,    /* strings: DFA B accepts it */
    PN_SCHEMA_MIN_LENGTH = 7, /* strings: at least B code points */
    PN_SCHEMA_MAX_LENGTH = 8,
    PN_SCHEMA_MINIMUM = 9, /* numbers: at least constant B, a number */
    PN_SCHEMA_MAXIMUM = 10,
    PN_SCHEMA_ABOVE = 11,     /* exclusiveMinimum */
    PN_SCHEMA_BELOW = 12,     /* exclusiveMaximum */
    PN_SCHEMA_MULTIPLE = 13,  /* numbers: a multiple of B / 10^A; B 1 to 2^31-1, A at most 9 */
    PN_SCHEMA_MIN_ITEMS = 14, /* lists */
    PN_SCHEMA_MAX_ITEMS = 15,
    PN_SCHEMA_UNIQUE = 16,         /* lists: no two numbers, strings, booleans or nulls are equal */
    PN_SCHEMA_ARRAY = 17,          /* lists: group of PREFIX_ITEM, then at most one ITEMS */
    PN_SCHEMA_PREFIX_ITEM = 18,    /* element B is as A wants it */
    PN_SCHEMA_ITEMS = 19,          /* so are the elements from B on */
    PN_SCHEMA_MIN_PROPERTIES = 20, /* maps */
    PN_SCHEMA_MAX_PROPERTIES = 21,
    PN_SCHEMA_OBJECT = 22,   /* maps: group of the next three; REQUIRED at most 64 times */
    PN_SCHEMA_REQUIRED = 23, /* string B is a key */
    PN_SCHEMA_PROPERTY = 24, /* the value of key B, a string, is as A wants it */
    PN_SCHEMA_ADDITIONAL =
        25,                /* so are those of keys without a PROPERTY; PN_NONE16: there are none */
    PN_SCHEMA_REF = 26,    /* as A wants it */
    PN_SCHEMA_NOT = 27,    /* not as A wants it */
    PN_SCHEMA_ANY_OF = 28, /* group of BRANCH: one at least */
    PN_SCHEMA_ONE_OF = 29, /* group of BRANCH: exactly one */
    PN_SCHEMA_BRANCH = 30, /* as A wants it */
    PN_SCHEMA_OP_COUNT = 31,
};

enum pn_schema_type {
    PN_SCHEMA_NULL = 1,
    PN_SCHEMA_BOOLEAN = 2,
    PN_SCHEMA_INTEGER = 4, /* a number without a fraction, however it is written */
    PN_SCHEMA_NUMBER = 8,
    PN_SCHEMA_STRING = 16,
    PN_SCHEMA_LIST = 32,
    PN_SCHEMA_MAP = 64,
};

/* STRINGS. String 0 has length 0. Each is valid UTF-8 on its own. */
enum {
    PN_STRINGS_OFFSET = 0 /* u32 into STRING_BYTES */,
    PN_STRINGS_LEN = 4 /* u32 */,
    PN_STRINGS_BYTES = 8
};

/* CONSTANTS. Predicates and sets take the first five types, value code takes all. */
enum {
    PN_CONSTANT_TYPE = 0,  /* u8 enum pn_type: PN_NULL, PN_BOOL, PN_INT, PN_DOUBLE, PN_STRING; enum
                              pn_built_type: PN_UINT, PN_BYTES, PN_TIMESTAMP, PN_DURATION, PN_TYPE */
    PN_CONSTANT_ZERO = 1,  /* 3 bytes zero */
    PN_CONSTANT_NANOS = 4, /* u32 of an instant or a duration, below 10^9; length of PN_BYTES; else
                              zero */
    PN_CONSTANT_VALUE = 8, /* u64: 0; 0 or 1; two's complement; IEEE 754 bits; a string's index; the
                              number; an offset into STRING_BYTES; seconds, rounded down; the type's
                              number */
    PN_CONSTANT_BYTES = 16,
};

/* SETS. Members are constants: first the strings, sorted, then the numbers, strictly ascending by
 * exact value (1 and 1.0 are the same; no NaN). null and booleans are flags. */
enum {
    PN_SET_FIRST = 0,   /* u32 into SET_MEMBERS */
    PN_SET_STRINGS = 4, /* u16 how many strings */
    PN_SET_NUMBERS = 6, /* u16 how many numbers, right after the strings */
    PN_SET_FLAGS = 8,   /* u8 enum pn_set_flag */
    PN_SET_ZERO = 9,    /* 3 bytes zero */
    PN_SET_BYTES = 12,
};

enum pn_set_flag { PN_SET_HAS_NULL = 1, PN_SET_HAS_FALSE = 2, PN_SET_HAS_TRUE = 4 };

/* SLOTS. Every slot also has a node in the trie whose slot field names it. */
enum {
    PN_SLOT_FACT = 0,  /* u16 enum pn_fact, or 0 for any other attribute */
    PN_SLOT_FLAGS = 2, /* u16 enum pn_slot_flag */
    PN_SLOT_PATH = 4,  /* string as a policy author writes it: "R.attr.arguments.amount_cents" */
    PN_SLOT_BYTES = 8,
};

enum pn_slot_flag {
    PN_SLOT_ARGUMENT = 1, /* R.attr, R.attr.arguments or below: unknown while a tool is listed */
    PN_SLOT_SECRET = 2,   /* the value is masked wherever it is shown */
};

/* PREDICATES */
enum {
    PN_PREDICATE_KIND = 0,  /* u8 enum pn_predicate_kind */
    PN_PREDICATE_OP = 1,    /* u8 enum pn_compare where the kind compares, else zero */
    PN_PREDICATE_SLOT = 2,  /* u16 slot, or PN_NONE16 where the kind has none */
    PN_PREDICATE_PEER = 4,  /* u16 second slot, or PN_NONE16 */
    PN_PREDICATE_ZERO = 6,  /* u16 zero */
    PN_PREDICATE_ARG = 8,   /* u32 by kind, or PN_NONE32 where the kind has none */
    PN_PREDICATE_TEXT = 12, /* string: source text for explanations */
    PN_PREDICATE_BYTES = 16,
};

enum pn_compare { PN_EQ, PN_NE, PN_LT, PN_LE, PN_GT, PN_GE };

/* A value that is absent or unusable makes its predicate an error, an unknown one unknown, except
 * where noted. A value of a type that CEL has no overload for is an error. */
enum pn_predicate_kind {
    PN_PREDICATE_NEVER = 0,         /* not a predicate; refused */
    PN_PREDICATE_BOOL = 1,          /* slot: the boolean itself */
    PN_PREDICATE_COMPARE = 2,       /* slot op constant ARG */
    PN_PREDICATE_COMPARE_SLOTS = 3, /* slot op PEER */
    PN_PREDICATE_IN_SET = 4,        /* slot in set ARG */
    PN_PREDICATE_PREFIX = 5,   /* slot.startsWith(string constant ARG, or PEER when ARG is none) */
    PN_PREDICATE_SUFFIX = 6,   /* slot.endsWith(...) likewise */
    PN_PREDICATE_CONTAINS = 7, /* slot.contains(...) likewise */
    PN_PREDICATE_MATCH = 8,    /* slot.matches(DFA ARG) */
    PN_PREDICATE_HAS = 9,   /* has(slot). PEER is the slot of its parent, PN_NONE16 when the parent
                               is P.attr, R.attr, or auxData.jwt. Absent in a map: false; absent
                               below something that is no map: error. ARG none */
    PN_PREDICATE_TYPE = 10, /* type(slot) is enum pn_type ARG */
    PN_PREDICATE_SIZE = 11, /* size(slot) op int constant ARG: characters, elements or entries */
    PN_PREDICATE_MEMBER = 12,  /* constant ARG (or PEER when ARG is none) in slot, a list's element
                                  or  a map's key */
    PN_PREDICATE_ROLE = 13,    /* the principal has role ARG (index into ROLES); no slot */
    PN_PREDICATE_DERIVED = 14, /* derived role ARG is in effect; no slot; not in a derived role's
                                  own condition */
    PN_PREDICATE_NOW = 15,     /* now() in milliseconds since 1970 op int constant ARG; no slot */
    PN_PREDICATE_CODE = 16,    /* the boolean that code block ARG comes to, any other value is an
                                  error; no slot; needs PN_FEATURE_VALUE_CODE */
};

/* CONDITIONS */
enum {
    PN_CONDITION_KIND = 0,  /* u8 enum pn_condition_kind */
    PN_CONDITION_ZERO = 1,  /* u8 zero */
    PN_CONDITION_COUNT = 2, /* u16, at least 1 */
    PN_CONDITION_FIRST = 4, /* u32 index of the first record or instruction */
    PN_CONDITION_BYTES = 8,
};

enum pn_condition_kind {
    PN_CONDITION_MASK = 1,    /* one conjunction: COUNT records of MASKS */
    PN_CONDITION_DNF = 2,     /* true when any of COUNT records of CONJUNCTIONS is */
    PN_CONDITION_PROGRAM = 3, /* COUNT instructions of PROGRAM */
};

/* CONJUNCTIONS */
enum {
    PN_CONJUNCTION_FIRST = 0, /* u32 into MASKS */
    PN_CONJUNCTION_COUNT = 4, /* u16, at least 1 */
    PN_CONJUNCTION_ZERO = 6,  /* u16 zero */
    PN_CONJUNCTION_BYTES = 8,
};

/* MASKS. Word w speaks of predicates 64*w to 64*w+63, least significant bit first; no bit beyond
 * the last predicate, at least one bit set. A predicate in both words is a && !a. */
enum {
    PN_MASK_WORD = 0,        /* u32 */
    PN_MASK_NEED_TRUE = 4,   /* u64 */
    PN_MASK_NEED_FALSE = 12, /* u64 */
    PN_MASK_BYTES = 20,
};

/* PROGRAM. A stack of four-valued booleans, empty at the start, exactly one value at the end, at
 * most PN_POLICY_STACK_MAX deep. Jumps go forward, at most to the end of the condition, and every
 * way to an instruction arrives with the same depth. && and || are CEL's (errors are absorbed). */
enum {
    PN_INSN_OP = 0,   /* u8 enum pn_op */
    PN_INSN_ZERO = 1, /* u8 zero */
    PN_INSN_ARG = 2,  /* u16, zero where the operation takes none */
    PN_INSN_BYTES = 4,
};

enum pn_op {
    PN_OP_NEVER = 0,    /* refused */
    PN_OP_PUSH = 1,     /* push predicate ARG */
    PN_OP_CONST = 2,    /* push enum pn_truth ARG */
    PN_OP_NOT = 3,      /* a -> !a */
    PN_OP_AND = 4,      /* a b -> a && b */
    PN_OP_OR = 5,       /* a b -> a || b */
    PN_OP_SELECT = 6,   /* c a b -> c ? a : b; c is an error or unknown: c */
    PN_OP_IF_FALSE = 7, /* top is false: skip the next ARG instructions; it stays on the stack */
    PN_OP_IF_TRUE = 8,  /* top is true: likewise */
    PN_OP_SETTLE = 9,   /* error -> false (cerbos54 leaves) */
    PN_OP_BECAUSE = 10, /* a b -> b when a is true, else a: Cedar's &&, left to right */
};

/* CODE_BLOCKS. One expression: it starts on an empty stack and leaves one value. */
enum {
    PN_BLOCK_FIRST = 0, /* u32 into VALUE_CODE */
    PN_BLOCK_COUNT = 4, /* u16 instructions, 1 to PN_POLICY_CODE_MAX */
    PN_BLOCK_STACK = 6, /* u16 deepest stack, exactly */
    PN_BLOCK_COST = 8,  /* u32 worst case in steps, exactly: each instruction once, a loop's body
                           PN_HEADER_LOOP_ITEMS times, calls by their weight */
    PN_BLOCK_ZERO = 12, /* u32 zero */
    PN_BLOCK_BYTES = 16,
};

/* VALUE_CODE. A stack of values; an error or an unknown is a value and passes through whatever
 * needs a better one. Skips go forward, at most to the end of the block, and every way to an
 * instruction arrives with the same depth. */
enum {
    PN_CODE_OP = 0, /* u8 enum pn_code_op */
    PN_CODE_A = 1,  /* u8, zero where the operation takes none */
    PN_CODE_B = 2,  /* u16, zero where the operation takes none */
    PN_CODE_BYTES = 4,
};

enum pn_code_op {
    PN_CODE_NEVER = 0,     /* refused */
    PN_CODE_CONST = 1,     /* push constant B */
    PN_CODE_SLOT = 2,      /* push the value of slot B; absent is an error */
    PN_CODE_LOCAL = 3,     /* push a copy of stack cell B, counted from the bottom */
    PN_CODE_PREDICATE = 4, /* push predicate B, which is not PN_PREDICATE_CODE, as a boolean */
    PN_CODE_NOW = 5,       /* push now() */
    PN_CODE_DERIVED = 6,   /* push the list of derived roles in effect, in the order of DERIVED; not
                              in a derived role's own condition */
    PN_CODE_NOT = 7,       /* a -> !a */
    PN_CODE_NEGATE = 8,    /* a -> -a */
    PN_CODE_AND = 9,       /* a b -> a && b, errors absorbed */
    PN_CODE_OR = 10,       /* a b -> a || b, errors absorbed */
    PN_CODE_IF_FALSE = 11, /* top is false: skip B instructions; it stays on the stack */
    PN_CODE_IF_TRUE = 12,  /* top is true: likewise */
    PN_CODE_BRANCH = 13,   /* c -> ; c is false: skip B, the last of them a JUMP; c is no boolean:
                              push the error or unknown and go to that JUMP */
    PN_CODE_JUMP = 14,     /* skip B */
    PN_CODE_EQ = 15,       /* a b -> a == b, and likewise */
    PN_CODE_NE = 16,
    PN_CODE_LT = 17,
    PN_CODE_LE = 18,
    PN_CODE_GT = 19,
    PN_CODE_GE = 20,
    PN_CODE_IN = 21,       /* a b -> a in b */
    PN_CODE_ADD = 22,      /* a b -> a + b; A is 1: an int beside a double counts as a double */
    PN_CODE_SUBTRACT = 23, /* likewise, to REMAINDER */
    PN_CODE_MULTIPLY = 24,
    PN_CODE_DIVIDE = 25,
    PN_CODE_REMAINDER = 26,
    PN_CODE_SELECT = 27,    /* m -> m.B, B a string constant */
    PN_CODE_HAS = 28,       /* m -> has(m.B) */
    PN_CODE_INDEX = 29,     /* a b -> a[b] */
    PN_CODE_IN_SET = 30,    /* a -> a in set B */
    PN_CODE_MATCH = 31,     /* a -> a.matches(DFA B) */
    PN_CODE_LIST = 32,      /* push an empty list with room for B elements */
    PN_CODE_APPEND = 33,    /* list a -> list with a at its end, where there is room */
    PN_CODE_MAP = 34,       /* push an empty map with room for B entries */
    PN_CODE_PUT = 35,       /* map k v -> map with the entry; a key twice is an error */
    PN_CODE_LIST_LIKE = 36, /* c -> c list, empty, with room for as many elements as c has */
    PN_CODE_MAP_LIKE = 37,  /* c -> c map, likewise */
    PN_CODE_SETTLE = 38,    /* error -> false (cerbos54 leaves) */
    PN_CODE_SLIDE = 39,     /* drop B values below the top */
    PN_CODE_CALL = 40,      /* A arguments -> the result of built-in function B */
    /* A loop is LOOP, STEP, body, AGAIN, END. On the stack lie the container and the accumulator,
     * above them the loop's own cell and A variables: the element, or the key of a map; with two
     * the index or key and the element. The body leaves the accumulator's next value. */
    PN_CODE_LOOP = 41,  /* container accumulator -> frame; B: from here to END. A container that is
                           none: both become an error, on behind END */
    PN_CODE_STEP = 42,  /* set A variables; nothing left: go to END, B from here */
    PN_CODE_AGAIN = 43, /* top -> the accumulator; back to STEP, or on to END as A's upper half says
                           (enum pn_loop_exit); B: from here back to STEP */
    PN_CODE_END = 44,   /* frame -> accumulator; A variables */
    PN_CODE_OP_COUNT = 45,
};

/* When a loop ends early: its accumulator has become... Shifted by 4 beside the variables. */
enum pn_loop_exit { PN_LOOP_NEVER, PN_LOOP_ON_FALSE, PN_LOOP_ON_TRUE, PN_LOOP_ON_ERROR };

/* The order of these numbers is part of the format (PN_OP_CONST). */
enum pn_truth { PN_FALSE = 0, PN_TRUE = 1, PN_FAULTY = 2, PN_UNDECIDED = 3 };

/* RULES, in the order of their files. */
enum {
    PN_RULE_EFFECT = 0, /* u8 0 deny, 1 allow */
    PN_RULE_OUTCOME =
        1, /* u8 enum pn_outcome: deny and step_up go with deny, the others with allow */
    PN_RULE_FLAGS = 2, /* u8 zero */
    PN_RULE_ZERO = 3,  /* u8 zero */
    PN_RULE_ROLES = 4, /* u32 index of a mask in ROLE_MASKS (in masks, not words), or PN_NONE32: any
                          role. Roles and derived roles of a rule are one mask: any bit suffices */
    PN_RULE_CONDITION = 8,  /* u32 index, or PN_NONE32: always */
    PN_RULE_ACTIVATED = 12, /* u32 output when the rule matches, or PN_NONE32 */
    PN_RULE_UNMET = 16,     /* u32 output when its condition does not hold, or PN_NONE32 */
    PN_RULE_NAME = 20,      /* string: "resource.<kind>.vdefault#<rule>" */
    PN_RULE_SOURCE = 24,    /* string: "policies/payments.yaml:12", may be none */
    PN_RULE_DERIVED = 28,   /* u16 number plus 1 of a derived role whose condition must hold too,
                               0: none. Only with LAYERS, mode cerbos54 */
    PN_RULE_MEMORY = 30,    /* u16 number plus 1 of what the rule came to when it was last visited,
                               remembered for this decision; 0: not. Likewise */
    PN_RULE_BYTES = 32,
};

/* Highest first: the outcome of a call is the least number among the rules that match. */
enum pn_outcome { PN_DENY = 0, PN_STEP_UP = 1, PN_REDACT = 2, PN_ALLOW = 3 };

/* SELF_TESTS: self_test.h */
enum {
    PN_SELF_TEST_NAME = 0,     /* string, not the empty one */
    PN_SELF_TEST_INPUT = 4,    /* string: JSON as check_input.h reads it */
    PN_SELF_TEST_NOW = 8,      /* u64, two's complement: milliseconds since 1970 */
    PN_SELF_TEST_OUTCOME = 16, /* u8 enum pn_outcome that each of its actions must have */
    PN_SELF_TEST_ZERO = 17,    /* 3 bytes zero */
    PN_SELF_TEST_BYTES = 20,
};

/* DERIVED */
enum {
    PN_DERIVED_NAME = 0, /* string */
    PN_DERIVED_PARENTS =
        4, /* u32 mask in ROLE_MASKS (roles only, no derived bits), PN_NONE32: any */
    PN_DERIVED_CONDITION = 8, /* u32 index, or PN_NONE32: always */
    PN_DERIVED_ZERO = 12,     /* u32 zero */
    PN_DERIVED_BYTES = 16,
};

/* OUTPUTS. What is constant is a string, 0 where the output has no such key; what depends on the
 * call is a code block, and the string beside it 0. */
enum {
    PN_OUTPUT_JSON = 0,              /* string: the whole output as compact JSON */
    PN_OUTPUT_REASON = 4,            /* string: `reason`, plain text */
    PN_OUTPUT_REMEDIATION = 8,       /* string: `remediation` as compact JSON */
    PN_OUTPUT_ACR = 12,              /* string */
    PN_OUTPUT_APPROVERS = 16,        /* string: `approvers_role` */
    PN_OUTPUT_TTL_S = 20,            /* u32 seconds, 0: not stated */
    PN_OUTPUT_PATHS = 24,            /* u32 into STRING_LISTS: `paths` of a redaction */
    PN_OUTPUT_PATH_COUNT = 28,       /* u32 */
    PN_OUTPUT_CODE = 32,             /* u32 block: the whole output, or PN_NONE32 */
    PN_OUTPUT_REASON_CODE = 36,      /* u32 block: `reason`, likewise */
    PN_OUTPUT_REMEDIATION_CODE = 40, /* u32 block: `remediation`, likewise */
    PN_OUTPUT_BYTES = 44,
};

/* KINDS. Rules of a call: the exact action's list and the list of every pattern that matches. */
enum {
    PN_KIND_NAME = 0,         /* string; compared byte for byte */
    PN_KIND_ACTIONS = 4,      /* u32 into ACTIONS */
    PN_KIND_ACTION_COUNT = 8, /* u32 */
    PN_KIND_GLOBS = 12,       /* u32 into GLOBS */
    PN_KIND_GLOB_COUNT = 16,  /* u32 */
    PN_KIND_ZERO = 20,        /* u32 zero */
    PN_KIND_BYTES = 24,
};

/* ACTIONS */
enum {
    PN_ACTION_NAME = 0,  /* string */
    PN_ACTION_RULES = 4, /* u32 into RULE_LISTS */
    PN_ACTION_COUNT = 8, /* u32 */
    PN_ACTION_BYTES = 12,
};

/* GLOBS. A pattern is its literal PREFIX (up to the first special character, escapes removed; may
 * be string 0) and what the rest must be. Within a kind they ascend by prefix, equal prefixes side
 * by side; UP leads to the nearest earlier one whose prefix begins or equals this one's, so that
 * only patterns whose prefix fits are visited. */
enum {
    PN_GLOB_PREFIX = 0, /* string */
    PN_GLOB_REST = 4,   /* u8 enum pn_glob_rest */
    PN_GLOB_ZERO = 5,   /* u8 zero */
    PN_GLOB_UP = 6,  /* u16 position within the kind's globs, less than its own; PN_NONE16: none */
    PN_GLOB_DFA = 8, /* u32 DFA over the bytes after the prefix, PN_NONE32 unless PN_GLOB_BY_DFA */
    PN_GLOB_RULES = 12, /* u32 into RULE_LISTS */
    PN_GLOB_COUNT = 16, /* u32 */
    PN_GLOB_BYTES = 20,
};

enum pn_glob_rest {
    PN_GLOB_ANY = 1,     /* `**`, or a lone `*`: anything, nothing included */
    PN_GLOB_SEGMENT = 2, /* `*`: anything without ':', nothing included */
    PN_GLOB_BY_DFA = 3,  /* the DFA accepts it */
};

/* LAYERS. One policy each, ascending by kind, scope, version (text) and subject (text). The layers
 * of a call are those of its scope and of each scope above that has any. */
enum {
    PN_LAYER_KIND = 0,        /* u8 enum pn_layer_kind */
    PN_LAYER_ZERO = 1,        /* u8 zero */
    PN_LAYER_SCOPE = 2,       /* u16 into SCOPES */
    PN_LAYER_VERSION = 4,     /* string; empty for PN_LAYER_PARENTS */
    PN_LAYER_SUBJECT = 8,     /* string: principal, role or resource kind */
    PN_LAYER_FIRST = 12,      /* u32 run: of ENTRIES, or of KINDS for a resource */
    PN_LAYER_COUNT = 16,      /* u32; 1 for a resource, 0 for PN_LAYER_PARENTS */
    PN_LAYER_RULES = 20,      /* u16 run of RULES: those of a resource; else 0 */
    PN_LAYER_RULE_COUNT = 22, /* u16 */
    PN_LAYER_ROLES = 24, /* u32 mask in ROLE_MASKS or PN_NONE32, which is none: of a resource the
                              derived roles that its rules name; of PN_LAYER_PARENTS all roles that
                              the subject inherits; else PN_NONE32 */
    PN_LAYER_BYTES = 28,
};

enum pn_layer_kind {
    PN_LAYER_PRINCIPAL = 0,
    PN_LAYER_ROLE = 1, /* what a role may do at most */
    PN_LAYER_RESOURCE = 2,
    PN_LAYER_PARENTS = 3, /* parent roles of a role in a scope, whatever the version */
};

/* ENTRIES. Rules of a principal policy in the order of its file; of a role policy the rules that
 * allow, each with all its entries side by side. */
enum {
    PN_ENTRY_RESOURCE = 0, /* u16 into PATTERNS */
    PN_ENTRY_ACTION = 2,   /* u16 into PATTERNS */
    PN_ENTRY_RULE = 4,     /* u16 */
    PN_ENTRY_ZERO = 6,     /* u16 zero */
    PN_ENTRY_BYTES = 8,
};

/* PATTERNS. As a glob of GLOBS, or a literal. */
enum {
    PN_PATTERN_PREFIX = 0, /* string */
    PN_PATTERN_REST = 4,   /* u8 0: nothing more, else enum pn_glob_rest */
    PN_PATTERN_ZERO = 5,   /* 3 bytes zero */
    PN_PATTERN_DFA = 8,    /* u32 DFA over the bytes after the prefix, or PN_NONE32 */
    PN_PATTERN_BYTES = 12,
};

/* SCOPES */
enum {
    PN_SCOPE_NAME = 0,     /* string */
    PN_SCOPE_PARENTS = 4,  /* 2 u16: the nearest scope above that has principal policies, and that
                               has resource or role policies; less than its own, PN_NONE16: none */
    PN_SCOPE_FLAGS = 8,    /* u8 enum pn_scope_flag */
    PN_SCOPE_ZERO = 9,     /* u8 zero */
    PN_SCOPE_DEFAULT = 10, /* u16 of record 0: the scope of a call that names none; else zero */
    PN_SCOPE_VERSION = 12, /* string, of record 0: the version of a call that names none; else 0 */
    PN_SCOPE_BYTES = 16,
};

enum pn_scope_flag {
    PN_SCOPE_HAS_PRINCIPAL = 1, /* has principal policies */
    PN_SCOPE_HAS_RESOURCE = 2,  /* has resource or role policies */
    PN_SCOPE_CONSENT = 4,       /* an allow counts only where a scope above allows too */
    PN_SCOPE_LENIENT = 8,       /* of record 0: a call's scope need not exist */
};

/* DFAS. Bytes of the (unescaped) text are mapped to classes; state = next[state * classes + class];
 * the text matches when the state after its last byte accepts. */
enum {
    PN_DFA_CLASS_MAP = 0, /* u32 into DFA_BYTES: 256 bytes, each below CLASSES */
    PN_DFA_NEXT =
        4, /* u32 into DFA_BYTES: STATES * CLASSES entries of WIDTH bytes, each below STATES */
    PN_DFA_ACCEPT = 8, /* u32 into DFA_BYTES: (STATES + 7) / 8 bytes, least significant bit first */
    PN_DFA_STATES = 12,  /* u16, at least 1 */
    PN_DFA_CLASSES = 14, /* u16, 1 to 256 */
    PN_DFA_START = 16,   /* u16 */
    PN_DFA_WIDTH = 18,   /* u8 1 or 2 */
    PN_DFA_ZERO = 19,    /* u8 zero */
    PN_DFA_TEXT = 20,    /* string: the pattern, for explanations */
    PN_DFA_BYTES = 24,
};

#endif
