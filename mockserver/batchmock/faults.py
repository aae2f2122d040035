"""What can go wrong with an exchange: one value for each kind, and which exchanges it strikes.

In documents each is a table of ``[[faults]]`` with its ``kind``. It does not know how a fault is brought about.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from batchmock.errors import ErrorType, UsageError
from batchmock.times import refuse_unbounded
from batchmock.timing import Duration

Operation = Literal[
    "create", "retrieve", "list", "results", "cancel", "delete", "messages", "count_tokens", "list_models",
    "retrieve_model",
]  # fmt: skip
# Whether the work is done although the client is not told so.
Instead = Literal["instead", "after"]
Before = Literal["before", "after"]
# How a body that is not whole is announced: as it would be, by a length it does not reach, by the end of the
# connection, or as if it were whole.
Framing = Literal["as_is", "length", "until_close", "whole"]

Count = Annotated[int, Meta(ge=0)]
Ordinal = Annotated[int, Meta(ge=1)]


class Fault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """Which exchanges a fault strikes: all that match everything that is given.

    - ``on``: operations; none named means all.
    - ``calls``: which calls of such an operation, the first being 1; counted in the workspace or, with
      ``per_batch``, for each batch by itself.
    - ``batch``: operations on the n-th batch of the workspace.
    - ``probability``: the odds for each of those, drawn from the seed and the number of the call.
    - ``times``: how often at most.
    """

    on: tuple[Operation, ...] = ()
    calls: tuple[Ordinal, ...] = ()
    per_batch: bool = False
    batch: Ordinal | None = None
    probability: Annotated[float, Meta(gt=0, le=1)] = 1.0
    times: Ordinal | None = None


class Answer(Fault, frozen=True, kw_only=True, tag="answer"):
    """Another answer than the right one: a status, with an error of the API's form or any body.

    In header values and the body ``{path}``, ``{origin}`` and ``{id}`` stand for what the client asked for.
    """

    status: Annotated[int, Meta(ge=200, le=599)] = 500
    error: ErrorType | None = None
    message: str | None = None
    error_code: str | None = None
    body: str | None = None
    headers: dict[str, str] = {}
    when: Instead = "instead"

    def __post_init__(self) -> None:
        if self.body is not None and (self.error or self.message or self.error_code):
            raise UsageError("body is given, so error, message and error_code have no place; leave them out")


class Delay(Fault, frozen=True, kw_only=True, tag="delay"):
    """Nothing comes for a while, on the client's own time, before or after the work."""

    by: Duration
    when: Before = "before"

    def __post_init__(self) -> None:
        refuse_unbounded(by=self.by)


class _Ending(Fault, frozen=True, kw_only=True):
    """An end of the connection: before any answer or, with a position, in the midst of its body.

    - ``after_bytes``: how much of the body as sent, packed if it is, comes through.
    - ``after_lines``: how many lines come through; ``inside`` cuts into the next one, where there is a character
      of several bytes inside that.
    """

    after_bytes: Count | None = None
    after_lines: Count | None = None
    inside: bool = False
    framing: Framing = "as_is"
    when: Instead = "after"

    def __post_init__(self) -> None:
        if self.after_bytes is not None and self.after_lines is not None:
            raise UsageError("after_bytes and after_lines are both given; a body is cut in one place")
        if self.inside and self.after_lines is None:
            raise UsageError("inside is given without after_lines; it cuts into the line after those")
        if self.framing == "whole" and not isinstance(self, Close):
            raise UsageError("framing is 'whole', so the end must not show; the kind for that is 'close'")
        if self.framing != "as_is" and not self.has_position:
            raise UsageError("framing is given without after_bytes or after_lines; nothing is sent to be framed")
        if self.when == "instead" and self.has_position:
            raise UsageError(
                "when is 'instead', so there is no body to cut; leave out after_bytes and after_lines"
            )

    @property
    def has_position(self) -> bool:
        """Whether some of the answer comes through."""
        return self.after_bytes is not None or self.after_lines is not None


class Reset(_Ending, frozen=True, kw_only=True, tag="reset"):
    """The connection is reset."""


class Close(_Ending, frozen=True, kw_only=True, tag="close"):
    """The connection is closed."""


class HalfClose(_Ending, frozen=True, kw_only=True, tag="half_close"):
    """The server's side of the connection is closed, the client's is not."""


class Stall(_Ending, frozen=True, kw_only=True, tag="stall"):
    """Nothing more comes, and the connection stays."""


Ending = Reset | Close | HalfClose | Stall


class Drip(Fault, frozen=True, kw_only=True, tag="drip"):
    """The body comes in pieces of so many bytes, each so much later than the one before."""

    size: Ordinal = 1
    every: Duration = 0

    def __post_init__(self) -> None:
        refuse_unbounded(every=self.every)


class Headers(Fault, frozen=True, kw_only=True, tag="headers"):
    """Headers of the answer are set, or left out; ``{path}``, ``{origin}`` and ``{id}`` as in an answer."""

    set: dict[str, str] = {}
    drop: tuple[str, ...] = ()


class Patch(Fault, frozen=True, kw_only=True, tag="patch"):
    """What a JSON answer says is changed by a merge patch (RFC 7396), in which null, or ``{null}``, means null.

    ``drop`` names the keys to leave out, as ``request_counts.errored``.
    """

    merge: dict[str, object] = {}
    drop: tuple[str, ...] = ()


class Stale(Fault, frozen=True, kw_only=True, tag="stale"):
    """The answer is as old as that: what would have been answered so long ago."""

    by: Duration

    def __post_init__(self) -> None:
        refuse_unbounded(by=self.by)


class Lines(Fault, frozen=True, kw_only=True, tag="lines"):
    """How the lines of a results file are written."""

    line_end: Literal["lf", "crlf"] = "lf"
    final_line_end: bool = True
    byte_order_mark: bool = False
    blank_every: Ordinal | None = None
    escape: bool = False


class Rows(Fault, frozen=True, kw_only=True, tag="rows"):
    """Which rows a results file has, and what they say.

    ``rows`` by their number in the file from 1, or ``glob`` by custom_id, choose; without either it is every row.
    ``missing``, ``repeat`` (so many more times), ``merge`` and ``drop`` as in a patch, ``{custom_id}`` being the
    row's own, then ``raw`` in the place of the whole line. ``strangers`` are rows nobody asked for, at the end.
    """

    rows: tuple[Ordinal, ...] = ()
    glob: str | None = None
    missing: bool = False
    repeat: Count = 0
    merge: dict[str, object] = {}
    drop: tuple[str, ...] = ()
    raw: str | None = None
    strangers: Count = 0


AnyFault = Answer | Delay | Ending | Drip | Headers | Patch | Stale | Lines | Rows


def kind_of(fault: AnyFault) -> str:
    """Return the kind of a fault as documents write it."""
    return str(type(fault).__struct_config__.tag)
