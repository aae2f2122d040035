"""Answers that a user's own code gives."""

import json
import threading
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import FrozenInstanceError
from typing import Any

import httpx2
import pytest

from batchmock.clock import ClockSetting
from batchmock.errors import ApiError, UsageError
from batchmock.inprocess.emulator import LocalEmulator
from batchmock.replies.answers import Answers, Ask
from batchmock.replies.canned import canned
from batchmock.replies.question import Question
from batchmock.scenario import Scenario
from batchmock.server import running
from batchmock.settings import Settings
from tests.mockserver.replies.asking import Json, error, lines, message, params, results, text_of

BLOCKS: list[Json] = [
    {"type": "text", "text": "I will look."},
    {"type": "tool_use", "id": "toolu_01x", "name": "look", "input": {"at": "it"}},
]
WHOLE: Json = {
    "id": "msg_mine",
    "type": "message",
    "role": "assistant",
    "model": "claude-opus-5",
    "content": [],
    "stop_reason": "refusal",
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 0},
}


def saying(answer: object) -> Answers:
    return Answers(ask=lambda question: answer)


def raising(raised: Exception) -> Answers:
    def ask(question: Question) -> object:
        raise raised

    return Answers(ask=ask)


def test_a_callable_sees_the_request() -> None:
    seen: list[Question] = []

    def ask(question: Question) -> str:
        seen.append(question)
        return question.text.upper()

    asked = params("hello", system="Be brief.")
    answer = message(asked, Answers(ask=ask), seed=7)

    (question,) = seen
    assert text_of(answer) == "HELLO"
    assert (question.custom_id, question.model, question.text) == ("a", "claude-haiku-4-5", "hello")
    assert (question.params, question.messages) == (asked, asked["messages"])
    assert (question.betas, question.api_version, question.seed) == (frozenset(), "2023-06-01", 7)


def test_what_it_does_to_what_it_sees_stays_with_it() -> None:
    def ask(question: Question) -> str:
        question.params["messages"].clear()
        question.messages.clear()
        with pytest.raises(FrozenInstanceError):
            question.custom_id = "b"  # pyright: ignore[reportAttributeAccessIssue]
        return question.text

    assert text_of(message(params("still here"), Answers(ask=ask))) == "still here"


def test_it_may_return_blocks_or_a_whole_message() -> None:
    blocks = message(params(), saying(BLOCKS))

    assert (blocks["content"], blocks["stop_reason"]) == (BLOCKS, "tool_use")
    assert blocks["id"].startswith("msg_011C")
    assert message(params(), saying(BLOCKS[:1]))["stop_reason"] == "end_turn"
    assert message(params(), saying(WHOLE)) == WHOLE


def test_a_text_is_cut_as_any_other() -> None:
    assert text_of(message(params(max_tokens=2), saying("abcdefghijkl"))) == "abcdefgh"


def test_it_is_asked_once_for_a_request_however_often_its_results_are_read() -> None:
    asked: list[str] = []

    def ask(question: Question) -> str:
        asked.append(question.custom_id)
        return str(len(asked))

    made = {"a": params(), "b": params(), "c": params(model="claude-none")}
    first = lines(made, Answers(ask=ask))

    assert sorted(asked) == ["a", "b"]
    assert len(first) == 3


def test_canned_answers_come_first() -> None:
    answers = Answers(ask=lambda question: "asked", canned=canned({"a": "canned"}))
    made = results({"a": params(), "b": params()}, answers)

    assert {name: text_of(each["message"]) for name, each in made.items()} == {"a": "canned", "b": "asked"}


def test_an_error_of_the_api_that_it_raises_is_that_rows() -> None:
    raised = ApiError("overloaded_error", "Overloaded", details={"error_code": "busy"})
    made = results({"a": params()}, raising(raised))["a"]

    assert made == {
        "type": "errored",
        "error": {
            "type": "error",
            "error": {"details": {"error_code": "busy"}, "type": "overloaded_error", "message": "Overloaded"},
            "request_id": None,
        },
    }


