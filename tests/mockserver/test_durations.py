"""However long something is said to take, it is refused in one sentence, or every call still answers."""

import json
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from batchmock.clock import Clock, ClockSetting
from batchmock.errors import UsageError
from batchmock.faults import Delay, Drip, Stale
from batchmock.outcomes import Mix, Pin
from batchmock.scenario import Scenario
from batchmock.server import running
from batchmock.settings import Settings
from batchmock.switches import Lag
from batchmock.times import DURATION_MAX, LAST_INSTANT, parse_duration, parse_instant, timestamp, write_duration
from batchmock.timing import Fixed, Lognormal, Timing, Uniform
from tests.mockserver.facts.room import asked
from tests.programs import run

HEADERS = {"x-api-key": "durations", "anthropic-version": "2023-06-01"}
BATCHES = "/v1/messages/batches"
LAST = "9969-12-31T23:59:59Z"
# One after the other, each as long as it may be, they would last for longer than 64 bits of nanoseconds.
ROWS = 12
ENDLESS = "9" * 400 + "d"
TOO_LONG = "is longer than 10000d, the longest a duration may be"

lengths = st.sampled_from(["0", "0.001", "1", "29", "9999.9", "10000", "10001", "99999999", "9" * 25, "9" * 400])
texts = st.builds("{}{}".format, lengths, st.sampled_from(["ns", "us", "ms", "s", "m", "h", "d"])) | st.builds(
    "{}d{}h".format, lengths, lengths
)
# In a document most of them fit: it says many, and one that does not is the end of it.
durations = st.sampled_from(["1s", "24h", "29d", "9999.9d", "10000d"]) | texts
any_length = (
    durations
    | st.fixed_dictionaries({"kind": st.just("uniform"), "min": durations, "max": durations})
    | st.fixed_dictionaries(
        {"kind": st.just("lognormal"), "median": durations, "sigma": st.sampled_from([0, 1.3, 10])}
    )
)
documents: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "window": durations,
        "retention": durations,
        "timing": st.fixed_dictionaries(
            {},
            optional={
                "batch": any_length,
                "request": any_length,
                "cancel": any_length,
                "warm_up": durations,
                "load": st.sampled_from([1e-6, 1, 1_000_000]),
                "concurrency": st.sampled_from([1, 3]),
                "finishes": st.fixed_dictionaries({"row-0": durations}),
            },
        ),
        "pins": st.lists(st.fixed_dictionaries({"glob": st.just("*1"), "at": durations}), max_size=1),
        "switches": st.fixed_dictionaries(
            {},
            optional={
                "create_lag": st.fixed_dictionaries({"time": durations}),
                "results_lag": st.fixed_dictionaries({"time": durations}),
                "queue_overflow": st.just("stall"),
            },
        ),
        "counts": st.just("progressive"),
        "order": st.sampled_from(["completion", "shuffled"]),
        "limits": st.just({"queued_requests_max": ROWS}),
        "faults": st.lists(st.fixed_dictionaries({"kind": st.just("stale"), "by": durations}), max_size=1),
    },
)


@pytest.fixture(scope="module")
def client() -> Generator[httpx2.Client]:
    manual = Settings(clock=ClockSetting(mode="manual"))
    with running(manual) as url, httpx2.Client(base_url=url, headers=HEADERS) as made:
        yield made


@given(texts)
def test_a_duration_is_read_within_its_bound_or_refused(text: str) -> None:
    try:
        duration = parse_duration(text)
    except UsageError as error:
        said = str(error)
    else:
        said = "" if 0 <= parse_duration(write_duration(duration)) <= DURATION_MAX else write_duration(duration)
    assert said in ("", f"{text!r} {TOO_LONG}")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(documents, st.sampled_from(["now", "at the end"]), st.sampled_from(["for a batch", "for all"]))
def test_any_durations_are_refused_or_every_call_answers(
    client: httpx2.Client, document: dict[str, Any], when: str, whose: str
) -> None:
    client.post("/_emulator/reset").raise_for_status()
    if when == "at the end":
        client.put("/_emulator/clock", json={"now": LAST}).raise_for_status()
    own = {"batchmock-scenario": json.dumps(document)}
    if whose == "for all":
        own = {}
        changed = client.put("/_emulator/scenario", json=document)
        if changed.status_code != 200:
            assert_refused(changed)
            return
    answers = [client.post(BATCHES, headers=own, json={"requests": rows()}) for _ in range(2)]
    if answers[0].status_code != 200:
        assert_refused(answers[0])
        assert client.get("/_emulator/batches").json() == {"batches": []}
        return
    event("every call")
    answers += every_look(client, answers[0].json()["id"])
    assert [answer.text for answer in answers if answer.status_code >= 500] == []


def rows() -> list[dict[str, Any]]:
    return [asked(f"row-{number}") for number in range(ROWS)]


