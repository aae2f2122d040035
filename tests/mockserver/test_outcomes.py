"""What a scenario says that requests come to: by pin, by id, by odds; and when."""

from collections import Counter
from typing import Any

import msgspec
import pytest
from msgspec import structs

from batchmock.errors import STATUS_OF_TYPE
from batchmock.limits import RateLimits
from batchmock.outcomes import Mix, Pin
from batchmock.scenario import Scenario
from batchmock.scenarios.files import menu, named_scenario
from batchmock.switches import Switches
from batchmock.times import DAY, HOUR, MINUTE, SECOND
from batchmock.timing import Fixed, Timing
from batchmock.workspace import Workspace
from tests.mockserver.lives import START, create, requests, workspace

MINUTE_EACH = Timing(warm_up=0, concurrency=1, request=Fixed(MINUTE))


def results(scenario: Scenario, ids: list[str], bad: set[int] | None = None) -> dict[str, Any]:
    """Return the results of a batch that was left alone, by custom_id."""
    space = workspace(scenario)
    batch_id = create(space, requests(ids, bad or set()))
    lines = map(msgspec.json.decode, space.results(batch_id, START + DAY))
    return {line["custom_id"]: line["result"] for line in lines}


def states(scenario: Scenario, ids: list[str]) -> dict[str, str]:
    return {name: result["type"] for name, result in results(scenario, ids).items()}


def test_pins_take_requests_by_id_by_pattern_and_by_what_they_say() -> None:
    scenario = Scenario(
        pins=(
            Pin(glob="a*", state="expired"),
            Pin(regex="[5-9]$", state="errored"),
            Pin(contains="say c1", state="canceled"),
            Pin(custom_id="a2", state="succeeded"),
        )
    )
    ids = ["a1", "a2", "a7", "b1", "b7", "c1", "c2"]

    # A pin for one id wins; of the patterns, the first.
    assert states(scenario, ids) == {
        "a1": "expired", "a2": "succeeded", "a7": "expired", "b1": "succeeded", "b7": "errored",
        "c1": "canceled", "c2": "succeeded",
    }  # fmt: skip


def test_a_pin_takes_what_matches_everything_it_names() -> None:
    scenario = Scenario(pins=(Pin(glob="a*", regex="1$", state="expired"),))

    assert states(scenario, ["a1", "a2", "b1"]) == {"a1": "expired", "a2": "succeeded", "b1": "succeeded"}


def test_an_errored_request_has_the_type_and_the_message_of_its_pin() -> None:
    pin = Pin(custom_id="a", state="errored", error="overloaded_error", message="too much today")
    error = results(Scenario(pins=(pin,)), ["a"])["a"]["error"]["error"]

    assert (error["type"], error["message"]) == ("overloaded_error", "too much today")


def test_params_that_are_wrong_are_errored_even_where_success_is_pinned() -> None:
    scenario = Scenario(pins=(Pin(custom_id="a", state="succeeded"),))

    assert results(scenario, ["a"], bad={0})["a"]["error"]["error"]["type"] == "not_found_error"


@pytest.mark.parametrize("error", STATUS_OF_TYPE)
def test_an_id_says_its_own_error(error: str) -> None:
    result = results(Scenario(), [f"ticket-1--errored-{error}"])[f"ticket-1--errored-{error}"]

    assert result["error"]["error"]["type"] == error


@pytest.mark.parametrize("state", ["succeeded", "errored", "canceled", "expired"])
def test_an_id_says_its_own_terminal_state(state: str) -> None:
    assert states(Scenario(), [f"x--{state}", "y"]) == {f"x--{state}": state, "y": "succeeded"}


def test_magic_can_be_switched_off_and_needs_the_very_word() -> None:
    assert states(Scenario(magic=False), ["x--expired"]) == {"x--expired": "succeeded"}
    odd = ["x-expired", "x--expired-", "expired", "x--expire", "--", "x--errored-nonsense"]
    assert set(states(Scenario(), odd).values()) == {"succeeded"}


def test_a_pin_wins_over_what_an_id_says() -> None:
    assert states(Scenario(pins=(Pin(glob="*", state="errored"),)), ["x--expired"]) == {"x--expired": "errored"}


