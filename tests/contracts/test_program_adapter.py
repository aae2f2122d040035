"""Programs under test: whatever one does, its call has an ending that tells, and nothing it started is left."""

import json
import os
import re
import signal
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from msgspec import structs

from batchproof.adapters import messages
from batchproof.adapters.call import Call
from batchproof.adapters.messages import written
from batchproof.adapters.program import Manner, Program
from batchproof.errors import UsageError
from batchproof.observation import Ending
from batchproof.outcome import Outcome
from batchproof.staging import Request

BAD = Path(__file__).parent / "programs" / "bad.py"
SCHEMA = json.loads((Path(messages.__file__).parent / "protocol.schema.json").read_text())
GONE_S = 10

REQUESTS = tuple(Request(key, {"model": "m", "max_tokens": 1, "messages": []}, ("a-beta",)) for key in "ab")


@contextmanager
def program(way: str, *, at: str = "run", silence_s: float = 0.5) -> Generator[Program]:
    opened = Program([sys.executable, "-I", "-S", str(BAD), at, way], env=os.environ, silence_s=silence_s)
    try:
        yield opened
    finally:
        opened.end()


@pytest.fixture
def call(tmp_path: Path) -> Call:
    return Call(requests=REQUESTS, base_url="http://127.0.0.1:9", api_key="key", state_dir=tmp_path)


def is_alive(pid: int) -> bool:
    with suppress(OSError):
        return not Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].startswith(" Z")
    return False


def gone(pid: int) -> bool:
    """Tell whether a process ends, given the time that an operating system needs for it."""
    deadline = time.monotonic() + GONE_S
    while is_alive(pid) and time.monotonic() < deadline:
        os.sched_yield()
    return not is_alive(pid)


def test_a_program_that_keeps_to_the_protocol_is_called_again_and_again(call: Call) -> None:
    with program("good") as good:
        endings = [good.call(call), good.call(call, Manner(is_resumed=True)), good.call(call)]

    told = {"a": Outcome(kind="expired"), "b": Outcome(kind="canceled")}
    assert endings == [Ending(how="returned", outcomes=told)] * 3


BREAKS = [
    ("dies", "it ended with exit code 7"),
    ("ends by itself", "it was ended by SIGTERM"),
    ("forks and dies", "it ended with exit code 3"),
    ("closes its output", "it closed its output without an answer"),
    ("floods in one line", "it wrote a line of more than 32 MiB"),
    ("floods in lines", "it said still working, which is no JSON"),
    ("prints", "it said Submitting 2 requests..., which is no JSON"),
    ("says nothing", "it said , which is no JSON"),
    ("nested without end", "it said [[["),
    ("list", "it said [{"),
    ("other number", 'it said {"id": 99, "outcomes": {}}, which answers message 99 and not 2'),
    ("no number", "Object missing required field `id`"),
    ("neither", "Object has to have one of the fields `outcomes` and `error`"),
    ("both", "Object has to have one of the fields `outcomes` and `error`"),
    ("outcomes in a list", "Expected `object`, got `array` - at `$.outcomes`"),
    ("misspelt", "unknown field `outcome`"),
    ("extra", "unknown field `took_s`"),
    ("cost in words", "at `$.usd`"),
    ("key twice", "it said an object in which the key 'a' is there 2 times"),
    ("field twice", "the key 'id' is there 2 times"),
    ("no utf-8", "which is no UTF-8 at byte"),
    ("half a character", "in which half of a surrogate pair is missing"),
    ("no number at all", "JSON has no NaN"),
]


@pytest.mark.parametrize(("way", "reason"), BREAKS, ids=[way for way, _ in BREAKS])
def test_a_program_that_breaks_the_protocol_is_told_so_with_what_was_seen(
    way: str, reason: str, call: Call
) -> None:
    with program(way, silence_s=30) as bad:
        ending = bad.call(call)

    assert ending.how == "broke"
    assert reason in ending.error.splitlines()[0]


def test_what_a_program_wrote_last_is_told_with_its_death(call: Call) -> None:
    with program("dies", silence_s=30) as bad:
        ending = bad.call(call)

    assert ending.error.splitlines() == [
        "it ended with exit code 7",
        'stdout: {"id": ',
        "stderr: out of luck",
    ]


def test_a_program_that_is_silent_is_given_up(call: Call) -> None:
    with program("hangs") as bad:
        ending = bad.call(call)

    assert ending.how == "hung"
    assert ending.error.startswith("it gave no sign of life for 0.5 s")


