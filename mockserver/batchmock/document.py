"""Structs of ours as documents: TOML in files, JSON on the wire, the same names in both.

Durations are written as ``90s`` or ``24h``. What is left out has its default, and what has its default is left
out. It does not know files, nor what the names mean.
"""

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from typing import TypeVar, cast

import msgspec
from msgspec import inspect

from batchmock.errors import UsageError
from batchmock.replies.canned import Canned
from batchmock.times import parse_duration, write_duration
from batchmock.timing import Fixed
from batchmock.wire.refusal import describe

# A document from outside: what JSON and TOML have in common.
Document = Mapping[str, object]
Shape = TypeVar("Shape")
Given = TypeVar("Given")
Parsed = TypeVar("Parsed")

# How null is written where any JSON may stand: TOML has none.
_NULL = "{null}"
# Ours: what the interpreter can follow depends on who calls, and it is more than this.
DEPTH_MAX = 200


def read_as(type_: type[Shape], document: object, *, strict: bool = True) -> Shape:
    """Read a value, most often a struct, from a document; unless ``strict``, numbers may be written as texts.

    Raises:
        UsageError: it is none; names the key, the value and what is allowed.
    """
    try:
        return msgspec.convert(_plain(_shape(type_), document, ""), type_, strict=strict)
    except msgspec.ValidationError as error:
        raise UsageError(describe(error)) from None


def refuse_misspelt(type_: type[msgspec.Struct], document: object) -> None:
    """Let a document be, unless a key or a value of a closed set in it is none of those there are.

    Raises:
        UsageError: one is not; names the nearest.
    """
    _plain(_shape(type_), document, "")


def dump_struct(value: msgspec.Struct) -> dict[str, object]:
    """Return the document that ``read_as`` reads back as this very value."""
    return _written_fields(cast(inspect.StructType, _shape(type(value))), value)


def parsed_at(path: str, parse: Callable[[Given], Parsed], given: Given) -> Parsed:
    """Return what is parsed from a part of a document; what is wrong with it is said with the part's path."""
    try:
        return parse(given)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None


@cache
def _shape(type_: type) -> inspect.Type:
    return inspect.type_info(type_)


def _plain(shape: inspect.Type, value: object, path: str) -> object:
    """Return what ``msgspec.convert`` takes: durations as nanoseconds, a bare duration as a fixed one."""
    match shape:
        case inspect.Metadata():
            return _nanoseconds(value, path)
        case inspect.LiteralType() if value not in shape.values:
            raise UsageError(f"{path}: {value!r} is not one of them; {_meant(str(value), shape.values)}")
        case inspect.StructType() if isinstance(value, Mapping):
            return _plain_fields(shape, cast(Document, value), path)
        case inspect.UnionType():
            if _is_distribution(shape) and isinstance(value, str):
                return {"kind": "fixed", "at": _nanoseconds(value, path)}
            return _plain(_member(shape, value, path), value, path) if value is not None else None
        case inspect.VarTupleType() if isinstance(value, list):
            items = cast(list[object], value)
            return [_plain(shape.item_type, item, f"{path}.{at}") for at, item in enumerate(items)]
        case inspect.DictType() if isinstance(value, Mapping):
            pairs = cast(Document, value).items()
            return {
                _plain(shape.key_type, key, path): _plain(shape.value_type, item, f"{path}.{key}")
                for key, item in pairs
            }
        case inspect.CustomType():
            return _plain_json(shape, value, path)
        case _:
            return value


def _plain_json(shape: inspect.CustomType, value: object, path: str) -> object:
    if shape.cls is object:
        return parsed_at(path, lambda given: _json(given, _NULL, None), value)
    if shape.cls is not Canned:
        raise UsageError(f"{path}: a document cannot say this; give it in Python")
    if not isinstance(value, Canned):
        raise UsageError(
            f"{path}: {value!r} is not read here; a scenario's file can name a file of canned answers"
        )
    return value


def _plain_fields(shape: inspect.StructType, value: Document, path: str) -> object:
    fields = {field.encode_name: field.type for field in shape.fields}
    allowed = [*fields, *([shape.tag_field] if shape.tag_field else [])]
    for key in value:
        if key not in allowed:
            raise UsageError(f"{_at(path, key)}: there is no such key; {instead(key, allowed)}")
    return {
        key: _plain(fields[key], item, _at(path, key)) if key in fields else item for key, item in value.items()
    }


