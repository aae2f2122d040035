"""What whoever runs the app lends it: ways to let others run, to notice who left, and not to wait for ever.

By default none of it: driven by hand there is nobody else to run, every message is there when it is asked for, and
a caller that wants no more simply stops driving.
"""

from collections.abc import Awaitable, Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from starlette.types import Receive

Pause = Callable[[], Awaitable[None]]
Watch = Callable[[Receive], AbstractContextManager[Callable[[], bool]]]
# Work in slices: each call does one, and tells whether there is more.
Work = Callable[[], bool]


async def no_pause() -> None:
    """Go on at once."""


def endless_patience(receive: Receive) -> Receive:
    """Wait for each part of a body for as long as it takes."""
    return receive


@contextmanager
def never_gone(receive: Receive) -> Generator[Callable[[], bool]]:
    """Take it that the client is there."""
    yield lambda: True


def unmeasured() -> int | None:
    """Measure no real time."""
    return None


def leave(work: Work) -> None:
    """Leave work to whoever will need it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """What is lent.

    - ``pause``: awaited between slices of long work.
    - ``patience``: bounds the wait for each part of a request's body.
    - ``watch``: tells, while a response is sent, whether the client is still there.
    - ``ahead``: takes work that somebody will need, to do it while there is nothing else to do.
    - ``real``: gives real nanoseconds since 1970, for histories alone.
    """

    pause: Pause = no_pause
    patience: Callable[[Receive], Receive] = endless_patience
    watch: Watch = never_gone
    ahead: Callable[[Work], None] = leave
    real: Callable[[], int | None] = unmeasured


BY_HAND = Runtime()
