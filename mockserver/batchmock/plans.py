"""Plans of the batches at hand, so that a poll need not settle one anew.

A cache and nothing more: what is not in it is computed again from the facts, and comes out the same.
"""

from collections.abc import Generator
from dataclasses import dataclass

from batchmock.facts import BatchFacts, Submission
from batchmock.params.check import checker
from batchmock.params.terms import Terms
from batchmock.plan import Plan, Schedule, schedule, settle
from batchmock.verdicts import Verdicts


@dataclass(frozen=True, slots=True)
class _Drawn:
    schedule: Schedule
    verdicts: Verdicts


@dataclass(frozen=True, slots=True)
class _Settled:
    cancel_initiated_at: int | None
    plan: Plan


class Plans:
    """Schedules, verdicts and plans by batch id."""

    def __init__(self) -> None:
        self._drawn: dict[str, _Drawn] = {}
        self._settled: dict[str, _Settled] = {}

    def prepare(self, submission: Submission) -> Generator[None, None, None]:
        """Do the slow part of a new batch's plan in slices, yielding between them."""
        drawn = yield from schedule(submission)
        terms = Terms(
            api_version=submission.api_version,
            betas=submission.betas,
            user_profile_id=submission.user_profile_id,
            models=submission.models,
        )
        check = checker(terms)
        said = {
            index: outcome.row_error() for index, outcome in drawn.outcomes.items() if outcome.state == "errored"
        }
        verdicts = Verdicts(submission.requests, lambda request: check(request.params), said)
        self._drawn[submission.id] = _Drawn(drawn, verdicts)

    def of(self, facts: BatchFacts) -> Plan:
        """Return the plan that these facts come to."""
        settled = self._settled.get(facts.submission.id)
        if settled is None or settled.cancel_initiated_at != facts.cancel_initiated_at:
            settled = _Settled(facts.cancel_initiated_at, self._settle(facts))
            self._settled[facts.submission.id] = settled
        return settled.plan

    def forget(self, batch_id: str) -> None:
        """Drop what is held of a batch."""
        self._drawn.pop(batch_id, None)
        self._settled.pop(batch_id, None)

    def _settle(self, facts: BatchFacts) -> Plan:
        submission = facts.submission
        if submission.id not in self._drawn:
            for _ in self.prepare(submission):
                pass
        drawn = self._drawn[submission.id]
        cancel_after = None
        if facts.cancel_initiated_at is not None:
            cancel_after = facts.cancel_initiated_at - submission.created_at
        return settle(submission, drawn.schedule, drawn.verdicts, cancel_after)
