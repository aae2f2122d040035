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
from inspect import signature
from traceback import format_exc
from typing import Any

from anthropic import Anthropic, AnthropicError, beta_tool
from pydantic import create_model

# Long enough for a busy machine, and short of waiting for ever.
TIMEOUT_S = 60
TYPES = {"string": str, "integer": int}


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
    with root.messages.stream(**known(root.messages.stream, arguments)) as stream:
        events = [event.type for event in stream]
        return {"seen": {"events": events, "message": stream.get_final_message().to_dict()}}


def known(method: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments as a version takes them that does not know all of them by name."""
    names = signature(method).parameters
    unknown = {name: value for name, value in arguments.items() if name not in names}
    return {name: value for name, value in arguments.items() if name in names} | {"extra_body": unknown}


def parsed(root: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """Ask for output of a shape, as a value; older versions parse in the beta namespace alone."""
    messages = root.messages if hasattr(root.messages, "parse") else root.beta.messages
    properties = arguments.pop("schema")["properties"]
    fields: dict[str, Any] = {name: (TYPES[one["type"]], ...) for name, one in properties.items()}
    shape = create_model("Shape", **fields)
    return {"seen": messages.parse(**arguments, output_format=shape).parsed_output.model_dump()}


def tool_run(root: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """Have the tool run that the answers call, for two turns."""
    inputs: list[Any] = []

    def run(**given: Any) -> str:
        inputs.append(given)
        return f"kept note {len(inputs)}"

    tools = [beta_tool(run, **arguments.pop("tool"))]
    runner = getattr(root, "beta", root).messages.tool_runner(**arguments, tools=tools, max_iterations=2)
    return {"seen": {"stops": [turn.stop_reason for turn in runner], "inputs": inputs}}


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
    "parsed": parsed,
    "tool_run": tool_run,
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
