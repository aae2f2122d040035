"""Saves the plans of breaks, so that each can be played again.

It does not know how.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from batchproof.contract import Verdict
from batchproof.plan_file import write_file
from batchproof.reports.report import plan_of


def saved(verdicts: Sequence[Verdict], folder: Path) -> Mapping[str, str]:
    """Write the plan of each break into a folder; return where, by contract.

    Raises:
        UsageError: it cannot be written there.
    """
    paths: dict[str, str] = {}
    for verdict in verdicts:
        file = plan_of(verdict)
        if file is not None:
            path = folder / f"{verdict.contract}.json"
            write_file(path, file)
            paths[verdict.contract] = str(path)
    return paths
