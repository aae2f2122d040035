"""When the requests of a batch start and finish, from draws; nanoseconds after its creation.

It does not know what requests are, nor that a window closes or somebody cancels.
"""

from __future__ import annotations

from array import array
from collections.abc import Generator, Sequence
from heapq import heapreplace

from batchmock.times import DURATION_MAX, MICROSECOND
from batchmock.timing import Timing, Uniform

SLICE = 2_000
_UNIT = 2.0**-64


class Moments:
    """Starts and finishes by index; ``length`` is how long the batch takes once nothing holds it any more."""

    def __init__(self, timing: Timing, length: int, held: int = 0) -> None:
        self.starts = array("q")
        self.finishes = array("q")
        self._timing = timing
        self._warm_up = held + timing.start_up
        self._spread = max(0, length - timing.start_up - timing.request_max)

    def draw(self, starts: Sequence[int], lengths: Sequence[int]) -> None:
        """Add requests by two draws from [0, 2**64) each."""
        warm_up, wide = self._warm_up // MICROSECOND, self._spread // MICROSECOND + 1
        begun = [(warm_up + (draw * wide >> 64)) * MICROSECOND for draw in starts]
        self.starts.extend(begun)
        self.finishes.extend([start + took for start, took in zip(begun, self._took(lengths), strict=True)])

    def queue(self, concurrency: int) -> Generator[None, None, None]:
        """Start as many at once, the others in the order drawn, each when one is done; yields now and then."""
        order = sorted(range(len(self.starts)), key=self.starts.__getitem__)
        free_at = [self._warm_up] * min(concurrency, len(order))
        for done, index in enumerate(order):
            took = self.finishes[index] - self.starts[index]
            # However many wait in a row: where the longest window has closed, it is late enough.
            start = heapreplace(free_at, min(free_at[0] + took, DURATION_MAX))
            self.starts[index], self.finishes[index] = start, start + took
            if done % SLICE == SLICE - 1:
                yield

    def start(self, index: int, at: int) -> None:
        """Let a request start at a moment, and run as long as before."""
        took = self.finishes[index] - self.starts[index]
        self.starts[index], self.finishes[index] = at, at + took

    def finish(self, index: int, at: int) -> None:
        """Let a request finish at a moment, and start in time for that."""
        took = min(self.finishes[index] - self.starts[index], at)
        self.starts[index], self.finishes[index] = at - took, at

    def _took(self, draws: Sequence[int]) -> list[int]:
        timing, of = self._timing, self._timing.request
        if isinstance(of, Uniform) and timing.load == 1.0:
            # The common case, without a call for each request.
            shortest, wide = of.min // MICROSECOND, (of.max - of.min) // MICROSECOND + 1
            return [(shortest + (draw * wide >> 64)) * MICROSECOND for draw in draws]
        return [timing.drawn(of, draw * _UNIT) for draw in draws]
