"""JSON of unknown shape, looked at without believing anything about it.

It does not know where the JSON comes from.
"""

from typing import Any, cast

Json = dict[str, Any]


def as_object(value: object) -> Json:
    """Return a value that is an object; an empty one for anything else."""
    return cast(Json, value) if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """Return a value that is a list; an empty one for anything else."""
    return cast(list[Any], value) if isinstance(value, list) else []


def as_text(value: object) -> str | None:
    """Return a value that is text, or None."""
    return value if isinstance(value, str) else None
