"""How full a workspace's queue is, and when a batch that does not fit in it would.

It does not know what is done about that.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from batchmock.facts import BatchFacts
from batchmock.times import MICROSECOND
from batchmock.unfolding.plan import Plan
from batchmock.unfolding.projection import unfinished


@dataclass(frozen=True, slots=True)
class Queue:
    """The batches of a workspace, and how many of their requests may wait at once."""

    batches: Sequence[tuple[BatchFacts, Plan]]
    requests_max: int

    def waiting(self, at: int) -> int:
        """Return how many requests have not been processed at an instant."""
        return sum(unfinished(facts, plan, at) for facts, plan in self.batches)

    def has_room(self, added: int, at: int) -> bool:
        """Tell whether so many more fit in."""
        return self.waiting(at) + added <= self.requests_max

    def room_at(self, added: int, now: int) -> int:
        """Return the first instant from now on at which so many more fit in, or all the batches have ended."""
        ends = [facts.submission.created_at + plan.ended_at for facts, plan in self.batches]
        last = max([now, *ends])
        later = range(now, last, MICROSECOND)
        place = bisect_left(later, True, key=lambda at: self.has_room(added, at))
        return now + place * MICROSECOND