def test_a_program_that_is_silent_is_waited_for_as_long_as_others_see_it_live(call: Call) -> None:
    signs = iter(range(40))

    with program("hangs") as bad:
        bad.call(call, Manner(watch=lambda: next(signs, 40)))

    assert next(signs, None) is None


def test_another_process_takes_the_place_of_one_that_broke(call: Call) -> None:
    with program("dies", silence_s=30) as bad:
        assert [bad.call(call).how, bad.call(call).how] == ["broke", "broke"]


def test_what_is_said_without_having_been_asked_breaks_the_next_call(call: Call) -> None:
    with program("speaks twice", silence_s=30) as bad:
        first, second = bad.call(call), bad.call(call)

    assert first.how == "returned"
    assert second.error.startswith("it wrote b'and one more thing\\n' without having been asked")


def test_a_flood_of_warnings_hinders_nobody(call: Call) -> None:
    with program("floods its error output", silence_s=30) as noisy:
        assert noisy.call(call).how == "returned"


@pytest.mark.parametrize("way", ["forks", "forks and dies"])
def test_a_child_that_a_program_leaves_behind_is_ended_with_it(way: str, call: Call) -> None:
    with program(way, silence_s=30) as bad:
        ending = bad.call(call)
        told = ending.error or bad.transcript()

    assert gone(int(re.findall(r"child (\d+)", told)[0]))


def test_ctrl_c_ends_everything_that_was_started(call: Call) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    with program("forks") as bad:
        bad.call(call)
        child = int(re.findall(r"child (\d+)", bad.transcript())[0])
        with pytest.raises(KeyboardInterrupt):
            bad.call(call, Manner(watch=interrupted))

        assert gone(child)


def test_what_is_no_outcome_is_told_by_its_key(call: Call) -> None:
    with program("odd outcomes") as odd:
        ending = odd.call(call)

    assert ending.how == "returned"
    assert ending.outcomes == {"c": Outcome(kind="missing")}
    assert {key: looks.partition(" (")[0] for key, looks in ending.odd.items()} == {"a": "17", "b": "['expired']"}


def test_an_error_is_what_raising_is_and_carries_outcomes(call: Call) -> None:
    with program("error") as failing:
        assert failing.call(call) == Ending(
            how="raised", outcomes={"a": Outcome(kind="expired")}, error="no credit"
        )


@pytest.mark.parametrize("way", ["dies", "prints", "hangs", "misspelt"])
def test_a_program_that_does_not_greet_is_a_mistake_of_its_user(way: str) -> None:
    with (
        pytest.raises(UsageError, match=r"did not answer hello: it .*\n(.*\n)*docs/adapters.md"),
        program(way, at="hello"),
    ):
        pass


@pytest.mark.parametrize("command", [["no-such-program-of-batchproof"], [str(BAD)], [str(BAD.parent)], [""], []])
def test_what_cannot_be_started_is_named(command: list[str]) -> None:
    with pytest.raises(UsageError, match="cannot start ") as refused:
        Program(command, env=os.environ)

    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("way", ["dies", "prints", "hangs"])
def test_a_program_that_cannot_forget_is_replaced(way: str, call: Call) -> None:
    with program(way, at="reset") as forgetful:
        before = forgetful.pid
        forgetful.reset()
        forgetful.call(call)

        assert before is not None
        assert gone(before)


def test_a_program_is_interrupted_although_its_parent_is_deaf_to_it(call: Call) -> None:
    deaf = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with program("hangs", silence_s=30) as waiting:
            once = iter([waiting.interrupt])
            ending = waiting.call(call, Manner(watch=lambda: next(once, int)() or 0))
    finally:
        signal.signal(signal.SIGINT, deaf)

    assert ending.how == "interrupted"


def test_both_sides_say_what_the_schema_says(call: Call) -> None:
    asked = jsonschema_rs.validator_for({**SCHEMA, "anyOf": [{"$ref": "#/$defs/asked"}]})
    run = messages.Run(
        id=1, requests=[one.as_json for one in REQUESTS], base_url="u", api_key="k", state_dir=str(call.state_dir)
    )
    more: dict[str, Any] = {"requests_max": 2, "betas": {"a": ["b"]}, "sleep_s": 0.1}
    resume = messages.Resume(**(structs.asdict(run) | more))
    said = [messages.Hello(id=1), run, resume, messages.Cancel(id=1), messages.Reset(id=1)]

    for message in said:
        asked.validate(json.loads(written(message)))
        assert messages.read_asked(written(message)) == message
