"""A workspace of an emulator as an official SDK shows it, with the emulator's clock beside it.

It does not know what an answer should be.
"""

import json
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from tests.sdks.official_client import Namespace, Program

Json = dict[str, Any]

# Every workspace that a test enters is a new one: a key that nobody has used opens it.
_numbers = count()


@dataclass(frozen=True, slots=True)
class Workspace:
    """Makes each call through the SDK; ``advance`` goes past it to the emulator."""

    program: Program
    namespace: Namespace
    url: str
    key: str

    def create(self, requests: Sequence[Json]) -> Json:
        """Submit a batch."""
        return self._seen("create", requests=requests)

    def retrieve(self, batch_id: str) -> Json:
        """Return the batch as it is now."""
        return self._seen("retrieve", message_batch_id=batch_id)

    def cancel(self, batch_id: str) -> Json:
        """Ask for the batch to be canceled."""
        return self._seen("cancel", message_batch_id=batch_id)

    def delete(self, batch_id: str) -> Json:
        """Have the batch forgotten."""
        return self._seen("delete", message_batch_id=batch_id)

    def results(self, batch_id: str) -> list[Json]:
        """Return the lines of the results, in their order."""
        return self._seen("results", message_batch_id=batch_id)

    def walk(self, **query: str | int) -> list[str]:
        """Return the ids of a list that the SDK pages through by itself."""
        return self._seen("walk", **query)

    def page(self, **query: str | int) -> Json:
        """Return one page of the list."""
        return self._seen("page", **query)

    def request_id(self, call: str, **arguments: object) -> str:
        """Make a call; return the id of its HTTP exchange as the SDK exposes it."""
        return self._made(call, arguments)["request_id"]

    def message(self, **params: object) -> Json:
        """Ask for a message, at once."""
        return self._seen("message", **params)

    def streamed(self, **params: object) -> Json:
        """Ask for a message as a stream: the types of the SDK's events, and the message they came to."""
        return self._seen("streamed", **params)

    def raw_events(self, **params: object) -> list[Json]:
        """Ask for a message as a stream; return the API's events."""
        return self._seen("raw_events", **params)

    def parsed(self, **params: object) -> Json:
        """Ask for output of a ``schema``; return the value that the SDK makes of it."""
        return self._seen("parsed", **params)

    def tool_run(self, **params: object) -> Json:
        """Have the SDK run a ``tool`` for two turns: what it was called with, and why each answer stopped."""
        return self._seen("tool_run", **params)

    def count_tokens(self, **params: object) -> int:
        """Have the tokens of a request counted."""
        return self._seen("count", **params)

    def model(self, model_id: str) -> Json:
        """Look at one model."""
        return self._seen("model", model_id=model_id)

    def models(self, **query: str | int) -> list[str]:
        """Return the ids of the models, on pages that the SDK turns by itself."""
        return self._seen("models", **query)

    def advance(self, by: str) -> None:
        """Move the clock of the workspace."""
        advance(self.url, self.key, by)

    def _seen(self, call: str, **arguments: object) -> Any:
        return self._made(call, arguments)["seen"]

    def _made(self, call: str, arguments: Json) -> Json:
        return self.program.make(
            {
                "url": self.url,
                "key": self.key,
                "namespace": self.namespace,
                "call": call,
                "arguments": arguments,
            }
        )


def new_key() -> str:
    """Return an API key that opens a workspace nobody has entered."""
    return f"key-{next(_numbers)}"


def advance(url: str, key: str, by: str) -> None:
    """Move the clock of the workspace that a key opens."""
    with closing(HTTPConnection(urlsplit(url).netloc, timeout=60)) as connection:
        connection.request(
            "POST",
            "/_emulator/clock/advance",
            body=json.dumps({"by": by}),
            headers={"x-api-key": key, "content-type": "application/json"},
        )
        response = connection.getresponse()
        assert response.status == 200, response.read()


def asking(custom_id: str, **other: object) -> Json:
    """Return a request that is in order, unless ``other`` says something else; its text names its custom_id."""
    params = {
        "model": "claude-haiku-4-5",
        "max_tokens": 64,
        "messages": [{"role": "user", "content": f"Repeat {custom_id}."}],
    }
    return {"custom_id": custom_id, "params": params | other}


def asking_many(number: int) -> list[Json]:
    """Return so many requests that are in order."""
    return [asking(f"row-{index}") for index in range(number)]


def by_custom_id(lines: Iterable[Json]) -> dict[str, Json]:
    """Return the result of each request; two lines for one are a defect."""
    joined: dict[str, Json] = {}
    for line in lines:
        assert line["custom_id"] not in joined, f"two results for {line['custom_id']}"
        joined[line["custom_id"]] = line["result"]
    return joined


def types(lines: Iterable[Json]) -> list[str]:
    """Return the terminal state that each line shows."""
    return [line["result"]["type"] for line in lines]
