"""What a client may decide for its user, each with the default that loses and costs the least.

It does not know how any of it is done. The reasons are in docs/clients.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from batchclient.errors import UsageError
from batchclient.prices import PRICES, Price
from batchclient.split import BYTES_MAX, REQUESTS_MAX, Limits

_LEAST = {"retries": 0, "requests_max": 1, "bytes_max": 1, "budget_usd": 0, "grace_s": 0, "wait_s_max": 0}

OnInterrupt = Literal["detach", "cancel"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How a run is conducted.

    - ``retries``: how many more rounds for requests that expired or failed in passing; those are not billed.
    - ``retry_canceled``: whether a round takes in canceled requests as well.
    - ``on_interrupt``: on SIGINT, SIGTERM or a task's cancellation, leave the batches running (``detach``), or ask
      them to stop and collect what they have (``cancel``).
    - ``requests_max``, ``bytes_max``: what one batch may hold.
    - ``budget_usd``: refuse to send what may cost more; None is no limit.
    - ``prices``: what a million tokens cost, by the beginning of a model's name.
    - ``betas``: values of the create's ``anthropic-beta`` header, which holds for every request of a batch.
    - ``results_origins``: origins, such as ``https://api.anthropic.com``, that may be sent the credential when a
      ``results_url`` points there rather than to the base URL's own origin.
    - ``grace_s``: for how long a 404 may be a batch that cannot be seen yet, and how long a batch is looked for
      whose create was never answered.
    - ``wait_s_max``: how long a batch is waited for in one go, before it is left alone with an error that names
      it; None is as long as it may take, its window and an hour.
    """

    retries: int = 1
    retry_canceled: bool = False
    on_interrupt: OnInterrupt = "detach"
    requests_max: int = REQUESTS_MAX
    bytes_max: int = BYTES_MAX
    budget_usd: float | None = None
    prices: Mapping[str, Price] = field(default_factory=lambda: PRICES)
    betas: tuple[str, ...] = ()
    results_origins: frozenset[str] = frozenset()
    grace_s: float = 120.0
    wait_s_max: float | None = None

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            value = getattr(self, name)
            if value is not None and not value >= least:
                raise UsageError(f"{name} is {value}; it is at least {least}")
        if self.on_interrupt not in ("detach", "cancel"):
            raise UsageError(f"on_interrupt is {self.on_interrupt!r}; it is 'detach' or 'cancel'")

    @property
    def limits(self) -> Limits:
        """What one batch may hold."""
        return Limits(self.requests_max, self.bytes_max)
