"""JSON Schemas as data: read and found sound, references followed, two of them merged into one.

It does not know values. Draft 2020-12, as far as tools and structured outputs use it: what is left out is refused
by name rather than passed over. Source: https://platform.claude.com/docs/en/build-with-claude/structured-outputs,
read 2026-11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import zip_longest
from math import gcd, lcm
from typing import Annotated, Any, Final, Literal, cast
from urllib.parse import unquote

import msgspec
from msgspec import Meta, Struct

from batchmock.samples.same import same

Schema = dict[str, Any]

UNSUPPORTED: Final = frozenset(
    {
        "$dynamicRef",
        "$recursiveRef",
        "additionalItems",
        "contentSchema",
        "dependencies",
        "dependentSchemas",
        "unevaluatedItems",
        "unevaluatedProperties",
    }
)


class UnsampleableError(Exception):
    """No sample: the schema has none, or we cannot make it; the message says which."""


_Type = Literal["object", "array", "string", "integer", "number", "boolean", "null"]
_Count = Annotated[int, Meta(ge=0)]
_Step = Annotated[float, Meta(gt=0)]


_Several = Annotated["list[bool | _Sound]", Meta(min_length=1)]


class _Sound(Struct, rename="camel", gc=False):
    """Only what is of the right type can be decoded into it."""

    ref: str = msgspec.field(name="$ref", default="")
    defs: dict[str, bool | _Sound] = msgspec.field(name="$defs", default={})
    definitions: dict[str, bool | _Sound] = {}
    type: _Type | list[_Type] = "null"
    enum: list[Any] = []
    minimum: float = 0
    maximum: float = 0
    exclusive_minimum: float = 0
    exclusive_maximum: float = 0
    multiple_of: _Step = 1
    min_length: _Count = 0
    max_length: _Count = 0
    pattern: str = ""
    format: str = ""
    properties: dict[str, bool | _Sound] = {}
    pattern_properties: dict[str, bool | _Sound] = {}
    additional_properties: bool | _Sound = True
    property_names: bool | _Sound = True
    required: list[str] = []
    dependent_required: dict[str, list[str]] = {}
    min_properties: _Count = 0
    max_properties: _Count = 0
    items: bool | _Sound = True
    prefix_items: _Several = []
    min_items: _Count = 0
    max_items: _Count = 0
    unique_items: bool = False
    contains: bool | _Sound = True
    min_contains: _Count = 0
    max_contains: _Count = 0
    all_of: _Several = []
    any_of: _Several = []
    one_of: _Several = []
    not_: bool | _Sound = msgspec.field(name="not", default=True)
    if_: bool | _Sound = msgspec.field(name="if", default=True)
    then: bool | _Sound = True
    else_: bool | _Sound = msgspec.field(name="else", default=True)


def parsed(text: bytes) -> Schema | bool:
    """Return a schema whose keywords all have values of the right type.

    Raises:
        UnsampleableError: it is no schema.
    """
    try:
        schema = msgspec.json.decode(text)
        _sound(schema)
        for reference in _references(schema):
            _sound(resolved(reference, schema))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnsampleableError(f"it is no JSON Schema: {error}") from None
    return schema


def resolved(reference: str, root: Schema | bool) -> Schema | bool:
    """Return what a reference within a schema stands for.

    Raises:
        UnsampleableError: it leads nowhere, or out of the schema.
    """
    if reference != "#" and not reference.startswith("#/"):
        raise UnsampleableError(f"the reference {reference!r} leads out of it")
    found = cast("Any", root)
    for step in unquote(reference).split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        try:
            found = cast("Any", found[int(name)] if isinstance(found, list) else found[name])
        except (KeyError, IndexError, TypeError, ValueError):
            raise UnsampleableError(f"the reference {reference!r} leads nowhere") from None
    if not isinstance(found, dict | bool):
        raise UnsampleableError(f"the reference {reference!r} leads to something else than a schema")
    return cast("Schema | bool", found)


def both(one: Schema | bool, other: Schema | bool) -> Schema | bool:
    """Return the schema of what satisfies two."""
    if one is True or other is False:
        return other
    if other is True or one is False:
        return one
    return {"allOf": [one, other]}


def merged(one: Schema, other: Schema) -> Schema | None:
    """Return two schemas without subschemas beside them as one, or None where no type satisfies both.

    Of two patterns, formats or ``contains`` only the first remains: a sample is checked in the end.
    """
    made = {**other, **one}
    for keyword in one.keys() & other.keys() & _MERGED.keys():
        made[keyword] = _MERGED[keyword](one[keyword], other[keyword])
    if {"properties", "additionalProperties"} & made.keys():
        names = dict.fromkeys([*one.get("properties", ()), *other.get("properties", ())])
        made["properties"] = {name: both(_named(one, name), _named(other, name)) for name in names}
    if {"prefixItems", "items"} & made.keys():
        rests = one.get("items", True), other.get("items", True)
        pairs = zip_longest(one.get("prefixItems", ()), other.get("prefixItems", ()))
        made["prefixItems"] = [
            both(rests[0] if mine is None else mine, rests[1] if theirs is None else theirs)
            for mine, theirs in pairs
        ]
    return None if made.get("type") == [] or made.get("enum") == [] else made


def _sound(schema: Any) -> None:
    msgspec.convert(schema, bool | _Sound)


def _references(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [found for one in cast("list[Any]", schema) for found in _references(one)]
    if not isinstance(schema, dict):
        return []
    mine = cast("Schema", schema)
    here = [mine["$ref"]] if isinstance(mine.get("$ref"), str) else []
    return [*here, *(found for one in mine.values() for found in _references(one))]


def _named(schema: Schema, name: str) -> Schema | bool:
    return schema.get("properties", {}).get(name, schema.get("additionalProperties", True))


def _types(one: str | list[str], other: str | list[str]) -> list[str]:
    ones, others = ([each] if isinstance(each, str) else each for each in (one, other))
    wider = [*others, "integer"] if "number" in others else others
    kept = [name for name in ones if name in wider]
    return [*kept, "integer"] if "number" in ones and "integer" in others and "integer" not in kept else kept


def _step(one: float, other: float) -> float:
    mine, theirs = Fraction(str(one)), Fraction(str(other))
    return float(Fraction(lcm(mine.numerator, theirs.numerator), gcd(mine.denominator, theirs.denominator)))


def _either(one: Schema | bool, other: Schema | bool) -> Schema:
    return {"anyOf": [one, other]}


def _union(one: list[str], other: list[str]) -> list[str]:
    return [*one, *(name for name in other if name not in one)]


_MERGED: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "type": _types,
    "enum": lambda one, other: [value for value in one if any(same(value, wanted) for wanted in other)],
    "minimum": max,
    "exclusiveMinimum": max,
    "minLength": max,
    "minItems": max,
    "minProperties": max,
    "minContains": max,
    "maximum": min,
    "exclusiveMaximum": min,
    "maxLength": min,
    "maxItems": min,
    "maxProperties": min,
    "maxContains": min,
    "multipleOf": _step,
    "uniqueItems": lambda one, other: one or other,
    "required": _union,
    "additionalProperties": both,
    "propertyNames": both,
    "items": both,
    "not": _either,
}
