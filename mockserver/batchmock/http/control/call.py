"""A call of the control plane as a value: where it is, what it takes and answers, and what handles it.

It does not know which calls there are.
"""

from typing import Any

from msgspec import Struct

from batchmock.http.call import Handler


class Nothing(Struct, frozen=True):
    """What a call takes that has no query."""


class ControlCall(Struct, frozen=True, kw_only=True):
    """One call; ``answers`` is the shape of the answer, or of each of its lines if ``in_lines``."""

    method: str
    path: str
    handle: Handler
    answers: Any
    takes: Any = None
    query: type[Struct] = Nothing
    in_lines: bool = False

    @property
    def name(self) -> str:
        """The name of its handler, which no other call has."""
        return getattr(self.handle, "__name__", "")

    @property
    def summary(self) -> str:
        """What it does, in a sentence."""
        return (self.handle.__doc__ or "").strip()
