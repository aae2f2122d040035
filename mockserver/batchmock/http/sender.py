"""What a request's headers say of whoever sent it: worked out once for clients that repeat themselves.

It does not know what is asked for. What it remembers is held in memory alone, and is not much.
"""

from collections.abc import Sequence

from msgspec import Struct
from starlette.types import Scope

from batchmock.credential import Credential
from batchmock.exchanges.exchange import RawHeaders, kept
from batchmock.http.admission import credentials
from batchmock.http.headers import RequestHeaders, request_headers

# A megabyte, if all of them are as large as they may be.
REMEMBERED_MAX = 256
REMEMBERED_CHARS_MAX = 4_096


class Sender(Struct, frozen=True, gc=False):
    """The headers by name, the credentials among them, and what of them a history tells."""

    headers: RequestHeaders
    credentials: tuple[Credential, ...]
    kept: Sequence[tuple[str, str]]


_remembered: dict[RawHeaders, Sender] = {}


def sender_of(scope: Scope) -> Sender:
    """Return what the headers of a request say."""
    raw = tuple(scope["headers"])
    return _remembered.get(raw) or _learn(raw)


def _learn(raw: tuple[tuple[bytes, bytes], ...]) -> Sender:
    headers = request_headers(raw)
    sender = Sender(headers, credentials(headers), kept(headers))
    if sum(len(name) + len(value) for name, value in raw) <= REMEMBERED_CHARS_MAX:
        if len(_remembered) >= REMEMBERED_MAX:
            _remembered.clear()
        _remembered[raw] = sender
    return sender
