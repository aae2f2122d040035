"""Lives of batches to draw from: submissions, scenarios, moments to look and to cancel."""

from collections.abc import Generator
from typing import TypeVar, get_args, get_type_hints

import msgspec
from hypothesis import strategies as st
from msgspec import Raw, structs

from batchmock.clock import Clock, ClockSetting
from batchmock.errors import ErrorType
from batchmock.limits import TIERS, RateLimits, Spend
from batchmock.outcomes import Mix, Pin, TerminalState
from batchmock.replies.answers import Alphabet, Answers, Caching, Length
from batchmock.scenario import Scenario
from batchmock.switches import Lag, Switches
from batchmock.times import DAY, HOUR, MINUTE, SECOND
from batchmock.timing import Fixed, Lognormal, Timing, Uniform
from batchmock.wire.message import StopReason
from batchmock.wire.request import BatchRequest
from batchmock.workspace import CreateOptions, Workspace

T = TypeVar("T")

START = 1_790_000_000 * SECOND
ANY_SCENARIO = Scenario()
OPTIONS = CreateOptions(api_version="2023-06-01")

custom_ids = st.lists(
    st.text("abcXYZ019-_", min_size=1, max_size=8) | st.from_regex(r"\A[a-zA-Z0-9_-]{1,64}\Z"),
    min_size=1,
    max_size=12,
    unique=True,
)
lengths = (
    st.builds(Fixed, st.sampled_from([0, 10 * SECOND, 4 * MINUTE, 20 * HOUR, 26 * HOUR, 60 * HOUR]))
    | st.builds(Lognormal, st.sampled_from([4 * MINUTE, 20 * HOUR]), st.sampled_from([0.5, 2.0]))
    | st.just(Uniform(MINUTE, 30 * HOUR))
)
timings = st.builds(
    Timing,
    batch=lengths,
    request=st.builds(Uniform, st.just(2 * SECOND), st.sampled_from([2 * SECOND, 30 * SECOND, 5 * HOUR]))
    | lengths,
    concurrency=st.none() | st.integers(1, 4),
    load=st.sampled_from([0.1, 1.0, 1.0, 7.5]),
)
scenarios = st.builds(
    Scenario,
    seed=st.integers(0, 2**40),
    timing=timings,
    order=st.sampled_from(["shuffled", "completion", "reversed", "submitted"]),
    counts=st.sampled_from(["at_end", "progressive"]),
)


shares = st.sampled_from([0.0, 0.25, 1.0, 3.0])
mixes = st.builds(
    Mix,
    succeeded=st.sampled_from([0.5, 1.0]),
    errored=shares,
    canceled=shares,
    expired=shares,
    errors=st.sampled_from([{"api_error": 1.0}, {"overloaded_error": 2.0, "rate_limit_error": 1.0}]),
)
durations = st.integers(0, 3 * DAY) | st.sampled_from([0, SECOND, HOUR])
pins = st.builds(
    Pin,
    custom_id=st.none() | st.sampled_from("abc"),
    glob=st.sampled_from(["a*", "*b", "*", "[!x]*"]),
    contains=st.none() | st.just("say"),
    state=st.sampled_from(get_args(TerminalState)),
    error=st.sampled_from(get_args(ErrorType)),
    message=st.none() | st.text(max_size=20),
    stop_reason=st.none() | st.sampled_from(get_args(StopReason)),
    at=st.none() | durations,
)
finishes = st.dictionaries(st.sampled_from("abcXYZ"), durations, max_size=3)


limits = st.builds(
    RateLimits,
    tier=st.none() | st.sampled_from([*TIERS]),
    http_requests_per_minute=st.none() | st.integers(1, 9),
    ramp_max=st.none() | st.integers(1, 9),
    spend=st.sampled_from(get_args(Spend)),
)
lags = st.builds(Lag, reads=st.integers(0, 3), time=durations)
switches = st.builds(
    Switches,
    **{
        name: lags if kind is Lag else st.sampled_from(get_args(kind))
        for name, kind in get_type_hints(Switches).items()
    },
)
# `missing` other than "echo" goes with canned answers, which a document alone cannot say.
answers = st.builds(
    Answers,
    length=st.sampled_from(get_args(Length)),
    text=st.sampled_from(get_args(Alphabet)),
    stops=st.dictionaries(st.sampled_from("abcXYZ"), st.sampled_from(get_args(StopReason)), max_size=3),
    caching=st.sampled_from(get_args(Caching)),
)


def with_all(
    scenario: Scenario,
    mix: Mix,
    pinned: list[Pin],
    moments: dict[str, int],
    rates: RateLimits,
    turned: Switches,
    said: Answers,
) -> Scenario:
    return structs.replace(
        scenario,
        mix=mix,
        pins=tuple(pinned),
        timing=structs.replace(scenario.timing, finishes=moments),
        limits=rates,
        switches=turned,
        answers=said,
    )


# Scenarios that also say what single requests come to, and what calls are answered.
any_scenarios = st.builds(
    with_all, scenarios, mixes, st.lists(pins, max_size=3), finishes, limits, switches, answers
)


# Moments after creation, near the boundaries where something changes as well as anywhere.
def near(boundary: int, off: int) -> int:
    return max(0, boundary + off)


moments = st.integers(0, 31 * DAY) | st.builds(
    near,
    st.sampled_from([0, 2 * SECOND, 4 * MINUTE, DAY, 29 * DAY]),
    st.integers(-3, 3) | st.integers(-HOUR, HOUR),
)
# Every third request or so names a model that does not exist.
defects = st.sets(st.integers(0, 11), max_size=6)


def request(custom_id: str, *, bad: bool = False) -> BatchRequest:
    params = {
        "model": "claude-none" if bad else "claude-haiku-4-5",
        "max_tokens": 16,
        "messages": [{"role": "user", "content": f"say {custom_id}"}],
    }
    return BatchRequest(custom_id, Raw(msgspec.json.encode(params)))


def requests(ids: list[str], bad: set[int]) -> list[BatchRequest]:
    return [request(custom_id, bad=index in bad) for index, custom_id in enumerate(ids)]


def workspace(scenario: Scenario = ANY_SCENARIO) -> Workspace:
    clock = Clock(ClockSetting(mode="manual"), start=START, real=lambda: 0)
    return Workspace("wrkspc_01test", clock=clock, scenario=scenario)


def create(space: Workspace, made: list[BatchRequest], now: int = START, options: CreateOptions = OPTIONS) -> str:
    """Create a batch to the end, and return its id."""
    return at_once(space.create(made, options, now)).facts.submission.id


def at_once(work: Generator[None, None, T]) -> T:
    """Do work that yields now and then to its end, and return what it comes to."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value
