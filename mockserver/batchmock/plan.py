"""What each request of a batch comes to, and when: seed + scenario + requests, settled once.

A request's draws depend on the seed and its ``custom_id`` alone, so removing one request leaves the others as
they were. Offsets are nanoseconds after ``created_at``. It does not know now.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import Final

from batchmock.draws import Draws
from batchmock.facts import Submission
from batchmock.params import check
from batchmock.replies.answerer import Answerer
from batchmock.scenario import Scenario, Timing
from batchmock.times import MICROSECOND
from batchmock.wire.batch import RequestCounts
from batchmock.wire.result import Canceled, Errored, Expired, Failure, errored

# A request's terminal state, as one byte of `Plan.states`.
SUCCEEDED: Final = 0
ERRORED: Final = 1
CANCELED: Final = 2
EXPIRED: Final = 3

# Planning a large batch takes a while; whoever drives it may do something else after so many requests.
SLICE = 2_000


@dataclass(frozen=True, slots=True)
class Schedule:
    """What would become of each request, by its index, if nobody canceled and no window closed."""

    starts: array[int]
    finishes: array[int]
    failures: Mapping[int, Failure]
    order: array[int]
    answerer: Answerer


@dataclass(frozen=True)
class Plan:
    """What becomes of each request, and so of the batch.

    ``states`` has a byte for each request; ``order`` lists request indexes as the results file does.
    """

    states: bytes
    errors: Mapping[int, Errored]
    order: array[int]
    finishes: array[int]
    window: int
    ended_at: int
    counts: RequestCounts
    answerer: Answerer

    # Sorted when someone first counts in the middle of a run, which most scenarios never show.
    @cached_property
    def succeeded_at(self) -> array[int]:
        """The moments at which requests succeed, in order."""
        return self._moments(SUCCEEDED)

    @cached_property
    def errored_at(self) -> array[int]:
        """The moments at which requests turn out to be errored, in order."""
        return self._moments(ERRORED)

    def _moments(self, state: int) -> array[int]:
        # A request that is running when the window closes is let finish there and then.
        pairs = zip(self.finishes, self.states, strict=True)
        return array("q", sorted([min(at, self.window) for at, of in pairs if of == state]))


def schedule(submission: Submission) -> Generator[None, None, Schedule]:
    """Draw what would become of each request; yields now and then, as it takes a while for a large batch."""
    scenario, requests = submission.scenario, submission.requests
    draws = Draws(scenario.seed, "request")
    spread = _spread(scenario, submission.id)
    starts, finishes, places = array("q"), array("q"), array("Q")
    failures: dict[int, Failure] = {}
    answerer = Answerer(
        scenario.answers, seed=scenario.seed, api_version=submission.api_version, betas=submission.betas
    )
    for first in range(0, len(requests), SLICE):
        part = requests[first : first + SLICE]
        drawn = draws.integers((request.custom_id for request in part), each=3)
        _draw_times(drawn, spread, scenario.timing, starts, finishes)
        places.extend(drawn[2::3])
        for index, request in enumerate(part, first):
            error = check(request.params, submission.betas)
            if failure := errored(error) if error else answerer.outcome(request):
                failures[index] = failure
        yield
    return Schedule(starts, finishes, failures, _order(scenario, places, finishes), answerer)


def settle(drawn: Schedule, scenario: Scenario, batch_id: str, cancel_after: int | None) -> Plan:
    """Apply the window, and the cancel if there was one, to a schedule."""
    if cancel_after is None:
        return _run_out(drawn, scenario.window)
    return _called_off(drawn, scenario, batch_id, cancel_after)


def _run_out(drawn: Schedule, window: int) -> Plan:
    """Leave the batch alone: whatever has not started when the window closes expires."""
    states = bytearray(EXPIRED if start >= window else SUCCEEDED for start in drawn.starts)
    ended_at = window if EXPIRED in states else min(max(drawn.finishes), window)
    return _plan(drawn, states, ended_at, window)


def _called_off(drawn: Schedule, scenario: Scenario, batch_id: str, cancel_after: int) -> Plan:
    """Cancel the batch: whatever has not started by then is canceled, the rest is let finish."""
    states = bytearray(CANCELED if start > cancel_after else SUCCEEDED for start in drawn.starts)
    timing = scenario.timing
    share = Draws(scenario.seed, "cancel").unit(batch_id)
    wind_down = timing.cancel_min + round(share * (timing.cancel_max - timing.cancel_min))
    last = max((at for at, state in zip(drawn.finishes, states, strict=True) if state == SUCCEEDED), default=0)
    ended_at = max(cancel_after + wind_down // MICROSECOND * MICROSECOND, last)
    return _plan(drawn, states, min(ended_at, scenario.window), scenario.window)


def _plan(drawn: Schedule, states: bytearray, ended_at: int, window: int) -> Plan:
    for index, failure in drawn.failures.items():
        if states[index] == SUCCEEDED:
            states[index] = _state(failure)
    return Plan(
        states=bytes(states),
        errors={index: one for index, one in drawn.failures.items() if isinstance(one, Errored)},
        answerer=drawn.answerer,
        order=drawn.order,
        finishes=drawn.finishes,
        window=window,
        ended_at=ended_at,
        counts=RequestCounts(
            succeeded=states.count(SUCCEEDED),
            errored=states.count(ERRORED),
            canceled=states.count(CANCELED),
            expired=states.count(EXPIRED),
        ),
    )


def _state(failure: Failure) -> int:
    match failure:
        case Errored():
            return ERRORED
        case Canceled():
            return CANCELED
        case Expired():
            return EXPIRED


def _spread(scenario: Scenario, batch_id: str) -> int:
    """Return over how long the requests of this batch start."""
    timing = scenario.timing
    unit = Draws(scenario.seed, "batch").unit(batch_id)
    # The inverse is defined inside (0, 1) only.
    deviation = NormalDist().inv_cdf(max(unit, 1e-12))
    length = timing.batch_median * math.exp(timing.batch_sigma * deviation)
    return max(0, round(length) - timing.warm_up - timing.request_max)


def _draw_times(drawn: array[int], spread: int, timing: Timing, starts: array[int], finishes: array[int]) -> None:
    warm_up, shortest = timing.warm_up // MICROSECOND, timing.request_min // MICROSECOND
    longest = timing.request_max // MICROSECOND - shortest + 1
    wide = spread // MICROSECOND + 1
    begun = [(warm_up + (draw * wide >> 64)) * MICROSECOND for draw in drawn[0::3]]
    starts.extend(begun)
    finishes.extend(
        [
            start + (shortest + (draw * longest >> 64)) * MICROSECOND
            for start, draw in zip(begun, drawn[1::3], strict=True)
        ]
    )


def _order(scenario: Scenario, places: Sequence[int], finishes: array[int]) -> array[int]:
    indexes = range(len(places))
    match scenario.order:
        case "submitted":
            return array("I", indexes)
        case "reversed":
            return array("I", reversed(indexes))
        case "completion":
            return array("I", sorted(indexes, key=finishes.__getitem__))
        case "shuffled":
            return _shuffled(places)


def _shuffled(places: Sequence[int]) -> array[int]:
    """Sort by drawn places; the one order that would hide a positional join is turned over."""
    order = array("I", sorted(range(len(places)), key=places.__getitem__))
    if order == array("I", range(len(places))):
        order.reverse()
    return order
