# tracee.py - make a thread of a running program call the kernel, as if its own code did: what a
# sandbox is worth shows from inside only. x86-64.
# SPDX-License-Identifier: Apache-2.0
import ctypes
import os
import platform

ATTACH, DETACH, PEEK, POKE, STEP, GETREGS, SETREGS = 16, 17, 1, 4, 9, 12, 13
CALLS = {'open': 2, 'mmap': 9, 'mprotect': 10, 'socket': 41, 'connect': 42, 'accept4': 288, 'bind': 49, 'listen': 50, 'clone': 56, 'fork': 57,
         'execve': 59, 'kill': 62, 'unlink': 87, 'ptrace': 101, 'setuid': 105, 'chroot': 161, 'mount': 165,
         'openat': 257, 'getpid': 39, 'io_uring_setup': 425, 'bpf': 321, 'keyctl': 250}
NAMES = ('r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base '
         'ds es fs gs').split()


class Registers(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in NAMES]


libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.restype = ctypes.c_long
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def ptrace(request, thread, address=0, data=0):
    ctypes.set_errno(0)
    result = libc.ptrace(request, thread, address, data)
    if ctypes.get_errno():
        raise OSError(ctypes.get_errno(), f'ptrace {request}')
    return result & 0xffffffffffffffff


def possible():
    return platform.machine() == 'x86_64'


class Tracee:
    """One thread, stopped for as long as this is used in `with`."""

    def __init__(self, thread):
        self.thread = thread

    def __enter__(self):
        ptrace(ATTACH, self.thread)
        os.waitpid(self.thread, 0x40000000)  # __WALL
        self.before = Registers()
        ptrace(GETREGS, self.thread, 0, ctypes.addressof(self.before))
        return self

    def __exit__(self, *_):
        ptrace(SETREGS, self.thread, 0, ctypes.addressof(self.before))
        ptrace(DETACH, self.thread)

    def call(self, name, *arguments):
        """The kernel's answer, negative for an error. Texts are laid on the thread's stack."""
        registers = Registers.from_buffer_copy(self.before)
        stack = (self.before.rsp - 4096) & ~15
        values = []
        for argument in arguments:
            if isinstance(argument, bytes):
                padded = argument + bytes(8 - len(argument) % 8)
                for i in range(0, len(padded), 8):
                    ptrace(POKE, self.thread, stack + i, int.from_bytes(padded[i:i + 8], 'little'))
                argument, stack = stack, stack + len(padded)
            values.append(argument & 0xffffffffffffffff)
        # It waits in a call, so the instruction before is the one that calls.
        assert ptrace(PEEK, self.thread, self.before.rip - 2) & 0xffff == 0x050f, 'not in a system call'
        registers.rip = self.before.rip - 2
        registers.rax, registers.orig_rax = CALLS[name], 0xffffffffffffffff
        for register, value in zip(('rdi', 'rsi', 'rdx', 'r10', 'r8', 'r9'), values):
            setattr(registers, register, value)
        ptrace(SETREGS, self.thread, 0, ctypes.addressof(registers))
        ptrace(STEP, self.thread)
        os.waitpid(self.thread, 0x40000000)
        ptrace(GETREGS, self.thread, 0, ctypes.addressof(registers))
        return ctypes.c_int64(registers.rax).value
