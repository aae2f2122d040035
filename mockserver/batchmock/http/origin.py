"""Where a client reached the emulator, so that it is told a ``results_url`` it can reach.

Clients dial ``results_url`` as it is, with their credential; so it never names a host of the real API.
"""

import re

from starlette.types import Scope

from batchmock.http.headers import RequestHeaders
from batchmock.settings import REAL_API

_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*)|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?", re.ASCII)
_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)+", re.ASCII)


def origin(scope: Scope, headers: RequestHeaders, public_url: str | None) -> str:
    """Return ``scheme://host[:port][/prefix]`` without a slash at the end.

    The setting wins, then what a proxy forwarded, then ``Host``; a host that is malformed or the real API's is
    replaced by the address the server listens on.
    """
    if public_url is not None:
        return public_url.rstrip("/")
    forwarded = _forwarded(headers)
    scheme = forwarded.get("proto") or _first(headers.get("x-forwarded-proto")) or scope["scheme"]
    host = forwarded.get("host") or _first(headers.get("x-forwarded-host")) or headers.get("host", "")
    if not _HOST.fullmatch(host) or REAL_API.search(host):
        host = _listening(scope)
    prefix = _first(headers.get("x-forwarded-prefix")).rstrip("/")
    return f"{'https' if scheme == 'https' else 'http'}://{host}{prefix if _safe(prefix) else ''}"


def _safe(prefix: str) -> bool:
    return bool(_PREFIX.fullmatch(prefix)) and ".." not in prefix


def _forwarded(headers: RequestHeaders) -> dict[str, str]:
    """Return the pairs of RFC 7239's ``Forwarded``, those of the proxy nearest to the client."""
    pairs = _first(headers.get("forwarded")).split(";")
    return {
        name.strip().lower(): value.strip().strip('"')
        for name, equals, value in (pair.partition("=") for pair in pairs)
        if equals
    }


def _first(header: str | None) -> str:
    return (header or "").split(",")[0].strip()


def _listening(scope: Scope) -> str:
    server = scope.get("server")
    if server is None:
        return "localhost"
    host, port = server
    host = f"[{host}]" if ":" in host else host
    return host if port is None else f"{host}:{port}"
