"""An exchange while it goes on: what is known of it so far, kept as it came, and told when somebody asks.

What is kept is bounded, and holds no credential. It does not know how requests come in or answers go out.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from msgspec import Struct

from batchmock.credential import Credential
from batchmock.exchanges.digest import Digest
from batchmock.exchanges.record import BodySeen, CredentialSeen, FaultSeen, RealTime, Record
from batchmock.exchanges.strike import Strike
from batchmock.faults import Operation, kind_of
from batchmock.switches import Switches
from batchmock.times import MILLISECOND, timestamp

# Names in lower case. Those of the SDKs are all that recordings of 2025 and 2026 show.
_SDK = (
    "arch", "async", "custom-poll-interval", "helper", "helper-method", "lang", "os", "package-version",
    "poll-helper", "read-timeout", "retry-count", "runtime", "runtime-version", "timeout",
)  # fmt: skip
_REQUEST_HEADERS = frozenset((
    "accept", "accept-encoding", "anthropic-beta", "anthropic-user-profile-id", "anthropic-version",
    "anthropic-workspace-id", "batchmock-scenario", "content-encoding", "content-length", "content-type",
    "idempotency-key", "if-none-match", "if-range", "range", "user-agent",
    *(f"x-stainless-{name}" for name in _SDK),
))  # fmt: skip
_RESPONSE_HEADERS = frozenset([b"content-encoding", b"content-type", b"retry-after", b"x-should-retry"])
_RATE_LIMIT = b"anthropic-ratelimit-"
# An attacker's headers and paths must not fill the memory; honest ones are shorter.
CHARS_MAX = 500

# A key where no key belongs, such as a query.
_STRAY_KEY = re.compile(r"sk-ant-[\w%-]+", re.ASCII)

RawHeaders = Sequence[tuple[bytes, bytes]]


class Exchange(Struct, kw_only=True, gc=False):
    """What is known of an exchange; ``now`` is read once, and holds for all of it.

    - ``sequence``: 0 for what is no part of any history.
    - ``arrived`` and ``ended``: real nanoseconds since 1970, from whoever measures them.
    - ``switches``: how the API behaves towards it, once its workspace is known.
    - ``headers``: those of its response beside what every response has; an *anonymous* response has no ids.
    """

    method: str
    path: str
    query: bytes = b""
    request_id: str = ""
    sequence: int = 0
    now: int | None = None
    workspace_id: str | None = None
    operation: Operation | None = None
    batch_id: str | None = None
    credentials: tuple[Credential, ...] = ()
    request_headers: Sequence[tuple[str, str]] = ()
    body: Digest | None = None
    requests: int | None = None
    status: int = 0
    response_headers: RawHeaders = ()
    sent_bytes: int = 0
    is_complete: bool = False
    is_over: bool = False
    strikes: Sequence[Strike] = ()
    switches: Switches | None = None
    headers: tuple[tuple[bytes, bytes], ...] = ()
    is_anonymous: bool = False
    arrived: int | None = None
    ended: int | None = None


def kept(headers: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return of a request's headers what a history tells."""
    return [(name, value[:CHARS_MAX]) for name, value in headers.items() if name in _REQUEST_HEADERS]


# Most responses have the same ones, so most exchanges can share what is kept of them.
@lru_cache(maxsize=256)
def kept_of_response(headers: tuple[tuple[bytes, bytes], ...]) -> RawHeaders:
    """Return of a response's headers what a history tells."""
    return tuple(pair for pair in headers if pair[0] in _RESPONSE_HEADERS or pair[0].startswith(_RATE_LIMIT))


def tighten(exchange: Exchange, earlier: Exchange) -> None:
    """Let an exchange hold little, and nothing that an earlier one holds already: clients repeat themselves."""
    if exchange.path == earlier.path:
        exchange.path = earlier.path
    if exchange.batch_id == earlier.batch_id:
        exchange.batch_id = earlier.batch_id
    if exchange.credentials == earlier.credentials:
        exchange.credentials = earlier.credentials
    if exchange.request_headers is not earlier.request_headers:
        _tighten_headers(exchange, earlier)


def _tighten_headers(exchange: Exchange, earlier: Exchange) -> None:
    if exchange.request_headers == earlier.request_headers:
        exchange.request_headers = earlier.request_headers


def strikes_without_effect(exchange: Exchange) -> Sequence[Strike]:
    """Return the faults that found nothing to bite on; of a client that left too early nobody can tell."""
    idle = [strike for strike in exchange.strikes if not strike.has_bitten]
    was_played_out = exchange.is_complete or len(idle) < len(exchange.strikes)
    return idle if exchange.is_over and was_played_out else ()


def record(exchange: Exchange, *, real: bool) -> Record[str]:
    """Return what is to be told of an exchange now."""
    headers = {name: without_keys(value) for name, value in exchange.request_headers}
    return Record(
        sequence=exchange.sequence,
        workspace_id=exchange.workspace_id,
        now=timestamp(exchange.now or 0),
        method=exchange.method,
        path=without_keys(exchange.path),
        query=without_keys(exchange.query.decode("latin-1")),
        operation=exchange.operation,
        batch_id=None if exchange.batch_id is None else without_keys(exchange.batch_id),
        credentials=tuple(CredentialSeen(one.header, one.digest.hex()[:8]) for one in exchange.credentials),
        retry_count=_whole(headers.get("x-stainless-retry-count", "")),
        request_headers=dict(sorted(headers.items())),
        request_body=None if exchange.body is None else _body(exchange.body),
        requests=exchange.requests,
        status=exchange.status or None,
        request_id=exchange.request_id,
        response_headers={name.decode(): value.decode("latin-1") for name, value in exchange.response_headers},
        response_bytes=exchange.sent_bytes,
        is_complete=exchange.is_complete,
        is_over=exchange.is_over,
        faults=tuple(kind_of(strike.fault) for strike in exchange.strikes),
        faults_without_effect=tuple(
            FaultSeen(strike.place, kind_of(strike.fault)) for strike in strikes_without_effect(exchange)
        ),
        real=_real(exchange) if real else None,
    )


def _body(body: Digest) -> BodySeen:
    return BodySeen(body.size_bytes, body.hexadecimal())


def _real(exchange: Exchange) -> RealTime[str] | None:
    if exchange.arrived is None:
        return None
    took = None if exchange.ended is None else max(0, exchange.ended - exchange.arrived) / MILLISECOND
    return RealTime(timestamp(exchange.arrived), took)


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


def without_keys(text: str) -> str:
    """Return a text with what looks like an API key in it cut short."""
    return _STRAY_KEY.sub("sk-ant-…", text) if "sk-ant-" in text else text
