/* typed_json.h - a value of the evaluator as JSON that says its type.
 *
 *     {"int":"5"}  {"uint":"7"}  {"double":"1.5"}  {"string":"a"}  {"bytes":"<base64>"}
 *     {"bool":true}  {"null":true}  {"list":[...]}  {"map":[[key,value],...]}
 *     {"timestamp":"2026-11-20T23:35:18Z"}  {"duration":"90s"}  {"type":"int"}
 *     {"error":"division by zero"}  {"unknown":true}
 *
 * Numbers are text, so that no reader rounds them; doubles that are not finite are "NaN",
 * "Infinity" and "-Infinity". Values of types that none of these has, such as addresses, are
 * {"opaque":"net.IP"}.
 *
 * No libc beyond mem*: the same object writes results on a device. Reading is typed_json_read.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_TYPED_JSON_H
#define TOOLS_TYPED_JSON_H

#include "policy/machine.h"

/* Lists and maps in one another deeper than this are written as an error. */
#define TYPED_JSON_DEPTH_MAX 32

/* Append `value`, which `machine` computed; escaped strings are unescaped into its scratch. */
void typed_json_write(struct pn_writer *w, struct pn_machine *machine,
                      const struct pn_value *value);

/* A container of compiled expressions, so that a device runs what was compiled elsewhere: for each a
 * u32 length, little-endian, and that many bytes, the body of a policy whose code block 0 computes
 * the value. Length 0: it did not compile. */
enum { TYPED_JSON_CASE_HEAD_BYTES = 4 };

#endif
