"""Facts + plan + now → the batch as a client sees it.

Looking changes nothing, and costs the same for a batch of any size: O(1), or O(log n) where counts move while
the batch runs; only who first sees counts waits for the verdicts they rest on. It does not know HTTP, nor what
stands in the results.
"""

from bisect import bisect_right

from msgspec import Struct

from batchmock.facts import BatchFacts
from batchmock.switches import NO_LAG, Switches
from batchmock.times import timestamp, timestamp_z
from batchmock.unfolding.plan import Plan
from batchmock.wire.batch import MessageBatch, ProcessingStatus, RequestCounts


class BatchView(Struct, frozen=True):
    """A batch at one instant; instants in nanoseconds, None where nothing happened yet."""

    facts: BatchFacts
    plan: Plan
    now: int
    status: ProcessingStatus
    ended_at: int | None
    archived_at: int | None

    @property
    def counts(self) -> RequestCounts:
        """How many requests are in each state, as the batch object says it."""
        if self._counts_move:
            return counts_so_far(self.facts, self.plan, self.now)
        return RequestCounts(processing=len(self.facts.submission.requests))

    @property
    def has_results(self) -> bool:
        """Whether its results can be downloaded now."""
        return self.status == "ended" and self.archived_at is None and not self.has_late_results

    @property
    def has_results_url(self) -> bool:
        """Whether it says where its results are."""
        if self.archived_at is not None:
            return self._switches.archived_results_url == "kept"
        return self.status == "ended"

    @property
    def may_be_reshuffled(self) -> bool:
        """Whether it matters how often its results were downloaded."""
        return self._switches.later_downloads == "reshuffled"

    @property
    def is_late(self) -> bool:
        """Whether it is too new to be found."""
        facts = self.facts
        lag = facts.submission.scenario.switches.create_lag
        return lag is not NO_LAG and lag.hides(facts.missed_reads, self.now - facts.submission.created_at)

    @property
    def has_late_results(self) -> bool:
        """Whether it has ended, and too lately for its results to be found."""
        if self.ended_at is None:
            return False
        return self._switches.results_lag.hides(self.facts.missed_results, self.now - self.ended_at)

    @property
    def is_moving(self) -> bool:
        """Whether it may be another one a moment later although nothing happens to the batch."""
        return self.status != "ended" and self._counts_move

    @property
    def needs_verdicts(self) -> bool:
        """Whether its counts rest on verdicts that are not all known yet: asked for, they would wait for them."""
        return self._counts_move and not self.plan.verdicts.are_known

    @property
    def _switches(self) -> Switches:
        return self.facts.submission.scenario.switches

    @property
    def _counts_move(self) -> bool:
        return self.status == "ended" or self.facts.submission.scenario.counts == "progressive"


def project(facts: BatchFacts, plan: Plan, now: int) -> BatchView:
    """Return the batch as it is at an instant, which is not before its creation."""
    submission = facts.submission
    ended_at = submission.created_at + plan.ended_at
    if now >= ended_at:
        archived_at = submission.archived_at if now >= submission.archived_at else None
        return BatchView(facts, plan, now, "ended", ended_at, archived_at)
    status = "in_progress" if facts.cancel_initiated_at is None else "canceling"
    return BatchView(facts, plan, now, status, None, None)


def render(view: BatchView, results_url: str) -> MessageBatch:
    """Return the wire's form of a view; ``results_url`` is where this client can reach the results."""
    facts, submission = view.facts, view.facts.submission
    write = timestamp_z if submission.scenario.switches.timestamps == "z" else timestamp
    return MessageBatch(
        id=submission.id,
        processing_status=view.status,
        request_counts=view.counts,
        ended_at=None if view.ended_at is None else write(view.ended_at),
        created_at=write(submission.created_at),
        expires_at=write(submission.expires_at),
        archived_at=None if view.archived_at is None else write(view.archived_at),
        cancel_initiated_at=None if facts.cancel_initiated_at is None else write(facts.cancel_initiated_at),
        results_url=results_url if view.has_results_url else None,
    )


def counts_so_far(facts: BatchFacts, plan: Plan, now: int) -> RequestCounts:
    """Return how many requests have really finished by now, whatever the batch object says of it."""
    elapsed = now - facts.submission.created_at
    if elapsed >= plan.ended_at:
        return plan.counts
    waiting = unfinished(facts, plan, now)
    errored = bisect_right(plan.errored_at, elapsed)
    succeeded = len(facts.submission.requests) - waiting - errored
    return RequestCounts(processing=waiting, succeeded=succeeded, errored=errored)


def unfinished(facts: BatchFacts, plan: Plan, now: int) -> int:
    """Return how many requests have not finished by now; needs no verdict."""
    elapsed = now - facts.submission.created_at
    if elapsed >= plan.ended_at:
        return 0
    return len(facts.submission.requests) - bisect_right(plan.finished_at, elapsed)
