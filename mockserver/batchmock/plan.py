"""What each request of a batch comes to, and when: seed + scenario + requests, settled once.

A request's draws depend on the seed and its ``custom_id`` alone, so removing one request leaves the others as
they were. Offsets are nanoseconds after ``created_at``. When a batch ends does not depend on what is wrong with
its requests; that is asked for only where it shows. It does not know now.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import Final

from batchmock.draws import Draws
from batchmock.facts import Submission
from batchmock.order import in_order
from batchmock.scenario import Scenario, Timing
from batchmock.times import MICROSECOND
from batchmock.verdicts import Verdicts
from batchmock.wire.batch import RequestCounts

# A request's terminal state, as one byte of `Plan.states`.
SUCCEEDED: Final = 0
ERRORED: Final = 1
CANCELED: Final = 2
EXPIRED: Final = 3

# Planning a large batch takes a while; whoever drives it may do something else after so many requests.
SLICE = 2_000
# Draws of a place in the results are cut to what CPython sorts fastest.
PLACE_BITS = 30


@dataclass(frozen=True, slots=True)
class Schedule:
    """When each request, by its index, would run if nobody canceled and no window closed; and its drawn place."""

    starts: array[int]
    finishes: array[int]
    places: array[int]


@dataclass(frozen=True)
class Plan:
    """What becomes of each request, and so of the batch.

    ``fates`` has a byte for each request: ``CANCELED``, ``EXPIRED``, or ``SUCCEEDED`` for one that runs, which
    is errored after all if its verdict says so.
    """

    scenario: Scenario
    verdicts: Verdicts
    schedule: Schedule
    fates: bytes
    ended_at: int

    @cached_property
    def states(self) -> bytes:
        """The terminal state of each request, a byte each."""
        states = bytearray(self.fates)
        for index in self.verdicts.errors:
            if states[index] == SUCCEEDED:
                states[index] = ERRORED
        return bytes(states)

    @cached_property
    def counts(self) -> RequestCounts:
        """How many requests are in each state once the batch has ended."""
        return RequestCounts(
            succeeded=self.states.count(SUCCEEDED),
            errored=self.states.count(ERRORED),
            canceled=self.states.count(CANCELED),
            expired=self.states.count(EXPIRED),
        )

    # Sorted when someone first counts in the middle of a run, which most scenarios never show.
    @cached_property
    def finished_at(self) -> array[int]:
        """The moments at which requests are done, succeeded or errored, in order."""
        return self._moments(self.fates, SUCCEEDED)

    @cached_property
    def errored_at(self) -> array[int]:
        """The moments at which requests turn out to be errored, in order."""
        return self._moments(self.states, ERRORED)

    def order(self) -> Iterable[int]:
        """Return the indexes of requests as the results file lists them."""
        return in_order(self.scenario.order, self.schedule.places, self.schedule.finishes)

    def _moments(self, states: bytes, state: int) -> array[int]:
        # A request that is running when the window closes is let finish there and then.
        window = self.scenario.window
        pairs = zip(self.schedule.finishes, states, strict=True)
        return array("q", sorted([min(at, window) for at, of in pairs if of == state]))


def schedule(submission: Submission) -> Generator[None, None, Schedule]:
    """Draw when each request would run; yields now and then, as it takes a while for a large batch."""
    scenario, requests = submission.scenario, submission.requests
    draws = Draws(scenario.seed, "request")
    spread = _spread(scenario, submission.id)
    starts, finishes, places = array("q"), array("q"), array("I")
    for first in range(0, len(requests), SLICE):
        part = requests[first : first + SLICE]
        drawn = draws.integers([request.custom_id for request in part], each=3)
        _draw_times(drawn, spread, scenario.timing, starts, finishes)
        places.extend([draw >> 64 - PLACE_BITS for draw in drawn[2::3]])
        yield
    return Schedule(starts, finishes, places)


def settle(submission: Submission, drawn: Schedule, verdicts: Verdicts, cancel_after: int | None) -> Plan:
    """Apply the window, and the cancel if there was one, to a schedule."""
    scenario = submission.scenario
    if cancel_after is None:
        fates, ended_at = _run_out(drawn, scenario.window)
    else:
        fates, ended_at = _called_off(drawn, scenario, submission.id, cancel_after)
    return Plan(scenario, verdicts, drawn, fates, ended_at)


def _run_out(drawn: Schedule, window: int) -> tuple[bytes, int]:
    """Leave the batch alone: whatever has not started when the window closes expires."""
    if max(drawn.starts) < window:
        return bytes(len(drawn.starts)), min(max(drawn.finishes), window)
    return bytes([EXPIRED if start >= window else SUCCEEDED for start in drawn.starts]), window


def _called_off(drawn: Schedule, scenario: Scenario, batch_id: str, cancel_after: int) -> tuple[bytes, int]:
    """Cancel the batch: whatever has not started by then is canceled, the rest is let finish."""
    fates = bytes([CANCELED if start > cancel_after else SUCCEEDED for start in drawn.starts])
    timing = scenario.timing
    share = Draws(scenario.seed, "cancel").unit(batch_id)
    wind_down = timing.cancel_min + round(share * (timing.cancel_max - timing.cancel_min))
    last = max((at for at, fate in zip(drawn.finishes, fates, strict=True) if fate == SUCCEEDED), default=0)
    ended_at = max(cancel_after + wind_down // MICROSECOND * MICROSECOND, last)
    return fates, min(ended_at, scenario.window)


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
