"""What happened to a batch: it was submitted, perhaps its cancellation was asked for, and it was read.

Facts are all that is kept of a batch; everything else a client sees is projected from them and an instant.
They do not know what time it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from batchmock.clock import ClockSetting
from batchmock.models import MODELS, Model
from batchmock.scenario import Scenario
from batchmock.wire.request import BatchRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a create call stored; ``created_at`` in nanoseconds, ``number`` counts the workspace's from 1.

    ``held`` is for how long after it nothing could start, as the queue was full.
    """

    id: str
    number: int
    created_at: int
    requests: Sequence[BatchRequest]
    scenario: Scenario
    api_version: str
    betas: frozenset[str] = frozenset()
    user_profile_id: str | None = None
    held: int = 0
    models: Mapping[str, Model] = field(default_factory=lambda: MODELS, repr=False)

    @property
    def expires_at(self) -> int:
        """The end of the processing window: 24 hours after creation, to the microsecond."""
        return self.created_at + self.scenario.window

    @property
    def archived_at(self) -> int:
        """When results stop being available: 29 days after creation."""
        return self.created_at + self.scenario.retention


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """A submission and what was asked of it since; a deleted batch has no facts any more.

    The counts are kept where a switch makes them matter: reads that found no batch yet, reads that found no
    results yet, and downloads.
    """

    submission: Submission
    cancel_initiated_at: int | None = None
    missed_reads: int = 0
    missed_results: int = 0
    downloads: int = 0

    def after_missed_read(self) -> "BatchFacts":
        """Return the facts after one more read that came too early to find the batch."""
        return replace(self, missed_reads=self.missed_reads + 1)

    def after_missed_results(self) -> "BatchFacts":
        """Return the facts after one more read that came too early to find the results."""
        return replace(self, missed_results=self.missed_results + 1)

    def after_download(self) -> "BatchFacts":
        """Return the facts after one more download."""
        return replace(self, downloads=self.downloads + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceState:
    """A workspace at an instant: what it goes on from is all here.

    ``created`` is how many batches it has ever had, ``exchanges`` how many exchanges; the ids of those to come
    follow from them.
    """

    clock: ClockSetting
    now: int
    scenario: Scenario
    created: int
    exchanges: int
    batches: tuple[BatchFacts, ...]
