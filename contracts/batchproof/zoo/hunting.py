"""Lets a contract catch a mutant, seed by seed, and notes how soon.

A contract's table is the same for every seed, so whoever breaks it there breaks it for all seeds, and is played to
it once. It does not know processes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from batchproof.arena.inprocess import InProcess
from batchproof.catalogue.index import CATALOGUE
from batchproof.contract import Contract, Verdict
from batchproof.evidence import Evidence
from batchproof.plan import Capability
from batchproof.search import judge
from batchproof.trial import play
from batchproof.zoo.kill import BASE, Kill
from batchproof.zoo.mutants.index import MUTANTS
from batchproof.zoo.planting import client_of

# A client that is stopped by the processor's time is not caught: nobody knows what it would have done.
_BY_TIME = "it hung"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A client to let loose on a contract; ``examples`` plans are drawn for each seed."""

    client: str
    contract: str
    seeds: int
    examples: int
    wants_also: bool = False


def hunt(job: Job) -> Kill:
    """Return what became of a job."""
    client = client_of(MUTANTS.get(job.client))
    hunter = _Hunter(InProcess(client), client.capabilities, job.examples)
    contract = CATALOGUE[job.contract]
    with InProcess.ready():
        caught = list(hunter.over_seeds(contract, range(job.seeds)))
        also = tuple(hunter.also(contract)) if job.wants_also and job.client != BASE else ()
    told = Kill(client=job.client, contract=job.contract, seeds=job.seeds, also=also)
    return _with(told, caught)


@dataclass(slots=True)
class _Hunter:
    """A client in its arena."""

    arena: InProcess
    offered: frozenset[Capability]
    examples: int

    def over_seeds(self, contract: Contract, seeds: Sequence[int]) -> Iterable[tuple[Verdict, int]]:
        """Yield, for each seed in which it is caught, the verdict and how many plans it took."""
        found = self._judge(contract, examples=0)
        if found is not None:
            yield from [found] * len(seeds)
            return
        if contract.plans is None:
            return
        drawn = replace(contract, table=())
        played = len(contract.table)
        for seed in seeds:
            found = self._judge(drawn, examples=self.examples, seed=seed)
            if found is not None:
                yield found[0], played + found[1]

    def also(self, own: Contract) -> Iterable[str]:
        """Yield the other contracts whose tables catch it."""
        for contract in CATALOGUE.values():
            if contract is not own and self._judge(contract, examples=0) is not None:
                yield contract.id

    def _judge(self, contract: Contract, *, examples: int, seed: int = 0) -> tuple[Verdict, int] | None:
        """Return the verdict if it is caught, and how many plans had been played by then."""
        plans, first = 0, 0

        def look(evidence: Evidence) -> None:
            nonlocal plans, first
            plans += 1
            if not first and contract.check(evidence) is not None:
                first = plans

        verdict = judge(
            contract,
            lambda plan: play(plan, self.arena),
            offered=self.offered,
            examples=examples,
            seed=seed,
            look=look,
        )
        return (verdict, first) if is_caught(verdict) else None


def is_caught(verdict: Verdict) -> bool:
    """Tell whether a contract has caught a client, rather than only doubted it or run out of time."""
    return verdict.word == "broken" and not verdict.reason.startswith(_BY_TIME)


def _with(told: Kill, caught: Sequence[tuple[Verdict, int]]) -> Kill:
    if not caught:
        return told
    sizes = [verdict.finding.plan.size for verdict, _ in caught if verdict.finding is not None]
    return Kill(
        client=told.client,
        contract=told.contract,
        seeds=told.seeds,
        caught=len(caught),
        plans=round(median(plans for _, plans in caught)),
        size=round(median(sizes)),
        reason=caught[0][0].reason,
        also=told.also,
    )
