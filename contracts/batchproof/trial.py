"""Plays one plan to one client, and returns what was seen.

It does not know what should be seen.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from batchproof.arena.stage import Stage
from batchproof.observation import Ending, Observation
from batchproof.plan import Plan


class Arena(Protocol):
    """Where a client lives."""

    def stage(self, plan: Plan) -> Stage:
        """Return an emulator that the client can reach, with a plan's scenario."""
        ...

    def play(self, stage: Stage, state_dir: Path) -> tuple[list[Ending], list[Ending]]:
        """Play all lives of the stage's plan; return how they ended, and how their rivals did."""
        ...


def play(plan: Plan, arena: Arena) -> Observation:
    """Play a plan from its start, on an emulator of its own."""
    stage = arena.stage(plan)
    with TemporaryDirectory(prefix="batchproof-") as folder:
        endings, rivals = arena.play(stage, Path(folder))
    tape = tuple(stage.recorder.tape)
    has_struck = stage.has_struck()
    return Observation(
        plan=plan,
        endings=tuple(endings),
        rivals=tuple(rivals),
        tape=tape,
        ledger=stage.ledger(),
        started=stage.started,
        has_struck=has_struck,
    )
