/* tls_clock.c - what time it is, for the library.
 * SPDX-License-Identifier: Apache-2.0 */
#include <mbedtls/platform.h>
#include <mbedtls/platform_time.h>
#include <mbedtls/platform_util.h>
#include <string.h>

#include "core/base/civil.h"
#include "platforms/mbedtls/tls_engine.h"
#include "port/port_clock.h"

/* While nobody has told the time, or the clock is behind a time that has passed, it is 1970;
 * tls_session.c then calls no certificate valid. */
static mbedtls_time_t now(mbedtls_time_t *at)
{
    int64_t unix_ms = port_clock_sure_ms();
    mbedtls_time_t seconds = unix_ms < 0 ? 0 : (mbedtls_time_t)(unix_ms / 1000);

    if (at) *at = seconds;
    return seconds;
}

mbedtls_ms_time_t mbedtls_ms_time(void)
{
    return (mbedtls_ms_time_t)port_clock_ms();
}

struct tm *mbedtls_platform_gmtime_r(const mbedtls_time_t *tt, struct tm *tm_buf)
{
    struct pn_civil_parts parts = pn_civil_parts((int64_t)*tt);
    struct pn_date date = pn_date_of_days(parts.days);

    memset(tm_buf, 0, sizeof *tm_buf);
    tm_buf->tm_year = (int)date.year - 1900;
    tm_buf->tm_mon = (int)date.month - 1;
    tm_buf->tm_mday = (int)date.day;
    tm_buf->tm_hour = (int)(parts.second / 3600);
    tm_buf->tm_min = (int)(parts.second / 60 % 60);
    tm_buf->tm_sec = (int)(parts.second % 60);
    return tm_buf;
}

enum pn_hooks pn_tls_clock_install(void)
{
    return mbedtls_platform_set_time(now) == 0 ? PN_HOOKS_INSTALLED : PN_HOOKS_FAILED;
}
