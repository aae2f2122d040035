"""What is told of an exchange afterwards: what was asked, what was answered, how much of it, and when.

Instants are ``str`` on the wire and ``datetime`` in Python; else the two are one. It does not know how exchanges
are kept, and no credential ever gets here.
"""

from typing import Generic, TypeVar

from msgspec import Struct

from batchmock.faults import Operation

Instant = TypeVar("Instant")


class CredentialSeen(Struct, frozen=True):
    """A credential: the header that carried it, and eight hexadecimal digits of its BLAKE2b digest of 128 bits."""

    header: str
    digest: str


class BodySeen(Struct, frozen=True):
    """A request's body: its size, and its SHA-256 in hexadecimal digits."""

    bytes: int
    sha256: str


class FaultSeen(Struct, frozen=True):
    """A fault: its place in the scenario, from 0, and its kind."""

    place: int
    kind: str


class RealTime(Struct, Generic[Instant], frozen=True):
    """When an exchange really happened, and how long it took until it was over."""

    at: Instant
    latency_ms: float | None


class Record(Struct, Generic[Instant], frozen=True, kw_only=True):
    """One exchange.

    - ``sequence``: its place among all exchanges of its workspace, by arrival, from 1.
    - ``now``: the virtual instant it happened at.
    - ``operation``: what was asked; null if it was nothing the API has.
    - ``retry_count``: what the SDK says of itself in ``x-stainless-retry-count``.
    - ``requests``: how many requests a create call was found to have.
    - ``status``: null while nothing is answered.
    - ``response_bytes``: how much of the body was sent, packed if it was packed.
    - ``is_complete``: whether that was all of it. ``is_over``: whether no more will be sent.
    - ``faults``: what the scenario did to it on purpose, by kind; ``faults_without_effect`` are those that found
      nothing to bite on, which is known once it is over.
    - ``real``: all that differs from run to run; null if it is left out, or nobody measured it.
    """

    sequence: int
    workspace_id: str | None
    now: Instant
    method: str
    path: str
    query: str
    operation: Operation | None
    batch_id: str | None
    credentials: tuple[CredentialSeen, ...]
    retry_count: int | None
    request_headers: dict[str, str]
    request_body: BodySeen | None
    requests: int | None
    status: int | None
    request_id: str
    response_headers: dict[str, str]
    response_bytes: int
    is_complete: bool
    is_over: bool
    faults: tuple[str, ...]
    faults_without_effect: tuple[FaultSeen, ...]
    real: RealTime[Instant] | None


class HistoryPage(Struct, Generic[Instant], frozen=True):
    """Exchanges by arrival, whether more follow them, and how many old ones have been dropped to make room."""

    exchanges: tuple[Record[Instant], ...]
    has_more: bool
    dropped: int


class HistoryQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which exchanges a reader wants: those after a sequence number that match all that is given.

    ``without_effect`` are those in which a fault found nothing to bite on.
    """

    after: int = 0
    operation: Operation | None = None
    batch_id: str | None = None
    status: int | None = None
    without_effect: bool = False