@pytest.mark.parametrize(
    ("answers", "message_"),
    [
        (raising(KeyError("city")), "the answer callable raised KeyError: 'city'"),
        (
            saying(None),
            "the answer callable gave no answer: null is no str, no list of content blocks and no message",
        ),
        (
            saying(7.5),
            "the answer callable gave no answer: 7.5 is no str, no list of content blocks and no message",
        ),
        (saying({}), "the answer callable gave no answer: message.id: Field required"),
        (saying([{"text": "x"}]), "the answer callable gave no answer: content.0.type: Field required"),
        (saying(["x"]), "the answer callable gave no answer: content.0: Input should be a valid dictionary"),
        (saying(object()), "the answer callable gave no answer: object cannot be written as JSON: "),
        (saying("\ud800"), "the answer callable gave no answer: str cannot be written as JSON: "),
    ],
    ids=["raises", "null", "number", "part", "no type", "no block", "no JSON", "surrogate"],
)
def test_whatever_else_it_does_is_told_in_an_errored_row(answers: Answers, message_: str) -> None:
    kind, said = error(params(), answers)

    assert kind == "api_error"
    assert said.startswith(message_)


def settings_with(ask: Ask, patience_s: float) -> Settings:
    return Settings(
        clock=ClockSetting(mode="manual"),
        scenario=Scenario(answers=Answers(ask=ask)),
        answer_patience_s=patience_s,
    )


@contextmanager
def behind_a_server(settings: Settings) -> Generator[httpx2.Client]:
    with running(settings) as url, httpx2.Client(base_url=url) as client:
        yield client


@contextmanager
def in_this_process(settings: Settings) -> Generator[httpx2.Client]:
    with LocalEmulator(settings=settings).http_client() as client:
        yield client


def served(client: httpx2.Client) -> list[dict[str, Any]]:
    """Return the results of two requests."""
    client.headers = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
    body = {"requests": [{"custom_id": name, "params": params(name)} for name in ("hangs", "runs")]}
    made = client.post("/v1/messages/batches", json=body).json()
    client.post("/_emulator/clock/advance", json={"by": "24h"})
    text = client.get(f"/v1/messages/batches/{made['id']}/results").text
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("lending", [behind_a_server, in_this_process])
def test_one_that_hangs_costs_its_row_and_no_other(
    lending: Callable[[Settings], AbstractContextManager[httpx2.Client]],
) -> None:
    forever = threading.Event()

    def ask(question: Question) -> str:
        if question.custom_id == "hangs":
            forever.wait()
        return "an answer"

    with lending(settings_with(ask, 0.05)) as client:
        made = {line["custom_id"]: line["result"] for line in served(client)}
    forever.set()

    assert made["hangs"]["error"]["error"] == {
        "details": None,
        "type": "timeout_error",
        "message": "the answer callable gave no answer within 0.05 seconds",
    }
    assert text_of(made["runs"]["message"]) == "an answer"


def test_one_that_raises_behind_a_server_is_told_as_well() -> None:
    def ask(question: Question) -> str:
        raise LookupError(threading.current_thread().name)

    with behind_a_server(settings_with(ask, 10)) as client:
        made = served(client)

    assert {line["result"]["error"]["error"]["message"] for line in made} == {
        "the answer callable raised LookupError: batchmock answers"
    }


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"length": "long"}, "answers: length is 'long'; it is one of 'short', 'realistic'"),
        ({"text": "utf8"}, "answers: text is 'utf8'; it is one of 'plain', 'unicode'"),
        ({"caching": "on"}, "answers: caching is 'on'; it is one of 'written', 'read', 'off'"),
        (
            {"stops": {"x": "max_token"}},
            r"answers: stops\['x'\] is 'max_token'; it is one of 'end_turn', 'max_tokens'",
        ),
        ({"missing": "errored"}, "answers: missing='errored' is for custom_ids that canned does not have"),
    ],
    ids=str,
)
def test_a_scenario_that_makes_no_sense_is_refused(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        Answers(**wrong)
