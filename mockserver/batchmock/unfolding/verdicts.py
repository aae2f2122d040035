"""What keeps each request of a batch from succeeding once it runs, worked out in slices.

A batch takes any params; they are looked at when it is processed, so nobody who creates a batch, or polls one that
is running, waits for that. It does not know when requests run, nor which of them do.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from threading import Lock

from batchmock.wire.request import BatchRequest
from batchmock.wire.result import Failure

# Looking at a large batch takes a while; whoever drives it may do something else after so many requests.
SLICE = 500

Judge = Callable[[BatchRequest], Failure | None]


class Verdicts:
    """The failures that a batch's requests come to, by index; several callers may share the work."""

    def __init__(
        self, requests: Sequence[BatchRequest], hire: Callable[[], Judge], said: Mapping[int, Failure]
    ) -> None:
        self._requests = requests
        # A judge knows much, which takes a while to read: nobody who only creates a batch waits for that.
        self._hire = hire
        # What a scenario says of a request stands, whatever its params.
        self._failures = dict(said)
        self._next = 0
        self._lock = Lock()

    def work(self) -> bool:
        """Look at the next slice of requests; tell whether there are more."""
        with self._lock:
            first, last = self._next, min(self._next + SLICE, len(self._requests))
            judge = self._judge
            for index in range(first, last):
                if index not in self._failures and (failure := judge(self._requests[index])):
                    self._failures[index] = failure
            self._next = last
            return not self.are_known

    @property
    def are_known(self) -> bool:
        """Whether all requests have been looked at."""
        return self._next == len(self._requests)

    @cached_property
    def _judge(self) -> Judge:
        return self._hire()

    @property
    def failures(self) -> Mapping[int, Failure]:
        """The failures of all requests; looks at those that nobody has looked at yet."""
        while self.work():
            pass
        return self._failures
