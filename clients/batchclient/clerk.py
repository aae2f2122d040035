"""What both clients do before and after a flow: open journals, hold the budget, hand out benches and runs.

It does not know the SDK, nor who drives.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from batchclient.bench import Bench, Progress
from batchclient.cost import Estimate, estimate
from batchclient.encode import Refusal, encode
from batchclient.errors import BudgetError, RunError, UnpricedError
from batchclient.journal import Journal
from batchclient.load import Load
from batchclient.pairs import Requests, pairs
from batchclient.policy import Policy
from batchclient.run import BatchRun, UnfinishedError

JournalPath: TypeAlias = str | Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clerk:
    """Opens what is to be worked on; everything that differs between two runs comes in here."""

    base_url: str
    policy: Policy
    clock: Callable[[], float]
    draw: Callable[[], float]
    nonce: Callable[[], str]
    observe: Callable[[Progress], None]

    def begin(self, requests: Requests, journal: JournalPath) -> BatchRun:
        """Return the run of these requests: the one in the journal, or else a new one.

        Raises:
            UsageError: a key occurs twice, or it may cost too much. JournalError: the journal cannot be worked
            with.
        """
        load = Load(
            base_url=self.base_url,
            betas=self.policy.betas,
            limits=self.policy.limits,
            nonce=self.nonce,
            admit=self._hold_budget,
        )
        return BatchRun(load.journal(requests, None if journal is None else Path(journal)))

    def reopen(self, journal: str | Path | BatchRun) -> BatchRun:
        """Return a run that was begun before.

        Raises:
            JournalError: it cannot be worked with.
        """
        if isinstance(journal, BatchRun):
            return journal
        opened = Journal.open(Path(journal))
        try:
            opened.check(base_url=self.base_url, betas=self.policy.betas)
        except BaseException:
            opened.close()
            raise
        return BatchRun(opened)

    def bench(self, run: BatchRun) -> Bench:
        """Return what the steps of a run work with."""
        return Bench(
            journal=run.journal,
            policy=self.policy,
            clock=self.clock,
            draw=self.draw,
            nonce=self.nonce,
            observe=self.observe,
        )

    @contextmanager
    def letting_go(self, run: BatchRun, given: object) -> Generator[None]:
        """Let go of the journal of a run that is cut short, unless the caller has the run in hand."""
        try:
            yield
        except BaseException:
            if run is not given:
                run.close()
            raise

    def finished(self, run: BatchRun, failures: Sequence[RunError]) -> BatchRun:
        """Return the run, if nothing kept it from its end.

        Raises:
            UnfinishedError: something did.
        """
        if failures:
            raise UnfinishedError(run, failures)
        return run

    def estimate(self, requests: Requests) -> Estimate:
        """Return what requests may cost at most; those that cannot be sent cost nothing."""
        encoded = (encode(params) for _, params in pairs(requests))
        return estimate((body for body in encoded if not isinstance(body, Refusal)), self.policy.prices)

    def _hold_budget(self, journal: Journal) -> None:
        budget = self.policy.budget_usd
        if budget is None:
            return
        most = estimate(journal.planned(), self.policy.prices)
        if most.unpriced:
            raise UnpricedError(most.unpriced)
        if most.usd_max > budget:
            raise BudgetError(most.usd_max, budget)
