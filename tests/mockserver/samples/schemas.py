"""JSON Schemas to draw from: what tools and structured outputs are made of, and odd ones among them."""

from typing import Any

from hypothesis import strategies as st

Schema = dict[str, Any]
Drawn = st.SearchStrategy[Any]
Schemas = st.SearchStrategy[Schema]

names = st.sampled_from(["a", "b", "c", "name", "x-1", "\u00e9"])
scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.5, 1.0, "", "a", "b", "\u00e9"])
patterns = st.sampled_from(
    [
        "^[a-z]+$",
        "^[A-Z]{3}-\\d{2,4}$",
        "^(foo|ba[rz])(-\\w+)?$",
        "\\d",
        "^[^aeiou ]*$",
        "^\\S+@\\S+\\.(com|org)$",
        "^.{5,8}$",
        "^a*?b+?$",
        "[\\u0041-\\u0043]",
        "^(?:x|y|z){2}$",
        "^(?=.*\\d)[a-z0-9]{4,}$",
    ]
)
formats = st.sampled_from(
    ["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"]
)


def of(**keywords: Drawn) -> Schemas:
    """Return schemas with these keywords; a trailing underscore is for words that Python keeps."""
    return st.fixed_dictionaries({name.rstrip("_"): drawn for name, drawn in keywords.items()})


def perhaps(**keywords: Drawn) -> Schemas:
    """Return schemas with some of these keywords."""
    return st.fixed_dictionaries({}, optional=dict[Any, Drawn](keywords))


def joined(*parts: Schemas) -> Schemas:
    """Return schemas with the keywords of all the parts."""
    return st.tuples(*parts).map(_union)


def bounds(low: str, high: str, values: Drawn) -> Schemas:
    """Return one of two bounds, both or none, in an order that makes sense."""

    def ordered(drawn: Schema) -> Schema:
        return {low: min(drawn.values()), high: max(drawn.values())} if len(drawn) == 2 else drawn

    return perhaps(**{low: values, high: values}).map(ordered)


def rooted(schema: Any) -> Schema:
    """Return a schema that has what references lead to."""
    return _union(
        ({"allOf": [schema]} if isinstance(schema, bool) else schema, {"$defs": {"leaf": {"type": "integer"}}})
    )


def _union(parts: tuple[Schema, ...]) -> Schema:
    return {name: value for part in parts for name, value in part.items()}


def _objects(inner: Drawn) -> Schemas:
    return joined(
        of(type=st.just("object"), properties=st.dictionaries(names, inner, max_size=4)),
        perhaps(
            required=st.lists(names, max_size=3, unique=True),
            additionalProperties=st.booleans() | inner,
            minProperties=st.integers(0, 3),
            maxProperties=st.integers(2, 5),
            propertyNames=of(pattern=st.sampled_from(["^[a-z]", "^.{1,3}$"])),
            patternProperties=st.dictionaries(st.sampled_from(["^a", "x"]), inner, max_size=2),
            dependentRequired=st.dictionaries(names, st.lists(names, max_size=2, unique=True), max_size=2),
        ),
    )


def _arrays(inner: Drawn) -> Schemas:
    return joined(
        of(type=st.just("array")),
        bounds("minItems", "maxItems", st.integers(0, 4)),
        perhaps(
            items=inner,
            prefixItems=st.lists(inner, min_size=1, max_size=3),
            uniqueItems=st.booleans(),
            contains=inner,
        ),
    )


def _combined(inner: Drawn) -> Drawn:
    several = st.lists(inner, min_size=1, max_size=3)
    return (
        _objects(inner)
        | _arrays(inner)
        | perhaps(anyOf=several, oneOf=several, allOf=several)
        | of(if_=inner, then=inner)
        | of(allOf=st.tuples(inner, of(not_=inner)).map(list))
    )


numbers = joined(
    st.sampled_from([{"type": "integer"}, {"type": "number"}, {"type": ["number", "null"]}, {}]),
    bounds("minimum", "maximum", st.integers(-20, 20) | st.sampled_from([0.5, -1.25])),
    perhaps(exclusiveMinimum=st.integers(0, 6), multipleOf=st.sampled_from([1, 2, 3, 0.5, 0.25])),
)
strings = joined(
    of(type=st.just("string")), bounds("minLength", "maxLength", st.integers(0, 40)), perhaps(pattern=patterns)
)
formatted = of(type=st.just("string"), format=formats)
leaves: Drawn = (
    st.sampled_from(
        [True, {}, {"type": "boolean"}, {"type": "null"}, {"type": "string"}, {"$ref": "#/$defs/leaf"}]
    )
    | formatted
    | of(enum=st.lists(scalars, min_size=1, max_size=4))
    | of(const=scalars)
    | numbers
    | strings
)
schemas = st.recursive(leaves, _combined, max_leaves=8).map(rooted)


# What structured outputs support, and nothing else.
def _closed(found: Schema, optional: set[str]) -> Schema:
    required = [name for name in found if name not in optional]
    return {"type": "object", "properties": found, "required": required, "additionalProperties": False}


def _supported(inner: Drawn) -> Drawn:
    return (
        st.builds(_closed, st.dictionaries(names, inner, max_size=4), st.sets(names))
        | of(type=st.just("array"), items=inner, minItems=st.integers(0, 1))
        | of(anyOf=st.lists(inner, min_size=1, max_size=3))
        | of(allOf=inner.map(lambda one: [one]))
    )


_supported_leaves: Drawn = (
    of(type=st.sampled_from(["string", "integer", "number", "boolean", "null"]))
    | st.sampled_from([{"enum": ["a", "b", 3, None]}, {"const": "c"}, {"$ref": "#/$defs/leaf"}])
    | formatted
)
supported = st.recursive(_supported_leaves, _supported, max_leaves=10).map(rooted)
