"""Plans of the batches at hand, so that a poll need not settle one anew.

A cache and nothing more: what is not in it is computed again from the facts, and comes out the same.
"""

from collections.abc import Generator
from dataclasses import dataclass
from functools import partial

from batchmock.errors import invalid_request
from batchmock.facts import BatchFacts, Submission
from batchmock.params.check import checker, finder_at_create
from batchmock.params.terms import Terms
from batchmock.replies.answerer import Answerer
from batchmock.unfolding.plan import Plan, Schedule, schedule, settle
from batchmock.unfolding.verdicts import SLICE, Judge, Verdicts
from batchmock.wire.refusal import located
from batchmock.wire.request import BatchRequest
from batchmock.wire.result import Failure, errored


@dataclass(frozen=True, slots=True)
class _Drawn:
    schedule: Schedule
    verdicts: Verdicts
    answerer: Answerer


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
        """Do the slow part of a new batch's plan in slices, yielding between them.

        Raises:
            ApiError: 400, where a switch has params that batches do not take refused at once.
        """
        if submission.scenario.switches.unsupported_params == "create":
            yield from _refuse(submission)
        drawn = yield from schedule(submission)
        answerer = _answerer(submission)
        verdicts = Verdicts(submission.requests, partial(_judge, submission, answerer), _said(drawn))
        self._drawn[submission.id] = _Drawn(drawn, verdicts, answerer)

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
        return settle(submission, drawn.schedule, drawn.verdicts, drawn.answerer, cancel_after)


def _answerer(submission: Submission) -> Answerer:
    return Answerer(
        submission.scenario.answers,
        seed=submission.scenario.seed,
        api_version=submission.api_version,
        betas=submission.betas,
        models=submission.models,
    )


def _judge(submission: Submission, answerer: Answerer) -> Judge:
    check = checker(_terms(submission))

    def judge(request: BatchRequest) -> Failure | None:
        error = check(request.params)
        return errored(error) if error else answerer.outcome(request)

    return judge


def _said(drawn: Schedule) -> dict[int, Failure]:
    """Return the failures that the scenario says."""
    outcomes = drawn.outcomes.items()
    return {index: errored(outcome.row_error()) for index, outcome in outcomes if outcome.state == "errored"}


def _refuse(submission: Submission) -> Generator[None, None, None]:
    find = finder_at_create(_terms(submission))
    for index, request in enumerate(submission.requests):
        if finding := find(request.params):
            raise invalid_request(located(f"requests.{index}.params.{finding.path}", finding.message))
        if index % SLICE == 0:
            yield


def _terms(submission: Submission) -> Terms:
    return Terms(
        api_version=submission.api_version,
        betas=submission.betas,
        user_profile_id=submission.user_profile_id,
        takes_standard_speed=submission.scenario.switches.speed_parameter == "accept_standard",
        models=submission.models,
    )
