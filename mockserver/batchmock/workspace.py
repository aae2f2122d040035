"""What one credential opens: its batches, its clock, its scenario.

The six operations, each at an instant that the caller read from the clock once. It does not know HTTP, other
workspaces, or who may come in.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from batchmock.clock import Clock
from batchmock.draws import batch_ids
from batchmock.errors import ApiError, batch_not_found, invalid_request
from batchmock.exchanges.history import History
from batchmock.exchanges.strike import Strike
from batchmock.facts import BatchFacts, Submission, WorkspaceState
from batchmock.fault_book import FaultBook, Visit
from batchmock.faults import Operation
from batchmock.limits import EXCHANGES_KEPT_MAX
from batchmock.models import MODELS, Model
from batchmock.pages import PageQuery, PageView, slice_of
from batchmock.rates import Allowance, Reading, too_many
from batchmock.scenario import Scenario
from batchmock.store import MemoryStore
from batchmock.switches import Switches
from batchmock.times import MINUTE
from batchmock.unfolding.cancel import refuse_cancel
from batchmock.unfolding.lines import result_lines
from batchmock.unfolding.plans import Plans
from batchmock.unfolding.projection import BatchView, project
from batchmock.unfolding.queueing import Queue
from batchmock.unfolding.renderings import Renderings
from batchmock.wire.request import BatchRequest

# Our own guess: nothing says how long a full queue asks a client to wait.
QUEUE_WAIT = MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateOptions:
    """What the headers of a create call say about every request of the batch.

    ``scenario`` is for this batch alone; None is the workspace's.
    """

    api_version: str
    betas: frozenset[str] = frozenset()
    user_profile_id: str | None = None
    scenario: Scenario | None = None


class Workspace:
    """Batches that live apart from every other workspace's, on a clock of their own."""

    def __init__(
        self,
        workspace_id: str,
        *,
        clock: Clock,
        scenario: Scenario,
        models: Mapping[str, Model] = MODELS,
        history: History | None = None,
    ) -> None:
        self.id = workspace_id
        self.clock = clock
        self.scenario = scenario
        self.models = models
        self.history = History(EXCHANGES_KEPT_MAX) if history is None else history
        self._ids = batch_ids(scenario.seed, workspace_id)
        self._allowance = Allowance()
        self._store = MemoryStore()
        self._fault_book = FaultBook(scenario.seed)
        self._plans = Plans()
        self.renderings = Renderings()
        self._created = 0
        self._lock = Lock()

    @property
    def switches(self) -> Switches:
        """How the API behaves towards calls on this workspace."""
        return self.scenario.switches

    def admit(self, now: int) -> None:
        """Count a call against the rate limit.

        Raises:
            ApiError: 429.
        """
        with self._lock:
            self._allowance.take_call(self.scenario, now)

    def rate(self, now: int) -> Reading:
        """Return what is left of the rate limit."""
        with self._lock:
            return self._allowance.reading(self.scenario, now)

    def strike(self, operation: Operation, batch_id: str | None) -> Sequence[Strike]:
        """Return the faults that strike an exchange; counts it."""
        faults = self.scenario.faults
        if not faults:
            return ()
        facts = None if batch_id is None else self._store.get(batch_id)
        number = None if facts is None else facts.submission.number
        if operation == "create":
            number = self._created + 1
        return self._fault_book.strike(faults, Visit(operation, number))

    def create(
        self, requests: Sequence[BatchRequest], options: CreateOptions, now: int
    ) -> Generator[None, None, BatchView]:
        """Store a batch; yields now and then, as planning a large one takes a while.

        Raises:
            ApiError: 429 when the batch does not fit in the queue, 429 or 400 when the money is spent; then
                nothing is stored.
        """
        with self._lock:
            self._allowance.refuse_spending(self.scenario.limits, now)
            held = self._held(len(requests), now)
            self._created += 1
            number = self._created
        submission = Submission(
            id=self._ids[(options.scenario or self.scenario).switches.batch_ids].of(str(number)),
            number=number,
            created_at=now,
            requests=requests,
            scenario=options.scenario or self.scenario,
            api_version=options.api_version,
            betas=options.betas,
            user_profile_id=options.user_profile_id,
            held=held,
            models=self.models,
        )
        yield from self._plans.prepare(submission)
        with self._lock:
            return self._keep(BatchFacts(submission), now)

    def retrieve(self, batch_id: str, now: int) -> BatchView:
        """Return a batch as it is now.

        Raises:
            ApiError: 404.
        """
        view = self._view(self._facts(batch_id), now)
        if view.is_late:
            self._note(batch_id, BatchFacts.after_missed_read)
            raise batch_not_found(batch_id)
        return view

    def look(self, batch_id: str, now: int) -> BatchView:
        """Return a batch as it really is now; it is no read, and changes nothing. Raises as ``retrieve``."""
        return self._view(self._facts(batch_id), now)

    def has(self, batch_id: str) -> bool:
        """Tell whether there really is such a batch, even if no client may see it yet."""
        return self._store.get(batch_id) is not None

    def batches(self, now: int) -> list[BatchView]:
        """Return all batches as they really are now, in the order they were created."""
        with self._lock:
            return [self._view(facts, now) for facts in self._store.all()]

    def page(self, query: PageQuery, now: int) -> PageView:
        """Return a page of batches.

        Raises:
            ApiError: 404 for a cursor that is no batch of this workspace.
        """
        with self._lock:
            found = slice_of(self._store, query, unknown_is_empty=self.switches.unknown_cursor == "empty_page")
            return PageView([self._view(facts, now) for facts in found.facts], found.has_more)

    def results(self, batch_id: str, now: int) -> Iterator[bytes]:
        """Return the lines of a batch's results, made while they are read.

        Raises:
            ApiError: 404, also while there are no results yet, and once they are archived.
        """
        view = self.retrieve(batch_id, now)
        if view.has_late_results:
            self._note(batch_id, BatchFacts.after_missed_results)
        if not view.has_results:
            message = f"Message Batch {batch_id} has no available results."
            raise ApiError("not_found_error", message, headers={"x-should-retry": "false"})
        if view.may_be_reshuffled:
            self._note(batch_id, BatchFacts.after_download)
        return result_lines(view.facts, self._plans.of(view.facts))

    def cancel(self, batch_id: str, now: int) -> BatchView:
        """Ask for a batch to be canceled; asking again changes nothing.

        Raises:
            ApiError: 404, or 400 or 409 for a batch that has ended.
        """
        with self._lock:
            view = self._view(self._facts(batch_id), now)
            if view.status == "ended":
                refuse_cancel(view)
            if view.status != "in_progress":
                return view
            return self._keep(replace(view.facts, cancel_initiated_at=now), now)

    def delete(self, batch_id: str, now: int) -> None:
        """Forget a batch that has ended.

        Raises:
            ApiError: 404, or 400 for a batch that has not ended.
        """
        with self._lock:
            if self._view(self._facts(batch_id), now).status != "ended":
                raise invalid_request(
                    "In progress batches cannot be deleted. Consider canceling the batch instead."
                )
            self._store.delete(batch_id)
            self._plans.forget(batch_id)
            self.renderings.forget(batch_id)

    def adopt(self, scenario: Scenario) -> None:
        """Let batches to come unfold by a scenario; what its faults and limits count is counted from now on."""
        with self._lock:
            self.scenario = scenario
            self._fault_book = FaultBook(scenario.seed)
            self._allowance = Allowance()

    def state(self, now: int) -> WorkspaceState:
        """Return all that there is to know of it, but for what was asked and answered."""
        with self._lock:
            return WorkspaceState(
                clock=self.clock.setting,
                now=now,
                scenario=self.scenario,
                created=self._created,
                exchanges=self.history.exchanges,
                batches=tuple(self._store.all()),
            )

    def take_up(self, state: WorkspaceState) -> Generator[None, None, None]:
        """Go on from a state, in place of the one at hand; yields now and then."""
        for facts in state.batches:
            yield from self._plans.prepare(facts.submission)
        self.adopt(state.scenario)
        with self._lock:
            self._created = state.created
            for facts in state.batches:
                self._store.put(facts)

    def _facts(self, batch_id: str) -> BatchFacts:
        facts = self._store.get(batch_id)
        if facts is None:
            raise batch_not_found(batch_id)
        return facts

    def _view(self, facts: BatchFacts, now: int) -> BatchView:
        return project(facts, self._plans.of(facts), now)

    def _keep(self, facts: BatchFacts, now: int) -> BatchView:
        view = self._view(facts, now)
        self._store.put(facts)
        return view

    def _note(self, batch_id: str, happened: Callable[[BatchFacts], BatchFacts]) -> None:
        with self._lock:
            self._store.put(happened(self._facts(batch_id)))

    def _held(self, added: int, now: int) -> int:
        """Return how long a new batch must wait for room in the queue, or refuse it."""
        if self.scenario.limits.queue is None:
            return 0
        batches = [(facts, self._plans.of(facts)) for facts in self._store.all()]
        queue = Queue(batches, self.scenario.limits.queue)
        if self.switches.queue_overflow == "stall":
            return queue.room_at(added, now) - now
        if not queue.has_room(added, now):
            message = (
                f"This batch of {added} requests does not fit in the processing queue: {queue.waiting(now)} of at "
                f"most {queue.requests_max} requests are waiting."
            )
            raise too_many(message, QUEUE_WAIT, self.scenario)
        return 0
