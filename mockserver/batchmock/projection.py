"""Facts + plan + now → the batch as a client sees it, and the lines of its results file.

Looking changes nothing, and costs the same for a batch of any size: O(1), or O(log n) where counts move while
the batch runs. It does not know HTTP.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from batchmock.draws import Identifiers
from batchmock.facts import BatchFacts
from batchmock.plan import CANCELED, ERRORED, SUCCEEDED, Plan
from batchmock.times import timestamp
from batchmock.wire.batch import MessageBatch, ProcessingStatus, RequestCounts
from batchmock.wire.result import CANCELED as CANCELED_RESULT
from batchmock.wire.result import EXPIRED as EXPIRED_RESULT
from batchmock.wire.result import Result, ResultLine, Succeeded


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch at one instant; instants in nanoseconds, None where nothing happened yet."""

    facts: BatchFacts
    status: ProcessingStatus
    counts: RequestCounts
    ended_at: int | None
    archived_at: int | None

    @property
    def has_results(self) -> bool:
        """Whether its results can be downloaded now."""
        return self.status == "ended" and self.archived_at is None


def project(facts: BatchFacts, plan: Plan, now: int) -> BatchView:
    """Return the batch as it is at an instant, which is not before its creation."""
    submission = facts.submission
    ended_at = submission.created_at + plan.ended_at
    if now >= ended_at:
        archived_at = submission.archived_at if now >= submission.archived_at else None
        return BatchView(facts, "ended", plan.counts, ended_at, archived_at)
    status = "in_progress" if facts.cancel_initiated_at is None else "canceling"
    return BatchView(facts, status, _running_counts(facts, plan, now), None, None)


def render(view: BatchView, results_url: str) -> MessageBatch:
    """Return the wire's form of a view; ``results_url`` is where this client can reach the results."""
    facts, submission = view.facts, view.facts.submission
    return MessageBatch(
        id=submission.id,
        processing_status=view.status,
        request_counts=view.counts,
        ended_at=_written(view.ended_at),
        created_at=timestamp(submission.created_at),
        expires_at=timestamp(submission.expires_at),
        archived_at=_written(view.archived_at),
        cancel_initiated_at=_written(facts.cancel_initiated_at),
        results_url=results_url if view.has_results else None,
    )


def result_lines(facts: BatchFacts, plan: Plan) -> Iterator[bytes]:
    """Yield the lines of the results file, each one JSON object and a line feed, made as they are asked for."""
    submission = facts.submission
    ids = Identifiers(submission.scenario.seed, f"message\0{submission.id}", "msg_011C")
    encode = msgspec.json.Encoder().encode
    message = plan.answerer.message
    for index in plan.order:
        request = submission.requests[index]
        state = plan.states[index]
        result: Result
        if state == SUCCEEDED:
            result = Succeeded(message(request, ids.of(request.custom_id)))
        elif state == ERRORED:
            result = plan.errors[index]
        else:
            result = CANCELED_RESULT if state == CANCELED else EXPIRED_RESULT
        yield encode(ResultLine(request.custom_id, result)) + b"\n"


def _running_counts(facts: BatchFacts, plan: Plan, now: int) -> RequestCounts:
    submission = facts.submission
    if submission.scenario.counts == "at_end":
        return RequestCounts(processing=len(submission.requests))
    return counts_so_far(facts, plan, now)


def counts_so_far(facts: BatchFacts, plan: Plan, now: int) -> RequestCounts:
    """Return how many requests have really finished by now, whatever the batch object says of it."""
    elapsed = now - facts.submission.created_at
    if elapsed >= plan.ended_at:
        return plan.counts
    succeeded = bisect_right(plan.succeeded_at, elapsed)
    errored = bisect_right(plan.errored_at, elapsed)
    waiting = len(facts.submission.requests) - succeeded - errored
    return RequestCounts(processing=waiting, succeeded=succeeded, errored=errored)


def _written(instant: int | None) -> str | None:
    return None if instant is None else timestamp(instant)
