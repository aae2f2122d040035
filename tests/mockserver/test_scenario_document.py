"""Scenarios as documents: what is written is read back, and what is wrong is named."""

import tomllib

import msgspec
import pytest
from hypothesis import given, settings

from batchmock.errors import UsageError
from batchmock.outcomes import Mix, Pin
from batchmock.replies.answers import Answers
from batchmock.replies.canned import canned
from batchmock.scenario import Scenario
from batchmock.scenarios.document import read_json, read_toml, write_json, write_toml
from batchmock.times import HOUR, MINUTE, SECOND
from batchmock.timing import Fixed, Lognormal, Timing
from tests.mockserver.lives import any_scenarios

DOCUMENT = """
seed = 7
window = "24h"
order = "completion"

[timing]
batch = "10m"
request = { kind = "lognormal", median = "20s", sigma = 1.5 }
concurrency = 8
finishes = { "ticket-1" = "3h" }

[mix]
succeeded = 3
expired = 1

[answers]
length = "realistic"
stops = { "ticket-2" = "pause_turn" }

[[pins]]
glob = "vip-*"
state = "errored"
error = "overloaded_error"

[[pins]]
contains = "urgent"
stop_reason = "refusal"
at = "1h30m"
"""
SCENARIO = Scenario(
    seed=7,
    order="completion",
    timing=Timing(
        batch=Fixed(10 * MINUTE),
        request=Lognormal(20 * SECOND, 1.5),
        concurrency=8,
        finishes={"ticket-1": 3 * HOUR},
    ),
    mix=Mix(succeeded=3, expired=1),
    answers=Answers(length="realistic", stops={"ticket-2": "pause_turn"}),
    pins=(
        Pin(glob="vip-*", state="errored", error="overloaded_error"),
        Pin(contains="urgent", stop_reason="refusal", at=90 * MINUTE),
    ),
)


def test_a_document_says_what_the_python_value_says() -> None:
    assert read_toml(DOCUMENT) == SCENARIO
    assert read_json(msgspec.json.encode(tomllib.loads(DOCUMENT))) == SCENARIO


@settings(max_examples=500, deadline=None)
@given(any_scenarios)
def test_a_scenario_that_is_written_is_read_back_the_same(scenario: Scenario) -> None:
    assert read_toml(write_toml(scenario)) == scenario
    assert read_json(write_json(scenario)) == scenario


def test_what_has_its_default_is_left_out() -> None:
    assert write_toml(Scenario()) == ""
    assert write_toml(Scenario(timing=Timing(warm_up=0))) == '[timing]\nwarm_up = "0s"\n'


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ("sede = 1", "sede: there is no such key; did you mean 'seed'?"),
        ("zzz = 1", "zzz: there is no such key; it is one of answers, counts, faults, limits, magic"),
        ("[timing]\nwarmup = '2s'", "timing.warmup: there is no such key; did you mean 'warm_up'?"),
        ("window = 24", "window: 24 is not a duration; write it as"),
        ("window = '24 hours'", "window: '24 hours' is not a duration"),
        ("window = '0s'", "window is 0s; nothing could ever be processed"),
        ("retention = '1h'", "retention is shorter than window"),
        ("seed = -1", "seed: Expected `int` >= 0"),
        ("seed = 'x'", "seed: Input should be a valid integer"),
        ("order = 'shufled'", "order: 'shufled' is not one of them; did you mean 'shuffled'?"),
        ("[timing]\nbatch = 'soon'", "timing.batch: 'soon' is not a duration"),
        ("[timing]\nbatch = {kind = 'unifrom', min = '1s', max = '2s'}", "timing.batch.kind: 'unifrom' is not a"),
        ("[timing]\nbatch = {kind = 'uniform', min = '2s', max = '1s'}", "timing.batch: max is less than min"),
        (
            "[timing]\nbatch = {kind = 'uniform', min = '2s', sigma = 1}",
            "timing.batch.sigma: there is no such key",
        ),
        ("[timing]\nconcurrency = 0", "timing.concurrency: Expected `int` >= 1"),
        ("[timing.finishes]\na = 3", "timing.finishes.a: 3 is not a duration"),
        ("[mix]\nsucceeded = 0", "mix: all weights are 0"),
        ("[mix]\nexpired = -1", "mix.expired: Expected `float` >= 0.0"),
        ("[[pins]]\nstate = 'expired'", "pins.0: a pin names requests by custom_id, glob, regex or contains"),
        ("[limits]\ntier = 'gold'", "limits.tier: 'gold' is not one of them; it is one of build, scale, start"),
        ("[limits]\nramp_max = 0", "limits: ramp_max is 0; it is at least 1"),
        ("[switches]\ncancel_of_end = 'ignore'", "switches.cancel_of_end: there is no such key; did you mean"),
        ("[switches]\ncreate_lag = 3", "switches.create_lag: Input should be a valid dictionary"),
        ("[switches.create_lag]\nreads = -1", "switches.create_lag.reads: Expected `int` >= 0"),
        ("[switches.results_lag]\ntime = 2", "switches.results_lag.time: 2 is not a duration"),
        ("[[pins]]\nregex = '('", "pins.0: regex '(' is not one"),
        ("[[pins]]\nglob = '*'\nat = 'x'", "pins.0.at: 'x' is not a duration"),
        ("[[pins]]\nglob = '*'\nstat = 'expired'", "pins.0.stat: there is no such key; did you mean 'state'?"),
        (
            "[mix.errors]\noverload = 1",
            "mix.errors: 'overload' is not one of them; did you mean 'overloaded_error'?",
        ),
        ("[answers]\nlenght = 'short'", "answers.lenght: there is no such key; did you mean 'length'?"),
        ("[answers]\ntext = 'unicod'", "answers.text: 'unicod' is not one of them; did you mean 'unicode'?"),
        ("[answers.stops]\na = 'refuse'", "answers.stops.a: 'refuse' is not one of them; did you mean 'refusal'?"),
        (
            "[answers]\nmissing = 'errored'",
            "answers: missing='errored' is for custom_ids that canned does not have",
        ),
        ("[answers]\nask = 'len'", "answers.ask: a document cannot say this; give it in Python"),
        (
            "[answers]\ncanned = 'a.jsonl'",
            "answers.canned: 'a.jsonl' is not read here; a scenario's file can name",
        ),
        ("seed = ", "not TOML: "),
        (f"seed = {'9' * 5_000}", "not TOML: "),
        (f"seed = {'[' * 5_000}", "not TOML: "),
        (
            f"[[faults]]\nkind = 'patch'\nmerge.a = {'[' * 300}{']' * 300}",
            "faults.0.merge.a: it is nested more than 200 levels deep",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place_and_what_to_do(document: str, complaint: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_toml(document)
    assert complaint in str(refused.value)


@pytest.mark.parametrize(
    "answers", [Answers(ask=lambda question: "x"), Answers(canned=canned({"a": "x"}))], ids=["ask", "canned"]
)
def test_what_only_python_can_say_is_not_written(answers: Answers) -> None:
    with pytest.raises(UsageError, match=r"a document cannot say .*; it is for Python only"):
        write_toml(Scenario(answers=answers))


def test_bytes_that_are_no_object_are_refused() -> None:
    for text in (b"[]", b"\xff", b"{", b'"x"'):
        with pytest.raises(UsageError, match="not a JSON object"):
            read_json(text)
