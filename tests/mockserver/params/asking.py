"""Params that are in order, ways to change them, and what is found wrong with them."""

import json
from collections.abc import Iterable
from typing import Any

from batchmock.params.check import finder
from batchmock.params.finding import Finding
from batchmock.params.terms import Terms

Json = dict[str, Any]

OLDER, NEWER = VERSIONS = ("2023-06-01", "2026-10-21")
HAIKU = "claude-haiku-4-5-20251001"
# Takes neither a prefill nor a thinking budget.
SONNET = "claude-sonnet-5"
# Any beta makes the fields known that only betas have.
SOME_BETA = frozenset({"context-management-2025-06-27"})

BATCH = Terms(api_version=OLDER)
BATCH_NEWER = Terms(api_version=NEWER)
BATCH_BETA = Terms(api_version=OLDER, betas=SOME_BETA)
SYNC = Terms(surface="messages", api_version=OLDER)
COUNT = Terms(surface="count_tokens", api_version=OLDER)
EVERY_BATCH = (BATCH, BATCH_NEWER)

LEFT_OUT = object()


def labels(names: Iterable[str]) -> list[str]:
    """Return the names, each with its place, as two may be alike."""
    return [f"{place} {name}" for place, name in enumerate(names)]


def user(content: object = "Name one prime.") -> Json:
    return {"role": "user", "content": content}


def assistant(content: object) -> Json:
    return {"role": "assistant", "content": content}


def system(content: object) -> Json:
    return {"role": "system", "content": content}


def text(said: str, **more: object) -> Json:
    return {"type": "text", "text": said, **more}


def call(id_: str, name: str = "look") -> Json:
    return {"type": "tool_use", "id": id_, "name": name, "input": {}}


def result(id_: str) -> Json:
    return {"type": "tool_result", "tool_use_id": id_, "content": "fine"}


def tool(name: str = "look", **more: object) -> Json:
    place = {"$ref": "#/$defs/place"}
    schema: Json = {
        "type": "object",
        "properties": {"at": place},
        "$defs": {"place": {}},
        "additionalProperties": False,
    }
    return {"name": name, "input_schema": schema, **more}


def params(**changes: object) -> Json:
    """Return params that are in order but for the changes."""
    whole = {"model": HAIKU, "max_tokens": 2_048, "messages": [user()]} | changes
    return {key: value for key, value in whole.items() if value is not LEFT_OUT}


def found(asked: Json, terms: Terms = BATCH) -> Finding | None:
    """Return what is wrong with params."""
    return finder(terms)(json.dumps(asked).encode())


def message(asked: Json, terms: Terms = BATCH) -> str | None:
    """Return the sentence about what is wrong with params."""
    finding = found(asked, terms)
    return None if finding is None else finding.message
