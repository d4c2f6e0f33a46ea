/* eval_repl.h - expressions asked for, one line each.
 *
 *     > :let limit = 500
 *     > 4 * limit
 *     2000
 *     > _ / 0
 *     expression:1:3: error: this is always an error: division by zero
 *         _ / 0
 *           ^
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_EVAL_REPL_H
#define TOOLS_EVAL_REPL_H

#include "tools/eval_case.h"

enum eval_repl_form { EVAL_REPL_TEXT, EVAL_REPL_JSON };

/* Read standard input to its end or to :quit. `eval` says what is bound at first; what :let binds
 * is kept in `arena`. Returns the exit status, 0. */
int eval_repl(struct eval_case *eval, struct arena *arena, enum eval_repl_form form);

#endif
