"""Writing to standard output or a file, which is replaced only when everything is written; errors of writing."""

from __future__ import annotations

import errno
import os
import stat
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from kg.errors import KgError, OutputError, StoreError, UsageProblem, reason
from kg.terms import Text

_KERNEL: Final = ("/dev/", "/proc/")
"""A path below these, such as /dev/stdout, leads to a file that a program has open: it is written to, not replaced."""
_STREAMS: Final = (("stdin", os.O_WRONLY, "r"), ("stdout", os.O_RDONLY, "w"), ("stderr", os.O_WRONLY, "w"))
"""The standard streams: name, flags to open /dev/null in its place, mode.

The flags are the wrong ones for stdin and stdout, so that using a closed one fails; what is written to stderr is lost.
"""


def write(text: str | bytes, output: str | None) -> None:
    """Write *text*.

    Args:
        text: what to write; bytes go into a file only.
        output: a file; None or ``-`` means standard output. Symbolic links are followed. A regular file is created or
            replaced when the whole text is on the disk; a device or a pipe is written to.

    Raises:
        OutputError: it cannot be written; an existing file is unchanged.
    """
    if output in (None, "-") and isinstance(text, str):
        sys.stdout.write(text)
        return
    assert output is not None
    body = text if isinstance(text, bytes) else text.encode()
    try:
        mode = _mode(output)
        if mode is not None and (not stat.S_ISREG(mode) or output.startswith(_KERNEL)):
            Path(output).write_bytes(body)
        else:
            _replace(Path(os.path.realpath(output)), body, _default_mode() if mode is None else stat.S_IMODE(mode))
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise
        raise _unwritable(f"“{output}”", error) from error


def write_files(files: Mapping[str, bytes], output: str) -> None:
    """Write *files* (name → content).

    Args:
        files: what to write.
        output: a file that ends in ``.zip`` and is replaced; else a folder that is empty or not there yet, so that no
            file of an older export is left among the new ones.

    Raises:
        UsageProblem: the folder is not empty.
        OutputError: a file cannot be written.
    """
    if output.lower().endswith(".zip"):
        from kg.faces.export import archive

        write(archive(files), output)
        return
    folder = Path(output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageProblem(
                Text(f"文件夹“{output}”不是空的", f"the folder “{output}” is not empty"),
                hint=Text("换一个新文件夹,或写成 .zip 文件", "name a new folder, or a file that ends in .zip"),
            )
    except OSError as error:
        raise _unwritable(f"“{output}”", error) from error
    for name, body in files.items():
        write(body, str(folder / name))


def _mode(output: str) -> int | None:
    """Type and permissions of the file *output*; None if it does not exist."""
    if not output:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    if output.endswith(os.sep):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    try:
        mode = Path(output).stat().st_mode
    except FileNotFoundError:
        return None
    if not os.access(output, os.W_OK):  # replacing it needs write permission for its folder only
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return mode


def _replace(target: Path, body: bytes, mode: int) -> None:
    """Replace the file *target* by one with *body*; after an error everything is unchanged."""
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name[:40]}.", delete=False) as beside:
        try:
            beside.write(body)
            beside.flush()
            Path(beside.name).chmod(mode)
            Path(beside.name).replace(target)
        except BaseException:
            Path(beside.name).unlink()
            raise


def _default_mode() -> int:
    """The permissions of a new file; those of a temporary file are narrower."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def open_streams() -> None:
    """Give every closed standard stream a stand-in that fails when it is used, so that no other file gets its number.

    A character that the encoding of a stream lacks is written as an escape (``\\u6bd4``) instead of raising an error.
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
    """The error to report for an OSError that no command handles; None if the reader of a pipe has closed it."""
    if error.errno is None:  # raised by Oxigraph, with a text only
        return StoreError(
            Text(f"读不了图谱:{error}", f"the graph cannot be read: {error}"),
            hint=Text("运行 kg build --force 重建", "run kg build --force to build it again"),
        )
    if error.filename is None:
        silence(sys.stdout)
        return None if error.errno == errno.EPIPE else _unwritable(None, error)
    return _unwritable(f"“{error.filename}”", error)


def silence(stream: Any) -> None:
    """Discard what is still written to *stream*, so that Python reports no error at exit (see its note on SIGPIPE)."""
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