def assert_refused(answer: httpx2.Response) -> None:
    assert answer.status_code == 400
    message = answer.json()["error"]["message"]
    assert (
        TOO_LONG in message or "is shorter than window" in message or "window is 0s" in message or "max" in message
    )


def every_look(client: httpx2.Client, batch_id: str) -> list[httpx2.Response]:
    """Ask for everything that tells of a time, before the batch is canceled, after that, and a long time later."""
    path = f"{BATCHES}/{batch_id}"
    looks = (path, BATCHES, "/_emulator/batches", f"/_emulator/batches/{batch_id}/plan", f"{path}/results")
    answers = [client.get(look) for look in looks]
    answers.append(client.post(f"{path}/cancel"))
    answers += [client.get(look) for look in looks]
    answers.append(client.post("/_emulator/clock/advance", json={"by": "10000d"}))
    answers += [client.get(look) for look in looks]
    saved = client.post("/_emulator/snapshot")
    answers += [saved, client.post("/_emulator/restore", json=saved.json()), client.get("/_emulator/history")]
    return answers


CALLS: dict[str, Callable[[httpx2.Client], httpx2.Response]] = {
    "by": lambda client: client.post("/_emulator/clock/advance", json={"by": ENDLESS}),
    "step": lambda client: client.put("/_emulator/clock", json={"step": ENDLESS}),
    "window": lambda client: client.put("/_emulator/scenario", json={"window": ENDLESS}),
    "switches.create_lag.time": lambda client: client.put(
        "/_emulator/scenario", json={"switches": {"create_lag": {"time": ENDLESS}}}
    ),
    "timing.batch": lambda client: client.post(
        BATCHES, headers={"batchmock-scenario": f'{{"timing":{{"batch":"{ENDLESS}"}}}}'}, json={"requests": rows()}
    ),
}


@pytest.mark.parametrize("field", CALLS)
def test_a_duration_beyond_all_bounds_is_refused_by_name_and_bound(client: httpx2.Client, field: str) -> None:
    answer = CALLS[field](client)

    assert answer.status_code == 400
    assert f"{field}: {ENDLESS!r} {TOO_LONG}" in answer.json()["error"]["message"]


def test_one_on_the_command_line_is_one_line(tmp_path: Path) -> None:
    scenario = tmp_path / "o.toml"
    scenario.write_text(f'window = "{ENDLESS}"\n')

    for arguments, field in ((["--step", ENDLESS], "'--step'"), (["--scenario", str(scenario)], "window")):
        ended = run("serve", "--port", "0", *arguments)
        assert ended.returncode == 2
        assert [line.startswith("batchproof: ") for line in ended.stderr.splitlines()] == [True]
        assert field in ended.stderr
        assert f"{ENDLESS!r} {TOO_LONG}" in ended.stderr


FAR = DURATION_MAX + 1
MADE: dict[str, Callable[[int], object]] = {
    "at is": Fixed,
    "max is": lambda length: Uniform(0, length),
    "min is": lambda length: Uniform(length, length),
    "median is": lambda length: Lognormal(length, 1.3),
    "warm_up is": lambda length: Timing(warm_up=length),
    "finishes.a is": lambda length: Timing(finishes={"a": length}),
    "window is": lambda length: Scenario(window=length, retention=length),
    "retention is": lambda length: Scenario(retention=length),
    "time is": lambda length: Lag(time=length),
    "at is.": lambda length: Pin(glob="*", at=length),
    "by is": lambda length: Delay(by=length),
    "every is": lambda length: Drip(every=length),
    "by is.": lambda length: Stale(by=length),
}


@pytest.mark.parametrize("said", MADE)
@pytest.mark.parametrize("length", [FAR, -1, 10**30])
def test_python_cannot_say_more_than_a_document(said: str, length: int) -> None:
    with pytest.raises(UsageError) as refused:
        MADE[said](length)
    assert str(refused.value).startswith(
        f"{said.rstrip('.')} {length} ns; it is at least 0 and at most {DURATION_MAX}"
    )


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Timing(load=float("inf")), "load is inf"),
        (lambda: Timing(load=0.0), "load is 0"),
        (lambda: Lognormal(1, float("nan")), "sigma is nan"),
        (lambda: Mix(succeeded=1e308, errored=1e308), "weights sum to infinity"),
        (lambda: Mix(succeeded=float("inf")), "weights sum to infinity"),
        (lambda: Settings(start=LAST_INSTANT + 1), "it is an instant from 1970 to 9969"),
    ],
    ids=["load inf", "load 0", "sigma", "mix", "one weight", "start"],
)
def test_no_other_number_leads_out_of_the_calendar(make: Callable[[], object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        make()


def test_a_clock_that_has_come_to_its_end_is_read_back() -> None:
    clock = Clock(ClockSetting(mode="manual"), start=LAST_INSTANT, real=int)

    assert parse_instant(timestamp(clock.now())) == LAST_INSTANT
