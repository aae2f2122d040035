"""Looks for a plan under which a client breaks a contract: the table first, then drawn ones; and shrinks it.

The same seed finds the same plans, as nothing here is bounded by time. It does not know how plans are played.
"""

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import Unsatisfiable

from batchproof.contract import Break, Contract, Finding, Verdict, Word
from batchproof.evidence import Evidence
from batchproof.observation import Observation
from batchproof.plan import Capability, Plan
from batchproof.timeline import timeline

Play = Callable[[Plan], Observation]
Look = Callable[[Evidence], None]

# Shrinking plays a plan at a time; a client that takes seconds for each must not take the whole night.
SHRINKS_MAX = 400
# A client under test is as slow as it is, and plans that need what it does not offer are thrown away.
_EVERY_CHECK = cast("Collection[HealthCheck]", list(HealthCheck))
# How often a plan that broke a contract is played again before it is believed.
REPLAYS = 1


class _BrokenError(AssertionError):
    """A contract was broken; its message is the reason, by which Hypothesis tells breaks apart."""


def keep_caches_in(folder: Path) -> None:
    """Have Hypothesis keep its caches in a folder; by itself it makes one in the working directory."""
    set_hypothesis_home_dir(folder)


@dataclass(slots=True)
class _Hunt:
    """What is known so far: the plans that broke the contract, the latest last, as shrinking leaves it."""

    contract: Contract
    play: Play
    look: Look
    seed: int
    offered: frozenset[Capability]
    played: int = 0
    happened: int = 0
    broken: tuple[Plan, Break, Observation] | None = None
    _left: int = field(default=SHRINKS_MAX)

    def try_(self, plan: Plan) -> Break | None:
        self.played += 1
        observation = self.play(plan)
        self.happened += observation.has_happened
        evidence = Evidence(observation)
        self.look(evidence)
        found = self.contract.check(evidence)
        if found is not None and (self.broken is None or plan.size <= self.broken[0].size):
            self.broken = plan, found, observation
        return found

    def test(self, plan: Plan) -> None:
        if self.broken is not None:
            self._left -= 1
            if self._left < 0:
                return
        found = self.try_(plan)
        if found is not None:
            raise _BrokenError


def judge(
    contract: Contract,
    play: Play,
    *,
    offered: frozenset[Capability],
    examples: int,
    seed: int = 0,
    is_thorough: bool = False,
    look: Look = lambda evidence: None,
) -> Verdict:
    """Return the verdict on one contract; ``look`` sees the evidence of every plan that was played.

    ``examples`` is how many plans are drawn beyond the table; those that need more than is ``offered`` are left
    out.
    """
    hunt = _Hunt(contract, play, look, seed, offered)
    table = contract.table + (contract.slow if is_thorough else ())
    _try_table(hunt, [plan for plan in table if plan.needs <= offered])
    if hunt.broken is None and contract.plans is not None and examples:
        _draw(hunt, examples)
    return _verdict(hunt)


def _try_table(hunt: _Hunt, table: Iterable[Plan]) -> None:
    for plan in table:
        if hunt.try_(plan) is not None:
            return


def _draw(hunt: _Hunt, examples: int) -> None:
    assert hunt.contract.plans is not None
    plans = hunt.contract.plans.filter(lambda plan: plan.needs <= hunt.offered)
    test = settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=False,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=_EVERY_CHECK,
    )(seed(hunt.seed)(given(plans)(hunt.test)))
    with suppress(_BrokenError, Unsatisfiable):
        cast(Callable[[], None], test)()


def _verdict(hunt: _Hunt) -> Verdict:
    contract = hunt.contract
    if hunt.broken is None:
        if not hunt.played:
            return Verdict(
                contract=contract.id, word="not claimed", reason="the client offers none of what it needs"
            )
        if not hunt.happened:
            reason = "nothing that its plans hold has happened: no fault struck, and nobody was killed"
            return Verdict(contract=contract.id, word="inconclusive", reason=reason, played=hunt.played)
        return Verdict(contract=contract.id, word="kept", played=hunt.played)
    plan, found, observation = hunt.broken
    word, reason = _again(hunt, plan, found)
    finding = Finding(
        reason=found.reason,
        key=found.key,
        plan=plan,
        timeline=timeline(observation),
        played=hunt.played,
        seed=hunt.seed,
    )
    return Verdict(contract=contract.id, word=word, reason=reason, played=hunt.played, finding=finding)


def _again(hunt: _Hunt, plan: Plan, found: Break) -> tuple[Word, str]:
    for _ in range(REPLAYS):
        if hunt.contract.check(Evidence(hunt.play(plan))) is None:
            return "flaky", f"{found.reason}; but not when the same plan was played again"
    return "broken", found.reason
