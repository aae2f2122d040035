"""A value that satisfies a JSON Schema, drawn from a stream: every property that is declared, short lists.

Where a string may be anything, the first one carries a mark. Each value is made from the schema's parts merged
into one, then checked against the schema as it stands, and made again where that fails. It does not know what the
value is for.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from batchmock.draws import Stream
from batchmock.samples.check import expression, satisfies
from batchmock.samples.hints import hints
from batchmock.samples.numbers import number
from batchmock.samples.same import same
from batchmock.samples.schema import Schema, UnsampleableError, both, merged, parsed, resolved
from batchmock.samples.strings import DeadEndError, property_name, string

# A schema that takes more than this is not worth the wait: it has no sample, or hides it well.
STEPS_MAX: Final = 20_000
ATTEMPTS: Final = 6
# Below this, only what is required is made: schemas may contain themselves.
DEPTH_OPTIONAL: Final = 3
ITEMS_TRIED: Final = 12

_APPLICATORS: Final = frozenset({"$ref", "allOf", "anyOf", "oneOf", "if", "then", "else"})
# Which type a schema speaks of that names none.
_SPOKEN_OF: Final = {
    "object": {"properties", "required", "additionalProperties", "patternProperties", "minProperties"},
    "array": {"items", "prefixItems", "minItems", "contains", "uniqueItems"},
    "string": {"minLength", "maxLength", "pattern", "format"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
}
_TYPES: Final = ("string", "integer", "object", "array", "boolean", "number", "null")
_OBJECT: Final[Schema] = {"type": "object"}


class Sampler:
    """Makes samples of one schema; made only of a schema that has one."""

    def __init__(self, root: Schema | bool, wanted: Schema | bool) -> None:
        self._root = root
        self._wanted = wanted
        self._proof = self._made(Stream(0, "sample", ""), None)

    def sample(self, stream: Stream, mark: str) -> object:
        """Return a value that satisfies the schema; where these draws lead nowhere, the one that always does."""
        try:
            return self._made(stream, mark)
        except UnsampleableError:
            return self._proof

    def _made(self, stream: Stream, mark: str | None) -> object:
        try:
            return _Making(self._root, stream, mark, heeds_hints=True).value(self._wanted, 0)
        except (DeadEndError, UnsampleableError, RecursionError):
            # A hint may ask for what cannot be; the schema itself may not.
            return self._made_without_hints(stream, mark)

    def _made_without_hints(self, stream: Stream, mark: str | None) -> object:
        try:
            return _Making(self._root, stream, mark, heeds_hints=False).value(self._wanted, 0)
        except DeadEndError:
            raise UnsampleableError("no value was found that satisfies it") from None
        except RecursionError:
            raise UnsampleableError("it leads in a circle, or too deep") from None


def sampler(schema: bytes, *, of_object: bool = False) -> Sampler:
    """Return the sampler of a schema, or of the objects that satisfy it.

    Raises:
        UnsampleableError: it has no sample, or none that we can make.
    """
    found = _sampler(schema, of_object)
    if isinstance(found, UnsampleableError):
        raise UnsampleableError(str(found))
    return found


# A batch asks for the same few schemas again and again; a failure takes longest of all, so it is kept as well.
@lru_cache(maxsize=256)
def _sampler(schema: bytes, of_object: bool) -> Sampler | UnsampleableError:
    try:
        root = parsed(schema)
        return Sampler(root, both(root, _OBJECT) if of_object else root)
    except UnsampleableError as error:
        return error


class _Making:
    """One sample in the making: what is drawn, what is left to try, and the mark while nothing carries it."""

    def __init__(self, root: Schema | bool, stream: Stream, mark: str | None, *, heeds_hints: bool) -> None:
        self._root = root
        self._stream = stream
        self._mark = mark
        self._heeds_hints = heeds_hints
        self._steps = STEPS_MAX

    def value(self, schema: Schema | bool, depth: int) -> object:
        """Return a value that satisfies a schema.

        Raises:
            DeadEndError: none was found.
        """
        for attempt in range(ATTEMPTS):
            for flat in self._flats(schema, depth):
                mark = self._mark
                try:
                    made = self._of(flat, depth, attempt)
                except DeadEndError:
                    self._mark = mark
                    continue
                if satisfies(made, schema, self._root):
                    return made
                self._mark = mark
        raise DeadEndError

    def _flats(self, schema: Schema | bool, depth: int) -> Iterator[Schema]:
        """Yield the schema without subschemas beside it, once for each way to choose among them, and each type."""
        for flat in self._chosen(schema, depth):
            if "enum" in flat or "const" in flat:
                yield flat
            else:
                for name in self._types(flat):
                    yield {**flat, "type": name}

    def _chosen(self, schema: Schema | bool, depth: int) -> Iterator[Schema]:
        self._step()
        if isinstance(schema, bool):
            yield from ([{}] if schema else [])
            return
        parts: list[list[Schema | bool]] = [[one] for one in schema.get("allOf", ())]
        if "$ref" in schema:
            parts.append([resolved(schema["$ref"], self._root)])
        parts += [self._ordered(schema[keyword], depth) for keyword in ("anyOf", "oneOf") if keyword in schema]
        if "if" in schema:
            held, otherwise = schema.get("then", True), schema.get("else", True)
            parts.append([both(schema["if"], held), both({"not": schema["if"]}, otherwise)])
        bare = {keyword: value for keyword, value in schema.items() if keyword not in _APPLICATORS}
        if self._heeds_hints and (hinted := hints(schema)):
            bare = merged(bare, hinted) or bare
        yield from self._combined(bare, parts, depth)

    def _combined(self, flat: Schema, parts: list[list[Schema | bool]], depth: int) -> Iterator[Schema]:
        if not parts:
            yield flat
            return
        for choice in parts[0]:
            for part in self._chosen(choice, depth):
                if (together := merged(flat, part)) is not None:
                    yield from self._combined(together, parts[1:], depth)

    def _ordered(self, branches: list[Schema | bool], depth: int) -> list[Schema | bool]:
        """Return branches in the order to try them: null last; deep down, what leads no deeper first."""
        shuffled = self._stream.shuffled(branches)
        if depth >= DEPTH_OPTIONAL:
            return sorted(shuffled, key=_leads_deeper)
        return sorted(shuffled, key=_is_null)

    def _types(self, flat: Schema) -> list[str]:
        named = flat.get("type")
        if isinstance(named, str):
            return [named]
        if named is not None:
            return sorted(self._stream.shuffled(named), key="null".__eq__)
        spoken_of = [name for name, keywords in _SPOKEN_OF.items() if not keywords.isdisjoint(flat)]
        return [*spoken_of, *(name for name in _TYPES if name not in spoken_of)]

    def _of(self, flat: Schema, depth: int, attempt: int) -> object:
        self._step()
        if "const" in flat or "enum" in flat:
            return self._listed(flat)
        match flat["type"]:
            case "object":
                return self._object(flat, depth, attempt)
            case "array":
                return self._array(flat, depth)
            case "string":
                return self._string(flat)
            case "integer" | "number":
                return self._number(flat)
            case "boolean":
                return self._stream.below(2) == 1
            case _:
                return None

    def _listed(self, flat: Schema) -> object:
        listed = flat.get("enum", [flat["const"]] if "const" in flat else [])
        allowed = [one for one in listed if satisfies(one, flat, self._root)]
        if not allowed:
            raise DeadEndError
        return self._stream.pick(allowed)

    def _number(self, flat: Schema) -> object:
        drawn = number(flat, self._stream, whole=flat["type"] == "integer")
        if drawn is None:
            raise DeadEndError
        return drawn

    def _string(self, flat: Schema) -> str:
        made, carries = string(flat, self._stream, self._mark)
        if carries:
            self._mark = None
        return made

    def _array(self, flat: Schema, depth: int) -> list[object]:
        prefix: list[Schema | bool] = flat.get("prefixItems", [])
        rest: Schema | bool = flat.get("items", True)
        least = max(flat.get("minItems", 0), flat.get("minContains", 1) if "contains" in flat else 0)
        open_end = 0 if rest is False or depth >= DEPTH_OPTIONAL else 1 + self._stream.below(2)
        count = min(max(least, len(prefix) + open_end), flat.get("maxItems", STEPS_MAX))
        made: list[object] = []
        for index in range(count):
            wanted = prefix[index] if index < len(prefix) else rest
            if "contains" in flat and index < least:
                wanted = both(wanted, flat["contains"])
            try:
                made.append(self._item(wanted, made, depth, unique=flat.get("uniqueItems", False)))
            except DeadEndError:
                if index < least:
                    raise
                break
        return made

    def _item(self, wanted: Schema | bool, others: list[object], depth: int, *, unique: bool) -> object:
        for _ in range(ITEMS_TRIED):
            made = self.value(wanted, depth + 1)
            if not unique or not any(same(made, other) for other in others):
                return made
        raise DeadEndError

    def _object(self, flat: Schema, depth: int, attempt: int) -> dict[str, Any]:
        properties: dict[str, Schema | bool] = flat.get("properties", {})
        required: list[str] = flat.get("required", [])
        optional_max = flat.get("maxProperties", STEPS_MAX) - len(required)
        made: dict[str, Any] = {}
        for name in [*properties, *(name for name in required if name not in properties)]:
            is_required = name in required
            if not is_required and (optional_max <= 0 or not self._takes(flat, name, depth, attempt)):
                continue
            try:
                made[name] = self.value(self._wanted_of(flat, name), depth + 1)
            except DeadEndError:
                if is_required:
                    raise
                continue
            optional_max -= not is_required
        self._fill(made, flat, depth)
        return made

    def _takes(self, flat: Schema, name: str, depth: int, attempt: int) -> bool:
        """Tell whether to make a property that need not be there: all of them, at the first attempt."""
        return (
            depth < DEPTH_OPTIONAL
            and satisfies(name, flat.get("propertyNames", True), self._root)
            and (attempt == 0 or self._stream.below(2) == 1)
        )

    def _fill(self, made: dict[str, Any], flat: Schema, depth: int) -> None:
        """Add properties that nobody declared, where there are to be more."""
        for number_ in range(flat.get("minProperties", 0)):
            if len(made) >= flat.get("minProperties", 0):
                return
            name = property_name(flat, self._stream, number_)
            made[name] = self.value(self._wanted_of(flat, name), depth + 1)

    def _wanted_of(self, flat: Schema, name: str) -> Schema | bool:
        patterned = [
            wanted
            for pattern, wanted in flat.get("patternProperties", {}).items()
            if expression(pattern).search(name)
        ]
        wanted = flat.get("properties", {}).get(name)
        if wanted is None:
            wanted = True if patterned else flat.get("additionalProperties", True)
        for one in patterned:
            wanted = both(wanted, one)
        return wanted

    def _step(self) -> None:
        self._steps -= 1
        if self._steps < 0:
            raise UnsampleableError("no value that satisfies it was found in time")


def _is_null(schema: Schema | bool) -> bool:
    return isinstance(schema, dict) and schema.get("type") == "null"


def _leads_deeper(schema: Schema | bool) -> bool:
    return isinstance(schema, dict) and not {"$ref", "properties", "items", "required"}.isdisjoint(schema)
