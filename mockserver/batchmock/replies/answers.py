"""What a scenario says about answers: one immutable value.

It does not know any request, nor how an answer is made.
"""

from collections.abc import Callable
from typing import Literal, get_args

from msgspec import Struct, field

from batchmock.errors import UsageError
from batchmock.replies.canned import Canned
from batchmock.replies.question import Question
from batchmock.wire.message import StopReason

Length = Literal["short", "realistic"]
Alphabet = Literal["plain", "unicode"]
Missing = Literal["echo", "errored"]
# How a prefix that is marked for the cache is reported: as written to it, as read from it, or not at all.
Caching = Literal["written", "read", "off"]

# Returns a text, a list of content blocks or a whole message; whatever else it returns becomes an errored row.
Ask = Callable[[Question], object]


class Answers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What succeeded requests are answered.

    - ``length``: of an echo; ``realistic`` adds prose, a few hundred tokens as a rule and sometimes thousands.
    - ``text``: of an echo; ``unicode`` adds what careless readers of lines and of JSON break on.
    - ``stops``: custom_id → why its answer stops, whatever it asks for.
    - ``canned``: answers by custom_id that somebody else wrote; ``missing`` is for custom_ids it does not have.
    - ``ask``: is called for every request that has no canned answer.
    - ``caching``: how a prefix that is marked for the prompt cache is reported in ``usage``.
    """

    length: Length = "short"
    text: Alphabet = "plain"
    stops: dict[str, StopReason] = field(default_factory=dict[str, StopReason])
    canned: Canned | None = None
    missing: Missing = "echo"
    ask: Ask | None = None
    caching: Caching = "written"

    def __post_init__(self) -> None:
        _refuse_unknown("length", self.length, get_args(Length))
        _refuse_unknown("text", self.text, get_args(Alphabet))
        _refuse_unknown("missing", self.missing, get_args(Missing))
        _refuse_unknown("caching", self.caching, get_args(Caching))
        for custom_id, stop in self.stops.items():
            _refuse_unknown(f"stops[{custom_id!r}]", stop, get_args(StopReason))
        if self.missing == "errored" and (self.canned is None or self.ask is not None):
            raise UsageError(
                "answers: missing='errored' is for custom_ids that canned does not have; give canned, and no ask"
            )

    @property
    def are_plain(self) -> bool:
        """Whether nothing is said of them, so that every plain request gets its echo and nothing else."""
        is_bare = self.length == "short" and self.text == "plain" and not self.stops
        return is_bare and self.canned is None and self.ask is None


def _refuse_unknown(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise UsageError(f"answers: {name} is {value!r}; it is one of {', '.join(map(repr, known))}")
