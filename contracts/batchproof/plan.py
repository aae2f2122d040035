"""What is done to a client, as data: the requests it gets, how they unfold, and what befalls its process.

A plan holds no randomness and no code, so it shrinks, can be written down, and can be played to any client in any
language. It does not know how it came about.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from batchmock.errors import ErrorType
from batchmock.outcomes import TerminalState
from batchmock.scenario import Scenario
from batchmock.times import DAY, HOUR, MINUTE, SECOND
from batchmock.timing import Duration, Fixed, Timing
from batchmock.wire.message import StopReason

Count = Annotated[int, Meta(ge=0)]
Ordinal = Annotated[int, Meta(ge=1)]

# What a client may offer beside running requests; docs/adapters.md says what each means.
# *deadline* is no client's to offer: it is there where the clock sees how a client waits.
Capability = Literal["resume", "split", "interrupt", "cost", "stream", "betas", "poison", "deadline"]

# How long a life may take, unless the plan is about how long a client waits.
PATIENCE = 5 * DAY

# A quarter of an hour for each batch, and every request finishes in it: nothing surprising. The window is an hour:
# what expires does so at its end, and nobody has to be asked a thousand times until then.
CALM = Scenario(
    order="submitted",
    magic=False,
    window=HOUR,
    timing=Timing(batch=Fixed(15 * MINUTE), request=Fixed(SECOND)),
)


class Row(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One request: the ``key`` that the client gets for it, and what it shall come to.

    - ``said``: what its prompt says after the nonce.
    - ``padding``: makes its answer so many characters longer, where results come as they were submitted.
    - ``same_as``: the row whose prompt it has, to the letter.
    - ``params``: what else is in its params.
    - ``poison``: something in the prompt that cannot be sent as it is.
    - ``betas``: what it needs the create's ``anthropic-beta`` header to name.
    - ``state``, ``error``, ``message``, ``stop_reason``: its outcome, as in a scenario's pins.
    """

    key: str
    said: str = ""
    padding: Count = 0
    same_as: Count | None = None
    params: dict[str, object] = {}
    poison: Literal["surrogate", "nan", "object"] | None = None
    betas: tuple[str, ...] = ()
    state: TerminalState = "succeeded"
    error: ErrorType = "api_error"
    message: str | None = None
    stop_reason: StopReason | None = None


class Moment(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A point in the life of a client that a server sees: of its n-th exchange, from 1.

    *before*: the request has come and nothing is done about it. *after*: the work is done, and nothing of the
    answer has left. *within*: half of the first piece of the answer's body has left.
    """

    exchange: Ordinal
    phase: Literal["before", "after", "within"] = "before"


class Interrupt(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """SIGINT at a moment, ``times`` in a row, with what the client was told to do then."""

    at: Moment
    policy: Literal["detach", "cancel"] = "detach"
    times: Ordinal = 1


class Damage(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What happens to the largest file of a client's state: ``at`` is a share of its length."""

    how: Literal["truncate", "flip", "empty"] = "truncate"
    at: Annotated[float, Meta(ge=0, le=1)] = 0.5


class Edit(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is different about the same call the next time."""

    what: Literal["prompt", "model", "order", "api_key"]
    row: Count = 0


class Life(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One call of the client, from its start to its end; all lives share the client's state.

    - ``waited``: how long after the life before; ``others``: how many batches somebody else has made since then.
    - ``edits``, ``damage``: what has changed since then.
    - ``kill``, ``interrupt``: what ends it early.
    - ``rival``: when another process makes the same call on the same state.
    """

    waited: Duration = 0
    others: Count = 0
    edits: tuple[Edit, ...] = ()
    damage: Damage | None = None
    kill: Moment | None = None
    interrupt: Interrupt | None = None
    rival: Moment | None = None


WHOLE_LIFE = Life()


class Plan(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is done to a client.

    - ``rows``: its requests, in the order it gets them.
    - ``scenario``: how they unfold and what goes wrong in the first life; from the second on nothing does.
    - ``lives``: how often the client is called, and how each call ends.
    - ``requests_max``, ``bytes_max``: the limits of one batch that it is told.
    - ``canceled_after``: when somebody else cancels what runs, counted from the start.
    - ``patience``: how much virtual time one life may take.
    """

    rows: tuple[Row, ...]
    scenario: Scenario = CALM
    lives: tuple[Life, ...] = (WHOLE_LIFE,)
    requests_max: Ordinal | None = None
    bytes_max: Ordinal | None = None
    canceled_after: Duration | None = None
    patience: Duration = PATIENCE

    @property
    def needs(self) -> frozenset[Capability]:
        """What a client must offer for it to be played."""
        lives, rows = self.lives, self.rows
        found: dict[Capability, bool] = {
            "resume": len(lives) > 1 or any(life.kill or life.rival for life in lives),
            "interrupt": any(life.interrupt for life in lives),
            "split": self.requests_max is not None or self.bytes_max is not None,
            "betas": any(row.betas for row in rows),
            "poison": any(row.poison for row in rows),
            "deadline": self.patience != PATIENCE,
        }
        return frozenset(name for name, is_needed in found.items() if is_needed)

    @property
    def size(self) -> int:
        """How much there is to read in it: rows, faults, and lives that are not whole."""
        lives = sum(life != WHOLE_LIFE for life in self.lives) + len(self.lives) - 1
        return len(self.rows) + len(self.scenario.faults) + lives


def nonce(row: int, revision: int = 0) -> str:
    """Return what the prompt of a row begins with; another one after each edit of it."""
    return f"nonce-{row:03d}-{revision}"
