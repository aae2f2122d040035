"""Of everything pydantic found wrong with the shape of params, what the API would say: one path, one sentence.

It walks the schema along with the errors, as they alone do not say which of their steps is a tag, nor which member
of a union was meant. It does not know which values are right.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from batchmock.params.finding import Finding, at
from batchmock.params.shapes import Schema, alternatives, followed
from batchmock.wire.refusal import MISSING

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails, ValidationError

# Public measurements of the API, 2026-08: of an object that is not one of several kinds it says no more than this.
NO_OBJECT: Final = "Input does not match the expected shape."


def explain(error: "ValidationError", schema: Schema) -> Finding:
    """Return the first defect, in the order in which the API reports them."""
    errors: Sequence[ErrorDetails] = error.errors(include_url=False, include_input=False)
    path: list[str] = []
    step = 0
    while len(errors[0]["loc"]) > step:
        schema = _besides_null(schema)
        choices = alternatives(schema)
        if len(choices) > 1:
            place = _meant(errors, choices, step)
            path += _left_out_tag(schema, choices[place])
            errors, schema = _within(errors, step, str(place)), choices[place]
        else:
            label = errors[0]["loc"][step]
            path += [str(label)] if _is_shown(schema) else []
            errors, schema = _within(errors, step, label), _entered(schema, label)
        step += 1
    return _worded(errors[0], path, _besides_null(schema))


def _besides_null(schema: Schema) -> Schema:
    """Return what a value may be besides null, if that is one thing."""
    choices = alternatives(followed(schema))
    return followed(choices[0]) if len(choices) == 1 else followed(schema)


def _within(errors: "Sequence[ErrorDetails]", step: int, label: str | int) -> "list[ErrorDetails]":
    return [error for error in errors if error["loc"][step] == label]


def _meant(errors: "Sequence[ErrorDetails]", choices: list[Schema], step: int) -> int:
    """Return the place of the choice that the value comes closest to."""
    first = {place: _within(errors, step, str(place))[0] for place in range(len(choices))}
    for place, choice in enumerate(choices):
        if "discriminator" in choice:
            # The kind is said, or it is left out, which is the other choice.
            return 1 - place if _is_untagged(first[place], step) else place
    fitting = [place for place, error in first.items() if not _is_another_type(error, step)]
    # Of text or a list, the API asks for the list.
    lists = [place for place, choice in enumerate(choices) if choice.get("type") == "array"]
    return (fitting or lists or [0])[0]


def _is_untagged(error: "ErrorDetails", step: int) -> bool:
    if len(error["loc"]) > step + 1:
        return False
    return error["type"] == "union_tag_not_found" or error.get("ctx", {}).get("tag") == "None"


def _is_another_type(error: "ErrorDetails", step: int) -> bool:
    return len(error["loc"]) == step + 1 and error["type"].endswith(("_type", "literal_error"))


def _left_out_tag(schema: Schema, choice: Schema) -> list[str]:
    mapping: dict[str, str] = schema.get("discriminator", {}).get("mapping", {})
    return [tag for tag, ref in mapping.items() if ref == choice.get("$ref")]


def _is_shown(schema: Schema) -> bool:
    # Of the tags, a block's type stands in the path and a message's role does not.
    return schema.get("discriminator", {}).get("propertyName") != "role"


def _entered(schema: Schema, label: str | int) -> Schema:
    if "discriminator" in schema:
        return {"$ref": schema["discriminator"]["mapping"][label]}
    if "items" in schema:
        return schema["items"]
    return schema.get("properties", {}).get(label, {})


def _worded(error: "ErrorDetails", path: list[str], schema: Schema) -> Finding:
    where = ".".join(path)
    match error["type"]:
        case "union_tag_not_found":
            return at(f"{where}.{schema['discriminator']['propertyName']}", MISSING)
        case "union_tag_invalid" if not _is_shown(schema):
            tag = error.get("ctx", {})["tag"]
            # Public measurements of the API, 2026-08.
            return at(".".join(path[:-1]), f'Unexpected role "{tag}". Allowed roles are "user" or "assistant"')
        case "dict_type" if "properties" in schema:
            return at(where, NO_OBJECT)
        case _:
            return at(where, error["msg"])
