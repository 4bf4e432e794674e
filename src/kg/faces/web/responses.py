"""Responses of workers as ASGI applications. Large ones are sent in parts, and their total size in memory is limited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

from starlette.types import Receive, Send

from kg.errors import Busy
from kg.faces.web.policy import STRICT
from kg.service.messages import Response
from kg.terms import Text

Lines = tuple[tuple[bytes, bytes], ...]
VARY: Final = "Accept, Accept-Language, Cookie"
"""Request headers on which an answer depends."""
_PART: Final = 2**15
"""Bytes of one ASGI message; ``send`` waits until the client has received most of it."""
_UNSENT: Final = 2**28
"""Most bytes of large answers that are being sent at the same time."""


class AsgiResponse:
    """A response as an ASGI application.

    Args:
        answer: the response of a worker.
        tag: its ETag; empty for none.
    """

    _unsent = 0

    def __init__(self, answer: Response, tag: str = "") -> None:
        self._answer, self._tag = answer, tag

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Send the answer; 304 if it has a tag and the client wants it only if there is none (``If-None-Match: *``).

        Raises:
            Busy: too many large answers are being sent already.
        """
        if self._tag and header(scope, b"if-none-match").strip() == "*":
            await NotModified(self._tag)(scope, receive, send)
            return
        answer, body = self._answer, self._answer.body
        headers = [*_lines(answer.media, tuple(answer.headers.items())), (b"content-length", b"%d" % len(body))]
        if self._tag:
            headers += [(b"etag", self._tag.encode()), (b"cache-control", b"no-cache")]
        else:
            headers.append((b"cache-control", b"no-store"))
        start = {"type": "http.response.start", "status": answer.status, "headers": headers}
        if len(body) <= _PART:
            await send(start)
            await send({"type": "http.response.body", "body": body})
            return
        with self._sending(len(body)):
            await send(start)
            for at in range(0, len(body), _PART):
                part, more = body[at : at + _PART], at + _PART < len(body)
                await send({"type": "http.response.body", "body": part, "more_body": more})

    @classmethod
    @contextmanager
    def _sending(cls, size: int) -> Iterator[None]:
        if cls._unsent and cls._unsent + size > _UNSENT:
            raise Busy(Text("正在发送的大答案太多", "too many large answers are being sent"))
        cls._unsent += size
        try:
            yield
        finally:
            cls._unsent -= size


class NotModified:
    """The response 304: the client already has the answer (RFC 9110, 15.4.5)."""

    def __init__(self, tag: str) -> None:
        lines = {"etag": tag, "cache-control": "no-cache", "vary": VARY}
        self._headers = [(name.encode(), value.encode()) for name, value in lines.items()]

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Send the response."""
        await send({"type": "http.response.start", "status": 304, "headers": list(self._headers)})
        await send({"type": "http.response.body"})


def header(scope: Mapping[str, Any], name: bytes) -> str:
    """The value of a header of the request; empty if it has none. Of several, the last."""
    value: bytes = scope["fields"].get(name, b"")
    return value.decode("latin-1")


def matches(condition: str, tag: str) -> bool:
    """Whether the If-None-Match header *condition* contains *tag* (weak comparison, RFC 9110, 13.1.2); ``*`` does not."""
    return any(t.strip().removeprefix("W/") == tag for t in condition.split(",")) if condition else False


@lru_cache(maxsize=1024)  # there are few different headers
def _lines(media: str, headers: tuple[tuple[str, str], ...]) -> Lines:
    """The headers for ASGI; Content-Security-Policy is always among them.

    Raises:
        ValueError: a name or value contains a control character, such as a line break.
    """
    lines = {
        "content-type": media,
        "vary": VARY,
        "content-security-policy": STRICT,
        **{n.lower(): v for n, v in headers},
    }
    if any(not text.isprintable() for line in lines.items() for text in line):
        raise ValueError(headers)
    return tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in lines.items())
