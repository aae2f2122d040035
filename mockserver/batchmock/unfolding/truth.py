"""What each request of a batch will come to, and when: the plan in words, for a test's own assertions.

As things stand: a cancel that is still to come changes it. Looking is no poll, and changes nothing. It does not
know who asks.
"""

from collections.abc import Iterator, Sequence
from typing import Generic

import msgspec
from msgspec import Raw, Struct

from batchmock.exchanges.record import Instant
from batchmock.facts import BatchFacts
from batchmock.outcomes import TerminalState
from batchmock.times import timestamp
from batchmock.unfolding.plan import CANCELED, ERRORED, EXPIRED, SUCCEEDED, Plan
from batchmock.unfolding.projection import BatchView
from batchmock.wire.batch import ProcessingStatus, RequestCounts
from batchmock.wire.result import Errored, Failure, RowErrorEnvelope

# By the byte that `Plan.states` has for each.
_STATES: dict[int, TerminalState] = {
    SUCCEEDED: "succeeded",
    ERRORED: "errored",
    CANCELED: "canceled",
    EXPIRED: "expired",
}


class _Type(Struct):
    type: str


class _Envelope(Struct):
    error: _Type


_envelope = msgspec.json.Decoder(_Envelope)


class BatchTruth(Struct, Generic[Instant], frozen=True, kw_only=True):
    """A batch, and when what will happen to it does.

    ``ended_at`` and ``archived_at`` may still be to come; ``processing_status`` is that of now.
    """

    id: str
    processing_status: ProcessingStatus
    created_at: Instant
    cancel_initiated_at: Instant | None
    ended_at: Instant
    expires_at: Instant
    archived_at: Instant
    requests: int
    seed: int


class RequestTruth(Struct, Generic[Instant], frozen=True, kw_only=True):
    """What a request comes to.

    - ``error``: the type of its error, if it is errored.
    - ``started_at`` and ``finished_at``: null if it never runs.
    - ``place``: which line of the results it has, from 0.
    """

    custom_id: str
    state: TerminalState
    error: str | None
    started_at: Instant | None
    finished_at: Instant | None
    place: int


class BatchPlan(Struct, Generic[Instant], frozen=True, kw_only=True):
    """What a batch comes to: its counts once it has ended, and its requests as they were submitted."""

    batch: BatchTruth[Instant]
    request_counts: RequestCounts
    requests: tuple[RequestTruth[Instant], ...]
    has_more: bool


class BatchList(Struct, Generic[Instant], frozen=True):
    """The batches of a workspace, in the order they were created."""

    batches: tuple[BatchTruth[Instant], ...]


def foresee(plan: Plan) -> bool:
    """Do a slice of the work that the truth needs; tell whether there is more.

    Nobody has to: asked for sooner, the truth does all of it at once.
    """
    return plan.verdicts.work() or plan.ranks.work()


def batch_list(views: Sequence[BatchView]) -> BatchList[str]:
    """Return what there is to know of batches, but for their requests."""
    return BatchList(tuple(batch_truth(view) for view in views))


def batch_truth(view: BatchView) -> BatchTruth[str]:
    """Return what there is to know of a batch, but for its requests."""
    submission, cancel = view.facts.submission, view.facts.cancel_initiated_at
    return BatchTruth(
        id=submission.id,
        processing_status=view.status,
        created_at=timestamp(submission.created_at),
        cancel_initiated_at=None if cancel is None else timestamp(cancel),
        ended_at=timestamp(submission.created_at + view.plan.ended_at),
        expires_at=timestamp(submission.expires_at),
        archived_at=timestamp(submission.archived_at),
        requests=len(submission.requests),
        seed=submission.scenario.seed,
    )


def batch_plan(view: BatchView, *, skip: int = 0, limit: int | None = None) -> BatchPlan[str]:
    """Return what a batch and its requests come to, of these at most ``limit`` after the first ``skip``."""
    count = len(view.facts.submission.requests)
    end = count if limit is None else min(skip + limit, count)
    requests = tuple(request_truths(view.facts, view.plan, range(skip, end)))
    return BatchPlan(
        batch=batch_truth(view), request_counts=view.plan.counts, requests=requests, has_more=end < count
    )


def request_lines(view: BatchView) -> Iterator[bytes]:
    """Yield what each request comes to, each as one JSON object and a line feed, made as they are asked for."""
    encode = msgspec.json.Encoder().encode
    for truth in request_truths(view.facts, view.plan, range(len(view.facts.submission.requests))):
        yield encode(truth) + b"\n"


def _error(failure: Failure) -> str | None:
    match failure:
        case Errored(error=Raw() as envelope):
            return _given(envelope)
        case Errored(error=RowErrorEnvelope() as envelope):
            return envelope.error.type
        case _:
            return None


def _given(envelope: Raw) -> str | None:
    """Return the type of an error that somebody else wrote."""
    try:
        return _envelope.decode(envelope).error.type
    except msgspec.ValidationError:
        return None


def request_truths(facts: BatchFacts, plan: Plan, indexes: range) -> Iterator[RequestTruth[str]]:
    """Yield what some requests of a batch come to, by their indexes."""
    submission, schedule = facts.submission, plan.schedule
    created_at, window = submission.created_at, submission.scenario.window
    states, failures, places = plan.states, plan.verdicts.failures, plan.ranks.places
    for index in indexes:
        state = states[index]
        started_at = finished_at = None
        if state in (SUCCEEDED, ERRORED):
            started_at = timestamp(created_at + schedule.starts[index])
            # What is running when the window closes is let finish there and then.
            finished_at = timestamp(created_at + min(schedule.finishes[index], window))
        yield RequestTruth(
            custom_id=submission.requests[index].custom_id,
            state=_STATES[state],
            error=_error(failures[index]) if state == ERRORED else None,
            started_at=started_at,
            finished_at=finished_at,
            place=places[index],
        )
