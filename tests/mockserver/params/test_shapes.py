"""The emulator's reading of schema.json agrees with that of jsonschema-rs, whatever the params."""

import json
from functools import cache
from typing import Any, get_args

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic_core import ValidationError

from batchmock.params.check import finder
from batchmock.params.shapes import Surface, schemas, validator
from batchmock.params.terms import Terms
from tests.mockserver.params.asking import BATCH, found, params
from tests.mockserver.params.strategies import nearly, taken

SURFACES: tuple[Surface, ...] = get_args(Surface)
TERMS = {
    "create": Terms(surface="messages", api_version="2023-06-01"),
    "create_beta": Terms(surface="messages", api_version="2023-06-01", betas=frozenset({"skills-2025-10-02"})),
    "count_tokens": Terms(surface="count_tokens", api_version="2023-06-01"),
    "count_tokens_beta": Terms(
        surface="count_tokens", api_version="2023-06-01", betas=frozenset({"skills-2025-10-02"})
    ),
}
UNHURRIED = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@cache
def oracle(surface: Surface) -> Any:
    whole = {**schemas()["surfaces"][surface], "$defs": schemas()["$defs"]}
    return jsonschema_rs.validator_for(whole)


def is_taken(surface: Surface, value: object) -> bool:
    try:
        validator(surface).validate_json(json.dumps(value))
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("surface", SURFACES)
@UNHURRIED
@given(data=st.data())
def test_what_the_schema_takes_has_no_wrong_shape(surface: Surface, data: st.DataObject) -> None:
    value = data.draw(taken(surface))

    assert oracle(surface).is_valid(value)
    assert is_taken(surface, value)


@pytest.mark.parametrize("surface", SURFACES)
@UNHURRIED
@given(data=st.data())
def test_what_the_schema_does_not_take_is_refused_and_nothing_else(surface: Surface, data: st.DataObject) -> None:
    value = data.draw(nearly(surface))

    assert is_taken(surface, value) == oracle(surface).is_valid(value)


@pytest.mark.parametrize("surface", SURFACES)
@UNHURRIED
@given(data=st.data())
def test_a_refusal_is_one_sentence_about_a_place(surface: Surface, data: st.DataObject) -> None:
    value = data.draw(nearly(surface))
    raw = json.dumps(value).encode()
    finding = finder(TERMS[surface])(raw)

    if not is_taken(surface, value):
        assert finding is not None
        assert finding.message.startswith(f"{finding.path}: ") or finding.path == ""
        assert finding.path.split(".")[0] in {*schemas()["surfaces"][surface]["properties"], *value, ""}
    assert finder(TERMS[surface])(raw) == finding


def test_a_whole_number_with_a_point_is_an_integer_to_the_schema_but_not_to_the_api() -> None:
    asked = params(max_tokens=64.0)

    assert oracle("create").is_valid(asked)
    finding = found(asked)
    assert finding is not None
    assert finding.message == "max_tokens: Input should be a valid integer"


@pytest.mark.parametrize("value", [True, "64", 1.5, None, [64]])
def test_nothing_but_a_whole_number_is_an_integer(value: object) -> None:
    assert not oracle("create").is_valid(params(max_tokens=value))
    assert not is_taken("create", params(max_tokens=value))


BYTES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b'{"model": "\\ud800"}',
    b'{"model": NaN}',
    b'{"max_tokens": 1e999}',
    b'{"max_tokens": ' + b"9" * 10_000 + b"}",
    b'{"max_tokens": ' + b"9" * 4_000 + b"}",
    b'{"messages": ' + b"[" * 100_000,
    b'{"system": ' + b'{"a":' * 100_000,
]


@pytest.mark.parametrize("raw", BYTES, ids=range(len(BYTES)))
def test_hostile_bytes_are_an_error_of_their_own(raw: bytes) -> None:
    finding = finder(BATCH)(raw)

    assert finding is not None
    assert finding.type == "invalid_request_error"


@example(b'{"model":"claude-haiku-4-5","max_tokens":1,"messages":[{"role":"user","content":"a","content":"b"}]}')
@given(st.binary(max_size=50))
def test_any_bytes_are_judged_without_an_exception(raw: bytes) -> None:
    finder(BATCH)(raw)


def test_numbers_too_long_to_print_are_refused_without_an_exception() -> None:
    raw = json.dumps(params()).replace("2048", "9" * 4_200).encode()

    finding = finder(BATCH)(raw)

    assert finding is not None
    assert finding.path == "max_tokens"


def test_of_two_fields_of_one_name_the_last_one_counts() -> None:
    raw = json.dumps(params()).replace('"max_tokens": 2048', '"max_tokens": "no", "max_tokens": 2048').encode()

    assert finder(BATCH)(raw) is None
