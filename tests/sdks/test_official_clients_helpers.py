"""Answers of a shape as every official SDK's helpers make use of them: streams, parsed output, tools that run."""

import json

from tests.sdks.workspace import Json, Workspace, asking

SCHEMA: Json = {
    "type": "object",
    "properties": {"text": {"type": "string"}, "stars": {"type": "integer"}},
    "required": ["text", "stars"],
    "additionalProperties": False,
}
TOOL: Json = {"name": "keep_note", "description": "Keep a note.", "input_schema": SCHEMA}


def params(**other: object) -> Json:
    return asking("row", max_tokens=1_000)["params"] | other


def is_note(value: Json) -> bool:
    return value.keys() == SCHEMA["properties"].keys() and value["text"].startswith("echo ")


def test_a_stream_comes_to_a_call_of_a_tool(workspace: Workspace) -> None:
    asked = params(tools=[TOOL], tool_choice={"type": "any"})
    message, plain = workspace.streamed(**asked)["message"], workspace.message(**asked)

    (call,) = message["content"]
    assert (call["type"], call["name"], message["stop_reason"]) == ("tool_use", "keep_note", "tool_use")
    assert is_note(call["input"])
    # The digest is another one: `stream` is a part of what is asked.
    assert call["input"]["stars"] == plain["content"][0]["input"]["stars"]
    assert message["usage"]["output_tokens"] == plain["usage"]["output_tokens"]


def test_a_stream_comes_to_thoughts_before_the_text(workspace: Workspace) -> None:
    asked = params(thinking={"type": "enabled", "budget_tokens": 1_024}, max_tokens=2_000)
    message, plain = workspace.streamed(**asked)["message"], workspace.message(**asked)

    thought, text = message["content"]
    assert thought["thinking"].startswith("Let me see")
    assert [thought["thinking"], thought["signature"]] == [
        plain["content"][0]["thinking"],
        plain["content"][0]["signature"],
    ]
    assert text["text"].endswith(": Repeat row.")


def test_a_stream_comes_to_structured_output(workspace: Workspace) -> None:
    asked = params(output_config={"format": {"type": "json_schema", "schema": SCHEMA}})

    (text,) = workspace.streamed(**asked)["message"]["content"]
    assert is_note(json.loads(text["text"]))


def test_structured_output_is_parsed(workspace: Workspace) -> None:
    assert is_note(workspace.parsed(schema=SCHEMA, **params()))


def test_the_tool_runs_that_an_answer_calls(workspace: Workspace) -> None:
    run = workspace.tool_run(tool=TOOL, **params(tool_choice={"type": "any"}))

    assert run["stops"] == ["tool_use", "tool_use"]
    assert [is_note(given) for given in run["inputs"]] == [True] * len(run["inputs"])
    assert run["inputs"]
