"""In which order the results file lists its requests.

Lazily: a batch of any size begins at once. It does not know what the requests came to.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from threading import Lock

from batchmock.scenario import ResultOrder

# Sorting takes a while; it is done in parts of about so many requests, each when the file gets there.
PART = 2_000


class Ranks:
    """The place of each index in an order, found in slices; several callers may share the work."""

    def __init__(self, order: Iterable[int], count: int) -> None:
        self._order = iter(order)
        self._places = array("I", bytes(4 * count))
        self._next = 0
        self._lock = Lock()

    def work(self) -> bool:
        """Find the next places; tell whether there are more."""
        with self._lock:
            part = list(islice(self._order, PART))
            for place, index in enumerate(part, self._next):
                self._places[index] = place
            self._next += len(part)
            return self._next < len(self._places)

    @property
    def places(self) -> Sequence[int]:
        """All of them, from 0; finds those that nobody has found yet."""
        while self.work():
            pass
        return self._places


def in_order(rule: ResultOrder, places: array[int], finishes: array[int]) -> Iterable[int]:
    """Return request indexes as the results file lists them; ``places`` are drawn, one for each request."""
    match rule:
        case "submitted":
            return range(len(places))
        case "reversed":
            return reversed(range(len(places)))
        case "completion":
            return _by(finishes)
        case "shuffled":
            return _shuffled(places)


def _shuffled(places: array[int]) -> Iterable[int]:
    """Sort by drawn places; the one order that would hide a positional join is turned over."""
    if all(first <= second for first, second in pairwise(places)):
        return reversed(range(len(places)))
    return _by(places)


def _by(keys: array[int]) -> Iterator[int]:
    """Yield indexes by rising key, equal ones as they stand."""
    lowest, highest = min(keys), max(keys)
    width = (highest - lowest) // (len(keys) // PART + 1) + 1
    parts: list[list[int]] = [[] for _ in range((highest - lowest) // width + 1)]
    for index, key in enumerate(keys):
        parts[(key - lowest) // width].append(index)
    for part in parts:
        part.sort(key=keys.__getitem__)
        yield from part
