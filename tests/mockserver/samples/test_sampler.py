"""Samples satisfy their schemas, as an independent validator sees it."""

import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from batchmock.draws import Stream
from batchmock.samples.sampler import sampler
from batchmock.samples.schema import UnsampleableError
from tests.mockserver.samples.schemas import Schema, schemas, supported

MARK = "echo 0123456789abcdef"
seeds = st.integers(0, 2**32)

TREE: Schema = {
    "type": "object",
    "properties": {"children": {"type": "array", "items": {"$ref": "#"}}, "value": {"type": "string"}},
    "required": ["children", "value"],
}
LINKED: Schema = {
    "type": "object",
    "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
    "required": ["next"],
}
DISCRIMINATED: Schema = {
    "oneOf": [
        {"type": "object", "properties": {"k": {"const": "a"}, "n": {"type": "integer"}}, "required": ["k"]},
        {"type": "object", "properties": {"k": {"const": "b"}, "n": {"type": "string"}}, "required": ["k"]},
    ]
}
EXCLUSIVE: Schema = {
    "type": "object",
    "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
    "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
}


def sample(schema: object, seed: int = 0, mark: str = MARK) -> Any:
    return sampler(json.dumps(schema).encode()).sample(Stream(seed, "test", ""), mark)


@settings(deadline=None)
@given(schemas, seeds)
@example(TREE, 0)
@example(LINKED, 0)
@example(DISCRIMINATED, 0)
@example(EXCLUSIVE, 0)
@example({"type": "number", "multipleOf": 0.1, "minimum": 3}, 0)
@example({"enum": [1, True]} | {"type": "boolean"}, 0)
def test_a_sample_satisfies_its_schema(schema: Schema, seed: int) -> None:
    try:
        made = sample(schema, seed)
    except UnsampleableError:
        assume(False)
        raise

    assert jsonschema_rs.is_valid(schema, made)


@settings(deadline=None)
@given(supported, seeds)
def test_whatever_structured_outputs_support_has_a_sample(schema: Schema, seed: int) -> None:
    made = sample(schema, seed)

    assert jsonschema_rs.validator_for(schema, validate_formats=True).is_valid(made)


@settings(deadline=None)
@given(supported, seeds)
def test_the_same_draws_make_the_same_sample(schema: Schema, seed: int) -> None:
    assert sample(schema, seed) == sample(schema, seed)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {"type": "string", "minLength": 30},
        {"anyOf": [{"type": "null"}, {"type": "string"}]},
        {"type": ["null", "string"]},
        {"type": "array", "items": {"type": "string"}, "minItems": 1},
        {"type": "object", "properties": {"n": {"type": "integer"}, "s": {"type": "string"}}},
        {"type": "string", "format": "text"},
    ],
    ids=str,
)
def test_a_string_that_may_be_anything_carries_the_mark(schema: Schema) -> None:
    assert MARK in json.dumps(sample(schema))


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "maxLength": 20},
        {"type": "string", "pattern": "^[a-z]+$"},
        {"enum": ["a"]},
        {"type": "string", "format": "uuid"},
    ],
    ids=str,
)
def test_any_other_string_does_not(schema: Schema) -> None:
    assert MARK not in json.dumps(sample(schema))


def test_a_string_too_short_for_the_mark_leaves_it_to_the_next() -> None:
    properties = {"a": {"type": "string", "maxLength": 5}, "b": {"type": "string"}}
    made = sample({"type": "object", "properties": properties})

    assert made["b"] == MARK
    assert len(made["a"]) <= 5


def test_only_the_first_string_carries_the_mark() -> None:
    properties = {name: {"type": "string"} for name in "abc"}
    made = sample({"type": "object", "properties": properties})

    assert [made["a"] == MARK, made["b"] == MARK, made["c"] == MARK] == [True, False, False]


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        (False, "no value was found"),
        ({"type": "string", "enum": [1]}, "no value was found"),
        ({"type": "integer", "minimum": 3, "maximum": 2}, "no value was found"),
        ({"allOf": [{"type": "string"}, {"type": "integer"}]}, "no value was found"),
        (
            {"type": "array", "uniqueItems": True, "items": {"type": "boolean"}, "minItems": 3},
            "no value was found",
        ),
        ({"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}, "in a circle"),
        ({"$ref": "#"}, "in a circle"),
        ({"$ref": "https://example.com/schema"}, "leads out of it"),
        ({"$ref": "#/definitions/none"}, "leads nowhere"),
        ({"$ref": "#/title", "title": "a"}, "leads to something else"),
        ({"dependentSchemas": {}}, "the keyword 'dependentSchemas' is not supported"),
        ({"type": "strnig"}, "no JSON Schema"),
        ({"required": "a"}, "no JSON Schema"),
        ({"multipleOf": 0}, "no JSON Schema"),
        ({"$ref": "#/x", "x": {"type": 5}}, "no JSON Schema"),
        (3, "no JSON Schema"),
        ({"type": "string", "pattern": "["}, "cannot be read"),
        ({"type": "string", "pattern": "(a)\\1"}, "cannot be sampled"),
        ({"type": "string", "minLength": 10**9}, "is longer than"),
        ({"type": "array", "minItems": 10**9}, "in time"),
    ],
    ids=str,
)
def test_a_schema_without_a_sample_is_refused_with_the_reason(schema: object, reason: str) -> None:
    with pytest.raises(UnsampleableError, match=reason):
        sample(schema)


@settings(deadline=None)
@given(st.from_regex(r"\A([a-c.?*+()|^$\[\]{}0-3\\dws-]){0,12}\Z"))
def test_any_expression_is_matched_or_refused(pattern: str) -> None:
    schema = {"type": "string", "pattern": pattern}
    try:
        made = sample(schema)
    except UnsampleableError:
        return

    assert isinstance(made, str)
