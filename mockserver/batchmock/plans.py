"""Plans of the batches at hand, so that a poll need not settle one anew.

A cache and nothing more: what is not in it is computed again from the facts, and comes out the same.
"""

from collections.abc import Generator
from dataclasses import dataclass

from batchmock.facts import BatchFacts, Submission
from batchmock.plan import Plan, Schedule, schedule, settle


@dataclass(frozen=True, slots=True)
class _Settled:
    cancel_initiated_at: int | None
    plan: Plan


class Plans:
    """Schedules and plans by batch id."""

    def __init__(self) -> None:
        self._schedules: dict[str, Schedule] = {}
        self._settled: dict[str, _Settled] = {}

    def prepare(self, submission: Submission) -> Generator[None, None, None]:
        """Do the slow part of a new batch's plan in slices, yielding between them."""
        self._schedules[submission.id] = yield from schedule(submission)

    def of(self, facts: BatchFacts) -> Plan:
        """Return the plan that these facts come to."""
        submission = facts.submission
        settled = self._settled.get(submission.id)
        if settled is None or settled.cancel_initiated_at != facts.cancel_initiated_at:
            settled = _Settled(facts.cancel_initiated_at, self._settle(facts))
            self._settled[submission.id] = settled
        return settled.plan

    def forget(self, batch_id: str) -> None:
        """Drop what is held of a batch."""
        self._schedules.pop(batch_id, None)
        self._settled.pop(batch_id, None)

    def _settle(self, facts: BatchFacts) -> Plan:
        submission = facts.submission
        if submission.id not in self._schedules:
            for _ in self.prepare(submission):
                pass
        cancel_after = None
        if facts.cancel_initiated_at is not None:
            cancel_after = facts.cancel_initiated_at - submission.created_at
        return settle(self._schedules[submission.id], submission.scenario, submission.id, cancel_after)
