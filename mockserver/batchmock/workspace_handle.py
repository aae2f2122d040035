"""A workspace of an emulator in this process, as a test handles it: ``batchmock.handle``, but for its clock.

It does not know HTTP.
"""

from collections.abc import Sequence
from typing import TypeVar

import msgspec
from msgspec import Struct, structs

from batchmock.credential import Credential, digest
from batchmock.emulator import Emulator
from batchmock.errors import ApiError, UsageError
from batchmock.exchanges.exchange import record
from batchmock.exchanges.record import HistoryQuery
from batchmock.facts import WorkspaceState
from batchmock.faults import Operation
from batchmock.handle import Batch, Batches, ExchangeRecord, Plan, PlanPage
from batchmock.idle_faults import refuse_idle_faults
from batchmock.scenario import Scenario
from batchmock.scenarios.files import named_scenario
from batchmock.snapshot import read_snapshot, write_snapshot
from batchmock.unfolding.truth import batch_list, batch_plan
from batchmock.workspace import Workspace

T = TypeVar("T")


class WorkspaceHandle:
    """The workspace that an API key opens."""

    def __init__(self, emulator: Emulator, api_key: str) -> None:
        self._emulator = emulator
        self._credential = Credential("x-api-key", digest(api_key))

    @property
    def scenario(self) -> Scenario:
        """What batches to come unfold by; set it to a scenario, or to the name of one on the menu."""
        return self._workspace.scenario

    @scenario.setter
    def scenario(self, scenario: Scenario | str) -> None:
        if isinstance(scenario, str):
            scenario = structs.replace(named_scenario(scenario), seed=self.scenario.seed)
        self._adopt(scenario)

    def _adopt(self, scenario: Scenario) -> None:
        self._workspace.adopt(scenario)

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
        query = HistoryQuery(
            after=after, operation=operation, batch_id=batch_id, status=status, without_effect=without_effect
        )
        found = self._workspace.history.find(query)
        return [_read(record(exchange, real=True), ExchangeRecord) for exchange in found]

    def check_faults(self) -> None:
        """Refuse a scenario that could not be brought about, as far as the history reaches back.

        Raises:
            UsageError: names each fault that found nothing to bite on, and the first exchange where that was so.
        """
        refuse_idle_faults(self.history(without_effect=True))

    def clear_history(self) -> None:
        """Forget the exchanges so far."""
        self._workspace.history.clear()

    def batches(self) -> Sequence[Batch]:
        """Return all batches that are not deleted, in the order they were created."""
        space = self._workspace
        return _read(batch_list(space.batches(space.clock.now())), Batches).batches

    def plan(self, batch_id: str) -> Plan:
        """Return what a batch comes to.

        Raises:
            UsageError: there is no such batch.
        """
        space = self._workspace
        try:
            view = space.look(batch_id, space.clock.now())
        except ApiError as error:
            raise UsageError(error.message) from None
        found = _read(batch_plan(view), PlanPage)
        return Plan(found.batch, found.request_counts, found.requests)

    def reset(self) -> None:
        """Make the workspace as it was before its first call."""
        self._emulator.reset(self._workspace)

    def snapshot(self) -> bytes:
        """Return the workspace as a JSON document: batches, clock and scenario, but no history.

        Raises:
            UsageError: a scenario has what is for Python alone.
        """
        space = self._workspace
        return b"".join(write_snapshot(space.state(space.clock.now())))

    def restore(self, snapshot: bytes) -> None:
        """Put a workspace back as a snapshot says, or, if something is wrong with it, not at all.

        Raises:
            UsageError: it is no snapshot; names the place.
        """
        self._restore(read_snapshot(snapshot, self._workspace))

    def _restore(self, state: WorkspaceState) -> None:
        for _ in self._emulator.restore(self._workspace.id, state):
            pass

    @property
    def _workspace(self) -> Workspace:
        # Looked up at each call: reset and restore put another in its place.
        return self._emulator.authenticate(self._credential)


def _read(told: Struct, shape: type[T]) -> T:
    """Return a value of the wire with its instants as ``datetime``."""
    return msgspec.json.decode(msgspec.json.encode(told), type=shape)
