"""asyncio's loops on virtual time: those that participants run, and the one that runs where a block is entered.

Their clock is ``time.monotonic``, which is virtual for a participant by itself. It does not know who takes turns.
"""

import asyncio
from collections.abc import Generator, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from batchmock.coupling.current import current
from batchmock.coupling.patches import Undo, replace
from batchmock.coupling.selecting import Selecting
from batchmock.coupling.waits import Participant
from batchmock.errors import UsageError
from batchmock.times import SECOND

_run_forever = asyncio.BaseEventLoop.run_forever


class _LoopName:
    """What a loop is called in a report: by the tasks that wait in it."""

    def __init__(self, loop: Any) -> None:
        self._loop = loop

    def __str__(self) -> str:
        tasks = asyncio.all_tasks(self._loop)
        waiting = [f"{task.get_name()} in {getattr(task.get_coro(), '__qualname__', '?')}" for task in tasks]
        return f"its event loop ({', '.join(sorted(waiting)) or 'no tasks'})"


def run_forever(self: Any) -> None:
    """Stand in for ``BaseEventLoop.run_forever``."""
    me = current()
    if me is None:
        return _run_forever(self)
    with coupled(self, me):
        return _run_forever(self)


def replace_asyncio() -> list[Undo]:
    """Let every loop of asyncio's own be coupled when a participant runs it; return how to put it back."""
    return [replace(asyncio.BaseEventLoop, "run_forever", run_forever)]


@contextmanager
def running_loop_coupled(me: Participant) -> Generator[None]:
    """Couple the loop that runs in this thread, if one does, for as long as the block lasts."""
    with nullcontext() if (loop := _running()) is None else coupled(loop, me):
        yield


@contextmanager
def coupled(loop: Any, me: Participant) -> Generator[None]:
    """Put a loop on virtual time for as long as the block lasts."""
    refuse_unless_selecting(loop)
    selector = loop._selector
    select, write_to_self = selector.select, loop._write_to_self
    selecting = Selecting(_LoopName(loop), lambda: _waited_for(loop), write_to_self)

    def select_in_turn(timeout: float | None = None) -> Any:
        now = current()
        if now is None or (timeout is not None and timeout <= 0):
            return select(timeout)
        return selecting.select(now, timeout, select)

    def wake() -> None:
        write_to_self()
        selecting.wake()

    undo = [replace(selector, "select", select_in_turn), replace(loop, "_write_to_self", wake)]
    # Its threads may have been started outside, where nobody sees what they do.
    executor, loop._default_executor = loop._default_executor, None
    try:
        yield
    finally:
        for put_back in undo:
            put_back()
        _shift_timers(loop, me)
        if executor is not None:
            _keep(loop, executor)


def refuse_unless_selecting(loop: Any) -> None:
    """Refuse a loop that waits where it cannot be seen.

    Raises:
        UsageError: the loop is not one of asyncio's own with a selector.
    """
    if not hasattr(loop, "_selector"):
        kind = f"{type(loop).__module__}.{type(loop).__qualname__}"
        raise UsageError(f"{kind} keeps its own time, which cannot be coupled; run on asyncio.SelectorEventLoop")


def refuse_unless_coupled() -> None:
    """Refuse to serve a participant on a loop that waits where it cannot be seen.

    Raises:
        UsageError: the running loop is neither trio's nor one of asyncio's own.
    """
    if current() is not None and (loop := _running()) is not None:
        refuse_unless_selecting(loop)


def _running() -> Any:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _waited_for(loop: Any) -> Iterator[int]:
    own = loop._ssock.fileno()
    return (fd for fd in list(loop._selector.get_map()) if fd != own)


def _shift_timers(loop: Any, me: Participant) -> None:
    """Let timers that are left have as long to go in real time as they had in virtual time."""
    passed = me.turns.ahead_ns() / SECOND
    for timer in loop._scheduled:
        timer._when -= passed


def _keep(loop: Any, executor: Any) -> None:
    if loop._default_executor is not None:
        loop._default_executor.shutdown(wait=False)
    loop._default_executor = executor
