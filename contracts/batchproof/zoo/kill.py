"""What became of a mutant, or of the base client, under a contract: in how many seeds it was caught, and how soon.

It does not know how that was found out.
"""

from msgspec import Struct

# A mutant that is caught in fewer seeds than that is caught by luck.
SHARE_MIN = 0.95


class Kill(Struct, frozen=True, kw_only=True):
    """A client, a contract, and how often one caught the other.

    - ``client``: the mutant's id; ``base`` is the client without a bug.
    - ``seeds``, ``caught``: how many there were, and in how many it broke the contract.
    - ``plans``: how many plans were played until it did, the median; ``size``: of the shrunk plan, the median.
    - ``reason``: how it broke it, in the first seed that shows it.
    - ``also``: other contracts whose tables catch it.
    """

    client: str
    contract: str
    seeds: int
    caught: int = 0
    plans: int | None = None
    size: int | None = None
    reason: str = ""
    also: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """In what share of the seeds it was caught."""
        return self.caught / self.seeds

    @property
    def is_base(self) -> bool:
        """Whether it is the client without a bug."""
        return self.client == BASE

    @property
    def is_right(self) -> bool:
        """Whether a mutant was caught nearly always, or the base client never."""
        return not self.caught if self.is_base else self.share >= SHARE_MIN


BASE = "base"
