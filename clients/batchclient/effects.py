"""What a flow asks of whoever drives it, and what it hears back.

It does not know how anything is done: a driver does it, with or without an event loop.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, TypeVar

# How long one exchange may take until its answer begins. A create of 256 MB is sent and planned in that time.
CALL_TIMEOUT_S = 60.0
CREATE_TIMEOUT_S = 600.0


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP exchange, done exactly once: no retry below this, and no redirect followed."""

    operation: Literal["create", "retrieve", "list", "cancel"]
    method: Literal["GET", "POST"]
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    timeout_s: float = CALL_TIMEOUT_S


@dataclass(frozen=True, slots=True)
class Download:
    """A GET whose 200 is handed over piece by piece; ``receive`` returns False to have no more.

    Only the time without a byte is limited, never the whole: a large file takes what it takes.
    """

    url: str
    receive: Callable[[bytes], bool]
    idle_timeout_s: float = CALL_TIMEOUT_S


@dataclass(frozen=True, slots=True)
class Sleep:
    """Let time pass."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole response; the names of headers are in lower case. A downloaded body has been handed over already."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """No whole response came. ``sent`` is False only where the server cannot have seen the request."""

    reason: str
    sent: bool


T = TypeVar("T")
Effect: TypeAlias = Call | Download | Sleep
Heard: TypeAlias = Answer | NoAnswer
Reply: TypeAlias = Heard | None
Steps: TypeAlias = Generator[Effect, Reply, T]


def hear(effect: Call | Download) -> Steps[Heard]:
    """Have an exchange made; return what came of it."""
    reply = yield effect
    assert reply is not None
    return reply


def pause(seconds: float) -> Steps[None]:
    """Let time pass, if any is to."""
    if seconds > 0:
        yield Sleep(seconds)
