"""JSON of unknown shape, read without trusting it: what is not as expected reads as nothing.

It does not know what the JSON is about.
"""

from typing import Any, TypeAlias, cast

Json: TypeAlias = dict[str, Any]


def as_object(value: object) -> Json:
    """Return an object; an empty one for anything else."""
    return cast("Json", value) if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """Return a list; an empty one for anything else."""
    return cast("list[object]", value) if isinstance(value, list) else []


def as_text(value: object) -> str | None:
    """Return a text; None for anything else."""
    return value if isinstance(value, str) else None


def as_count(value: object) -> int:
    """Return a number of things; 0 for anything else."""
    return value if isinstance(value, int) and value > 0 else 0
