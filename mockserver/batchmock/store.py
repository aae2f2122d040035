"""Where a workspace's facts are kept: batches in the order they were created.

Facts are values; what changes is which facts an id stands for. It does not know what facts mean.
"""

from bisect import bisect_left
from dataclasses import dataclass

from batchmock.facts import BatchFacts


@dataclass(frozen=True, slots=True)
class Slice:
    """Neighbouring facts, newest first, and whether there are more in the direction asked for."""

    facts: list[BatchFacts]
    has_more: bool


NOTHING = Slice([], has_more=False)


class MemoryStore:
    """Facts in this process's memory. Callers write one at a time; reads need no lock."""

    def __init__(self) -> None:
        self._facts: dict[str, BatchFacts] = {}
        self._places: dict[str, int] = {}
        # Ids oldest first, and beside them the place each got when it was added: sorted, also after deletions.
        self._ids: list[str] = []
        self._sorted_places: list[int] = []
        self._next_place = 0

    def __len__(self) -> int:
        return len(self._ids)

    def get(self, batch_id: str) -> BatchFacts | None:
        """Return the facts of a batch, or None if there is no such batch."""
        return self._facts.get(batch_id)

    def put(self, facts: BatchFacts) -> None:
        """Keep the facts of a new batch, or what has become known of an old one."""
        batch_id = facts.submission.id
        if batch_id not in self._facts:
            self._places[batch_id] = self._next_place
            self._ids.append(batch_id)
            self._sorted_places.append(self._next_place)
            self._next_place += 1
        self._facts[batch_id] = facts

    def delete(self, batch_id: str) -> None:
        """Forget a batch."""
        index = self._index(batch_id)
        del self._facts[batch_id], self._places[batch_id]
        del self._ids[index], self._sorted_places[index]

    def newest(self, limit: int) -> Slice:
        """Return the newest batches."""
        return self._slice(len(self._ids) - limit, len(self._ids), older=True)

    def older_than(self, batch_id: str, limit: int) -> Slice:
        """Return the batches right before a batch, which must be kept here."""
        index = self._index(batch_id)
        return self._slice(index - limit, index, older=True)

    def newer_than(self, batch_id: str, limit: int) -> Slice:
        """Return the batches right after a batch, which must be kept here; still newest first."""
        index = self._index(batch_id) + 1
        return self._slice(index, index + limit, older=False)

    def all(self) -> list[BatchFacts]:
        """Return the facts of every batch, oldest first."""
        return [self._facts[batch_id] for batch_id in self._ids]

    def _slice(self, start: int, stop: int, *, older: bool) -> Slice:
        ids = self._ids[max(start, 0) : stop]
        has_more = start > 0 if older else stop < len(self._ids)
        return Slice([self._facts[batch_id] for batch_id in reversed(ids)], has_more)

    def _index(self, batch_id: str) -> int:
        return bisect_left(self._sorted_places, self._places[batch_id])