def test_a_mix_gives_each_state_its_share_and_each_request_its_own_whoever_is_with_it() -> None:
    scenario = Scenario(mix=Mix(succeeded=2, errored=1, canceled=1, expired=4))
    ids = [f"r{number}" for number in range(4_000)]
    all_of_them = states(scenario, ids)
    some = states(scenario, ids[1::7])

    counted = Counter(all_of_them.values())
    for state, share in {"succeeded": 1000, "errored": 500, "canceled": 500, "expired": 2000}.items():
        assert abs(counted[state] - share) < 120
    assert some == {name: all_of_them[name] for name in ids[1::7]}
    assert states(Scenario(seed=1, mix=scenario.mix), ids) != all_of_them


def test_the_errored_share_their_types() -> None:
    scenario = Scenario(mix=Mix(succeeded=0, errored=1, errors={"overloaded_error": 3, "timeout_error": 1}))
    found = results(scenario, [f"r{number}" for number in range(2_000)]).values()
    types = Counter(result["error"]["error"]["type"] for result in found)

    assert set(types) == {"overloaded_error", "timeout_error"}
    assert 1_350 < types["overloaded_error"] < 1_650


def test_one_request_that_expires_keeps_the_whole_batch_until_the_window_closes() -> None:
    space = workspace(Scenario(timing=Timing(batch=Fixed(MINUTE))))
    batch_id = create(space, requests(["a", "b--expired"], set()))

    assert space.retrieve(batch_id, START + DAY - 1).status == "in_progress"
    ended = space.retrieve(batch_id, START + DAY)
    assert (ended.ended_at, ended.counts.succeeded, ended.counts.expired) == (START + DAY, 1, 1)


def finished(space: Workspace, batch_id: str, at: int) -> int:
    counts = space.retrieve(batch_id, START + at).counts
    return counts.succeeded + counts.errored


def test_so_many_requests_run_at_once_and_no_more() -> None:
    for concurrency in (1, 3, 10):
        timing = msgspec.structs.replace(MINUTE_EACH, concurrency=concurrency)
        space = workspace(Scenario(timing=timing, counts="progressive"))
        batch_id = create(space, requests([f"r{number}" for number in range(10)], set()))

        done = [finished(space, batch_id, minute * MINUTE) for minute in range(12)]
        assert done == [min(10, minute * concurrency) for minute in range(12)]


def test_what_finds_no_room_before_the_window_closes_expires() -> None:
    scenario = Scenario(timing=Timing(warm_up=0, concurrency=2, request=Fixed(HOUR)))
    ids = [f"r{number}" for number in range(60)]

    assert Counter(states(scenario, ids).values()) == {"succeeded": 48, "expired": 12}


def test_load_makes_everything_take_longer() -> None:
    for load in (1.0, 2.0, 10.0):
        timing = msgspec.structs.replace(MINUTE_EACH, load=load)
        space = workspace(Scenario(timing=timing))
        view = space.retrieve(create(space, requests(["a", "b"], set())), START + DAY)
        assert view.ended_at == START + 2 * MINUTE * load


def test_a_request_can_be_told_when_to_finish() -> None:
    scenario = Scenario(
        timing=Timing(batch=Fixed(MINUTE), finishes={"a": 3 * HOUR}),
        pins=(Pin(custom_id="b", at=5 * HOUR),),
        counts="progressive",
    )
    space = workspace(scenario)
    batch_id = create(space, requests(["a", "b", "c"], set()))

    moments = [2 * MINUTE, 3 * HOUR - SECOND, 3 * HOUR, 5 * HOUR - SECOND]
    assert [finished(space, batch_id, at) for at in moments] == [1, 1, 2, 2]
    assert space.retrieve(batch_id, START + DAY).ended_at == START + 5 * HOUR


@pytest.mark.parametrize("name", [entry.name for entry in menu()])
def test_everything_on_the_menu_says_what_happens_and_runs_to_its_end(name: str) -> None:
    entry = next(entry for entry in menu() if entry.name == name)
    # What calls are answered is another matter than what becomes of requests.
    scenario = structs.replace(named_scenario(name), limits=RateLimits(), switches=Switches())
    found = states(scenario, [f"r{number}" for number in range(50)])

    assert entry.text.startswith("# ")
    assert entry.summary.endswith(".")
    assert len(found) == 50
    if name in ("half-expired", "all-expired", "all-four"):
        assert "expired" in found.values()
