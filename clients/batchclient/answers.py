"""What an answer of the API means for what comes next.

Decided by status and shape, never by content-type or by the wording of a message (docs/clients.md R12). It does
not know what will be done about it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

import msgspec
from msgspec import Raw, Struct

from batchclient.effects import Answer, Heard, NoAnswer
from batchclient.pace import retry_after_s
from batchclient.shapes import as_object

# The server may have acted, or may act yet. Whether a 5xx on create can follow a commit is not known: assume it
# can.
_UNCLEAR_STATUSES = frozenset({408, 409, 425, 499})
# These 429s do not pass by waiting (https://platform.claude.com/docs/en/api/rate-limits, read 2026-11).
_SPEND_LIMITS = frozenset({"enforced_spend_limit_reached", "contract_spend_limit_reached"})
_ROW = re.compile(r"requests\.(\d{1,9})\b")
# Documented: a batch's window. Only used where a batch does not say its own.
_WINDOW_S = 24 * 3600.0
_WINDOW_S_MAX = 48 * 3600.0
_COUNTS = ("processing", "succeeded", "errored", "canceled", "expired")


Shape = TypeVar("Shape")


class Batch(Struct, frozen=True, kw_only=True):
    """A batch as the API shows it; what may grow or go is not relied on."""

    id: str
    processing_status: str
    request_counts: Raw = Raw(b"null")
    created_at: str | None = None
    expires_at: str | None = None
    archived_at: str | None = None
    results_url: str | None = None

    @property
    def has_ended(self) -> bool:
        """Whether it is over: exactly ``ended``, and no other word, says so (T6)."""
        return self.processing_status == "ended"

    def counts(self) -> Mapping[str, int]:
        """Return the counters that it shows; for people and for cross-checks, not to decide by (T9)."""
        try:
            found = msgspec.json.decode(self.request_counts, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError):
            return {}
        return {name: n for name in _COUNTS if isinstance(n := found.get(name), int) and n >= 0}

    def window_s(self) -> float:
        """Return the time it has from its creation to its expiry, by its own two instants (P11)."""
        created, expires = instant(self.created_at), instant(self.expires_at)
        if created is None or expires is None or not 0 < (expires - created).total_seconds() <= _WINDOW_S_MAX:
            return _WINDOW_S
        return (expires - created).total_seconds()


class Page(Struct, frozen=True):
    """A page of batches, newest first."""

    data: list[Batch]
    has_more: bool = False
    last_id: str | None = None


class _Error(Struct):
    type: str = ""
    message: str = ""
    details: Any = None


class _Envelope(Struct):
    error: _Error


@dataclass(frozen=True, slots=True)
class Refused:
    """The same call would be refused again."""

    status: int
    error_type: str
    message: str
    request_id: str | None

    @property
    def row(self) -> int | None:
        """The place of the request that the refusal names, if it names one."""
        named = _ROW.match(self.message)
        return int(named[1]) if named else None

    @property
    def reason(self) -> str:
        """The refusal in one line."""
        return f"{self.status} {self.error_type}".rstrip() + f": {self.message}"


@dataclass(frozen=True, slots=True)
class Busy:
    """Not now; nothing was done. ``hint_s`` is the wait that was asked for."""

    reason: str
    hint_s: float | None


@dataclass(frozen=True, slots=True)
class Lost:
    """Nobody can tell whether it was done."""

    reason: str
    hint_s: float | None = None


@dataclass(frozen=True, slots=True)
class NotFound:
    """There is no such thing, or it cannot be seen yet."""

    reason = "404: there is no such thing, or it cannot be seen"


Trouble: TypeAlias = Refused | Busy | Lost | NotFound


def batch_in(heard: Heard) -> Batch | Trouble:
    """Return the batch that an answer shows."""
    return _shown(heard, Batch)


def page_in(heard: Heard) -> Page | Trouble:
    """Return the page that an answer shows."""
    return _shown(heard, Page)


def trouble(heard: Heard) -> Trouble:
    """Tell what an answer that is no success means."""
    if isinstance(heard, NoAnswer):
        return Lost(heard.reason) if heard.sent else Busy(heard.reason, None)
    hint, fault = retry_after_s(heard.headers), _fault(heard)
    if heard.status >= 500 or heard.status in _UNCLEAR_STATUSES or 200 <= heard.status < 300:
        return Lost(f"{heard.status} {fault.error_type}".rstrip() + _asked(hint), hint)
    if heard.status == 429 and _error_code(heard) not in _SPEND_LIMITS:
        return Busy(f"429: {fault.message}{_asked(hint)}", hint)
    return NotFound() if heard.status in (404, 410) else fault


def instant(text: str | None) -> datetime | None:
    """Return the instant that a timestamp names; None if it is none, or leaves out where on Earth."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else None


def _asked(hint_s: float | None) -> str:
    return "" if hint_s is None else f", to be asked again in {hint_s:,.0f} s"


def _shown(heard: Heard, shape: type[Shape]) -> Shape | Trouble:
    if isinstance(heard, Answer) and heard.status == 200:
        try:
            return msgspec.json.decode(heard.body, type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return Lost("200 with something else than JSON of the right shape")
    return trouble(heard)


def _fault(answer: Answer) -> Refused:
    request_id = answer.headers.get("request-id")
    try:
        error = msgspec.json.decode(answer.body, type=_Envelope).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        location = answer.headers.get("location", "")
        return Refused(
            answer.status, "", f"redirected to {location}" if location else "no reason given", request_id
        )
    return Refused(answer.status, error.type, error.message, request_id)


def _error_code(answer: Answer) -> object:
    try:
        details = msgspec.json.decode(answer.body, type=_Envelope).error.details
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return as_object(details).get("error_code")
