/* SPDX-License-Identifier: Apache-2.0 */
/* form.h - a body of application/x-www-form-urlencoded (WHATWG URL, 5.1), taken apart.
 *
 * It is decoded where it lies, so it needs no memory of its own. Stricter than browsers are: an
 * escape is two hexadecimal digits and stands for no control character, a name is not empty. */
#ifndef PN_HTTP_FORM_H
#define PN_HTTP_FORM_H

#include "core/base/step.h"

/* What is left of a form; begins with all of it. */
struct pn_form {
    uint8_t *at;
    size_t len;
};

/* Take the next pair from the front. Both borrow from the form's bytes.
 *
 *   PN_MORE     a name and its value, which may be empty
 *   PN_DONE     there is no more
 *   PN_REFUSED  not such a form */
enum pn_step pn_form_next(struct pn_form *form, struct pn_slice *name, struct pn_slice *value);

/* Decode `len` bytes at `at` where they lie; what is left over is zeroed. False: as PN_REFUSED
 * above. */
bool pn_form_decode(uint8_t *at, size_t len, struct pn_slice *text);

#endif
