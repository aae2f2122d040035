"""A night: tickets through the reference client, against an emulator in this process, with a crash on the way.

The client's waiting moves the emulator's clock, so hours pass at once. It does not know how it is shown.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from batchclient.bench import Progress, unobserved
from batchclient.cli.summary import Summary, summary_of
from batchclient.ids import NONCE_LENGTH
from batchclient.outcomes import Succeeded
from batchclient.policy import Policy
from batchclient.run import BatchRun, UnfinishedError
from batchclient.sync import BatchClient
from batchmock.clock import ClockSetting
from batchmock.inprocess.emulator import LocalEmulator
from batchmock.scenario import Scenario
from batchmock.settings import Settings
from batchmock.times import parse_instant
from batchproof.demo.tickets import belongs, tickets

EVENING = "2026-11-23T18:00:00Z"
BATCHES = 5
ROUNDS = 2


class CrashError(Exception):
    """The client's process dies; nothing of it is left but what is on the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Morning:
    """What became of the tickets. ``made`` is how many batches the emulator has, whoever knows of them."""

    summary: Summary
    joined: int
    made: int
    crashes: int
    virtual_s: float

    @property
    def is_right(self) -> bool:
        """Whether each ticket has one outcome, each answer is its ticket's own, and no batch was made twice."""
        counts = self.summary.counts
        return counts.open == 0 and self.joined == counts.succeeded and self.made == self.summary.batches


@dataclass(slots=True)
class Night:
    """The emulator, the client that is run against it, and whoever watches."""

    scenario: Scenario
    count: int
    watch: Callable[[Progress], None] = unobserved
    crashed: Callable[[], object] = int
    crashes: int = 0
    emulator: LocalEmulator = field(init=False)
    _random: Random = field(init=False)

    def __post_init__(self) -> None:
        settings = Settings(clock=ClockSetting(mode="manual"), start=parse_instant(EVENING))
        self.emulator = LocalEmulator(self.scenario, settings=settings)
        self._random = Random(self.scenario.seed)

    def run(self, journal: Path) -> Morning:
        """Run the tickets to their end, through a crash."""
        began = self.emulator.clock.now()
        with self.emulator.coupled_time():
            try:
                done = self._to_the_end(journal)
            except UnfinishedError as unfinished:
                done = unfinished.run
            virtual = self.emulator.clock.now() - began
            with done:
                return self._morning(done, virtual.total_seconds())

    def _to_the_end(self, journal: Path) -> BatchRun:
        try:
            return self._client().run(tickets(self.count), journal=journal)
        except CrashError:
            self.crashes += 1
            self.crashed()
            return self._client().resume(journal)

    def _client(self) -> BatchClient:
        return BatchClient(
            self.emulator.client(),
            policy=Policy(requests_max=-(-self.count // BATCHES), retries=ROUNDS),
            draw=self._random.random,
            nonce=lambda: f"{self._random.getrandbits(4 * NONCE_LENGTH):0{NONCE_LENGTH}x}",
            on_progress=self._look,
        )

    def _look(self, progress: Progress) -> None:
        """Show what was seen; die at the sight of the first batch that has ended, before it is read."""
        self.watch(progress)
        if progress.next_poll_s is None and not self.crashes:
            raise CrashError

    def _morning(self, run: BatchRun, virtual_s: float) -> Morning:
        return Morning(
            summary=summary_of(run.journal),
            joined=sum(isinstance(found, Succeeded) and belongs(key, found) for key, found in run),
            made=len(list(self.emulator.client().messages.batches.list(limit=1000))),
            crashes=self.crashes,
            virtual_s=virtual_s,
        )
