"""The plainest params, told by how they decode: one text to a model, and no field that a rule minds.

Most requests of a large batch are such, and are seen to be in order at a fraction of the cost. It knows no rule,
nor any other params: of those it says nothing.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Raw, Struct

from batchmock.asked import MISSHAPEN

# A batch asks few models for few lengths.
PAIRS_KEPT = 256

# Tells whether nothing is wrong with a model and `max_tokens`.
Fits = Callable[[str, int], bool]


class _Turn(Struct, forbid_unknown_fields=True, gc=False):
    role: Literal["user"]
    content: str


class _Plain(Struct, forbid_unknown_fields=True, gc=False):
    model: str
    max_tokens: int
    messages: Annotated[list[_Turn], Meta(min_length=1, max_length=1)]
    system: str = ""


_decode = msgspec.json.Decoder(_Plain).decode


def plainly_in_order(fits: Fits) -> Callable[[Raw | bytes], bool]:
    """Return what tells whether params are plain and in order; where not, somebody else has to look."""
    known = lru_cache(PAIRS_KEPT)(fits)

    def look(params: Raw | bytes) -> bool:
        try:
            plain = _decode(params)
        except MISSHAPEN:
            return False
        said = plain.messages[0].content
        return bool(said) and not said.isspace() and known(plain.model, plain.max_tokens)

    return look
