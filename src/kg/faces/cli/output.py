"""Where answers go: standard output or a file that is replaced only when whole; and what is done when they cannot."""

from __future__ import annotations

import errno
import os
import stat
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from kg.errors import KgError, OutputError, StoreError, reason
from kg.terms import Text

_KERNEL: Final = ("/dev/", "/proc/")
"""Names such as /dev/stdout lead to a file that another program holds open, and is not to be replaced under its hands."""
_STREAMS: Final = (("stdin", os.O_WRONLY, "r"), ("stdout", os.O_RDONLY, "w"), ("stderr", os.O_WRONLY, "w"))
"""The standard streams, and the way to open /dev/null in their place so that the wrong use fails and stderr is lost."""


def write(text: str, output: str | None) -> None:
    """Write *text*.

    Args:
        text: what to write.
        output: a file; None or ``-`` means standard output. A regular file, or one that is not there yet, is replaced
            when the whole text is on the disk, at the end of its symbolic links; a device or a pipe is written into.

    Raises:
        OutputError: it cannot be written; what was there is as it was.
    """
    if output in (None, "-"):
        sys.stdout.write(text)
        return
    assert output is not None
    try:
        mode = _mode(output)
        if mode is not None and (not stat.S_ISREG(mode) or output.startswith(_KERNEL)):
            Path(output).write_text(text, encoding="utf-8", newline="")
        else:
            _replace(Path(os.path.realpath(output)), text, _default_mode() if mode is None else stat.S_IMODE(mode))
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise
        raise _unwritable(f"“{output}”", error) from error


def _mode(output: str) -> int | None:
    """Type and permissions of what *output* leads to; None if it is not there yet."""
    if not output:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    if output.endswith(os.sep):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    try:
        mode = Path(output).stat().st_mode
    except FileNotFoundError:
        return None
    if not os.access(output, os.W_OK):  # to replace it, only its folder would have to be open to us
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return mode


def _replace(target: Path, text: str, mode: int) -> None:
    """Put *text* in the place of the file *target*, or leave everything as it was."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", newline="", dir=target.parent, prefix=f".{target.name[:40]}.", delete=False
    ) as beside:
        try:
            beside.write(text)
            beside.flush()
            Path(beside.name).chmod(mode)
            Path(beside.name).replace(target)
        except BaseException:
            Path(beside.name).unlink()
            raise


def _default_mode() -> int:
    """The permissions of a new file, which a temporary one does not have."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def open_streams() -> None:
    """Make every standard stream usable: a closed one fails when it is used, and a file never takes its number.

    What a stream's encoding lacks is written as an escape (``\\u6bd4``), so that no answer is lost to it.
    """
    for number, (name, how, mode) in enumerate(_STREAMS):
        try:
            os.fstat(number)
        except OSError:
            taken = os.open(os.devnull, how)
            if taken != number:
                os.dup2(taken, number)
                os.close(taken)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))
    for stream in (sys.stdout, sys.stderr):
        adapt: Any = getattr(stream, "reconfigure", None)
        if adapt:
            adapt(errors="backslashreplace")


def failed(error: OSError) -> KgError | None:
    """What an OSError that nobody expected means to the reader; None if it is a pipe that its reader has closed."""
    if error.errno is None:  # raised by the engine, which gives only a text
        return StoreError(
            Text(f"读不了图谱:{error}", f"the graph cannot be read: {error}"),
            hint=Text("运行 kg build --force 重建", "run kg build --force to make it anew"),
        )
    if error.filename is None:
        silence(sys.stdout)
        return None if error.errno == errno.EPIPE else _unwritable(None, error)
    return _unwritable(f"“{error.filename}”", error)


def silence(stream: Any) -> None:
    """Send the rest of *stream* nowhere, so that Python does not complain at its end (its library's note on SIGPIPE)."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _unwritable(name: str | None, error: OSError) -> OutputError:
    why, place = reason(error), Text(name or "标准输出", name or "standard output")
    return OutputError(
        Text(f"写不了{place.zh}:{why.zh}", f"cannot write {place.en}: {why.en}"),
        hint=Text(
            "检查文件夹、权限与磁盘空间,或换一个去处" if name else "检查重定向的去处与磁盘空间",
            "check the folder, the permissions and the space on the disk, or name another file"
            if name
            else "check where it is redirected to, and the space on that disk",
        ),
    )
