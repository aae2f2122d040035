"""What was seen when a plan was played to a client: how each of its lives ended, and what went over the wire.

It does not know what should have been.
"""

from typing import Any, Literal

from msgspec import Struct

from batchproof.outcome import Outcome
from batchproof.plan import Plan
from batchproof.tape import Exchange

# *returned* and *raised* are a client's own doing; *killed* and *interrupted* are a plan's. *waited*: it would
# have waited too long. *hung*: it did nothing, or far too much, in real time. *broke*: its process ended by
# itself, or what it said was no answer.
How = Literal["returned", "raised", "killed", "interrupted", "waited", "hung", "broke"]


class Ending(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How one life of a client ended.

    - ``outcomes``: by key, also those that an error carried; None if there were none to read.
    - ``odd``: what was no outcome, or had no key of ours, as it looked.
    - ``error``: what was raised or printed, with causes and notes.
    - ``usd``: what the client says it cost.
    - ``handed``: after how many bytes of results the first outcome was handed on, if the client hands them on.
    - ``at``: the virtual instant (ns).
    - ``changed``: what it did to the requests that it was given.
    """

    how: How
    outcomes: dict[str, Outcome] | None = None
    odd: dict[str, str] = {}
    error: str = ""
    usd: float | None = None
    handed: int | None = None
    at: int = 0
    changed: str = ""


class LedgerBatch(Struct, frozen=True, kw_only=True):
    """A batch as the server has it afterwards: each custom_id's result, as the API tells it to anyone who asks."""

    id: str
    key: str
    results: dict[str, dict[str, Any]]


class Observation(Struct, frozen=True, kw_only=True):
    """A plan, and what was seen when it was played.

    - ``endings``: of each life, in order; ``rivals``: of the calls that another process made meanwhile.
    - ``ledger``: every batch that the server accepted from the client, once all of them have ended.
    - ``started``: the virtual instant (ns) of the start.
    - ``has_struck``: whether any fault of the plan did something to an exchange.
    """

    plan: Plan
    endings: tuple[Ending, ...]
    rivals: tuple[Ending, ...] = ()
    tape: tuple[Exchange, ...]
    ledger: tuple[LedgerBatch, ...] = ()
    started: int
    has_struck: bool = False

    @property
    def has_happened(self) -> bool:
        """Whether what the plan holds has happened: a fault struck, and who was to be killed was."""
        lives = zip(self.plan.lives, self.endings, strict=True)
        return (
            (self.has_struck or not self.plan.scenario.faults)
            and all(ending.how == "killed" for life, ending in lives if life.kill)
            and len(self.rivals) == sum(life.rival is not None for life in self.plan.lives)
        )

    @property
    def last(self) -> Ending:
        """How the last life ended."""
        return self.endings[-1]
