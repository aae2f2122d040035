"""What happens in a run, as it happens: whoever shows a run or writes it down reads these.

It does not know who reads them.
"""

from msgspec import Struct

from batchproof.contract import Verdict
from batchproof.plan import Capability
from batchproof.run import Run


class Opened(Struct, frozen=True, kw_only=True):
    """The client was reached, and did the simplest batch; so many contracts will be judged."""

    client: str
    capabilities: tuple[Capability, ...]
    contracts: tuple[str, ...]


class Judging(Struct, frozen=True, kw_only=True):
    """A contract's plans are being played."""

    contract: str


class Judged(Struct, frozen=True, kw_only=True):
    """A verdict that nothing changes any more: that an invariant is kept is known when all runs are over."""

    verdict: Verdict


class Finished(Struct, frozen=True, kw_only=True):
    """The run is over."""

    run: Run


Event = Opened | Judging | Judged | Finished
