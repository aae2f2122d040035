"""What whoever runs the app lends it: ways to let others run, to notice who left, and not to wait for ever.

By default none of it: driven by hand there is nobody else to run, every message is there when it is asked for, and
a caller that wants no more simply stops driving.
"""

from collections.abc import Awaitable, Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from starlette.types import Receive

from batchmock.clock_clients import Turn
from batchmock.errors import invalid_request

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


async def given_at_once(turn: Turn, receive: Receive) -> bool:
    """Take a turn that is given already.

    Raises:
        ApiError: 400, it is not.
    """
    if not turn.is_given:
        raise invalid_request("until: in process nobody else can go on meanwhile; wait over a socket")
    return True


async def stay_no_longer(receive: Receive) -> None:
    """Take it that the client has gone."""


def leave(work: Work) -> None:
    """Leave work to whoever will need it."""


async def do_at_once(work: Work) -> None:
    """Do work to its end."""
    while work():
        pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """What is lent.

    - ``pause``: awaited between slices of long work.
    - ``patience``: bounds the wait for each part of a request's body.
    - ``watch``: tells, while a response is sent, whether the client is still there.
    - ``turn``: waits until a client of a coupled clock may go on; tells whether it is still there then.
    - ``stay``: waits until the client has gone.
    - ``ahead``: takes work that somebody will need, to do it while there is nothing else to do.
    - ``finish``: waits until work is done, whoever does it.
    - ``real``: gives real nanoseconds since 1970, for histories alone.
    """

    pause: Pause = no_pause
    patience: Callable[[Receive], Receive] = endless_patience
    watch: Watch = never_gone
    turn: Callable[[Turn, Receive], Awaitable[bool]] = given_at_once
    stay: Callable[[Receive], Awaitable[None]] = stay_no_longer
    ahead: Callable[[Work], None] = leave
    finish: Callable[[Work], Awaitable[None]] = do_at_once
    real: Callable[[], int | None] = unmeasured


BY_HAND = Runtime()
