"""How long one thing is tried: a number of times, and with all the waits in between not longer than a day.

A server may ask for any wait; one that is beyond all patience is not slept through, nor cut short, but told
(docs/clients.md P12). Whoever waits hears what for. It does not know how anything is tried.
"""

from dataclasses import dataclass, field

from batchclient.answers import Busy, Lost
from batchclient.bench import Bench, Trouble
from batchclient.effects import Steps, pause

# As long as a batch itself may take: what is not to be had for a day, someone should look at.
PATIENCE_S = 24 * 3600.0


@dataclass(slots=True)
class Patience:
    """One thing's tries, from now on; ``lacking`` says what there is to tell for as long as they fail."""

    bench: Bench
    tries_max: int
    lacking: str
    failures: int = 0
    trouble: Trouble = field(default_factory=Trouble)
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.bench.clock()

    def outlasts(self, cause: Busy | Lost) -> Steps[bool]:
        """Wait out a failure; return False, at once, if there is to be no other try."""
        self.failures += 1
        wait = self.bench.backoff_s(self.failures, cause)
        if self.failures >= self.tries_max or self.bench.clock() - self.began + wait > PATIENCE_S:
            return False
        self.trouble.tell(f"{self.lacking} ({cause.reason}); trying again")
        yield from pause(wait)
        return True
