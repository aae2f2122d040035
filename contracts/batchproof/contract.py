"""A contract as data, the verdict on one, and how verdicts add up.

It does not know any contract.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from batchproof.evidence import Evidence
from batchproof.plan import Capability, Plan

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

# MUST: silent loss, corruption or billing twice, or a hang. SHOULD: everything that can be lived with.
Level = Literal["MUST", "SHOULD"]
Family = Literal["identity", "outcomes", "submission", "polling", "results", "crash", "secrets", "invariants"]
# *flaky*: played again, the same plan was kept. *inconclusive*: the suite could not tell.
Word = Literal["kept", "broken", "flaky", "inconclusive", "not claimed"]

# How verdicts merge: the worst wins.
_WORST_FIRST: Sequence[Word] = ("broken", "flaky", "inconclusive", "kept", "not claimed")


@dataclass(frozen=True, slots=True)
class Break:
    """How a contract was broken, in a sentence about the client, and the key that shows it."""

    reason: str
    key: str | None = None


Check = Callable[[Evidence], Break | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What a client has to do.

    - ``id``: never reused; ``level``, ``family``, ``title``.
    - ``statement``: what it has to do, in a sentence with MUST or SHOULD.
    - ``story``: how clients come to break it, and ``why``: where that was seen.
    - ``fix``: what a client that breaks it should do.
    - ``needs``: the capabilities without which it does not apply; a plan that needs more is left out by itself.
    - ``table``: plans that are always played, smallest first; ``plans``: where others are drawn from.
    - ``check``: judges what was seen when one of its plans was played.
    - ``is_manners``: whether it is about how a client behaves towards the server, rather than what it returns.
    - ``slow``: plans of the table that only a thorough run plays.
    """

    id: str
    level: Level
    family: Family
    title: str
    statement: str
    story: str
    why: str
    fix: str
    check: Check
    table: tuple[Plan, ...] = ()
    plans: "SearchStrategy[Plan] | None" = None
    slow: tuple[Plan, ...] = ()
    needs: frozenset[Capability] = field(default_factory=frozenset[Capability])
    is_manners: bool = False


class Finding(Struct, frozen=True, kw_only=True):
    """A break: the plan that shows it, shrunk, and the timeline of what happened."""

    reason: str
    key: str | None
    plan: Plan
    timeline: tuple[str, ...]
    played: int
    seed: int


class Verdict(Struct, frozen=True, kw_only=True):
    """What is known of a contract and a client.

    - ``played``: how many plans were played.
    - ``reason``: why it is not kept; empty if it is.
    """

    contract: str
    word: Word
    reason: str = ""
    played: int = 0
    finding: Finding | None = None
    seconds: float = 0.0


def worst(words: Iterable[Word]) -> Word:
    """Return the word for all of them together; nothing judged is not claimed."""
    found = set(words)
    for word in _WORST_FIRST:
        if word in found:
            return word
    return "not claimed"
