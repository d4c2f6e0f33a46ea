/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "port/port_panic.h"

_Noreturn void port_panic(const char *file, int line)
{
    fprintf(stderr, "postern: a promise was broken at %s:%d; stopping\n", file, line);
    abort();
}
