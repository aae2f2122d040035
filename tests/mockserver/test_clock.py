"""A clock goes only forward, by itself or when told."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchmock.clock import CLOCK_MODES, Clock, ClockMode, ClockSetting
from batchmock.errors import UsageError
from batchmock.times import (
    DAY,
    DURATION_MAX,
    HOUR,
    LAST_INSTANT,
    MILLISECOND,
    MINUTE,
    SECOND,
    parse_duration,
    parse_instant,
    timestamp,
    write_duration,
)

START = parse_instant("2026-01-31T09:00:00Z")


class Real:
    """A real time that a test moves."""

    def __init__(self) -> None:
        self.now = 5 * SECOND

    def __call__(self) -> int:
        return self.now


def clock(setting: ClockSetting) -> tuple[Clock, Real]:
    real = Real()
    return Clock(setting, start=START, real=real), real


@pytest.mark.parametrize(
    ("setting", "passed"),
    [
        (ClockSetting(mode="manual"), 0),
        (ClockSetting(mode="stepped"), 0),
        (ClockSetting(mode="wall"), 10 * SECOND),
        (ClockSetting(mode="scaled"), 10 * HOUR),
        (ClockSetting(mode="scaled", speed=0.5), 5 * SECOND),
    ],
    ids=["manual", "stepped", "wall", "scaled", "slowed"],
)
def test_ten_real_seconds_pass_as_the_mode_says(setting: ClockSetting, passed: int) -> None:
    it, real = clock(setting)
    real.now += 10 * SECOND

    assert it.now() == START + passed


def test_only_a_stepped_clock_or_a_coupled_one_without_clients_moves_when_an_unfinished_batch_is_polled() -> None:
    for mode in CLOCK_MODES:
        it, _ = clock(ClockSetting(mode=mode, step=MINUTE))
        it.polled_unfinished()

        assert it.now() == START + (MINUTE if mode in {"stepped", "coupled"} else 0)


@given(st.lists(st.tuples(st.sampled_from(CLOCK_MODES), st.integers(0, 40 * DAY), st.integers(0, DAY))))
def test_a_clock_never_goes_back_however_it_is_changed(steps: list[tuple[ClockMode, int, int]]) -> None:
    it, real = clock(ClockSetting())
    last = it.now()
    for mode, by, real_by in steps:
        real.now += real_by
        it.change(ClockSetting(mode=mode))
        assert it.now() >= last
        before, after = it.advance(by)
        assert after - before in range(by - 1000, by + 1000)
        last = it.now()


def test_a_clock_refuses_to_go_back_and_past_the_end_of_the_calendar() -> None:
    it, _ = clock(ClockSetting(mode="manual"))

    with pytest.raises(UsageError, match="only goes forward"):
        it.advance(-1)
    with pytest.raises(UsageError, match="already 2026-01-31"):
        it.advance_to(START - 1)
    with pytest.raises(UsageError, match="calendar ends"):
        it.advance(LAST_INSTANT)
    assert it.now() == START


def test_a_clock_stands_still_at_the_end_of_the_calendar() -> None:
    it, real = clock(ClockSetting(mode="scaled", speed=1e9))
    real.now += DAY

    assert it.now() == LAST_INSTANT
    assert timestamp(it.now() + DURATION_MAX).startswith("9997-05-19")


@pytest.mark.parametrize(
    ("field", "value"), [("mode", "fast"), ("speed", 0), ("speed", float("nan")), ("step", 0)], ids=str
)
def test_a_setting_that_makes_no_sense_is_refused_by_name(field: str, value: Any) -> None:
    with pytest.raises(UsageError, match=field):
        ClockSetting(**{field: value})


@given(st.integers(0, 4000 * DAY // MILLISECOND))
def test_a_written_duration_reads_back(milliseconds: int) -> None:
    duration = milliseconds * MILLISECOND

    assert parse_duration(write_duration(duration)) == duration


@pytest.mark.parametrize("text", ["", "24", "h", "-1h", "1h 30m", "1H", "1w", "٣h", "1e3s", "1h30"])
def test_what_is_not_a_duration_is_refused_with_the_right_form(text: str) -> None:
    with pytest.raises(UsageError, match="write it as 500ms, 90s"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["", "yesterday", "1969-12-31", "9999-06-01", "2026-13-01"])
def test_what_is_not_an_instant_of_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_instant(text)
