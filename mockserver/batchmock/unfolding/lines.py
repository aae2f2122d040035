"""Facts + plan → the lines of the results file, made while they are read.

It does not know when a file may be downloaded, nor what becomes of its lines on the way.
"""

from collections.abc import Callable, Iterator

import msgspec

from batchmock.draws import Identifiers
from batchmock.facts import BatchFacts
from batchmock.unfolding.plan import CANCELED, ERRORED, SUCCEEDED, Plan
from batchmock.wire.request import BatchRequest
from batchmock.wire.result import CANCELED as CANCELED_RESULT
from batchmock.wire.result import EXPIRED as EXPIRED_RESULT
from batchmock.wire.result import Result, ResultLine, Succeeded

_encode = msgspec.json.Encoder().encode

# Prints the line of a request that succeeds, from it and its message's id, if it knows how.
Print = Callable[[BatchRequest, bytes], bytes | None]


def result_lines(facts: BatchFacts, plan: Plan) -> Iterator[bytes]:
    """Yield the lines of the next download, each one JSON object and a line feed."""
    submission = facts.submission
    ids = Identifiers(submission.scenario.seed, f"message\0{submission.id}", "msg_011C")
    requests, states, outcomes = submission.requests, plan.states, plan.schedule.outcomes
    plain = _printer(plan)
    for index in plan.order(facts.downloads):
        request = requests[index]
        if states[index] != SUCCEEDED:
            yield _line(request, _failure(plan, index))
            continue
        message_id = ids.encoded(request.custom_id.encode())
        outcome = outcomes.get(index)
        if outcome is not None or (line := plain(request, message_id)) is None:
            stop = None if outcome is None else outcome.stop_reason
            line = _line(request, Succeeded(plan.answerer.message(request, message_id.decode("ascii"), stop)))
        yield line


def _printer(plan: Plan) -> Print:
    plain = plan.answerer.plain_lines
    return _none if plain is None else plain.line


def _none(request: BatchRequest, message_id: bytes) -> None:
    """Print nothing."""


def _failure(plan: Plan, index: int) -> Result:
    state = plan.states[index]
    if state == ERRORED:
        return plan.verdicts.failures[index]
    return CANCELED_RESULT if state == CANCELED else EXPIRED_RESULT


def _line(request: BatchRequest, result: Result) -> bytes:
    return _encode(ResultLine(request.custom_id, result)) + b"\n"
