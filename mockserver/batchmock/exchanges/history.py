"""The exchanges of a workspace, in the order they came: the last so many of them.

Kept as they are and told lazily, so that keeping them costs next to nothing. It does not know what they mean.
"""

from bisect import bisect_right
from collections import deque
from operator import attrgetter
from threading import Lock

from batchmock.exchanges.exchange import Exchange, record, strikes_without_effect, tighten
from batchmock.exchanges.record import HistoryPage, HistoryQuery

PAGE_LIMIT_DEFAULT = 1_000


class History:
    """The newest ``kept_max`` exchanges; those under way are among them."""

    def __init__(self, kept_max: int) -> None:
        self._exchanges: deque[Exchange] = deque(maxlen=kept_max)
        self._count = 0
        self._cleared = 0
        self._undone = 0
        self._latest = Exchange(method="", path="")
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._exchanges)

    @property
    def exchanges(self) -> int:
        """How many exchanges the workspace has had, as far as they were not undone."""
        return self._count - self._undone

    @property
    def dropped(self) -> int:
        """How many exchanges had to make room for newer ones, since all were forgotten."""
        return self._count - self._cleared - len(self._exchanges)

    def open(self, exchange: Exchange) -> None:
        """Take in an exchange that has just come, and number it."""
        with self._lock:
            self._count += 1
            exchange.sequence = self._count
            self._exchanges.append(exchange)
            tighten(exchange, self._latest)
            self._latest = exchange

    def place(self, exchange: Exchange) -> int:
        """Return the place of a new exchange among those not undone, from 1: the same in every replay."""
        return exchange.sequence - self._undone

    def go_on_from(self, exchanges: int) -> None:
        """Go on as after so many exchanges; those that came after them are undone, and stay in the history."""
        with self._lock:
            skipped = max(0, exchanges - self._count)
            self._count, self._cleared = self._count + skipped, self._cleared + skipped
            self._undone = self._count - exchanges

    def clear(self) -> int:
        """Forget all exchanges, and tell how many they were; numbers go on."""
        with self._lock:
            self._cleared, cleared = self._count, len(self._exchanges)
            self._exchanges.clear()
            return cleared

    def find(self, query: HistoryQuery) -> list[Exchange]:
        """Return the exchanges that match, by arrival."""
        with self._lock:
            exchanges = list(self._exchanges)
        newer = exchanges[bisect_right(exchanges, query.after, key=attrgetter("sequence")) :]
        return [exchange for exchange in newer if _matches(exchange, query)]

    def page(self, query: HistoryQuery, *, limit: int = PAGE_LIMIT_DEFAULT, real: bool = True) -> HistoryPage[str]:
        """Return the first of the exchanges that match, as they are told."""
        found = self.find(query)
        told = tuple(record(exchange, real=real) for exchange in found[:limit])
        return HistoryPage(told, len(found) > limit, self.dropped)


def _matches(exchange: Exchange, query: HistoryQuery) -> bool:
    return (
        query.operation in (None, exchange.operation)
        and query.batch_id in (None, exchange.batch_id)
        and query.status in (None, exchange.status)
        and (not query.without_effect or bool(strikes_without_effect(exchange)))
    )
