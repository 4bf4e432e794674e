"""Checks that a request is allowed: Host header, bearer token, Content-Length."""

from __future__ import annotations

import hmac
import ipaddress
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from kg.faces.web.problems import HttpProblem
from kg.faces.web.settings import Settings
from kg.terms import Text

OPEN: Final = ("/healthz", "/readyz")
"""Paths that need no token."""
_LOCAL: Final = frozenset(("localhost", "127.0.0.1", "[::1]"))


class Access:
    """The access checks of one server.

    Args:
        settings: host names and token.
    """

    def __init__(self, settings: Settings) -> None:
        self._token = settings.token.encode()
        self._any_host = "*" in settings.hosts
        self._hosts = _LOCAL | {settings.host.lower(), *(host.lower() for host in settings.hosts)}
        self._is_own_host = lru_cache(maxsize=256)(self._check_host)

    def check(self, scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> None:
        """Refuse a request that is not allowed.

        Args:
            scope: the ASGI scope.
            headers: header name → value.

        Raises:
            HttpProblem: Host or token is missing or wrong, or the body has no Content-Length.
        """
        if len(headers) < len(scope["headers"]) and sum(name == b"host" for name, _ in scope["headers"]) > 1:
            raise HttpProblem("usage", Text("Host 出现了两次", "there is more than one Host header"))
        host = headers.get(b"host")
        if host is None and scope["http_version"] != "1.0":  # RFC 9112, 3.2; load balancers probe with HTTP/1.0
            raise HttpProblem("usage", Text("缺少 Host", "the Host header is missing"))
        if host is not None and not self._is_own_host(host.decode("latin-1")):
            raise HttpProblem("host", Text("Host 不是本服务的名称", "the Host header is none of this server's names"))
        if b"transfer-encoding" in headers:  # the parser would add trailer fields after such a body to the headers
            raise HttpProblem(
                "length",
                Text("请求没有 Content-Length", "the request has no Content-Length; chunked bodies are not read"),
            )
        if self._token and scope["path"] not in OPEN:
            kind, _, given = headers.get(b"authorization", b"").partition(b" ")
            if kind.lower() != b"bearer" or not hmac.compare_digest(given.strip(), self._token):
                raise HttpProblem(
                    "unauthorized",
                    Text("需要有效的令牌", "a valid token is needed"),
                    headers={"WWW-Authenticate": 'Bearer realm="kg"'},
                )

    def _check_host(self, host: str) -> bool:
        """Whether *host* is one of this server's names or an IP address; prevents DNS rebinding.

        In a DNS rebinding attack, a foreign name resolves to this server's address; the browser sends that name as Host.
        """
        if self._any_host:
            return True
        name = re.sub(r":\d+\Z", "", host).lower()
        if name in self._hosts:
            return True
        try:
            ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            return False
        return True
