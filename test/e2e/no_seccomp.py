# no_seccomp.py PROGRAM ARGUMENTS - run a program that may not make filters of its own: an old kernel,
# or a container that forbids it, as far as the program can tell.
# SPDX-License-Identifier: Apache-2.0
import ctypes
import os
import struct
import sys

SECCOMP, PRCTL_NO_NEW_PRIVS, PRCTL_SECCOMP = {'x86_64': 317, 'aarch64': 277}[os.uname().machine], 38, 22
libc = ctypes.CDLL(None, use_errno=True)
program = b''.join(struct.pack('HBBI', *line) for line in (
    (0x20, 0, 0, 0), (0x15, 0, 1, SECCOMP), (0x06, 0, 0, 0x00050000 | 38), (0x06, 0, 0, 0x7fff0000)))
text = ctypes.create_string_buffer(program)


class Program(ctypes.Structure):
    _fields_ = [('len', ctypes.c_ushort), ('filter', ctypes.c_void_p)]


if libc.prctl(PRCTL_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or \
        libc.prctl(PRCTL_SECCOMP, 2, ctypes.byref(Program(4, ctypes.addressof(text)))) != 0:
    sys.exit('no filters at all')
os.execv(sys.argv[1], sys.argv[1:])
