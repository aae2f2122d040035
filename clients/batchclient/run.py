"""A run as its user sees it: an outcome for each key, in the order of the requests, and what it all came to.

Read from the journal when asked for, so a million outcomes need no memory. It does not know how they came there.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Self

from batchclient.cost import Cost, cost
from batchclient.errors import BatchClientError, RunError
from batchclient.journal import Journal
from batchclient.keys import decode_key, encode_key
from batchclient.outcomes import Counts, Kind, Oddities, Outcome, Succeeded, outcome
from batchclient.prices import PRICES, Price
from batchclient.reasons import Reason, reasons
from batchclient.schema import IN_MEMORY
from batchclient.shapes import Json


class BatchRun:
    """The requests of a run and their outcomes. Close it, or use it as a context, to let go of its journal."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the journal; a run that was kept in memory is gone then."""
        self.journal.close()

    def __len__(self) -> int:
        return self.journal.about.total

    def __iter__(self) -> Iterator[tuple[str, Outcome]]:
        """Yield each key that has an outcome, with it, in the order of the requests."""
        for key, kind, line in self.journal.outcomes():
            if kind is not None:
                yield decode_key(key), outcome(Kind(kind), line)

    def __getitem__(self, key: str) -> Outcome:
        """Return the outcome of a key.

        Raises:
            KeyError: no request has it, or it has no outcome yet.
        """
        found = self.journal.outcome(encode_key(key))
        if found is None or found[1] is None:
            raise KeyError(key)
        return outcome(Kind(found[1]), found[2])

    def open_keys(self) -> Iterator[str]:
        """Yield each key that has no outcome yet."""
        return (decode_key(key) for key, kind, _ in self.journal.outcomes() if kind is None)

    @property
    def counts(self) -> Counts:
        """How many keys have each kind of outcome."""
        return self.journal.counts()

    @property
    def oddities(self) -> Oddities:
        """What was wrong with the results, and did no harm."""
        found = Oddities()
        for parcel in self.journal.parcels():
            found += Oddities(
                duplicates=parcel.duplicates,
                conflicts=parcel.conflicts,
                strangers=parcel.strangers,
                malformed=parcel.malformed,
                miscounted=parcel.miscounted,
            )
        return found

    @property
    def batch_ids(self) -> list[str]:
        """The batches that were made, in their order."""
        return [parcel.batch_id for parcel in self.journal.parcels() if parcel.batch_id]

    @property
    def open_batch_ids(self) -> list[str]:
        """The batches that are not read to their ends, and so may be running."""
        return [parcel.batch_id for parcel in self.journal.parcels() if parcel.is_open and parcel.batch_id]

    def reasons(self) -> list[Reason]:
        """Return why requests errored, each reason once with its count, the most common first."""
        return reasons(self.journal)

    def cost(self, prices: Mapping[str, Price] = PRICES) -> Cost:
        """Add up what the answers cost, at the price of a batch."""
        return cost(messages(self.journal), prices)


class UnfinishedError(BatchClientError):
    """Some keys have no outcome; ``causes`` says why, and ``run`` has those of the others.

    The journal holds all that is known: resume it, and nothing that was submitted is submitted again.
    """

    def __init__(self, run: BatchRun, causes: Sequence[RunError]) -> None:
        reasons = "; ".join(dict.fromkeys(str(cause) for cause in causes))
        batches = ", ".join(run.open_batch_ids) or "none"
        super().__init__(f"{reasons}. Open batches: {batches}. {resuming(run.journal.path)}")
        self.run, self.causes, self.batch_ids = run, tuple(causes), tuple(run.open_batch_ids)


def resuming(path: str) -> str:
    """Tell how to go on with a run whose journal is at a path."""
    if path == IN_MEMORY:
        return "It has no journal on the disk: only this process can go on with it"
    return f"Resume with the journal {path}"


def messages(journal: Journal) -> Iterator[Json]:
    """Yield the message of each request that was answered."""
    for _, kind, line in journal.outcomes():
        if kind == Kind.SUCCEEDED:
            found = outcome(Kind.SUCCEEDED, line)
            if isinstance(found, Succeeded):
                yield found.message
