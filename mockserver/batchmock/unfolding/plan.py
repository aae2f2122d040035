"""What each request of a batch comes to, and when: seed + scenario + requests, settled once.

A request's draws depend on the seed and its ``custom_id`` alone, so removing one request leaves the others as
they were. Offsets are nanoseconds after ``created_at``. When a batch ends does not depend on what is wrong with
its requests; that is asked for only where it shows. It does not know now.
"""

from __future__ import annotations

from array import array
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from batchmock.draws import Draws
from batchmock.facts import Submission
from batchmock.outcomes import Outcome, Outcomes
from batchmock.replies.answerer import Answerer
from batchmock.scenario import Scenario
from batchmock.unfolding.moments import Moments
from batchmock.unfolding.order import Ranks, in_order
from batchmock.unfolding.verdicts import Verdicts
from batchmock.wire.batch import RequestCounts
from batchmock.wire.request import BatchRequest
from batchmock.wire.result import Canceled, Errored, Expired, Failure

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
    """When each request, by its index, would run if nobody canceled and no window closed; and its drawn place.

    ``outcomes`` are those that the scenario says, whatever the params.
    """

    starts: array[int]
    finishes: array[int]
    places: array[int]
    outcomes: Mapping[int, Outcome]


@dataclass(frozen=True)
class Plan:
    """What becomes of each request, and so of the batch.

    ``fates`` has a byte for each request: ``CANCELED``, ``EXPIRED``, or ``SUCCEEDED`` for one that runs, which
    is errored after all if its verdict says so.
    """

    scenario: Scenario
    verdicts: Verdicts
    answerer: Answerer
    schedule: Schedule
    fates: bytes
    ended_at: int

    @cached_property
    def states(self) -> bytes:
        """The terminal state of each request, a byte each."""
        states = bytearray(self.fates)
        for index, failure in self.verdicts.failures.items():
            if states[index] == SUCCEEDED:
                states[index] = _state(failure)
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

    @cached_property
    def ranks(self) -> Ranks:
        """Where each request stands in the results file, when it is downloaded for the first time."""
        return Ranks(self.order(), len(self.fates))

    def order(self, download: int = 0) -> Iterable[int]:
        """Return the indexes of requests as the results file lists them; downloads count from 0."""
        schedule = self.schedule
        if download and self.scenario.switches.later_downloads == "reshuffled":
            mask = Draws(self.scenario.seed, "download").integers([str(download)], each=1)[0] >> 64 - PLACE_BITS
            # Places that differ still do, and compare otherwise.
            return in_order("shuffled", array("I", [place ^ mask for place in schedule.places]), schedule.finishes)
        return in_order(self.scenario.order, schedule.places, schedule.finishes)

    def _moments(self, states: bytes, state: int) -> array[int]:
        # A request that is running when the window closes is let finish there and then.
        window = self.scenario.window
        pairs = zip(self.schedule.finishes, states, strict=True)
        return array("q", sorted([min(at, window) for at, of in pairs if of == state]))


def schedule(submission: Submission) -> Generator[None, None, Schedule]:
    """Draw when each request would run; yields now and then, as it takes a while for a large batch."""
    scenario, requests = submission.scenario, submission.requests
    decided = Outcomes(scenario.seed, scenario.pins, scenario.mix, magic=scenario.magic)
    draws = Draws(scenario.seed, "request")
    moments = Moments(scenario.timing, _length(scenario, submission.id), submission.held)
    places, outcomes = array("I"), dict[int, Outcome]()
    for first in range(0, len(requests), SLICE):
        part = requests[first : first + SLICE]
        drawn = draws.integers([request.custom_id for request in part], each=3)
        moments.draw(drawn[0::3], drawn[1::3])
        places.extend([draw >> 64 - PLACE_BITS for draw in drawn[2::3]])
        outcomes.update((first + index, outcome) for index, outcome in decided.of(part))
        yield
    if scenario.timing.concurrency is not None:
        yield from moments.queue(scenario.timing.concurrency)
    _fix(moments, scenario, requests, outcomes)
    return Schedule(moments.starts, moments.finishes, places, outcomes)


def _fix(
    moments: Moments, scenario: Scenario, requests: Sequence[BatchRequest], outcomes: Mapping[int, Outcome]
) -> None:
    """Put what the scenario says of single requests in the place of what was drawn."""
    for index, outcome in outcomes.items():
        if outcome.at is not None:
            moments.finish(index, outcome.at)
        if outcome.state == "expired":
            moments.start(index, scenario.window)
    if finishes := scenario.timing.finishes:
        for index, request in enumerate(requests):
            if (at := finishes.get(request.custom_id)) is not None:
                moments.finish(index, at)


def settle(
    submission: Submission, drawn: Schedule, verdicts: Verdicts, answerer: Answerer, cancel_after: int | None
) -> Plan:
    """Apply the window, and the cancel if there was one, to a schedule."""
    scenario = submission.scenario
    if cancel_after is None:
        fates, ended_at = _run_out(drawn, scenario.window)
    else:
        fates, ended_at = _called_off(drawn, scenario, submission.id, cancel_after)
    return Plan(scenario, verdicts, answerer, drawn, _said(fates, drawn.outcomes), ended_at)


def _said(fates: bytes, outcomes: Mapping[int, Outcome]) -> bytes:
    canceled = [index for index, outcome in outcomes.items() if outcome.state == "canceled"]
    if not canceled:
        return fates
    said = bytearray(fates)
    for index in canceled:
        said[index] = CANCELED
    return bytes(said)


def _run_out(drawn: Schedule, window: int) -> tuple[bytes, int]:
    """Leave the batch alone: whatever has not started when the window closes expires."""
    if max(drawn.starts) < window:
        return bytes(len(drawn.starts)), min(max(drawn.finishes), window)
    return bytes([EXPIRED if start >= window else SUCCEEDED for start in drawn.starts]), window


def _called_off(drawn: Schedule, scenario: Scenario, batch_id: str, cancel_after: int) -> tuple[bytes, int]:
    """Cancel the batch: whatever has not started by then is canceled, the rest is let finish."""
    fates = bytes([CANCELED if start > cancel_after else SUCCEEDED for start in drawn.starts])
    wind_down = scenario.timing.drawn(scenario.timing.cancel, Draws(scenario.seed, "cancel").unit(batch_id))
    last = max((at for at, fate in zip(drawn.finishes, fates, strict=True) if fate == SUCCEEDED), default=0)
    return fates, min(max(cancel_after + wind_down, last), scenario.window)


def _length(scenario: Scenario, batch_id: str) -> int:
    """Return how long this batch takes."""
    return scenario.timing.drawn(scenario.timing.batch, Draws(scenario.seed, "batch").unit(batch_id))


def _state(failure: Failure) -> int:
    match failure:
        case Errored():
            return ERRORED
        case Canceled():
            return CANCELED
        case Expired():
            return EXPIRED
