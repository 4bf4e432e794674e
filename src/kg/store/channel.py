"""What runs between a server and one of its workers: frames to it, and to each, in their order, one answer back.

A server may send frames ahead of the one that a worker is at, so that neither waits for the other between two quick ones,
and take back all that the worker has not begun, where that one turns out to be slow.
"""

from __future__ import annotations

import socket
import struct
from collections import deque
from typing import Final

HEAD: Final = struct.Struct("!BII")
"""What stands before each frame and each answer: its kind, its length, and the microseconds that the answer took."""
WHOLE, LEAVING, BACK = range(3)
"""Kinds. Of an answer: the worker goes on after it; leaves after it; has not begun the frame, which was taken back. To a
worker: a frame; take back what has not been begun."""
_PORTION: Final = 2**12
"""Bytes asked for at a time: more than most frames have; room for much more would be found and given back each time."""
_LARGE: Final = 2**20


def take(received: bytearray) -> tuple[int, int, bytes] | None:
    """(kind, microseconds, content) of the first frame in *received*, which is cut off; None if it is not whole yet."""
    if len(received) < HEAD.size:
        return None
    kind, size, took = HEAD.unpack_from(received)
    end = HEAD.size + size
    if len(received) < end:
        return None
    with memoryview(received) as view:
        content = bytes(view[HEAD.size : end])
    del received[:end]
    return kind, took, content


class Inbox:
    """A worker's end of *channel*: the frames that have come and are not begun."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._received = bytearray()
        self._frames: deque[bytes] = deque()

    def next(self) -> bytes | None:
        """The next frame, when it is there; None at the end."""
        while self._frames:  # are they still wanted?
            try:
                if not self._read(socket.MSG_DONTWAIT):
                    break
            except BlockingIOError:
                break
        while not self._frames:
            if not self._read():
                return None
        return self._frames.popleft()

    def _read(self, flags: int = 0) -> bool:
        """Take in what has come; False at the end."""
        _, size, _ = HEAD.unpack_from(self._received) if len(self._received) >= HEAD.size else (0, 0, 0)
        part = self._channel.recv(max(_PORTION, min(HEAD.size + size - len(self._received), _LARGE)), flags)
        self._received += part
        while frame := take(self._received):
            kind, _, content = frame
            if kind == BACK:
                self._channel.sendall(HEAD.pack(BACK, 0, 0) * len(self._frames))
                self._frames.clear()
            else:
                self._frames.append(content)
        return bool(part)
