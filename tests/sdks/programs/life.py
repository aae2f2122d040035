"""Does what it is told with whichever version of ``anthropic`` its interpreter has, and says what it saw.

One JSON object a line in, ``{"url", "key", "namespace", "call", "arguments"}``, and one out: ``{"seen",
"request_id"}``, ``{"raised"}`` for the SDK's own errors, ``{"crashed"}`` for any other. ``life.mjs`` is its twin.
It does not know what should come out, and reads nothing by a name that some version lacks.
"""

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from traceback import format_exc
from typing import Any

from anthropic import Anthropic, AnthropicError

# Long enough for a busy machine, and short of waiting for ever.
TIMEOUT_S = 60


def answer(step: dict[str, Any]) -> dict[str, Any]:
    """Return what one call came to."""
    client = client_of(step["url"], step["key"])
    root: Any = client.beta if step["namespace"] == "beta" else client
    try:
        if step["call"] in BESIDE:
            return BESIDE[step["call"]](root, step["arguments"])
        return saw(root.messages.batches, step["call"], step["arguments"])
    except AnthropicError as error:
        return {"raised": refusal(error)}
    except Exception:
        return {"crashed": format_exc()}


@cache
def client_of(url: str, key: str) -> Anthropic:
    """Return the client of a workspace; to make one takes longer than a call."""
    return Anthropic(base_url=url, api_key=key, max_retries=0, timeout=TIMEOUT_S)


def saw(batches: Any, call: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Make the call; ``walk`` is a list that turns its pages itself, ``page`` is one page of it."""
    if call == "results":
        return {"seen": [line.to_dict() for line in batches.results(**arguments)]}
    if call == "walk":
        return {"seen": [batch.id for batch in batches.list(**arguments)]}
    seen = getattr(batches, "list" if call == "page" else call)(**arguments)
    return {"seen": seen.to_dict(), "request_id": seen._request_id}


def message(root: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """Ask for a message, at once."""
    seen = root.messages.create(**arguments)
    return {"seen": seen.to_dict(), "request_id": seen._request_id}


def streamed(root: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """Ask for a message as a stream; say which events there were, and what they came to."""
    with root.messages.stream(**arguments) as stream:
        events = [event.type for event in stream]
        return {"seen": {"events": events, "message": stream.get_final_message().to_dict()}}


def raw_events(root: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """Ask for the events themselves."""
    with root.messages.create(**arguments, stream=True) as stream:
        return {"seen": [event.to_dict() for event in stream]}


def count(root: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """Have tokens counted."""
    return {"seen": root.messages.count_tokens(**arguments).input_tokens}


def model(root: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """Look at one model."""
    return {"seen": root.models.retrieve(**arguments).to_dict()}


def models(root: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """List models, turning the pages."""
    return {"seen": [each.id for each in root.models.list(**arguments)]}


BESIDE = {
    "message": message,
    "streamed": streamed,
    "raw_events": raw_events,
    "count": count,
    "model": model,
    "models": models,
}


def refusal(error: Any) -> dict[str, Any]:
    """Return what a caller can learn from an error; a refusal by the SDK itself has no status."""
    body: Any = getattr(error, "body", None) or {"error": {}}
    return {
        "class": type(error).__name__,
        "status": getattr(error, "status_code", None),
        "type": body["error"].get("type"),
        "message": body["error"].get("message", str(error)),
        "request_id": getattr(error, "request_id", None),
    }


def written(value: object) -> str:
    """Write an instant as the wire does; anything else that is not JSON is a defect."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    raise TypeError(f"{value!r} is not JSON")


def steps() -> Iterator[dict[str, Any]]:
    """Yield each line of the input."""
    for line in sys.stdin:
        yield json.loads(line)


for one in steps():
    sys.stdout.write(json.dumps(answer(one), default=written) + "\n")
    sys.stdout.flush()
