"""Opens a target: its client, and the arena where it can live.

Nobody is asked which that is: a Python callable whose HTTP does not come by in this process is judged in another,
as any program is. It does not know contracts.
"""

import os
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager

from batchmock.errors import UsageError as NothingToInterceptError
from batchmock.shims.environment import environment_for
from batchproof.adapters.call import Client
from batchproof.adapters.program import Program
from batchproof.adapters.python import PythonClient, load
from batchproof.arena.house import House
from batchproof.arena.inprocess import InProcess
from batchproof.arena.sockets import Sockets
from batchproof.arena.stage import START
from batchproof.plan import Plan, Row
from batchproof.run import Target
from batchproof.trial import Arena, play

_PROBE = Plan(rows=(Row(key="probe"),))


@contextmanager
def open_arena(target: Target) -> Generator[tuple[Arena, Client]]:
    """Open a target for as long as the block lasts.

    Raises:
        UsageError: there is no such callable or program.
    """
    if target.python is None:
        with open_program(target.program) as opened:
            yield opened
        return
    client = load(target.python)
    with InProcess.ready():
        arena = InProcess(client)
        if is_reached(arena):
            yield arena, client
            return
    with open_program(serving(client)) as opened:
        yield opened


def is_reached(arena: InProcess) -> bool:
    """Tell whether anything that a client sends comes by in this process."""
    try:
        return bool(play(_PROBE, arena).tape)
    except NothingToInterceptError:
        return False


def serving(client: PythonClient) -> Sequence[str]:
    """Return the command of a program that does what a callable does."""
    return sys.executable, "-m", "batchproof.adapters.serve", client.name


@contextmanager
def open_program(command: Sequence[str]) -> Generator[tuple[Sockets, Program]]:
    """Start a program, and a server for it, for as long as the block lasts.

    Raises:
        UsageError: it cannot be started, or does not speak the protocol.
    """
    with House.open(START) as house:
        program = Program(command, env=environment_for(house.url, base=os.environ))
        try:
            yield Sockets(program, house), program
        finally:
            program.end()
