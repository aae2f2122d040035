"""How batches unfold: one immutable value with a seed.

It does not know any batch, nor the time. Where the real API's behaviour is ambiguous, the switch is here, and
``docs/fidelity.md`` says what the default rests on.
"""

from dataclasses import dataclass
from typing import Literal

from batchmock.limits import RETENTION, WINDOW
from batchmock.replies.answers import Answers
from batchmock.times import MINUTE, SECOND

ResultOrder = Literal["shuffled", "completion", "reversed", "submitted"]
CountsRule = Literal["at_end", "progressive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long things take; durations in nanoseconds.

    A batch's length is drawn once, lognormal around ``batch_median``, and each of its requests starts at a
    moment of its own within it. The defaults end more than 97 % of batches within an hour, as the guide says of
    the real ones (https://platform.claude.com/docs/en/build-with-claude/batch-processing, read 2026-08), and
    small batches in the 10 s to 11 min that recordings show.
    """

    batch_median: int = 4 * MINUTE
    batch_sigma: float = 1.3
    # Nothing starts at once: a cancel 0.2 s after the create caught every request (observed 2025-01).
    warm_up: int = 2 * SECOND
    request_min: int = 2 * SECOND
    request_max: int = 30 * SECOND
    # From cancel to ended: 1.2 s and 25 s were seen (observed 2025-01 and 2026-09).
    cancel_min: int = 1 * SECOND
    cancel_max: int = 25 * SECOND


DEFAULT_TIMING = Timing()
DEFAULT_ANSWERS = Answers()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """How batches unfold, for any batch that is submitted under it."""

    seed: int = 0
    window: int = WINDOW
    retention: int = RETENTION
    timing: Timing = DEFAULT_TIMING
    order: ResultOrder = "shuffled"
    counts: CountsRule = "at_end"
    answers: Answers = DEFAULT_ANSWERS
