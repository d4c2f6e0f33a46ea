#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The clock jumps back: a policy that came to its end does not come to life again, no older one is
# let in, and it is said once. The clock is set for the gateway alone, by a library put before the C
# library's, which the static release binary would not take: this is for the other builds.
# label: unit slow
# timeout: 600
. "${POSTERN_SRC:-$(cd "$(dirname "$0")/../../.." && pwd)}/test/tools/seal/gate.sh"
command -v cc >/dev/null || { echo 'skipped: no C compiler'; exit 77; }

cat >clock.c <<'END'
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const char *offset; /* the file, for a process that will open none */

__attribute__((constructor)) static void map(void)
{
    int file = open(getenv("CLOCK_OFFSET"), O_RDONLY);
    void *at = mmap(NULL, 32, PROT_READ, MAP_SHARED, file, 0);

    if (at != MAP_FAILED) offset = at;
    close(file);
}

int clock_gettime(clockid_t clock, struct timespec *at)
{
    int result = (int)syscall(SYS_clock_gettime, clock, at);

    if (clock == CLOCK_REALTIME && offset) at->tv_sec += strtoll(offset, NULL, 10);
    return result;
}

time_t time(time_t *at)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}
END
cc -shared -fPIC -o clock.so clock.c 2>made.log || { echo 'skipped: no shared libraries'; exit 77; }
set_clock() { # SECONDS from the right time
    printf '%-31s\n' "$1" | dd of=offset bs=32 conv=notrunc 2>/dev/null
}
set_clock 0
real=$postern
cat >postern <<END
#!/bin/sh
# A process that has shut itself in could not read what the clock says.
[ "\$1" = serve ] && set -- "\$@" --sandbox off
ASAN_OPTIONS=\${ASAN_OPTIONS:+\$ASAN_OPTIONS:}verify_asan_link_order=0 LD_PRELOAD=$folder/clock.so \\
    CLOCK_OFFSET=$folder/offset exec "$real" "\$@"
END
chmod +x postern

day=86400
{
    key signer
    "$real" policy build "$root/policy/examples/support-desk" -o body
    set_clock $((-9 * day))
    ./postern policy sign body -k signer.key -o old.blob --sequence 8 --expires 1d
    set_clock 0
    sign now signer --sequence 7 --expires 2d
    sign later signer --sequence 9 --expires 30d
} >made.log
device '{keys: [signer.pub]}'
postern=$folder/postern
start
put now.blob 200 '"sequence":7,'
says /readyz 'ready'

# Set back while it runs: said once, and what ended in the meantime is not let in
set_clock $((-9 * day))
put old.blob 422 seal_expired
logged 'the clock went back by 7'
recorded '"event":"clock_behind","detail":"by 7[0-9]* s"'
says /readyz 'ready'
[ "$(grep -c 'the clock went back' gate.log)" = 1 ] || fail 'it is said more than once'

# It is kept: over a restart too, and said again
restart
put old.blob 422 seal_expired
logged 'the clock went back by 7'
[ "$(grep -c 'the clock went back' gate.log)" = 2 ] || fail 'after a restart it is not said'
set_clock 0
logged 'the clock is no longer behind'

# Ahead for a moment and set right again, which is no harm
set_clock $((9 * day))
says_soon /readyz 'policy_expired'
set_clock 0
says_soon /readyz '^ready'
put later.blob 200 '"sequence":9,'
[ "$(grep -c 'the clock went back' gate.log)" = 2 ] || fail 'set right is not set back'
echo 'the clock that went back brought nothing back'
