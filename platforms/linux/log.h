/* log.h - lines for the operator on standard error.
 *
 * One line each, "postern: level: text", written with one system call and without allocating, so
 * that it may be used after ready and from any thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_LOG_H
#define PN_LINUX_LOG_H

enum pn_log_level { PN_LOG_INFO, PN_LOG_WARNING, PN_LOG_ERROR };

/* Formats as printf() does; what does not fit 1,000 bytes is cut. */
void pn_log(enum pn_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
