"""From the JSON Schema of Python types to that of what travels: closed objects, and unions that name their tag.

The SDK's types also take the forms in which it hands out answers, so that an answer can be sent back as it came;
these forms are open to anything, so what they add is folded into the forms that are meant for sending. It does not
know any particular type but the turns of a conversation.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, cast

from scripts.beyond_the_types import TAGGED_ALONE

Schema = dict[str, Any]
Definitions = dict[str, Schema]

DEFS: Final = "#/$defs/"
NULL: Final = {"type": "null"}
_ANNOTATIONS: Final = {"title", "description", "default"}
_DISCRIMINATORS: Final = ("type", "role")


def references(schema: Schema) -> set[str]:
    """Return the names of the definitions that a schema refers to itself."""
    return {_name(one) for one in _nodes(schema) if "$ref" in one}


def fold(defs: Definitions) -> None:
    """Let each form that is sent take what the received one has."""
    for union in [one["anyOf"] for one in _nodes(defs) if "anyOf" in one]:
        if any(_is_free(one) for one in union):
            for one in [one for one in union if "$ref" in one]:
                defs[_name(one)]["additionalProperties"] = True
        sent, received = _forms(union, defs)
        for name in received:
            _lend(name, _mate(name, sent, defs), defs)
    for name in [name for name in defs if name + "Param" in defs]:
        _lend(name, name + "Param", defs)
    for prefix in ("", "Beta"):
        if f"{prefix}SystemMessageParam" in defs:
            _open_system_turn(defs[f"{prefix}SystemMessageParam"], defs[f"{prefix}UserMessageParam"])


def wired(schema: Schema, defs: Definitions) -> Schema:
    """Return a schema as the wire has it."""
    if "properties" in schema:
        fields = {key: _field(key, one, defs) for key, one in schema["properties"].items()}
        required = {"required": schema["required"]} if schema.get("required") else {}
        is_open = "additionalProperties" in schema
        return {"type": "object", "properties": fields, **required, "additionalProperties": is_open}
    kept = {key: one for key, one in schema.items() if key not in _ANNOTATIONS}
    for key in ("items", "additionalProperties"):
        if isinstance(kept.get(key), dict):
            kept[key] = wired(kept[key], defs)
    return _union([wired(one, defs) for one in kept["anyOf"]], defs) if "anyOf" in kept else kept


def _field(key: str, schema: Schema, defs: Definitions) -> Schema:
    if key == "stream":
        return {"type": "boolean"}
    field = wired(schema, defs)
    if key not in TAGGED_ALONE:
        return field
    return _joined([_tagged([one], defs) if "$ref" in one else one for one in field.get("anyOf", [field])])


def _union(alternatives: list[Schema], defs: Definitions) -> Schema:
    sent, received = _forms(alternatives, defs)
    folded = [name for name in received if _mate(name, sent, defs)]
    kept = [one for one in alternatives if "$ref" not in one or _name(one) not in folded]
    # A path to a file is Python's way to say the text in it, and some texts are known by name.
    if {"type": "string"} in kept:
        kept = [one for one in kept if one.get("type") != "string" or one == {"type": "string"}]
    objects = [one for one in kept if "$ref" in one]
    if objects:
        # `Dict[str, object]` beside a typed object only says that the object is open.
        kept = [one for one in kept if not _is_free(one)]
    if len(objects) > 1:
        at = kept.index(objects[0])
        kept = [one for one in kept if one not in objects]
        kept.insert(at, _tagged(objects, defs))
    return _joined(kept)


def _joined(alternatives: list[Schema]) -> Schema:
    return alternatives[0] if len(alternatives) == 1 else {"anyOf": alternatives}


def _tagged(objects: list[Schema], defs: Definitions) -> Schema:
    for key in _DISCRIMINATORS:
        pairs = [(tag, one["$ref"]) for one in objects for tag in _tags(defs[_name(one)], key)]
        mapping = dict(sorted(pairs))
        if len(pairs) == len(mapping) and len(set(mapping.values())) == len(objects):
            optional = [one["$ref"] for one in objects if key not in defs[_name(one)]["required"]]
            default = {"defaultMapping": optional[0]} if optional else {}
            return {"oneOf": objects, "discriminator": {"propertyName": key, "mapping": mapping, **default}}
    names = ", ".join(map(_name, objects))
    raise SystemExit(f"Nothing tells these apart; say in scripts/beyond_the_types.py what does: {names}")


def _forms(union: Sequence[Schema], defs: Definitions) -> tuple[list[str], list[str]]:
    """Return the union's definitions that are closed, as those for sending are, and those that are open."""
    names = [_name(one) for one in union if "$ref" in one]
    received = [name for name in names if "additionalProperties" in defs[name]]
    return [name for name in names if name not in received], received


def _is_free(schema: Schema) -> bool:
    return (
        schema.get("type") == "object"
        and schema.get("additionalProperties") is True
        and "properties" not in schema
    )


def _mate(received: str, sent: Sequence[str], defs: Definitions) -> str | None:
    tags = _tags(defs[received], "type")
    alike = [name for name in sent if _tags(defs[name], "type") == tags and (tags or name.startswith(received))]
    return alike[0] if alike else None


def _lend(received: str, sent: str | None, defs: Definitions) -> None:
    if sent is None or "additionalProperties" not in defs[received]:
        return
    fields = defs[sent]["properties"]
    for key, one in defs[received]["properties"].items():
        mine = fields.setdefault(key, one)
        if NULL in one.get("anyOf", ()) and NULL not in mine.get("anyOf", ()):
            fields[key] = {"anyOf": [*mine.get("anyOf", [mine]), NULL]}


def _open_system_turn(system: Schema, user: Schema) -> None:
    # What a system turn may not hold is told in a sentence of its own, so by its shape it may hold anything.
    own, any_ = (turn["properties"]["content"]["anyOf"][1]["items"] for turn in (system, user))
    blocks = [*any_["anyOf"], *(one for one in own.get("anyOf", [own]) if one not in any_["anyOf"])]
    system["properties"]["content"]["anyOf"][1]["items"] = {"anyOf": blocks}


def _tags(schema: Schema, discriminator: str) -> list[str]:
    field: Schema = schema.get("properties", {}).get(discriminator, {})
    alternatives: list[Schema] = field.get("anyOf", [field])
    return [tag for one in alternatives for tag in ([one["const"]] if "const" in one else one.get("enum", []))]


def _name(reference: Schema) -> str:
    return str(reference["$ref"]).removeprefix(DEFS)


def _nodes(schema: Any) -> Iterator[Schema]:
    if isinstance(schema, dict):
        yield cast("Schema", schema)
        for one in cast("Schema", schema).values():
            yield from _nodes(one)
    elif isinstance(schema, list):
        for one in cast("list[Any]", schema):
            yield from _nodes(one)
