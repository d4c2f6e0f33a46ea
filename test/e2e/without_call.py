# without_call.py NUMBER PROGRAM ARGUMENTS - run a program on a kernel that lacks one system call, as far as
# the program can tell: an old one, or a container that forbids it.
# SPDX-License-Identifier: Apache-2.0
import ctypes
import os
import struct
import sys

PRCTL_NO_NEW_PRIVS, PRCTL_SECCOMP, ENOSYS = 38, 22, 38
libc = ctypes.CDLL(None, use_errno=True)
program = b''.join(struct.pack('HBBI', *line) for line in (
    (0x20, 0, 0, 0), (0x15, 0, 1, int(sys.argv[1])), (0x06, 0, 0, 0x00050000 | ENOSYS), (0x06, 0, 0, 0x7fff0000)))
text = ctypes.create_string_buffer(program)


class Program(ctypes.Structure):
    _fields_ = [('len', ctypes.c_ushort), ('filter', ctypes.c_void_p)]


if libc.prctl(PRCTL_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or \
        libc.prctl(PRCTL_SECCOMP, 2, ctypes.byref(Program(4, ctypes.addressof(text)))) != 0:
    sys.exit('no filters at all')
os.execvp(sys.argv[2], sys.argv[2:])
