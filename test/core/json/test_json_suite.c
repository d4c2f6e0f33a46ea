/* test_json_suite.c - the cases of the JSONTestSuite collection, under its names.
 *
 * y_ must be accepted and n_ refused by every parser; i_ is for each to say, and what Postern says
 * stands here. It also refuses what is ambiguous: three y_ cases are refused, for their keys or for
 * NUL.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/core/json/json_feed.h"
#include "unity.h"

#include <stdio.h>
#include <stdlib.h>

void setUp(void)
{
}

void tearDown(void)
{
}

struct row {
    const char *name;
    struct pn_slice text;
    enum pn_reason reason; /* PN_REASON_NONE: accepted */
};

#define GOOD(name, text) \
    { \
        name, PN_SLICE_INIT(text), PN_REASON_NONE \
    }
#define BAD(name, text, why) \
    { \
        name, PN_SLICE_INIT(text), PN_REASON_JSON_##why \
    }

static const struct row rows[] = {
    GOOD("y_array_arraysWithSpaces", "[[]   ]"),
    GOOD("y_array_empty-string", "[\"\"]"),
    GOOD("y_array_empty", "[]"),
    GOOD("y_array_ending_with_newline", "[\"a\"]"),
    GOOD("y_array_false", "[false]"),
    GOOD("y_array_heterogeneous", "[null, 1, \"1\", {}]"),
    GOOD("y_array_null", "[null]"),
    GOOD("y_array_with_1_and_newline", "[1\n]"),
    GOOD("y_array_with_leading_space", " [1]"),
    GOOD("y_array_with_several_null", "[1,null,null,null,2]"),
    GOOD("y_array_with_trailing_space", "[2] "),
    GOOD("y_number", "[123e65]"),
    GOOD("y_number_0e+1", "[0e+1]"),
    GOOD("y_number_0e1", "[0e1]"),
    GOOD("y_number_after_space", "[ 4]"),
    GOOD("y_number_double_close_to_zero",
         "[-0.000000000000000000000000000000000000000000000000000000000000000000000000000001]\n"),
    GOOD("y_number_int_with_exp", "[20e1]"),
    GOOD("y_number_minus_zero", "[-0]"),
    GOOD("y_number_negative_int", "[-123]"),
    GOOD("y_number_negative_one", "[-1]"),
    GOOD("y_number_negative_zero", "[-0]"),
    GOOD("y_number_real_capital_e", "[1E22]"),
    GOOD("y_number_real_capital_e_neg_exp", "[1E-2]"),
    GOOD("y_number_real_capital_e_pos_exp", "[1E+2]"),
    GOOD("y_number_real_exponent", "[123e45]"),
    GOOD("y_number_real_fraction_exponent", "[123.456e78]"),
    GOOD("y_number_real_neg_exp", "[1e-2]"),
    GOOD("y_number_real_pos_exponent", "[1e+2]"),
    GOOD("y_number_simple_int", "[123]"),
    GOOD("y_number_simple_real", "[123.456789]"),
    GOOD("y_object", "{\"asd\":\"sdf\", \"dfg\":\"fgh\"}"),
    GOOD("y_object_basic", "{\"asd\":\"sdf\"}"),
    BAD("y_object_duplicated_key", "{\"a\":\"b\",\"a\":\"c\"}", DUPLICATE_KEY),
    BAD("y_object_duplicated_key_and_value", "{\"a\":\"b\",\"a\":\"b\"}", DUPLICATE_KEY),
    GOOD("y_object_empty", "{}"),
    GOOD("y_object_empty_key", "{\"\":0}"),
    BAD("y_object_escaped_null_in_key", "{\"foo\\u0000bar\": 42}", NUL),
    GOOD("y_object_extreme_numbers", "{ \"min\": -1.0e+28, \"max\": 1.0e+28 }"),
    GOOD("y_object_long_strings",
         "{\"x\":[{\"id\": \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}], "
         "\"id\": \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}"),
    GOOD("y_object_simple", "{\"a\":[]}"),
    GOOD("y_object_string_unicode",
         "{\"title\":\"\\u041f\\u043e\\u043b\\u0442\\u043e\\u0440\\u0430 "
         "\\u0417\\u0435\\u043c\\u043b\\u0435\\u043a\\u043e\\u043f\\u0430\" }"),
    GOOD("y_object_with_newlines", "{\n\"a\": \"b\"\n}"),
    GOOD("y_string_1_2_3_bytes_UTF-8_sequences", "[\"\\u0060\\u012a\\u12AB\"]"),
    GOOD("y_string_accepted_surrogate_pair", "[\"\\uD801\\udc37\"]"),
    GOOD("y_string_accepted_surrogate_pairs", "[\"\\ud83d\\ude39\\ud83d\\udc8d\"]"),
    GOOD("y_string_allowed_escapes", "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]"),
    GOOD("y_string_backslash_and_u_escaped_zero", "[\"\\\\u0000\"]"),
    GOOD("y_string_backslash_doublequotes", "[\"\\\"\"]"),
    GOOD("y_string_comments", "[\"a/*b*/c/*d//e\"]"),
    GOOD("y_string_double_escape_a", "[\"\\\\a\"]"),
    GOOD("y_string_double_escape_n", "[\"\\\\n\"]"),
    GOOD("y_string_escaped_control_character", "[\"\\u0012\"]"),
    GOOD("y_string_escaped_noncharacter", "[\"\\uFFFF\"]"),
    GOOD("y_string_in_array", "[\"asd\"]"),
    GOOD("y_string_in_array_with_leading_space", "[ \"asd\"]"),
    GOOD("y_string_last_surrogates_1_and_2", "[\"\\uDBFF\\uDFFF\"]"),
    GOOD("y_string_nbsp_uescaped", "[\"new\\u00A0line\"]"),
    GOOD("y_string_nonCharacterInUTF-8_U+10FFFF", "[\"\xF4\x8F\xBF\xBF\"]"),
    GOOD("y_string_nonCharacterInUTF-8_U+FFFF", "[\"\xEF\xBF\xBF\"]"),
    BAD("y_string_null_escape", "[\"\\u0000\"]", NUL),
    GOOD("y_string_one-byte-utf-8", "[\"\\u002c\"]"),
    GOOD("y_string_pi", "[\"\xCF\x80\"]"),
    GOOD("y_string_reservedCharacterInUTF-8_U+1BFFF", "[\"\xF0\x9B\xBF\xBF\"]"),
    GOOD("y_string_simple_ascii", "[\"asd \"]"),
    GOOD("y_string_space", "\" \""),
    GOOD("y_string_surrogates_U+1D11E_MUSICAL_SYMBOL_G_CLEF", "[\"\\uD834\\uDd1e\"]"),
    GOOD("y_string_three-byte-utf-8", "[\"\\u0821\"]"),
    GOOD("y_string_two-byte-utf-8", "[\"\\u0123\"]"),
    GOOD("y_string_u+2028_line_sep", "[\"\xE2\x80\xA8\"]"),
    GOOD("y_string_u+2029_par_sep", "[\"\xE2\x80\xA9\"]"),
    GOOD("y_string_uEscape", "[\"\\u0061\\u30af\\u30EA\\u30b9\"]"),
    GOOD("y_string_uescaped_newline", "[\"new\\u000Aline\"]"),
    GOOD("y_string_unescaped_char_delete", "[\"\x7F\"]"),
    GOOD("y_string_unicode", "[\"\\uA66D\"]"),
    GOOD("y_string_unicodeEscapedBackslash", "[\"\\u005C\"]"),
    GOOD("y_string_unicode_2", "[\"\xE2\x8D\x82\xE3\x88\xB4\xE2\x8D\x82\"]"),
    GOOD("y_string_unicode_U+10FFFE_nonchar", "[\"\\uDBFF\\uDFFE\"]"),
    GOOD("y_string_unicode_U+1FFFE_nonchar", "[\"\\uD83F\\uDFFE\"]"),
    GOOD("y_string_unicode_U+200B_ZERO_WIDTH_SPACE", "[\"\\u200B\"]"),
    GOOD("y_string_unicode_U+2064_invisible_plus", "[\"\\u2064\"]"),
    GOOD("y_string_unicode_U+FDD0_nonchar", "[\"\\uFDD0\"]"),
    GOOD("y_string_unicode_U+FFFE_nonchar", "[\"\\uFFFE\"]"),
    GOOD("y_string_unicode_escaped_double_quote", "[\"\\u0022\"]"),
    GOOD("y_string_utf8", "[\"\xE2\x82\xAC\xF0\x9D\x84\x9E\"]"),
    GOOD("y_string_with_del_character", "[\"a\x7F"
                                        "a\"]"),
    GOOD("y_structure_lonely_false", "false"),
    GOOD("y_structure_lonely_int", "42"),
    GOOD("y_structure_lonely_negative_real", "-0.1"),
    GOOD("y_structure_lonely_null", "null"),
    GOOD("y_structure_lonely_string", "\"asd\""),
    GOOD("y_structure_lonely_true", "true"),
    GOOD("y_structure_string_empty", "\"\""),
    GOOD("y_structure_trailing_newline", "[\"a\"]\n"),
    GOOD("y_structure_true_in_array", "[true]"),
    GOOD("y_structure_whitespace_array", " [] "),

    BAD("n_array_1_true_without_comma", "[1 true]", SYNTAX),
    BAD("n_array_a_invalid_utf8", "[a\xE5]", SYNTAX),
    BAD("n_array_colon_instead_of_comma", "[\"\": 1]", SYNTAX),
    BAD("n_array_comma_after_close", "[\"\"],", TRAILING),
    BAD("n_array_comma_and_number", "[,1]", SYNTAX),
    BAD("n_array_double_comma", "[1,,2]", SYNTAX),
    BAD("n_array_double_extra_comma", "[\"x\",,]", SYNTAX),
    BAD("n_array_extra_close", "[\"x\"]]", TRAILING),
    BAD("n_array_extra_comma", "[\"\",]", SYNTAX),
    BAD("n_array_incomplete", "[\"x\"", TRUNCATED),
    BAD("n_array_incomplete_invalid_value", "[x", SYNTAX),
    BAD("n_array_inner_array_no_comma", "[3[4]]", SYNTAX),
    BAD("n_array_invalid_utf8", "[\xFF]", SYNTAX),
    BAD("n_array_items_separated_by_semicolon", "[1:2]", SYNTAX),
    BAD("n_array_just_comma", "[,]", SYNTAX),
    BAD("n_array_just_minus", "[-]", NUMBER),
    BAD("n_array_missing_value", "[   , \"\"]", SYNTAX),
    BAD("n_array_newlines_unclosed", "[\"a\",\n4\n,1,", TRUNCATED),
    BAD("n_array_number_and_comma", "[1,]", SYNTAX),
    BAD("n_array_number_and_several_commas", "[1,,]", SYNTAX),
    BAD("n_array_spaces_vertical_tab_formfeed",
        "[\"\x0B"
        "a\"\\f]",
        CONTROL),
    BAD("n_array_star_inside", "[*]", SYNTAX),
    BAD("n_array_unclosed", "[\"\"", TRUNCATED),
    BAD("n_array_unclosed_trailing_comma", "[1,", TRUNCATED),
    BAD("n_array_unclosed_with_new_lines", "[1,\n1\n,1", TRUNCATED),
    BAD("n_array_unclosed_with_object_inside", "[{}", TRUNCATED),
    BAD("n_incomplete_false", "[fals]", SYNTAX),
    BAD("n_incomplete_null", "[nul]", SYNTAX),
    BAD("n_incomplete_true", "[tru]", SYNTAX),
    BAD("n_multidigit_number_then_00", "123\0", TRAILING),
    BAD("n_number_++", "[++1234]", SYNTAX),
    BAD("n_number_+1", "[+1]", SYNTAX),
    BAD("n_number_+Inf", "[+Inf]", SYNTAX),
    BAD("n_number_-01", "[-01]", NUMBER),
    BAD("n_number_-1.0.", "[-1.0.]", NUMBER),
    BAD("n_number_-2.", "[-2.]", NUMBER),
    BAD("n_number_-NaN", "[-NaN]", NUMBER),
    BAD("n_number_.-1", "[.-1]", SYNTAX),
    BAD("n_number_.2e-3", "[.2e-3]", SYNTAX),
    BAD("n_number_0.1.2", "[0.1.2]", NUMBER),
    BAD("n_number_0.3e+", "[0.3e+]", NUMBER),
    BAD("n_number_0.3e", "[0.3e]", NUMBER),
    BAD("n_number_0.e1", "[0.e1]", NUMBER),
    BAD("n_number_0_capital_E+", "[0E+]", NUMBER),
    BAD("n_number_0_capital_E", "[0E]", NUMBER),
    BAD("n_number_0e+", "[0e+]", NUMBER),
    BAD("n_number_0e", "[0e]", NUMBER),
    BAD("n_number_1.0e+", "[1.0e+]", NUMBER),
    BAD("n_number_1.0e-", "[1.0e-]", NUMBER),
    BAD("n_number_1.0e", "[1.0e]", NUMBER),
    BAD("n_number_1_000", "[1 000.0]", SYNTAX),
    BAD("n_number_1eE2", "[1eE2]", NUMBER),
    BAD("n_number_2.e+3", "[2.e+3]", NUMBER),
    BAD("n_number_2.e-3", "[2.e-3]", NUMBER),
    BAD("n_number_2.e3", "[2.e3]", NUMBER),
    BAD("n_number_9.e+", "[9.e+]", NUMBER),
    BAD("n_number_Inf", "[Inf]", SYNTAX),
    BAD("n_number_NaN", "[NaN]", SYNTAX),
    BAD("n_number_U+FF11_fullwidth_digit_one", "[\xEF\xBC\x91]", SYNTAX),
    BAD("n_number_expression", "[1+2]", NUMBER),
    BAD("n_number_hex_1_digit", "[0x1]", SYNTAX),
    BAD("n_number_hex_2_digits", "[0x42]", SYNTAX),
    BAD("n_number_infinity", "[Infinity]", SYNTAX),
    BAD("n_number_invalid+-", "[0e+-1]", NUMBER),
    BAD("n_number_invalid-negative-real", "[-123.123foo]", SYNTAX),
    BAD("n_number_invalid-utf-8-in-bigger-int", "[123\xE5]", SYNTAX),
    BAD("n_number_invalid-utf-8-in-exponent", "[1e1\xE5]", SYNTAX),
    BAD("n_number_invalid-utf-8-in-int", "[0\xE5]\n", SYNTAX),
    BAD("n_number_minus_infinity", "[-Infinity]", NUMBER),
    BAD("n_number_minus_sign_with_trailing_garbage", "[-foo]", NUMBER),
    BAD("n_number_minus_space_1", "[- 1]", NUMBER),
    BAD("n_number_neg_int_starting_with_zero", "[-012]", NUMBER),
    BAD("n_number_neg_real_without_int_part", "[-.123]", NUMBER),
    BAD("n_number_neg_with_garbage_at_end", "[-1x]", SYNTAX),
    BAD("n_number_real_garbage_after_e", "[1ea]", NUMBER),
    BAD("n_number_real_with_invalid_utf8_after_e", "[1e\xE5]", NUMBER),
    BAD("n_number_real_without_fractional_part", "[1.]", NUMBER),
    BAD("n_number_starting_with_dot", "[.123]", SYNTAX),
    BAD("n_number_with_alpha", "[1.2a-3]", SYNTAX),
    BAD("n_number_with_alpha_char", "[1.8011670033376514H-308]", SYNTAX),
    BAD("n_number_with_leading_zero", "[012]", NUMBER),
    BAD("n_number_-00.0", "[-00.0]", NUMBER),
    BAD("n_number_-00e0", "[-00e0]", NUMBER),
    BAD("n_number_00.0", "[00.0]", NUMBER),
    BAD("n_number_00e0", "[00e0]", NUMBER),
    BAD("n_object_bad_value", "[\"x\", truth]", SYNTAX),
    BAD("n_object_bracket_key", "{[: \"x\"}\n", SYNTAX),
    BAD("n_object_comma_instead_of_colon", "{\"x\", null}", SYNTAX),
    BAD("n_object_double_colon", "{\"x\"::\"b\"}", SYNTAX),
    BAD("n_object_emoji", "{\xF0\x9F\x87\xA8\xF0\x9F\x87\xAD}", SYNTAX),
    BAD("n_object_garbage_at_end", "{\"a\":\"a\" 123}", SYNTAX),
    BAD("n_object_key_with_single_quotes", "{key: 'value'}", SYNTAX),
    BAD("n_object_lone_continuation_byte_in_key_and_trailing_comma", "{\"\xB9\":\"0\",}", UTF8),
    BAD("n_object_missing_colon", "{\"a\" b}", SYNTAX),
    BAD("n_object_missing_key", "{:\"b\"}", SYNTAX),
    BAD("n_object_missing_semicolon", "{\"a\" \"b\"}", SYNTAX),
    BAD("n_object_missing_value", "{\"a\":", TRUNCATED),
    BAD("n_object_no-colon", "{\"a\"", TRUNCATED),
    BAD("n_object_non_string_key", "{1:1}", SYNTAX),
    BAD("n_object_non_string_key_but_huge_number_instead", "{9999E9999:1}", SYNTAX),
    BAD("n_object_repeated_null_null", "{null:null,null:null}", SYNTAX),
    BAD("n_object_several_trailing_commas", "{\"id\":0,,,,,}", SYNTAX),
    BAD("n_object_single_quote", "{'a':0}", SYNTAX),
    BAD("n_object_trailing_comma", "{\"id\":0,}", SYNTAX),
    BAD("n_object_trailing_comment", "{\"a\":\"b\"}/**/", TRAILING),
    BAD("n_object_trailing_comment_open", "{\"a\":\"b\"}/**//", TRAILING),
    BAD("n_object_trailing_comment_slash_open", "{\"a\":\"b\"}//", TRAILING),
    BAD("n_object_trailing_comment_slash_open_incomplete", "{\"a\":\"b\"}/", TRAILING),
    BAD("n_object_two_commas_in_a_row", "{\"a\":\"b\",,\"c\":\"d\"}", SYNTAX),
    BAD("n_object_unquoted_key", "{a: \"b\"}", SYNTAX),
    BAD("n_object_unterminated-value", "{\"a\":\"a", TRUNCATED),
    BAD("n_object_with_single_string", "{ \"foo\" : \"bar\", \"a\" }", SYNTAX),
    BAD("n_object_with_trailing_garbage", "{\"a\":\"b\"}#", TRAILING),
    BAD("n_single_space", " ", TRUNCATED),
    BAD("n_string_1_surrogate_then_escape", "[\"\\uD800\\\"]", SURROGATE),
    BAD("n_string_1_surrogate_then_escape_u", "[\"\\uD800\\u\"]", ESCAPE),
    BAD("n_string_1_surrogate_then_escape_u1", "[\"\\uD800\\u1\"]", ESCAPE),
    BAD("n_string_1_surrogate_then_escape_u1x", "[\"\\uD800\\u1x\"]", ESCAPE),
    BAD("n_string_accentuated_char_no_quotes", "[\xC3\xA9]", SYNTAX),
    BAD("n_string_backslash_00", "[\"\\\0\"]", ESCAPE),
    BAD("n_string_escape_x", "[\"\\x00\"]", ESCAPE),
    BAD("n_string_escaped_backslash_bad", "[\"\\\\\\\"]", TRUNCATED),
    BAD("n_string_escaped_ctrl_char_tab", "[\"\\\t\"]", ESCAPE),
    BAD("n_string_escaped_emoji", "[\"\\\xF0\x9F\x8C\x80\"]", ESCAPE),
    BAD("n_string_incomplete_escape", "[\"\\\"]", TRUNCATED),
    BAD("n_string_incomplete_escaped_character", "[\"\\u00A\"]", ESCAPE),
    BAD("n_string_incomplete_surrogate", "[\"\\uD834\\uDd\"]", ESCAPE),
    BAD("n_string_incomplete_surrogate_escape_invalid", "[\"\\uD800\\uD800\\x\"]", SURROGATE),
    BAD("n_string_invalid-utf-8-in-escape", "[\"\\u\xE5\"]", ESCAPE),
    BAD("n_string_invalid_backslash_esc", "[\"\\a\"]", ESCAPE),
    BAD("n_string_invalid_unicode_escape", "[\"\\uqqqq\"]", ESCAPE),
    BAD("n_string_invalid_utf8_after_escape", "[\"\\\xE5\"]", ESCAPE),
    BAD("n_string_leading_uescaped_thinspace", "[\\u0020\"asd\"]", SYNTAX),
    BAD("n_string_no_quotes_with_bad_escape", "[\\n]", SYNTAX),
    BAD("n_string_octal_escape", "[\"\\012\"]", ESCAPE),
    BAD("n_string_single_doublequote", "\"", TRUNCATED),
    BAD("n_string_single_quote", "['single quote']", SYNTAX),
    BAD("n_string_single_string_no_double_quotes", "abc", SYNTAX),
    BAD("n_string_start_escape_unclosed", "[\"\\", TRUNCATED),
    BAD("n_string_unescaped_crtl_char", "[\"a\0a\"]", NUL),
    BAD("n_string_unescaped_ctrl_char", "[\"a\0a\"]", NUL),
    BAD("n_string_unescaped_newline", "[\"new\nline\"]", CONTROL),
    BAD("n_string_unescaped_tab", "[\"\t\"]", CONTROL),
    BAD("n_string_unicode_CapitalU", "\"\\UA66D\"", ESCAPE),
    BAD("n_string_with_trailing_garbage", "\"\"x", TRAILING),
    BAD("n_structure_U+2060_word_joined", "[\xE2\x81\xA0]", SYNTAX),
    BAD("n_structure_UTF8_BOM_no_data", "\xEF\xBB\xBF", BOM),
    BAD("n_structure_angle_bracket_.", "<.>", SYNTAX),
    BAD("n_structure_angle_bracket_null", "[<null>]", SYNTAX),
    BAD("n_structure_array_trailing_garbage", "[1]x", TRAILING),
    BAD("n_structure_array_with_extra_array_close", "[1]]", TRAILING),
    BAD("n_structure_array_with_unclosed_string", "[\"asd]", TRUNCATED),
    BAD("n_structure_ascii-unicode-identifier", "a\xC3\xA5", SYNTAX),
    BAD("n_structure_capitalized_True", "[True]", SYNTAX),
    BAD("n_structure_close_unopened_array", "1]", TRAILING),
    BAD("n_structure_comma_instead_of_closing_brace", "{\"x\": true,", TRUNCATED),
    BAD("n_structure_double_array", "[][]", TRAILING),
    BAD("n_structure_end_array", "]", SYNTAX),
    BAD("n_structure_incomplete_UTF8_BOM", "\xEF\xBB{}", BOM),
    BAD("n_structure_lone-invalid-utf-8", "\xE5", SYNTAX),
    BAD("n_structure_lone-open-bracket", "[", TRUNCATED),
    BAD("n_structure_no_data", "", TRUNCATED),
    BAD("n_structure_null-byte-outside-string", "[\0]", SYNTAX),
    BAD("n_structure_number_with_trailing_garbage", "2@", TRAILING),
    BAD("n_structure_object_followed_by_closing_object", "{}}", TRAILING),
    BAD("n_structure_object_unclosed_no_value", "{\"\":", TRUNCATED),
    BAD("n_structure_object_with_comment", "{\"a\":/*comment*/\"b\"}", SYNTAX),
    BAD("n_structure_object_with_trailing_garbage", "{\"a\": true} \"x\"", TRAILING),
    BAD("n_structure_open_array_apostrophe", "['", SYNTAX),
    BAD("n_structure_open_array_comma", "[,", SYNTAX),
    BAD("n_structure_open_array_open_object", "[{", TRUNCATED),
    BAD("n_structure_open_array_open_string", "[\"a", TRUNCATED),
    BAD("n_structure_open_array_string", "[\"a\"", TRUNCATED),
    BAD("n_structure_open_object", "{", TRUNCATED),
    BAD("n_structure_open_object_close_array", "{]", SYNTAX),
    BAD("n_structure_open_object_comma", "{,", SYNTAX),
    BAD("n_structure_open_object_open_array", "{[", SYNTAX),
    BAD("n_structure_open_object_open_string", "{\"a", TRUNCATED),
    BAD("n_structure_open_object_string_with_apostrophes", "{'a'", SYNTAX),
    BAD("n_structure_open_open", "[\"\\{[\"\\{[\"\\{[\"\\{", ESCAPE),
    BAD("n_structure_single_eacute", "\xE9", SYNTAX),
    BAD("n_structure_single_star", "*", SYNTAX),
    BAD("n_structure_trailing_#", "{\"a\":\"b\"}#{}", TRAILING),
    BAD("n_structure_uescaped_LF_before_string", "[\\u000A\"\"]", SYNTAX),
    BAD("n_structure_unclosed_array", "[1", TRUNCATED),
    BAD("n_structure_unclosed_array_partial_null", "[ false, nul", TRUNCATED),
    BAD("n_structure_unclosed_array_unfinished_false", "[ true, fals", TRUNCATED),
    BAD("n_structure_unclosed_array_unfinished_true", "[ false, tru", TRUNCATED),
    BAD("n_structure_unclosed_object", "{\"asd\":\"asd\"", TRUNCATED),
    BAD("n_structure_unicode-identifier", "\xC3\xA5", SYNTAX),
    BAD("n_structure_whitespace_U+2060_word_joiner", "[\xE2\x81\xA0]", SYNTAX),
    BAD("n_structure_whitespace_formfeed", "[\x0C]", SYNTAX),

    /* A number is not converted unless it is picked, so no size of it is refused. */
    GOOD("i_number_double_huge_neg_exp", "[123.456e-789]"),
    GOOD("i_number_huge_exp",
         "[0.4e0066999999999999999999999999999999999999999999999999999999999999"
         "9999999999999999999999999999999999999999999999999999969999999006]"),
    GOOD("i_number_neg_int_huge_exp", "[-1e+9999]"),
    GOOD("i_number_pos_double_huge_exp", "[1.5e+9999]"),
    GOOD("i_number_real_neg_overflow", "[-123123e100000]"),
    GOOD("i_number_real_pos_overflow", "[123123e100000]"),
    GOOD("i_number_real_underflow", "[123e-10000000]"),
    GOOD("i_number_too_big_neg_int", "[-123123123123123123123123123123]"),
    GOOD("i_number_too_big_pos_int", "[100000000000000000000]"),
    GOOD("i_number_very_big_negative_int", "[-237462374673276894279832749832423479823246327846]"),
    BAD("i_object_key_lone_2nd_surrogate", "{\"\\uDFAA\":0}", SURROGATE),
    BAD("i_string_1st_surrogate_but_2nd_missing", "[\"\\uDADA\"]", SURROGATE),
    BAD("i_string_1st_valid_surrogate_2nd_invalid", "[\"\\uD888\\u1234\"]", SURROGATE),
    BAD("i_string_UTF-16LE_with_BOM", "\xFF\xFE[\0\"\0\xE9\0\"\0]\0", BOM),
    BAD("i_string_UTF-8_invalid_sequence", "[\"\xE6\x97\xA5\xD1\x88\xFA\"]", UTF8),
    BAD("i_string_UTF8_surrogate_U+D800", "[\"\xED\xA0\x80\"]", UTF8),
    BAD("i_string_incomplete_surrogate_and_escape_valid", "[\"\\uD800\\n\"]", SURROGATE),
    BAD("i_string_incomplete_surrogate_pair", "[\"\\uDd1ea\"]", SURROGATE),
    BAD("i_string_incomplete_surrogates_escape_valid", "[\"\\uD800\\uD800\\n\"]", SURROGATE),
    BAD("i_string_invalid_lonely_surrogate", "[\"\\ud800\"]", SURROGATE),
    BAD("i_string_invalid_surrogate", "[\"\\ud800abc\"]", SURROGATE),
    BAD("i_string_invalid_utf-8", "[\"\xFF\"]", UTF8),
    BAD("i_string_inverted_surrogates_U+1D11E", "[\"\\uDd1e\\uD834\"]", SURROGATE),
    BAD("i_string_iso_latin_1", "[\"\xE9\"]", UTF8),
    BAD("i_string_lone_second_surrogate", "[\"\\uDFAA\"]", SURROGATE),
    BAD("i_string_lone_utf8_continuation_byte", "[\"\x81\"]", UTF8),
    BAD("i_string_not_in_unicode_range", "[\"\xF4\xBF\xBF\xBF\"]", UTF8),
    BAD("i_string_overlong_sequence_2_bytes", "[\"\xC0\xAF\"]", UTF8),
    BAD("i_string_overlong_sequence_6_bytes", "[\"\xFC\x83\xBF\xBF\xBF\xBF\"]", UTF8),
    BAD("i_string_overlong_sequence_6_bytes_null", "[\"\xFC\x80\x80\x80\x80\x80\"]", UTF8),
    BAD("i_string_truncated-utf-8", "[\"\xE0\xFF\"]", UTF8),
    BAD("i_string_utf16BE_no_BOM", "\0[\0\"\0\xE9\0\"\0]", SYNTAX),
    BAD("i_string_utf16LE_no_BOM", "[\0\"\0\xE9\0\"\0]\0", SYNTAX),
    BAD("i_structure_UTF-8_BOM_empty_object", "\xEF\xBB\xBF{}", BOM),
};

