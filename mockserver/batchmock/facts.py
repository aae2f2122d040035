"""What happened to a batch: it was submitted, and perhaps its cancellation was asked for.

Facts are all that is kept of a batch; everything else a client sees is projected from them and an instant.
They do not know what time it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from batchmock.clock import ClockSetting
from batchmock.models import MODELS, Model
from batchmock.scenario import Scenario
from batchmock.wire.request import BatchRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a create call stored; ``created_at`` in nanoseconds."""

    id: str
    created_at: int
    requests: Sequence[BatchRequest]
    scenario: Scenario
    api_version: str
    betas: frozenset[str] = frozenset()
    user_profile_id: str | None = None
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
    """A submission and what was asked of it since; a deleted batch has no facts any more."""

    submission: Submission
    cancel_initiated_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceState:
    """A workspace at an instant: what it goes on from is all here.

    ``created`` is how many create calls it has taken; the ids of batches come of it.
    """

    clock: ClockSetting
    now: int
    scenario: Scenario
    created: int
    batches: tuple[BatchFacts, ...]
