"""Where a client reached the emulator, so that it is told a ``results_url`` it can reach.

Clients dial ``results_url`` as it is, with their credential; so no header makes it name a host of the real API. In
process it does where the client itself asked there: what led that request to the emulator leads the next one too.
"""

from starlette.types import Scope

from batchmock.hosts import is_host, is_plain_path, is_real_api
from batchmock.http.headers import RequestHeaders, split_unquoted, unquoted


def origin(scope: Scope, headers: RequestHeaders, public_url: str | None) -> str:
    """Return ``scheme://host[:port][/prefix]`` without a slash at the end.

    The setting wins, then what a proxy forwarded, then ``Host``; a host that is malformed or the real API's is
    replaced by the address the server listens on, which in process is the one that the client asked.
    """
    if public_url is not None:
        return public_url.rstrip("/")
    forwarded = _forwarded(headers)
    scheme = forwarded.get("proto") or _first(headers.get("x-forwarded-proto")) or scope["scheme"]
    host = forwarded.get("host") or _first(headers.get("x-forwarded-host")) or headers.get("host", "")
    if not is_host(host) or is_real_api(host):
        host = _listening(scope)
    prefix = _first(headers.get("x-forwarded-prefix")).rstrip("/")
    return f"{'https' if scheme.lower() == 'https' else 'http'}://{host}{prefix if is_plain_path(prefix) else ''}"


def _forwarded(headers: RequestHeaders) -> dict[str, str]:
    """Return the pairs of RFC 7239's ``Forwarded``, those of the proxy nearest to the client."""
    pairs = split_unquoted(_first(headers.get("forwarded")), ";")
    return {
        name.strip().lower(): unquoted(value.strip())
        for name, equals, value in (pair.partition("=") for pair in pairs)
        if equals
    }


def _first(header: str | None) -> str:
    return split_unquoted(header or "", ",")[0].strip()


def _listening(scope: Scope) -> str:
    server = scope.get("server")
    if server is None:
        return "localhost"
    host, port = server
    host = f"[{host}]" if ":" in host else host
    return host if port is None else f"{host}:{port}"
