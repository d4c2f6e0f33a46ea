/* see seccomp.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined __x86_64__
#define MACHINE AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define MACHINE AUDIT_ARCH_AARCH64
#endif

bool pn_seccomp_possible(void)
{
#ifdef MACHINE
    uint32_t action = SECCOMP_RET_ALLOW;

    return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
#else
    return false;
#endif
}

#ifdef MACHINE

/* x86-64 has older forms of some, which its libc uses; aarch64 has only the newer ones. */
/* clang-format off */
static const uint16_t common[] = {
    /* files */
    SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_pwrite64, SYS_openat, SYS_close,
    SYS_fstat, SYS_newfstatat, SYS_statx, SYS_lseek, SYS_fcntl, SYS_flock, SYS_fsync,
    SYS_fdatasync, SYS_ftruncate, SYS_fallocate, SYS_renameat, SYS_renameat2, SYS_unlinkat,
    SYS_mkdirat, SYS_getdents64, SYS_readlinkat, SYS_faccessat, SYS_faccessat2, SYS_msync,
    /* memory; what may become executable is looked at below */
    SYS_munmap, SYS_mremap, SYS_madvise, SYS_brk, SYS_mlock, SYS_munlock,
    /* threads and signals of this process */
    SYS_futex, SYS_sched_yield, SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn,
    SYS_tgkill, SYS_tkill, SYS_kill, SYS_getpid, SYS_gettid, SYS_exit, SYS_exit_group, SYS_rseq,
    SYS_set_robust_list, SYS_restart_syscall,
    /* time and chance */
    SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep, SYS_nanosleep, SYS_gettimeofday,
    SYS_getrandom,
    /* waiting, and telling the other end of a socket that is there */
    SYS_ppoll, SYS_sendto,
#ifdef __x86_64__
    SYS_poll, SYS_open, SYS_stat, SYS_lstat, SYS_access, SYS_rename, SYS_unlink, SYS_rmdir,
    SYS_mkdir, SYS_readlink, SYS_time,
#endif
};
static const uint16_t sockets[] = {
    SYS_epoll_pwait, SYS_epoll_ctl, SYS_recvfrom, SYS_recvmsg, SYS_sendmsg, SYS_accept4,
    SYS_connect, SYS_shutdown, SYS_getsockopt, SYS_setsockopt, SYS_getsockname, SYS_getpeername,
#ifdef __x86_64__
    SYS_epoll_wait,
#endif
};
static const uint16_t watching[] = { SYS_inotify_init1, SYS_inotify_add_watch };
/* clang-format on */

enum {
    COMMON = sizeof common / sizeof common[0],
    SOCKETS = sizeof sockets / sizeof sockets[0],
    WATCHING = sizeof watching / sizeof watching[0],
    HEAD = 4,
    TAIL = 14,
    LENGTH_MAX = HEAD + COMMON + SOCKETS + WATCHING + TAIL,
};

_Static_assert(LENGTH_MAX < 250, "a jump reaches 255 instructions");

#define LOAD(member) \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, member))
#define IS(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), yes, no)
#define HAS(bits, yes, no) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (uint32_t)(bits), yes, no)
#define END(what)          BPF_STMT(BPF_RET | BPF_K, (uint32_t)(what))

/* Arguments are 64 bit, least significant half first on both machines; the other half says nothing
 * that matters here: the kernel takes an int. Of ioctl(2) those are denied that type into a terminal,
 * which the gateway may have got from whoever started it. */
static uint16_t write_program(struct sock_filter program[LENGTH_MAX], enum pn_seccomp_whose whose)
{
    bool gateway = whose == PN_SECCOMP_GATEWAY;
    const uint16_t *more = gateway ? sockets : watching;
    uint16_t more_count = gateway ? SOCKETS : WATCHING;
    static const struct sock_filter head[HEAD] = {
        LOAD(arch),
        IS(MACHINE, 1, 0),
        END(SECCOMP_RET_KILL_PROCESS),
        LOAD(nr),
    };
    static const struct sock_filter tail[TAIL] = {
        /* 0 */ IS(SYS_mmap, 3, 0),
        /* 1 */ IS(SYS_mprotect, 2, 0),
        /* 2 */ IS(SYS_socket, 3, 0),
        /* 3 */ IS(SYS_ioctl, 5, 8),
        /* 4 */ LOAD(args[2]),
        /* 5 */ HAS(PROT_EXEC, 6, 7),
        /* 6 */ LOAD(args[0]),
        /* 7 */ IS(AF_INET, 5, 0),
        /* 8 */ IS(AF_INET6, 4, 3),
        /* 9 */ LOAD(args[1]),
        /* 10 */ IS(TIOCSTI, 1, 0),
        /* 11 */ IS(TIOCLINUX, 0, 1),
        /* 12 */ END(SECCOMP_RET_ERRNO | EPERM),
        /* 13 */ END(SECCOMP_RET_ALLOW),
    };

    uint16_t count = (uint16_t)(COMMON + more_count), length = (uint16_t)(HEAD + count + TAIL);
    for (int i = 0; i < HEAD; i++) program[i] = head[i];
    for (int i = 0; i < count; i++) {
        int at = HEAD + i, yes = length - 1; /* the last instruction allows */
        uint16_t call = i < COMMON ? common[i] : more[i - COMMON];
        program[at] = (struct sock_filter)IS(call, (uint8_t)(yes - at - 1), 0);
    }
    for (int i = 0; i < TAIL; i++) program[HEAD + count + i] = tail[i];
    if (!gateway) program[HEAD + count + 2] = (struct sock_filter)IS(SYS_socket, 9, 0); /* none */
    return length;
}

bool pn_seccomp_enforce(enum pn_seccomp_whose whose)
{
    struct sock_filter filter[LENGTH_MAX];
    struct sock_fprog program = { .len = write_program(filter, whose), .filter = filter };

    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                   SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG, &program) == 0;
}

#else

bool pn_seccomp_enforce(enum pn_seccomp_whose whose)
{
    (void)whose;
    errno = ENOSYS;
    return false;
}

#endif
