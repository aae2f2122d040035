"""What became of a request: one typed outcome a key, to match on.

Told apart by the words on the wire, never by class or by what is there (docs/clients.md T1, T3, T7). It does not
know where lines come from.
"""

import json
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import Struct

from batchclient.shapes import Json, as_list, as_object, as_text

Ending: TypeAlias = Literal["finished", "truncated", "refused", "paused", "unknown"]

# Source: https://platform.claude.com/docs/en/api/messages/create and its SDK's ``StopReason``, read 2026-11.
_ENDINGS: dict[str, Ending] = {
    "end_turn": "finished",
    "stop_sequence": "finished",
    "tool_use": "finished",
    "max_tokens": "truncated",
    "model_context_window_exceeded": "truncated",
    "refusal": "refused",
    "pause_turn": "paused",
}

# What passes by itself. An error of any other type, even one that is new, is not tried again unasked (S8).
RETRYABLE_ERRORS = frozenset({"api_error", "overloaded_error", "rate_limit_error", "timeout_error"})


class Kind(IntEnum):
    """The kinds of outcomes, as the journal writes them down; a number is never used for another kind."""

    SUCCEEDED = 1
    ERRORED = 2
    EXPIRED = 3
    CANCELED = 4
    MISSING = 5
    UNKNOWN = 6


KINDS = {kind.name.lower(): kind for kind in (Kind.SUCCEEDED, Kind.ERRORED, Kind.EXPIRED, Kind.CANCELED)}


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The model answered. Whether the answer is whole is another question: see ``ending`` (T10)."""

    message: Json

    @property
    def ending(self) -> Ending:
        """How the answer came to its end; only ``finished`` is a whole answer."""
        return _ENDINGS.get(str(self.message.get("stop_reason")), "unknown")

    @property
    def finished(self) -> bool:
        """Whether the answer is whole."""
        return self.ending == "finished"

    @property
    def text(self) -> str:
        """All text blocks joined, whatever stands between them; empty if there are none."""
        blocks = map(as_object, as_list(self.message.get("content")))
        return "".join(as_text(block.get("text")) or "" for block in blocks if block.get("type") == "text")


@dataclass(frozen=True, slots=True)
class Errored:
    """The request was refused or failed; nothing is billed. ``sent`` is False where it never left this machine."""

    type: str
    message: str
    request_id: str | None = None
    details: Json | None = None
    sent: bool = True

    @property
    def retryable(self) -> bool:
        """Whether the same request may well be answered another time."""
        return self.sent and self.type in RETRYABLE_ERRORS


@dataclass(frozen=True, slots=True)
class Expired:
    """The batch's window closed before the request reached the model; nothing is billed."""


@dataclass(frozen=True, slots=True)
class Canceled:
    """The batch was canceled before the request reached the model; nothing is billed."""


@dataclass(frozen=True, slots=True)
class Missing:
    """The batch ended and its results have no line for the request, however often they are read.

    It may have been billed, so it is never sent again unasked.
    """


@dataclass(frozen=True, slots=True)
class Unknown:
    """A result of a type, or in a shape, that this version does not know: the line as it came."""

    raw: bytes


Outcome: TypeAlias = Succeeded | Errored | Expired | Canceled | Missing | Unknown


class _Result(Struct):
    message: Any = None
    error: Any = None


class _Line(Struct):
    result: _Result
    sent: bool = True


_line = msgspec.json.Decoder(_Line)


def outcome(kind: Kind, line: bytes | None) -> Outcome:
    """Return the outcome that a line of results shows; it was looked at before, and is of that kind."""
    if kind is Kind.EXPIRED:
        return Expired()
    if kind is Kind.CANCELED:
        return Canceled()
    if line is None:
        return Missing()
    if kind is Kind.UNKNOWN:
        return Unknown(line)
    return _told(kind, line)


def _told(kind: Kind, line: bytes) -> Outcome:
    try:
        found = _line.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # Half a surrogate pair, escaped: legal JSON that only the standard library reads.
        found = msgspec.convert(json.loads(line), _Line)
    if kind is Kind.SUCCEEDED:
        return Succeeded(as_object(found.result.message))
    return _errored(found)


def _errored(line: _Line) -> Errored:
    """Read the error itself, which is one level below the row's ``error``: that one is the usual envelope (T3)."""
    envelope = as_object(line.result.error)
    error = as_object(envelope.get("error"))
    return Errored(
        type=as_text(error.get("type")) or "unknown",
        message=as_text(error.get("message")) or "",
        request_id=as_text(envelope.get("request_id")),
        details=as_object(error.get("details")) or None,
        sent=line.sent,
    )


def refused_line(error_type: str, message: str) -> bytes:
    """Return the line of a request that was not sent, in the shape that the API's own lines have."""
    error = {"type": "error", "error": {"type": error_type, "message": message}, "request_id": None}
    return msgspec.json.encode({"result": {"type": "errored", "error": error}, "sent": False})


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many keys have each kind of outcome; ``open`` ones have none yet."""

    succeeded: int = 0
    errored: int = 0
    expired: int = 0
    canceled: int = 0
    missing: int = 0
    unknown: int = 0
    open: int = 0

    @property
    def total(self) -> int:
        """All keys."""
        return self.answered + self.open

    @property
    def answered(self) -> int:
        """Keys that have an outcome."""
        return self.succeeded + self.errored + self.expired + self.canceled + self.missing + self.unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddities:
    """What was wrong with the results files, and did no harm: seen, counted, said (J5, J8, R13)."""

    duplicates: int = 0
    conflicts: int = 0
    strangers: int = 0
    malformed: int = 0
    miscounted: int = 0

    def __add__(self, other: "Oddities") -> "Oddities":
        return Oddities(
            duplicates=self.duplicates + other.duplicates,
            conflicts=self.conflicts + other.conflicts,
            strangers=self.strangers + other.strangers,
            malformed=self.malformed + other.malformed,
            miscounted=self.miscounted + other.miscounted,
        )
