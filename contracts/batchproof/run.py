"""A whole run of the suite as a value: whom it judged, how, and what came of it.

It does not know how runs are made or shown.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from batchproof.contract import Contract, Verdict, Word, worst
from batchproof.plan import Capability

BudgetName = Literal["quick", "default", "thorough"]


class Budget(Struct, frozen=True, kw_only=True):
    """How much is played: how many drawn plans for each contract beyond its table, and whether the slow ones."""

    name: BudgetName
    examples: int
    is_thorough: bool = False


BUDGETS: Mapping[BudgetName, Budget] = {
    "quick": Budget(name="quick", examples=2),
    "default": Budget(name="default", examples=30),
    "thorough": Budget(name="thorough", examples=400, is_thorough=True),
}


class Target(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is judged: a Python callable by its name, or a program by its command."""

    python: str | None = None
    program: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What reports call it."""
        return self.python or " ".join(self.program)


class Run(Struct, frozen=True, kw_only=True):
    """What came of a run; verdicts are in the order of the catalogue.

    - ``is_complete``: whether every contract was judged, rather than the run broken off.
    """

    client: str
    capabilities: tuple[Capability, ...]
    seed: int
    budget: BudgetName
    verdicts: tuple[Verdict, ...]
    seconds: float
    is_complete: bool = True


def word_of(
    run: Run, catalogue: Mapping[str, Contract], *, level: str | None = None, manners: bool | None = None
) -> Word:
    """Return the word for all verdicts together, of a level, or of manners or all else."""
    return worst(verdict.word for verdict in chosen(run, catalogue, level=level, manners=manners))


def chosen(
    run: Run, catalogue: Mapping[str, Contract], *, level: str | None = None, manners: bool | None = None
) -> Sequence[Verdict]:
    """Return the verdicts of a level, or on manners or all else."""
    return [
        verdict
        for verdict in run.verdicts
        if (level is None or catalogue[verdict.contract].level == level)
        and (manners is None or catalogue[verdict.contract].is_manners == manners)
    ]


def exit_code(
    run: Run, catalogue: Mapping[str, Contract], *, is_strict: bool = False, excused: Collection[str] = ()
) -> int:
    """Return 0 if every claimed MUST is kept, 1 if one is broken, 3 if nobody knows.

    If it ``is_strict``, a SHOULD counts as a MUST does. The known breaks are ``excused``.
    """
    must = [verdict.word for verdict in chosen(run, catalogue, level="MUST")]
    is_judged = any(verdict.word in ("kept", "broken", "flaky") for verdict in run.verdicts)
    if any(fails(verdict, catalogue, is_strict=is_strict, excused=excused) for verdict in run.verdicts):
        return 1
    return 0 if is_judged and "inconclusive" not in must and run.is_complete else 3


def fails(
    verdict: Verdict, catalogue: Mapping[str, Contract], *, is_strict: bool = False, excused: Collection[str] = ()
) -> bool:
    """Tell whether a verdict alone makes a run fail."""
    counts = is_strict or catalogue[verdict.contract].level == "MUST"
    return counts and verdict.word in ("broken", "flaky") and verdict.contract not in excused
