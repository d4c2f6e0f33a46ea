/* see log.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static const char *level_name(enum pn_log_level level)
{
    switch (level) {
    case PN_LOG_WARNING: return "warning: ";
    case PN_LOG_ERROR: return "error: ";
    case PN_LOG_INFO: break;
    }
    return "";
}

void pn_log(enum pn_log_level level, const char *format, ...)
{
    char line[1024];
    va_list arguments;

    int len = snprintf(line, sizeof line, "postern: %s", level_name(level));
    va_start(arguments, format);
    len += vsnprintf(line + len, sizeof line - 1 - (size_t)len, format, arguments);
    va_end(arguments);
    if (len > (int)sizeof line - 2) len = (int)sizeof line - 2;
    line[len++] = '\n';
    if (write(STDERR_FILENO, line, (size_t)len) < 0) return; /* nobody is left to be told */
}
