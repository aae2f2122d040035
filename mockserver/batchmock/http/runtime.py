"""What whoever runs the app lends it: a way to let others run, and patience with slow uploads.

By default neither: driven by hand there is nobody else to run, and every message is there when it is asked for.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.types import Receive

Pause = Callable[[], Awaitable[None]]


async def no_pause() -> None:
    """Go on at once."""


def endless_patience(receive: Receive) -> Receive:
    """Wait for each part of a body for as long as it takes."""
    return receive


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """``pause`` is awaited between slices of long work; ``patience`` bounds the wait for each part of a body."""

    pause: Pause = no_pause
    patience: Callable[[Receive], Receive] = endless_patience


BY_HAND = Runtime()