static void test_suite(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct json_outcome got = json_feed_all(rows[i].text);
        enum pn_step want = rows[i].reason == PN_REASON_NONE ? PN_DONE : PN_REFUSED;
        TEST_ASSERT_EQUAL_STRING_MESSAGE(pn_reason_name(rows[i].reason).at,
                                         pn_reason_name(got.reason).at, rows[i].name);
        TEST_ASSERT_EQUAL_INT_MESSAGE(want, got.step, rows[i].name);
    }
}

/* `count` times `piece`, whole, against one reason and offset. */
static void expect_deep(const char *piece, size_t count, enum pn_reason reason, uint64_t offset)
{
    size_t len = strlen(piece);
    char *text = malloc(len * count);

    for (size_t i = 0; i < count; i++) memcpy(text + i * len, piece, len);
    struct json_outcome got = json_feed(pn_slice(text, len * count), len * count, 1, NULL);
    TEST_ASSERT_EQUAL_INT(PN_REFUSED, got.step);
    TEST_ASSERT_EQUAL_STRING(pn_reason_name(reason).at, pn_reason_name(got.reason).at);
    TEST_ASSERT_EQUAL_UINT64(offset, got.offset);
    free(text);
}

static void test_deep(void)
{
    expect_deep("[", 100000, PN_REASON_JSON_DEPTH, 64); /* n_structure_100000_opening_arrays */
    expect_deep("[{\"\":", 50000, PN_REASON_JSON_DEPTH, 160); /* n_structure_open_array_object */
    expect_deep("[", 500, PN_REASON_JSON_DEPTH, 64);          /* i_structure_500_nested_arrays */
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_suite);
    RUN_TEST(test_deep);
    return UNITY_END();
}
