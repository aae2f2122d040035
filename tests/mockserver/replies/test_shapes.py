"""Answers of a shape: forced tools and structured outputs."""

import json

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mockserver.replies.asking import Json, error, message, params, results, text_of
from tests.mockserver.samples.schemas import schemas

WEATHER: Json = {
    "type": "object",
    "properties": {
        "days": {"type": "integer", "minimum": 1, "maximum": 7},
        "unit": {"enum": ["celsius", "fahrenheit"]},
        "city": {"type": "string"},
    },
    "required": ["days", "unit", "city"],
    "additionalProperties": False,
}
TOOL: Json = {"name": "weather", "input_schema": WEATHER}
OTHER: Json = {"name": "other", "input_schema": {"type": "object"}}
WEB: Json = {"type": "web_search_20250305", "name": "web_search"}


def forced(*tools: Json, name: str = "weather") -> Json:
    return params(tools=list(tools), tool_choice={"type": "tool", "name": name})


def formatted(schema: object) -> Json:
    return params(output_config={"format": {"type": "json_schema", "schema": schema}})


def test_a_forced_tool_is_called() -> None:
    answer = message(forced(OTHER, TOOL))
    (block,) = answer["content"]

    assert answer["stop_reason"] == "tool_use"
    assert (block["type"], block["name"], block["caller"]) == ("tool_use", "weather", {"type": "direct"})
    assert block["id"].startswith("toolu_01")
    assert len(block["id"]) == 30
    assert list(block) == ["type", "id", "name", "input", "caller"]
    jsonschema_rs.validate(WEATHER, block["input"])


def test_any_tool_is_the_first_that_has_a_schema() -> None:
    answer = message(params(tools=[WEB, TOOL, OTHER], tool_choice={"type": "any"}))

    assert answer["content"][0]["name"] == "weather"


@pytest.mark.parametrize("choice", [{"tool_choice": {"type": kind}} for kind in ("auto", "none")] + [{}], ids=str)
def test_whoever_forces_no_tool_gets_an_echo(choice: Json) -> None:
    assert text_of(message(params(tools=[TOOL], **choice))).startswith("echo ")


def test_a_wrong_join_shows_in_a_string_that_may_be_anything() -> None:
    made = results({f"r{number}": forced(TOOL) | {"metadata": {"user_id": str(number)}} for number in range(20)})
    cities = {result["message"]["content"][0]["input"]["city"] for result in made.values()}
    texts = [text_of(message(formatted(WEATHER) | {"metadata": {"user_id": user}})) for user in "ab"]

    assert len(cities) == 20
    assert all(city.startswith("echo ") for city in cities)
    assert json.loads(texts[0])["city"] != json.loads(texts[1])["city"]


def test_each_call_has_an_id_of_its_own() -> None:
    made = results({f"r{number}": forced(TOOL) for number in range(50)})

    assert len({result["message"]["content"][0]["id"] for result in made.values()}) == 50


def test_an_older_beta_asks_for_a_format_at_the_top() -> None:
    asked = {"a": params(output_format={"type": "json_schema", "schema": WEATHER})}

    answer = results(asked, beta="structured-outputs-2025-11-13")["a"]["message"]
    jsonschema_rs.validate(WEATHER, json.loads(text_of(answer)))
    refused = results(asked)["a"]["error"]["error"]
    assert refused["message"] == "output_format: Extra inputs are not permitted"


@settings(deadline=None)
@given(schemas)
def test_structured_output_satisfies_any_schema_that_it_answers(schema: Json) -> None:
    made = results({"a": formatted(schema)})["a"]

    if made["type"] == "succeeded":
        assert jsonschema_rs.is_valid(schema, json.loads(text_of(made["message"])))
    else:
        assert made["error"]["error"]["message"].startswith("output_config.format.schema: ")


@pytest.mark.parametrize(
    ("asked", "message_"),
    [
        (forced(TOOL, name="wether"), "Tool 'wether' not found in provided tools"),
        (forced(WEB, name="web_search"), "tools: the emulator has no answer that calls 'web_search': "),
        (
            forced({"name": "weather", "input_schema": {"type": "object", "not": {}}}),
            "tools: the input_schema of 'weather': no value was found that satisfies it",
        ),
        (formatted({"unevaluatedItems": False}), "output_config.format.schema: the keyword 'unevaluatedItems' is"),
        (formatted({"type": "strnig"}), "output_config.format.schema: it is no JSON Schema: Invalid enum value"),
        (formatted({"$ref": "#/$defs/a"}), "output_config.format.schema: the reference '#/$defs/a' leads nowhere"),
        (formatted({"$ref": "#"}), "output_config.format.schema: it leads in a circle, or too deep"),
    ],
    ids=str,
)
def test_what_cannot_be_answered_is_an_errored_row_that_says_so(asked: Json, message_: str) -> None:
    kind, said = error(asked)

    assert kind == "invalid_request_error"
    assert said.startswith(message_)


@settings(deadline=None)
@given(st.recursive(st.none() | st.integers() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=3)))
def test_choices_and_formats_of_another_form_are_refused(odd: object) -> None:
    for key in ("tool_choice", "output_config", "thinking"):
        kind, said = error(params() | {key: odd})
        assert (kind, said.partition(":")[0].partition(".")[0]) == ("invalid_request_error", key)
