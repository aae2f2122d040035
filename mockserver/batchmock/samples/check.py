"""Whether a value satisfies a JSON Schema, of draft 2020-12 as far as tools and structured outputs use it.

It does not know how values are made. A ``format`` is taken for a comment, as the draft has it.
"""

import re
import warnings
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, cast

from batchmock.samples.same import same
from batchmock.samples.schema import UNSUPPORTED, Schema, UnsampleableError, resolved

Keyword = Callable[[Any, Any, Schema, Schema | bool], bool]


def satisfies(value: object, schema: Schema | bool, root: Schema | bool) -> bool:
    """Tell whether a value satisfies a schema; references are looked up in ``root``.

    Raises:
        UnsampleableError: it has a keyword that is not known here, or a reference that leads nowhere.
        RecursionError: it leads in a circle.
    """
    if isinstance(schema, bool):
        return schema
    if not UNSUPPORTED.isdisjoint(schema):
        raise UnsampleableError(f"the keyword {min(UNSUPPORTED & schema.keys())!r} is not supported")
    return all(
        _KEYWORDS[keyword](value, wanted, schema, root)
        for keyword, wanted in schema.items()
        if keyword in _KEYWORDS
    )


def is_of(value: object, name: str) -> bool:
    """Tell whether a value is of one of JSON Schema's types."""
    match name:
        case "integer":
            return _is_number(value) and float(cast("float", value)).is_integer()
        case "number":
            return _is_number(value)
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "null":
            return value is None
        case "array":
            return isinstance(value, list)
        case _:
            return isinstance(value, dict)


@lru_cache(maxsize=512)
def expression(pattern: str) -> re.Pattern[str]:
    """Return a pattern, compiled.

    Raises:
        UnsampleableError: Python cannot read it.
    """
    try:
        # It warns of "[[" and the like, which future Pythons may read in another way.
        with warnings.catch_warnings(action="ignore"):
            return re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise UnsampleableError(f"its pattern {pattern!r} cannot be read: {error}") from None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _type(value: Any, names: Any, schema: Schema, root: Schema | bool) -> bool:
    return any(is_of(value, name) for name in ([names] if isinstance(names, str) else names))


def _multiple(value: Any, step: Any, schema: Schema, root: Schema | bool) -> bool:
    return not _is_number(value) or value % step == 0 or (value / step) % 1 == 0


def _properties(value: Any, properties: Any, schema: Schema, root: Schema | bool) -> bool:
    return not isinstance(value, dict) or all(
        satisfies(one, properties[name], root)
        for name, one in cast("dict[str, object]", value).items()
        if name in properties
    )


def _patterned(value: Any, patterns: Any, schema: Schema, root: Schema | bool) -> bool:
    return not isinstance(value, dict) or all(
        satisfies(one, wanted, root)
        for pattern, wanted in patterns.items()
        for name, one in cast("dict[str, object]", value).items()
        if expression(pattern).search(name)
    )


def _additional(value: Any, wanted: Any, schema: Schema, root: Schema | bool) -> bool:
    if not isinstance(value, dict):
        return True
    named = schema.get("properties", {})
    patterns = [expression(pattern) for pattern in schema.get("patternProperties", {})]
    return all(
        satisfies(one, wanted, root)
        for name, one in cast("dict[str, object]", value).items()
        if name not in named and not any(pattern.search(name) for pattern in patterns)
    )


def _names(value: Any, wanted: Any, schema: Schema, root: Schema | bool) -> bool:
    return not isinstance(value, dict) or all(
        satisfies(name, wanted, root) for name in cast("dict[str, object]", value)
    )


def _dependent(value: Any, needs: Any, schema: Schema, root: Schema | bool) -> bool:
    return not isinstance(value, dict) or all(
        set(needed) <= value.keys() for name, needed in needs.items() if name in value
    )


def _items(value: Any, wanted: Any, schema: Schema, root: Schema | bool) -> bool:
    if not isinstance(value, list):
        return True
    rest = cast("list[object]", value)[len(schema.get("prefixItems", ())) :]
    return all(satisfies(one, wanted, root) for one in rest)


def _prefix(value: Any, wanted: Any, schema: Schema, root: Schema | bool) -> bool:
    return not isinstance(value, list) or all(
        satisfies(one, each, root) for one, each in zip(cast("list[object]", value), wanted, strict=False)
    )


def _unique(value: Any, wanted: Any, schema: Schema, root: Schema | bool) -> bool:
    if not isinstance(value, list) or not wanted:
        return True
    items = cast("list[object]", value)
    return not any(same(one, other) for at, one in enumerate(items) for other in items[:at])


def _contains(value: Any, wanted: Any, schema: Schema, root: Schema | bool) -> bool:
    if not isinstance(value, list):
        return True
    found = sum(satisfies(one, wanted, root) for one in cast("list[object]", value))
    return schema.get("minContains", 1) <= found <= schema.get("maxContains", found)


def _if(value: Any, wanted: Any, schema: Schema, root: Schema | bool) -> bool:
    branch = "then" if satisfies(value, wanted, root) else "else"
    return satisfies(value, schema.get(branch, True), root)


def _for(kind: type | tuple[type, ...], holds: Callable[[Any, Any], bool]) -> Keyword:
    """Return a keyword that only speaks of values of some type."""
    return lambda value, wanted, schema, root: (
        not isinstance(value, kind) or isinstance(value, bool) or holds(value, wanted)
    )


_NUMBER = (int, float)
_KEYWORDS: Final[Mapping[str, Keyword]] = {
    "$ref": lambda value, wanted, schema, root: satisfies(value, resolved(wanted, root), root),
    "type": _type,
    "enum": lambda value, wanted, schema, root: any(same(value, one) for one in wanted),
    "const": lambda value, wanted, schema, root: same(value, wanted),
    "minimum": _for(_NUMBER, lambda value, wanted: value >= wanted),
    "maximum": _for(_NUMBER, lambda value, wanted: value <= wanted),
    "exclusiveMinimum": _for(_NUMBER, lambda value, wanted: value > wanted),
    "exclusiveMaximum": _for(_NUMBER, lambda value, wanted: value < wanted),
    "multipleOf": _multiple,
    "minLength": _for(str, lambda value, wanted: len(value) >= wanted),
    "maxLength": _for(str, lambda value, wanted: len(value) <= wanted),
    "pattern": _for(str, lambda value, wanted: expression(wanted).search(value) is not None),
    "properties": _properties,
    "patternProperties": _patterned,
    "additionalProperties": _additional,
    "propertyNames": _names,
    "required": _for(dict, lambda value, wanted: set(wanted) <= value.keys()),
    "dependentRequired": _dependent,
    "minProperties": _for(dict, lambda value, wanted: len(value) >= wanted),
    "maxProperties": _for(dict, lambda value, wanted: len(value) <= wanted),
    "items": _items,
    "prefixItems": _prefix,
    "minItems": _for(list, lambda value, wanted: len(value) >= wanted),
    "maxItems": _for(list, lambda value, wanted: len(value) <= wanted),
    "uniqueItems": _unique,
    "contains": _contains,
    "allOf": lambda value, wanted, schema, root: all(satisfies(value, one, root) for one in wanted),
    "anyOf": lambda value, wanted, schema, root: any(satisfies(value, one, root) for one in wanted),
    "oneOf": lambda value, wanted, schema, root: sum(satisfies(value, one, root) for one in wanted) == 1,
    "not": lambda value, wanted, schema, root: not satisfies(value, wanted, root),
    "if": _if,
}
