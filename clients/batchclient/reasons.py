"""Why requests errored, each reason once: a mistake that all requests share is one line, not 100,000.

Told apart by type and message; a message decides nothing (docs/clients.md S13). It does not know what is done
about them.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from batchclient.journal import Journal
from batchclient.outcomes import Errored, Kind, outcome

# Messages that name what they are about may all differ; the rest is counted together.
DISTINCT_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Reason:
    """What so many requests have in common."""

    count: int
    type: str
    message: str


def reasons(journal: Journal) -> list[Reason]:
    """Return the reasons of errored requests, the most common first."""
    counted = Counter[tuple[str, str]]()
    for error in _errors(journal):
        reason = error.type, error.message
        counted[reason if reason in counted or len(counted) < DISTINCT_MAX else (error.type, "…")] += 1
    return [Reason(count, *reason) for reason, count in counted.most_common()]


def _errors(journal: Journal) -> Iterator[Errored]:
    for _, kind, line in journal.outcomes():
        if kind == Kind.ERRORED and isinstance(found := outcome(Kind.ERRORED, line), Errored):
            yield found
