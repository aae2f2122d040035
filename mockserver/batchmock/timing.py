"""How long things take in a scenario: distributions, and what they are of.

It does not know any batch. Durations are nanoseconds here, and written as ``90s`` or ``24h`` in files.
"""

import math
from collections.abc import Mapping
from statistics import NormalDist
from typing import Annotated

from msgspec import Meta, Struct

from batchmock.errors import UsageError
from batchmock.times import DURATION_MAX, MICROSECOND, MINUTE, SECOND, refuse_unbounded

# Marks what is a duration for those who read and write scenarios.
DURATION = {"written_as": "duration"}
Duration = Annotated[int, Meta(ge=0, le=DURATION_MAX, extra=DURATION)]

# At the end of such a tail nothing takes less than a nanosecond or more than a year.
SIGMA_MAX = 10
LOAD_MAX = 1_000_000

NO_MOMENTS: Mapping[str, int] = {}


class Fixed(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="fixed"):
    """Always as long."""

    at: Duration

    def __post_init__(self) -> None:
        refuse_unbounded(at=self.at)

    def quantile(self, unit: float) -> int:
        """Return the duration below which a share of ``unit`` of all draws lies."""
        return self.at


class Uniform(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="uniform"):
    """Anything between two durations, all equally likely."""

    min: Duration
    max: Duration

    def __post_init__(self) -> None:
        refuse_unbounded(min=self.min, max=self.max)
        if self.max < self.min:
            raise UsageError("max is less than min")

    def quantile(self, unit: float) -> int:
        """Return the duration below which a share of ``unit`` of all draws lies."""
        return self.min + round(unit * (self.max - self.min))


class Lognormal(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="lognormal"):
    """Around a median, with a long tail: ``sigma`` 1.3 puts 1 in 40 beyond 13 times the median."""

    median: Duration
    sigma: Annotated[float, Meta(ge=0, le=SIGMA_MAX)]

    def __post_init__(self) -> None:
        refuse_unbounded(median=self.median)
        if not 0 <= self.sigma <= SIGMA_MAX:
            raise UsageError(f"sigma is {self.sigma:g}; it is at least 0 and at most {SIGMA_MAX}")

    def quantile(self, unit: float) -> int:
        """Return the duration below which a share of ``unit`` of all draws lies."""
        # The inverse is defined inside (0, 1) only; the end of the tail is a year.
        deviation = NormalDist().inv_cdf(min(max(unit, 1e-12), 1 - 1e-12))
        return round(min(self.median * math.exp(self.sigma * deviation), 3.2e16))


Distribution = Fixed | Uniform | Lognormal


class Timing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long batches and requests take.

    - ``batch``: the length of a batch, drawn once for it. Its requests start at moments of their own within it.
    - ``request``: how long one request runs.
    - ``warm_up``: nothing starts sooner.
    - ``concurrency``: at most so many requests run at once, in a drawn order, each as soon as there is room; the
      length of the batch is then what comes of it, and what finds no room before the window closes expires.
    - ``load``: everything but the window takes so many times as long.
    - ``finishes``: custom_id → how long after the create this request finishes.
    - ``cancel``: from a cancel to the end of the batch, if nothing that runs takes longer.

    The defaults end more than 97 % of batches within an hour, as the guide says of the real ones
    (https://platform.claude.com/docs/en/build-with-claude/batch-processing, read 2026-08), and small batches in
    the 10 s to 11 min that recordings show. Nothing starts at once: a cancel 0.2 s after the create caught every
    request (observed 2025-01). From cancel to ended 1.2 s and 25 s were seen (observed 2025-01 and 2026-09).
    """

    batch: Distribution = Lognormal(4 * MINUTE, 1.3)
    request: Distribution = Uniform(2 * SECOND, 30 * SECOND)
    warm_up: Duration = 2 * SECOND
    concurrency: Annotated[int, Meta(ge=1)] | None = None
    load: Annotated[float, Meta(gt=0, le=LOAD_MAX)] = 1.0
    finishes: Mapping[str, Duration] = NO_MOMENTS
    cancel: Distribution = Uniform(1 * SECOND, 25 * SECOND)

    def __post_init__(self) -> None:
        refuse_unbounded(warm_up=self.warm_up, **{f"finishes.{key}": at for key, at in self.finishes.items()})
        if not 0 < self.load <= LOAD_MAX:
            raise UsageError(f"load is {self.load:g}; it is more than 0 and at most {LOAD_MAX}")

    @property
    def start_up(self) -> int:
        """The warm-up under the load."""
        return self.drawn(Fixed(self.warm_up), 0.0)

    @property
    def request_max(self) -> int:
        """How long hardly any request runs longer than."""
        return self.drawn(self.request, 0.99)

    def drawn(self, of: Distribution, unit: float) -> int:
        """Return a duration under the load, in whole microseconds as the wire shows them."""
        return round(min(of.quantile(unit) * self.load, DURATION_MAX)) // MICROSECOND * MICROSECOND
