"""Opens a target: its client, and the arena where it can live.

It does not know plans.
"""

from collections.abc import Generator
from contextlib import contextmanager

from batchproof.adapters.call import Client
from batchproof.adapters.python import load
from batchproof.arena.inprocess import InProcess
from batchproof.errors import UsageError
from batchproof.run import Target
from batchproof.trial import Arena


@contextmanager
def open_arena(target: Target) -> Generator[tuple[Arena, Client]]:
    """Open a target for as long as the block lasts.

    Raises:
        UsageError: there is no such callable or program.
    """
    if target.python is None:
        raise UsageError("programs cannot be judged yet")
    client = load(target.python)
    with InProcess.ready():
        yield InProcess(client), client
