"""What a scenario says requests come to: pins for some, shares for the rest, and ids that say it themselves.

A request's outcome depends on the seed, its ``custom_id`` and its content alone. It does not know when anything
happens, nor what answers look like.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import translate
from functools import lru_cache
from itertools import accumulate
from typing import Annotated, Final, Literal, TypeVar, get_args

from msgspec import Meta, Raw, Struct, field

from batchmock.draws import Draws
from batchmock.errors import ErrorType, UsageError
from batchmock.times import refuse_unbounded
from batchmock.timing import Duration
from batchmock.wire.message import StopReason
from batchmock.wire.request import BatchRequest
from batchmock.wire.result import RowError

T = TypeVar("T")

TerminalState = Literal["succeeded", "errored", "canceled", "expired"]

# What stands before the outcome in a custom_id that says its own: ``ticket-7--expired``.
MAGIC: Final = "--"
_ERRORED = "errored-"

# Observed 2026-09 and in the catalogue of errors; the API's own words for an error of a worker are not known.
_MESSAGES: Mapping[str, str] = {
    "invalid_request_error": "messages: this request was made to fail",
    "overloaded_error": "Overloaded",
    "api_error": "Internal server error",
    "rate_limit_error": "This request would exceed your rate limit",
    "timeout_error": "Request timed out",
}


Weight = Annotated[float, Meta(ge=0)]


class Outcome(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a request comes to; ``at`` is how long after the create, if it runs at all."""

    state: TerminalState = "succeeded"
    error: ErrorType = "api_error"
    message: str | None = None
    stop_reason: StopReason | None = None
    at: Duration | None = None

    def row_error(self) -> RowError:
        """Return the error of an errored request."""
        text = self.message or _MESSAGES.get(self.error, f"This request was made to fail with {self.error}")
        return RowError(details=None, type=self.error, message=text)


class Pin(Outcome, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An outcome for the requests that match all that is given: their id, a pattern of it, or what they say."""

    custom_id: str | None = None
    glob: str | None = None
    regex: str | None = None
    contains: str | None = None

    def __post_init__(self) -> None:
        if self.custom_id is None and self.glob is None and self.regex is None and self.contains is None:
            raise UsageError("a pin names requests by custom_id, glob, regex or contains")
        refuse_unbounded(at=self.at or 0)
        if self.regex is not None:
            try:
                re.compile(self.regex)
            except re.error as error:
                raise UsageError(f"regex {self.regex!r} is not one: {error}") from None

    @property
    def names_one(self) -> bool:
        """Whether it is for one request, by its id and nothing else."""
        return self.glob is None and self.regex is None and self.contains is None

    def takes(self, request: BatchRequest) -> bool:
        """Tell whether a request is one of those."""
        name = request.custom_id
        return (
            (self.custom_id is None or self.custom_id == name)
            and (self.glob is None or _compiled(translate(self.glob)).match(name) is not None)
            and (self.regex is None or _compiled(self.regex).search(name) is not None)
            and (self.contains is None or self._is_contained(request.params))
        )

    def _is_contained(self, params: Raw) -> bool:
        text = (self.contains or "").encode()
        return text in bytes(params)


_compiled = lru_cache(maxsize=1024)(re.compile)


class Mix(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How likely each terminal state is, for requests that nothing pins; weights, not percentages.

    ``errors`` says how likely each type is among the errored.
    """

    succeeded: Weight = 1.0
    errored: Weight = 0.0
    canceled: Weight = 0.0
    expired: Weight = 0.0
    errors: dict[ErrorType, Weight] = field(default_factory=lambda: {"api_error": 1.0})

    def __post_init__(self) -> None:
        weights = self.succeeded + self.errored + self.canceled + self.expired
        if not weights > 0:
            raise UsageError("all weights are 0; at least one state must be possible")
        if self.errored and not sum(self.errors.values()) > 0:
            raise UsageError("errors: all weights are 0; at least one type must be possible")
        if not weights + sum(self.errors.values()) < math.inf:
            raise UsageError("weights sum to infinity; 0.97 and 0.03 will do")

    @property
    def is_certain(self) -> bool:
        """Whether everything succeeds."""
        return not (self.errored or self.canceled or self.expired)

    def outcome(self, state_unit: float, error_unit: float) -> Outcome:
        """Return the outcome that two draws from [0, 1) fall on."""
        weights = (self.succeeded, self.errored, self.canceled, self.expired)
        state = _pick(get_args(TerminalState), weights, state_unit)
        if state != "errored":
            return Outcome(state=state)
        return Outcome(state=state, error=_pick([*self.errors], [*self.errors.values()], error_unit))


def magic_outcome(custom_id: str) -> Outcome | None:
    """Return the outcome that an id says by its end, or None.

    ``--errored``, ``--errored-overloaded_error`` and so on, ``--canceled``, ``--expired``, ``--succeeded``, or a
    stop reason: ``--refusal``, ``--max_tokens``, ``--pause_turn``, ``--model_context_window_exceeded``.
    """
    _, mark, said = custom_id.rpartition(MAGIC)
    return _MAGIC_OUTCOMES.get(said) if mark else None


class Outcomes:
    """Decides the outcome of each request: by its pin, its own id, or a draw; None leaves it to its params.

    A pin by ``custom_id`` alone wins over all others, which are tried as they stand.
    """

    def __init__(self, scenario_seed: int, pins: Sequence[Pin], mix: Mix, *, magic: bool) -> None:
        self._named = {pin.custom_id: pin for pin in reversed(pins) if pin.names_one}
        self._patterns = [pin for pin in pins if not pin.names_one]
        self._mix = mix
        self._magic = magic
        self._draws = Draws(scenario_seed, "outcome")

    def of(self, requests: Sequence[BatchRequest]) -> Iterator[tuple[int, Outcome]]:
        """Yield the requests that have an outcome of their own, by index, and it."""
        if not self._named and not self._patterns and self._mix.is_certain:
            if self._magic:
                yield from self._said(requests)
            return
        for index, request in enumerate(requests):
            if outcome := self._one(request):
                yield index, outcome

    def _said(self, requests: Sequence[BatchRequest]) -> Iterator[tuple[int, Outcome]]:
        for index, request in enumerate(requests):
            if MAGIC in request.custom_id and (outcome := magic_outcome(request.custom_id)):
                yield index, outcome

    def _one(self, request: BatchRequest) -> Outcome | None:
        if pin := self._named.get(request.custom_id):
            return pin
        for pin in self._patterns:
            if pin.takes(request):
                return pin
        if self._magic and (said := magic_outcome(request.custom_id)):
            return said
        if self._mix.is_certain:
            return None
        state, error = self._draws.integers([request.custom_id], each=2)
        return self._mix.outcome(state * 2.0**-64, error * 2.0**-64)


def _pick(values: Sequence[T], weights: Sequence[float], unit: float) -> T:
    bounds = list(accumulate(weights))
    return next(value for value, bound in zip(values, bounds, strict=True) if unit * bounds[-1] < bound)


_MAGIC_OUTCOMES: Mapping[str, Outcome] = {
    **{state: Outcome(state=state) for state in get_args(TerminalState)},
    **{f"{_ERRORED}{error}": Outcome(state="errored", error=error) for error in get_args(ErrorType)},
    **{reason: Outcome(stop_reason=reason) for reason in get_args(StopReason)},
}
