"""What a client under test is called with, in every language; and what a client is to the suite.

It does not know where clients run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from batchproof.observation import Ending
from batchproof.plan import Capability
from batchproof.staging import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a client.

    - ``state_dir``: where it keeps what it needs to go on after a crash, if it can.
    - ``requests_max``, ``bytes_max``: the limits of one batch, where they are not the API's.
    - ``on_interrupt``: what it is to do with running batches on SIGINT.
    - ``handing``: is told of each outcome as the client hands it on, if it does before it returns.
    """

    requests: tuple[Request, ...]
    base_url: str
    api_key: str
    state_dir: Path
    requests_max: int | None = None
    bytes_max: int | None = None
    on_interrupt: Literal["detach", "cancel"] = "detach"
    handing: Callable[[], None] = lambda: None


class Client(Protocol):
    """A client under test."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What it offers beside running requests."""
        ...

    def call(self, call: Call) -> Ending:
        """Let it run requests to their outcomes; whatever it does, an ending tells."""
        ...