def _member(shape: inspect.UnionType, value: object, path: str) -> inspect.Type:
    """Return the member of a union that a value means: the one of its kind, or the only one that is not null."""
    members = [member for member in shape.types if not isinstance(member, inspect.NoneType)]
    kinds = {member.tag: member for member in members if isinstance(member, inspect.StructType) and member.tag}
    if not kinds or not isinstance(value, Mapping):
        return members[0]
    kind = cast(Document, value).get("kind")
    if kind not in kinds:
        raise UsageError(f"{_at(path, 'kind')}: {kind!r} is not a kind; {instead(str(kind), kinds)}")
    return kinds[cast(str, kind)]


def _nanoseconds(value: object, path: str) -> int:
    if not isinstance(value, str):
        raise UsageError(f"{path}: {value!r} is not a duration; write it as 500ms, 90s, 10m, 24h or 29d")
    return parsed_at(path, parse_duration, value)


def _written(shape: inspect.Type, value: object) -> object:
    """Return how a document says a value."""
    match shape:
        case inspect.Metadata():
            return write_duration(cast(int, value))
        case inspect.StructType():
            return _written_fields(shape, value)
        case inspect.UnionType():
            return None if value is None else _written_member(shape, value)
        case inspect.VarTupleType():
            return [_written(shape.item_type, item) for item in cast(tuple[object, ...], value)]
        case inspect.DictType():
            return {key: _written(shape.value_type, item) for key, item in cast(Document, value).items()}
        case inspect.CustomType() if shape.cls is object:
            return _json(value, None, _NULL)
        case inspect.CustomType() if isinstance(value, Canned) and value.named:
            return value.named
        case inspect.CustomType():
            raise UsageError(f"a document cannot say {value!r}; it is for Python only")
        case _:
            return value


def _written_member(shape: inspect.UnionType, value: object) -> object:
    if isinstance(value, Fixed):
        return write_duration(value.at)
    members = [member for member in shape.types if not isinstance(member, inspect.NoneType)]
    return _written(next((one for one in members if getattr(one, "cls", None) is type(value)), members[0]), value)


def _written_fields(shape: inspect.StructType, value: object) -> dict[str, object]:
    written: dict[str, object] = {shape.tag_field: shape.tag} if shape.tag_field else {}
    for field in shape.fields:
        held: object = getattr(value, field.name)
        if field.required or held != _default(field):
            written[field.encode_name] = _written(field.type, held)
    return written


def _default(field: inspect.Field) -> object:
    return field.default if field.default is not msgspec.NODEFAULT else field.default_factory()


def _json(value: object, old: object, new: object, room: int = DEPTH_MAX) -> object:
    """Return a JSON value with one leaf in the place of another, at any depth that it may have."""
    if room < 0:
        raise UsageError(f"it is nested more than {DEPTH_MAX} levels deep")
    if isinstance(value, dict):
        return {key: _json(item, old, new, room - 1) for key, item in cast(dict[str, object], value).items()}
    if isinstance(value, list):
        return [_json(item, old, new, room - 1) for item in cast(list[object], value)]
    return new if value == old and type(value) is type(old) else value


def _is_distribution(shape: inspect.UnionType) -> bool:
    return any(isinstance(member, inspect.StructType) and member.cls is Fixed for member in shape.types)


def _at(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def instead(given: str, names: Iterable[object]) -> str:
    """Return what to write instead of a key: the nearest name, or else all of them."""
    allowed = [str(name) for name in names]
    near = get_close_matches(given, allowed, n=1)
    return f"did you mean {near[0]!r}?" if near else f"it is one of {', '.join(sorted(allowed))}"


def _meant(given: str, names: Iterable[object]) -> str:
    """Return all names, the nearest first if there is one."""
    allowed = sorted(str(name) for name in names)
    near = get_close_matches(given, allowed, n=1)
    return f"{f'did you mean {near[0]!r}? It' if near else 'it'} is one of {', '.join(allowed)}"
