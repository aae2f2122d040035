"""What a test can do with an emulator, whether it is in the same process or behind a URL, and what it gets to see.

The values are those of the wire with instants as ``datetime``. It does not know which emulator it is.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Protocol

from msgspec import Struct

from batchmock.exchanges.record import HistoryPage, Record
from batchmock.faults import Operation
from batchmock.scenario import Scenario
from batchmock.unfolding.truth import BatchList, BatchPlan, BatchTruth, RequestTruth
from batchmock.wire.batch import RequestCounts

# One exchange; ``batchmock.exchanges.record`` describes its fields.
ExchangeRecord = Record[datetime]
# A batch, and what one of its requests comes to; ``batchmock.unfolding.truth`` describes their fields.
Batch = BatchTruth[datetime]
RequestPlan = RequestTruth[datetime]

# How answers are read.
Page = HistoryPage[datetime]
Batches = BatchList[datetime]
PlanPage = BatchPlan[datetime]


class Plan(Struct, frozen=True, dict=True):
    """What a batch and each of its requests come to, as things stand; requests are as they were submitted."""

    batch: Batch
    request_counts: RequestCounts
    requests: tuple[RequestPlan, ...]

    def __getitem__(self, custom_id: str) -> RequestPlan:
        return self._by_custom_id[custom_id]

    @cached_property
    def _by_custom_id(self) -> Mapping[str, RequestPlan]:
        return {request.custom_id: request for request in self.requests}


class ClockHandle(Protocol):
    """A workspace's clock."""

    def now(self) -> datetime:
        """Return the virtual instant, in UTC."""
        ...

    def advance(self, by: timedelta | str) -> datetime:
        """Move forward by a duration, such as ``"24h"`` or a timedelta, in one jump; return the instant after."""
        ...

    def advance_to(self, instant: datetime | str) -> datetime:
        """Move forward to an instant; without an offset it is UTC."""
        ...


class EmulatorHandle(Protocol):
    """A workspace of an emulator; every mistake is a ``UsageError``."""

    @property
    def clock(self) -> ClockHandle:
        """Its clock."""
        ...

    @property
    def scenario(self) -> Scenario:
        """What batches to come unfold by; set it to a scenario, or to the name of one on the menu."""
        ...

    @scenario.setter
    def scenario(self, scenario: Scenario | str) -> None: ...

    def history(
        self,
        *,
        after: int = 0,
        operation: Operation | None = None,
        batch_id: str | None = None,
        status: int | None = None,
        without_effect: bool = False,
    ) -> Sequence[ExchangeRecord]:
        """Return the exchanges that match all that is given, in the order they came.

        ``without_effect`` are those in which a fault found nothing to bite on.
        """
        ...

    def check_faults(self) -> None:
        """Refuse a scenario that could not be brought about, as far as the history reaches back.

        Raises:
            UsageError: names each fault that found nothing to bite on, and the first exchange where that was so.
        """
        ...

    def clear_history(self) -> None:
        """Forget the exchanges so far."""
        ...

    def batches(self) -> Sequence[Batch]:
        """Return all batches that are not deleted, in the order they were created."""
        ...

    def plan(self, batch_id: str) -> Plan:
        """Return what a batch comes to."""
        ...

    def reset(self) -> None:
        """Make the workspace as it was before its first call."""
        ...

    def snapshot(self) -> bytes:
        """Return the workspace as a JSON document: batches, clock and scenario, but no history."""
        ...

    def restore(self, snapshot: bytes) -> None:
        """Put a workspace back as a snapshot says, or, if something is wrong with it, not at all."""
        ...
