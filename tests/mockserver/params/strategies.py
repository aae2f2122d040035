"""JSON that a schema of ``schema.json`` takes, and JSON that is nearly so.

A schema walker of our own: it knows the vocabulary of that file, keeps what it makes small, and comes to an end.
"""

import copy
from collections.abc import Callable
from typing import Any, Final, cast

from hypothesis import strategies as st

from batchmock.params.shapes import schemas

Json = Any
Holder = dict[str, Json] | list[Json]
Draw = Callable[[st.SearchStrategy[Any]], Any]

# Below this, only what is required is made, and lists are empty.
DEPTH_MAX: Final = 7

_TEXTS: Final = st.sampled_from(["", "a", "two words", " ", "\u2028 é 😀", '"\\', "ephemeral", "text"])
_TAGS: Final = ["text", "image", "tool_use", "tool_result", "document", "custom", "base64", "enabled", "none"]
_SCALARS: Final = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.sampled_from([0.5, 1.5]), _TEXTS)
ANYTHING: Final = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_TEXTS, inner, max_size=2),
    max_leaves=4,
)


@st.composite
def taken(draw: Draw, surface: str) -> Json:
    """Draw params that the surface's schema takes."""
    return _value(draw, schemas()["surfaces"][surface], 0)


@st.composite
def nearly(draw: Draw, surface: str) -> Json:
    """Draw params that the surface's schema takes, and change them in one or two places."""
    value = copy.deepcopy(draw(taken(surface)))
    for _ in range(draw(st.integers(1, 2))):
        if holders := _holders(value):
            _change(draw, draw(st.sampled_from(holders)))
    return value


def _value(draw: Draw, schema: Json, depth: int) -> Json:
    if "$ref" in schema:
        schema = schemas()["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return _value(draw, draw(st.sampled_from(choices)), depth)
    if "const" in schema or "enum" in schema:
        return draw(st.sampled_from(schema.get("enum", [schema.get("const")])))
    match schema.get("type"):
        case "object":
            return _object(draw, schema, depth)
        case "array":
            count = 0 if depth > DEPTH_MAX else draw(st.integers(0, 2))
            return [_value(draw, schema["items"], depth + 1) for _ in range(count)]
        case _:
            return draw(_scalar(schema))


def _scalar(schema: Json) -> st.SearchStrategy[Json]:
    low = schema.get("minimum", -3)
    scalars: dict[str | None, st.SearchStrategy[Json]] = {
        "string": _string(schema),
        "integer": st.integers(low, low + 10) | st.just(10**20),
        "number": st.integers(-1, 2) | st.floats(allow_nan=False, allow_infinity=False),
        "boolean": st.booleans(),
        "null": st.none(),
        None: ANYTHING,
    }
    return scalars[schema.get("type")]


def _object(draw: Draw, schema: Json, depth: int) -> Json:
    fields: dict[str, Json] = schema.get("properties", {})
    chosen: list[str] = list(schema.get("required", []))
    optional = [key for key in fields if key not in chosen]
    if optional and depth <= DEPTH_MAX:
        chosen += draw(st.lists(st.sampled_from(optional), max_size=3, unique=True))
    made = {key: _value(draw, fields[key], depth + 1) for key in chosen}
    more = schema["additionalProperties"]
    if more is not False and depth <= DEPTH_MAX and draw(st.booleans()):
        made.setdefault("more", draw(ANYTHING) if more is True else _value(draw, more, depth + 1))
    return made


def _string(schema: Json) -> st.SearchStrategy[str]:
    if "pattern" in schema:
        return st.from_regex(str(schema["pattern"]), fullmatch=True)
    return _TEXTS.filter(lambda text: len(text) >= schema.get("minLength", 0))


def _holders(value: Json) -> list[Holder]:
    """Return every object and list in a value that holds something."""
    if isinstance(value, dict):
        holder: Holder = cast("dict[str, Json]", value)
        inner = list(holder.values())
    elif isinstance(value, list):
        holder = inner = cast("list[Json]", value)
    else:
        return []
    return [*([holder] if holder else []), *(one for part in inner for one in _holders(part))]


def _change(draw: Draw, holder: Holder) -> None:
    change = draw(st.sampled_from(["drop", "replace", "add", "retag"]))
    if isinstance(holder, list):
        at = draw(st.integers(0, len(holder) - 1))
        holder[at : at + 1] = [] if change == "drop" else [draw(ANYTHING)] * draw(st.integers(1, 2))
        return
    key = draw(st.sampled_from(list(holder)))
    match change:
        case "drop":
            del holder[key]
        case "replace":
            holder[key] = draw(ANYTHING)
        case "add":
            holder["unheard_of"] = draw(ANYTHING)
        case _:
            # A neighbor's tag makes an object of another kind.
            holder["type"] = draw(st.sampled_from(_TAGS))
