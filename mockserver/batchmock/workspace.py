"""What one credential opens: its batches, its clock, its scenario.

The six operations, each at an instant that the caller read from the clock once. It does not know HTTP, other
workspaces, or who may come in.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from batchmock.clock import Clock
from batchmock.draws import Identifiers
from batchmock.errors import ApiError, batch_not_found, invalid_request
from batchmock.facts import BatchFacts, Submission, WorkspaceState
from batchmock.history import History
from batchmock.limits import EXCHANGES_KEPT_MAX, PAGE_LIMIT_DEFAULT, RateLimits
from batchmock.models import MODELS, Model
from batchmock.plans import Plans
from batchmock.projection import BatchView, project, result_lines, unfinished
from batchmock.rates import Bucket, rate_limited
from batchmock.scenario import Scenario
from batchmock.store import MemoryStore, Slice
from batchmock.wire.request import BatchRequest

# Our own guess: nothing says how long a full queue asks a client to wait.
QUEUE_RETRY_AFTER_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateOptions:
    """What the headers of a create call say about every request of the batch.

    ``scenario`` is for this batch alone; None is the workspace's.
    """

    api_version: str
    betas: frozenset[str] = frozenset()
    user_profile_id: str | None = None
    scenario: Scenario | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageQuery:
    """Which batches a list call asks for; at most one of the cursors is set."""

    limit: int = PAGE_LIMIT_DEFAULT
    after_id: str | None = None
    before_id: str | None = None


@dataclass(frozen=True, slots=True)
class PageView:
    """A page of batches, newest first, and whether there are more in the direction asked for."""

    batches: list[BatchView]
    has_more: bool


class Workspace:
    """Batches that live apart from every other workspace's, on a clock of their own."""

    def __init__(
        self,
        workspace_id: str,
        *,
        clock: Clock,
        scenario: Scenario,
        limits: RateLimits,
        models: Mapping[str, Model] = MODELS,
        history: History | None = None,
    ) -> None:
        self.id = workspace_id
        self.clock = clock
        self.scenario = scenario
        self.models = models
        self.history = History(EXCHANGES_KEPT_MAX) if history is None else history
        self._ids = Identifiers(scenario.seed, f"batch\0{workspace_id}", "msgbatch_01")
        self._bucket = Bucket(limits.http_requests_per_minute)
        self._queued_max = limits.queued_requests_max
        self._store = MemoryStore()
        self._plans = Plans()
        self._created = 0
        self._lock = Lock()

    def admit(self, now: int) -> None:
        """Count an HTTP request against the rate limit.

        Raises:
            ApiError: 429 with ``retry-after``.
        """
        with self._lock:
            self._bucket.take(now)

    def create(
        self, requests: Sequence[BatchRequest], options: CreateOptions, now: int
    ) -> Generator[None, None, BatchView]:
        """Store a batch; yields now and then, as planning a large one takes a while.

        Raises:
            ApiError: 429 when the batch does not fit in the queue; then nothing is stored.
        """
        with self._lock:
            self._refuse_overflow(len(requests), now)
            number, self._created = self._created, self._created + 1
        submission = Submission(
            id=self._ids.of(str(number)),
            created_at=now,
            requests=requests,
            scenario=options.scenario or self.scenario,
            api_version=options.api_version,
            betas=options.betas,
            user_profile_id=options.user_profile_id,
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
        return self._view(self._facts(batch_id), now)

    def batches(self, now: int) -> list[BatchView]:
        """Return all batches, in the order they were created."""
        with self._lock:
            return [self._view(facts, now) for facts in self._store.all()]

    def page(self, query: PageQuery, now: int) -> PageView:
        """Return a page of batches.

        Raises:
            ApiError: 404 for a cursor that is no batch of this workspace.
        """
        with self._lock:
            found = self._slice(query)
            return PageView([self._view(facts, now) for facts in found.facts], found.has_more)

    def results(self, batch_id: str, now: int) -> Iterator[bytes]:
        """Return the lines of a batch's results, made while they are read.

        Raises:
            ApiError: 404, also while there are no results yet, and once they are archived.
        """
        view = self.retrieve(batch_id, now)
        if not view.has_results:
            message = f"Message Batch {batch_id} has no available results."
            raise ApiError("not_found_error", message, headers={"x-should-retry": "false"})
        return result_lines(view.facts, self._plans.of(view.facts))

    def cancel(self, batch_id: str, now: int) -> BatchView:
        """Ask for a batch to be canceled; asking again changes nothing.

        Raises:
            ApiError: 404, or 400 for a batch that has ended.
        """
        with self._lock:
            view = self._view(self._facts(batch_id), now)
            if view.status == "ended":
                raise invalid_request(f"Message Batch {batch_id} has already ended and cannot be canceled.")
            if view.status == "canceling":
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

    def state(self, now: int) -> WorkspaceState:
        """Return all that there is to know of it, but for what was asked and answered."""
        with self._lock:
            return WorkspaceState(
                clock=self.clock.setting,
                now=now,
                scenario=self.scenario,
                created=self._created,
                batches=tuple(self._store.all()),
            )

    def take_up(self, state: WorkspaceState) -> Generator[None, None, None]:
        """Go on from a state, in place of the one at hand; yields now and then."""
        for facts in state.batches:
            yield from self._plans.prepare(facts.submission)
        with self._lock:
            self.scenario, self._created = state.scenario, state.created
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

    def _slice(self, query: PageQuery) -> Slice:
        if query.after_id is not None:
            return self._store.older_than(self._facts(query.after_id).submission.id, query.limit)
        if query.before_id is not None:
            return self._store.newer_than(self._facts(query.before_id).submission.id, query.limit)
        return self._store.newest(query.limit)

    def _refuse_overflow(self, added: int, now: int) -> None:
        if self._queued_max is None:
            return
        queued = sum(unfinished(facts, self._plans.of(facts), now) for facts in self._store.all())
        if queued + added > self._queued_max:
            raise rate_limited(
                f"This batch of {added} requests does not fit in the processing queue: {queued} of at most "
                f"{self._queued_max} requests are waiting.",
                retry_after_s=QUEUE_RETRY_AFTER_S,
            )
