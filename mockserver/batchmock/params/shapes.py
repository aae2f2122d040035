"""The shapes of params as validators of pydantic-core, made from ``schema.json`` when somebody first asks for one.

The real API's sentences and paths are pydantic's, so its own validator has them natively; it goes straight over
the bytes. Strictly: text is no number, nor ``true`` an integer, as the API has it (public measurements, 2026-08),
nor is ``1.0``, which JSON Schema would take for one. It knows the small vocabulary of ``schema.json`` and nothing
else of JSON Schema, and not the rules that look at several fields.
"""

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, cast

if TYPE_CHECKING:
    from pydantic_core import SchemaValidator
    from pydantic_core.core_schema import CoreSchema

Schema = dict[str, Any]
Surface = Literal["create", "create_beta", "count_tokens", "count_tokens_beta"]

NULL: Final = {"type": "null"}
_DEFS: Final = "#/$defs/"


@cache
def schemas() -> Schema:
    """Return the checked-in schemas: ``surfaces`` by name, and the ``$defs`` they share."""
    return json.loads(Path(__file__).with_name("schema.json").read_bytes())


@cache
def validator(surface: Surface) -> "SchemaValidator":
    """Return what validates the JSON of one surface's params; made once, in some milliseconds."""
    from pydantic_core import SchemaValidator, core_schema

    known, top = schemas()["$defs"], schemas()["surfaces"][surface]
    waiting, made = _references(top), dict[str, "CoreSchema"]()
    while waiting:
        name = waiting.pop()
        if name not in made:
            made[name] = _core(known[name], ref=name)
            waiting |= _references(known[name])
    return SchemaValidator(core_schema.definitions_schema(_core(top), list(made.values())))


def followed(schema: Schema) -> Schema:
    """Return the schema that a reference stands for, or the schema itself."""
    return schemas()["$defs"][_name(schema)] if "$ref" in schema else schema


def alternatives(schema: Schema) -> list[Schema]:
    """Return what a value may be besides null, in order; objects that are told apart by a tag count as one."""
    if "defaultMapping" in schema.get("discriminator", {}):
        untagged = {"$ref": schema["discriminator"]["defaultMapping"]}
        tagged = {key: value for key, value in schema["discriminator"].items() if key != "defaultMapping"}
        # The untagged one first: it is the frequent one, and it fails at once where it is not meant.
        return [untagged, schema | {"discriminator": tagged}]
    return [one for one in schema.get("anyOf", [schema]) if one != NULL]


def _name(reference: Schema) -> str:
    return reference["$ref"].removeprefix(_DEFS)


def _references(schema: Any) -> set[str]:
    if isinstance(schema, list):
        return set[str]().union(*map(_references, cast("list[Any]", schema)))
    if not isinstance(schema, dict):
        return set()
    fields = cast("Schema", schema)
    own = {_name(fields)} if "$ref" in fields else set[str]()
    return own.union(*map(_references, fields.values()))


def _core(schema: Schema, *, ref: str | None = None) -> "CoreSchema":
    from pydantic_core import core_schema

    choices = alternatives(schema)
    if len(choices) > 1:
        # Labelled by their place, which is how an error says in which of them it arose.
        labelled: list[CoreSchema | tuple[CoreSchema, str]] = [
            (_core(one), str(place)) for place, one in enumerate(choices)
        ]
        core = core_schema.union_schema(labelled, mode="left_to_right")
    else:
        core = _simple(choices[0], ref)
    return core_schema.nullable_schema(core) if NULL in schema.get("anyOf", ()) else core


def _simple(schema: Schema, ref: str | None) -> "CoreSchema":
    from pydantic_core import core_schema

    match schema:
        case {"$ref": _}:
            return core_schema.definition_reference_schema(_name(schema))
        case {"discriminator": {"propertyName": tag, "mapping": mapping}}:
            choices = {value: _core({"$ref": one}) for value, one in mapping.items()}
            return core_schema.tagged_union_schema(choices, tag, strict=True)
        case {"const": value}:
            return core_schema.literal_schema([value])
        case {"enum": values}:
            return core_schema.literal_schema(values)
        case {"type": "object", "properties": _}:
            return _object(schema, ref)
        case _:
            return _plain(schema)


def _object(schema: Schema, ref: str | None) -> "CoreSchema":
    from pydantic_core import core_schema

    required = schema.get("required", ())
    fields = {
        key: core_schema.typed_dict_field(_core(one), required=key in required)
        for key, one in schema["properties"].items()
    }
    extra = "allow" if schema["additionalProperties"] else "forbid"
    return core_schema.typed_dict_schema(fields, extra_behavior=extra, strict=True, ref=ref)


def _plain(schema: Schema) -> "CoreSchema":
    from pydantic_core import core_schema

    match schema.get("type"):
        case "array":
            # One mistake is reported, so one is looked for.
            items, most = _core(schema["items"]), schema.get("maxItems")
            return core_schema.list_schema(items, max_length=most, fail_fast=True, strict=True)
        case "object":
            values = schema["additionalProperties"]
            return core_schema.dict_schema(values_schema=None if values is True else _core(values), strict=True)
        case "string":
            limits = {"min_length": "minLength", "max_length": "maxLength", "pattern": "pattern"}
            given = {ours: schema[theirs] for ours, theirs in limits.items() if theirs in schema}
            return core_schema.str_schema(**given, strict=True)
        case "integer":
            return core_schema.int_schema(ge=schema.get("minimum"), strict=True)
        case "number":
            return core_schema.float_schema(allow_inf_nan=False, strict=True)
        case "boolean":
            return core_schema.bool_schema(strict=True)
        case None:
            return core_schema.any_schema()
        case other:
            raise AssertionError(f"schema.json has a type that nobody translates: {other}")
