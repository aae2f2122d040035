"""Requests put to a workspace as a batch, and what they are answered."""

from dataclasses import replace
from typing import Any

import msgspec
from anthropic.types.beta.messages import BetaMessageBatchIndividualResponse
from anthropic.types.messages import MessageBatchIndividualResponse
from hypothesis import strategies as st
from msgspec import Raw
from pydantic import TypeAdapter

from batchmock.replies.answers import Answers
from batchmock.scenario import Scenario
from batchmock.times import DAY
from batchmock.wire.request import BatchRequest
from tests.mockserver.lives import OPTIONS, START, create, workspace

Json = dict[str, Any]

# What somebody may say, or stop at: never nothing, nor white space alone, which is refused.
said = st.text(
    st.sampled_from("ab \n\u00e9\u2028\U0001f600") | st.characters(exclude_categories=["Cs"]),
    min_size=1,
    max_size=80,
).filter(lambda text: not text.isspace())
sequences = st.lists(
    st.text("abe \n\u00e9", min_size=1, max_size=3).filter(lambda text: not text.isspace()), max_size=4
)

_GA = TypeAdapter(MessageBatchIndividualResponse)
_BETA = TypeAdapter(BetaMessageBatchIndividualResponse)


def params(text: str = "Name one prime.", **more: Any) -> Json:
    """Return the params of a small request; more of them, or others."""
    turns = [{"role": "user", "content": text}]
    return {"model": "claude-haiku-4-5", "max_tokens": 1_000, "messages": turns} | more


def request(custom_id: str, asked: Json) -> BatchRequest:
    return BatchRequest(custom_id, Raw(msgspec.json.encode(asked)))


def lines(
    asked: dict[str, Json], answers: Answers | None = None, *, seed: int = 0, beta: str | None = None
) -> list[bytes]:
    """Return the results file of a batch that ran to its end, line by line; the official SDK's types take each."""
    options = replace(OPTIONS, betas=frozenset({beta} if beta else ()))
    space = workspace(Scenario(seed=seed, answers=answers or Answers()))
    made = [request(custom_id, each) for custom_id, each in asked.items()]
    batch_id = create(space, made, options=options)
    found = list(space.results(batch_id, START + DAY))
    counts = space.retrieve(batch_id, START + DAY).counts
    for line in found:
        _GA.validate_json(line)
        _BETA.validate_json(line)
    types = [msgspec.json.decode(line)["result"]["type"] for line in found]
    assert {name: types.count(name) for name in ("succeeded", "errored", "canceled", "expired")} == {
        "succeeded": counts.succeeded,
        "errored": counts.errored,
        "canceled": counts.canceled,
        "expired": counts.expired,
    }
    return found


def results(
    asked: dict[str, Json], answers: Answers | None = None, *, seed: int = 0, beta: str | None = None
) -> dict[str, Json]:
    """Return the result of each request, by custom_id."""
    decoded = [msgspec.json.decode(line) for line in lines(asked, answers, seed=seed, beta=beta)]
    return {line["custom_id"]: line["result"] for line in decoded}


def result(asked: Json, answers: Answers | None = None, *, custom_id: str = "a", seed: int = 0) -> Json:
    """Return what one request comes to."""
    return results({custom_id: asked}, answers, seed=seed)[custom_id]


def message(asked: Json, answers: Answers | None = None, *, custom_id: str = "a", seed: int = 0) -> Json:
    """Return the answer to one request that succeeds."""
    came = result(asked, answers, custom_id=custom_id, seed=seed)
    assert came["type"] == "succeeded", came
    return came["message"]


def error(asked: Json, answers: Answers | None = None, *, custom_id: str = "a") -> tuple[str, str]:
    """Return the type and message of the error of one request that fails."""
    came = result(asked, answers, custom_id=custom_id)
    assert came["type"] == "errored", came
    return came["error"]["error"]["type"], came["error"]["error"]["message"]


def text_of(answer: Json) -> str:
    """Return all the text of an answer."""
    return "".join(block["text"] for block in answer["content"] if block["type"] == "text")
