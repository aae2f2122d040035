"""How batches unfold: one immutable value with a seed.

It does not know any batch, nor the time.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from batchmock.errors import UsageError
from batchmock.faults import AnyFault
from batchmock.limits import RETENTION, WINDOW, RateLimits
from batchmock.outcomes import Mix, Pin
from batchmock.replies.answers import Answers
from batchmock.switches import ALL_DEFAULTS, Switches
from batchmock.times import refuse_unbounded
from batchmock.timing import Duration, Timing

ResultOrder = Literal["shuffled", "completion", "reversed", "submitted"]
CountsRule = Literal["at_end", "progressive"]

DEFAULT_TIMING = Timing()
ALL_SUCCEED = Mix()
DEFAULT_ANSWERS = Answers()
NO_LIMITS = RateLimits()


class Scenario(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How batches unfold, for any batch that is submitted under it.

    - ``seed``: everything that is drawn is drawn from it.
    - ``window``: how long a batch may be processed; what has not started by then expires.
    - ``retention``: how long after the create its results can be downloaded.
    - ``order``: in which order the results file lists requests; never the submitted one unless asked for.
    - ``counts``: whether a running batch tells how many of its requests are done.
    - ``magic``: whether a ``custom_id`` that ends in ``--expired`` and the like says its own outcome.
    - ``pins`` and ``mix``: the outcomes of some requests, and the odds for the others.
    - ``answers``: what requests that succeed are answered.
    - ``faults``: what goes wrong with exchanges.
    - ``limits``: how often a workspace may call, and how much it may have waiting.
    - ``switches``: how the API behaves where that is not known.
    """

    seed: Annotated[int, Meta(ge=0)] = 0
    window: Duration = WINDOW
    retention: Duration = RETENTION
    order: ResultOrder = "shuffled"
    counts: CountsRule = "at_end"
    magic: bool = True
    timing: Timing = DEFAULT_TIMING
    mix: Mix = ALL_SUCCEED
    pins: tuple[Pin, ...] = ()
    answers: Answers = DEFAULT_ANSWERS
    faults: tuple[AnyFault, ...] = ()
    limits: RateLimits = NO_LIMITS
    switches: Switches = ALL_DEFAULTS

    def __post_init__(self) -> None:
        refuse_unbounded(window=self.window, retention=self.retention)
        if self.window == 0:
            raise UsageError("window is 0s; nothing could ever be processed")
        if self.retention < self.window:
            raise UsageError("retention is shorter than window; results would be gone before they are there")

    @property
    def is_unmetered(self) -> bool:
        """Whether nobody need count calls; by identity, as every call asks."""
        return self.limits is NO_LIMITS and self.switches is ALL_DEFAULTS
