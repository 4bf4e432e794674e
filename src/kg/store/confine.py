"""Confines a process that evaluates users' queries: no sockets, limited memory, no core dump.

A SERVICE clause makes Oxigraph open a connection. A process that evaluates users' queries therefore calls
:func:`confine` first; the operating system then refuses to open a socket. Access to files is not limited.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import sys
from pathlib import Path
from typing import Final

from kg.errors import LimitReached
from kg.terms import Text

_LINUX: Final = {"x86_64": (0xC000003E, 41, 317), "aarch64": (0xC00000B7, 198, 277)}
"""Machine → its AUDIT_ARCH (linux/audit.h) and its call numbers of socket(2) and seccomp(2) (asm/unistd_64.h, unistd.h)."""
_URING: Final = 425  # io_uring_setup(2), same number on every machine: io_uring can open sockets without socket(2)
_X32: Final = (
    0x40000000  # __X32_SYSCALL_BIT marks the x32 call numbers of x86_64; no other machine has numbers this high
)
_NO_NEW_PRIVS, _FILTER, _ALL_THREADS = 38, 1, 1  # linux/prctl.h, linux/seccomp.h (SECCOMP_FILTER_FLAG_TSYNC)
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_JMP|JGE|K, BPF_RET|K
_NUMBER, _MACHINE = 0, 4  # offsets in struct seccomp_data
_MACOS: Final = b"(version 1)(allow default)(deny network*)"


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("k", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction)))


def confine(memory: int) -> None:
    """Limit this process, its threads and its future children; this cannot be undone.

    Sockets stay possible on systems for which no method is implemented here (see :func:`network_closed`).

    Args:
        memory: bytes of address space that the process may add to its present size. Systems without
            ``/proc/self/statm`` (macOS) do not report the present size; there, memory is not limited.
    """
    _limit(resource.RLIMIT_CORE, 0)
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        pages = 0
    if pages:
        _limit(resource.RLIMIT_AS, pages * resource.getpagesize() + memory)
    if sys.platform == "darwin":
        ctypes.CDLL("/usr/lib/libSystem.B.dylib").sandbox_init(
            _MACOS, ctypes.c_uint64(0), ctypes.byref(ctypes.c_char_p())
        )
    elif sys.platform == "linux" and os.uname().machine in _LINUX and sys.maxsize > 2**32:
        _filter_calls(*_LINUX[os.uname().machine])


def peak_memory() -> int:
    """Peak memory of this process in bytes. getrusage(2) counts in KiB, on macOS in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def network_closed() -> bool:
    """Whether confinement prevents sockets on this machine; tests it in a new process."""
    import subprocess

    program = f"import sys; sys.path[:] = sys.argv[1:]; from {__name__} import _try; _try()"
    command = [sys.executable, "-I", "-S", "-c", program, *sys.path]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0


def _limit(kind: int, most: int) -> None:
    hard = resource.getrlimit(kind)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (most, most))


def _filter_calls(machine: int, socket_call: int, seccomp_call: int) -> None:
    """Install a seccomp(2) filter that refuses the system calls which open sockets. No effect on a kernel without it."""
    lines = (
        (_LOAD, 0, 0, _MACHINE),
        (_EQUAL, 0, 5, machine),  # refuse 32-bit calls: their numbers differ, and this process makes none
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 3, 0, _X32),
        (_EQUAL, 2, 0, socket_call),
        (_EQUAL, 1, 0, _URING),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    )
    program = _Program(len(lines), (_Instruction * len(lines))(*(_Instruction(*line) for line in lines)))
    libc = ctypes.CDLL(None)
    libc.prctl(_NO_NEW_PRIVS, *map(ctypes.c_ulong, (1, 0, 0, 0)))
    libc.syscall(
        ctypes.c_long(seccomp_call), ctypes.c_ulong(_FILTER), ctypes.c_ulong(_ALL_THREADS), ctypes.byref(program)
    )


def _try() -> None:
    import socket

    confine(2**30)
    try:
        socket.socket().close()
    except PermissionError:
        return
    sys.exit("a socket was opened")


def out_of_time(seconds: float) -> LimitReached:
    """The error for a query that exceeded its time limit."""
    return LimitReached(
        Text(f"查询超过 {seconds:g} 秒,已终止", f"the query took more than {seconds:g} s and was stopped"),
        hint=Text("缩小范围,或放宽时限", "narrow it, or allow more time"),
    )


def ended() -> LimitReached:
    """The error for a query whose process died, or ran out of memory or stack."""
    return LimitReached(
        Text("查询用尽了内存或嵌套过深,已终止", "the query ran out of memory or is nested too deeply, and was stopped"),
        hint=Text("缩小范围,或写得浅一些", "narrow it, or nest less"),
    )
