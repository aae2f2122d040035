"""trio's runs on virtual time, if trio is there when the first block is entered.

Their clock is ``time.perf_counter``, which is virtual for a participant by itself; what is left is where they
wait. It does not know who takes turns.
"""

import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from batchmock.coupling.current import current
from batchmock.coupling.patches import Undo, replace
from batchmock.coupling.selecting import Selecting
from batchmock.coupling.waits import Participant
from batchmock.times import SECOND

# What trio itself waits for at most; it then looks around and waits again.
TIMEOUT_S_MAX = 86_400

# By the manager of a run's input and output, and by what wakes it.
_SELECTING: dict[Any, Selecting] = {}
_WAKING: dict[Any, Selecting] = {}


def replace_trio() -> list[Undo]:
    """Let every run of a participant wait in turn; return how to put it back."""
    if "trio" not in sys.modules:
        return []
    import trio._core._run as run
    import trio._core._thread_cache as threads
    import trio._core._wakeup_socketpair as wakeups

    manager: Any = vars(run)["TheIOManager"]
    context: Any = run.GLOBAL_RUN_CONTEXT
    get_events, wake = manager.get_events, wakeups.WakeupSocketpair.wakeup_thread_and_signal_safe

    def get_events_in_turn(self: Any, timeout: float) -> Any:
        me = current()
        if me is not None and self not in _SELECTING:
            # A guest of another loop asks here first, and then waits in a thread that knows of no run.
            _SELECTING[self] = _selecting(self, context.runner)
        if me is None or timeout <= 0:
            return get_events(self, timeout)
        return _SELECTING[self].select(me, timeout, partial(_events, get_events, self))

    def wake_in_turn(self: Any) -> None:
        wake(self)
        if selecting := _WAKING.get(self):
            selecting.wake()

    return [
        _let_go,
        replace(manager, "get_events", get_events_in_turn),
        replace(wakeups.WakeupSocketpair, "wakeup_thread_and_signal_safe", wake_in_turn),
        _set_threads_aside(threads.THREAD_CACHE),
    ]


def _events(get_events: Any, manager: Any, timeout: float | None) -> Any:
    return get_events(manager, TIMEOUT_S_MAX if timeout is None else timeout)


def shift_clock(me: Participant) -> None:
    """Let the run of this thread, if there is one, go on from the virtual time in real time."""
    if "trio" not in sys.modules:
        return
    import trio._core._run as run

    context: Any = run.GLOBAL_RUN_CONTEXT
    with suppress(AttributeError):
        # A clock of the user's own has no offset, and was never coupled.
        clock = context.runner.clock
        context.runner.clock = type(clock)(clock.offset + me.turns.ahead_ns() / SECOND)


def _selecting(manager: Any, runner: Any) -> Selecting:
    wakeup = runner.entry_queue.wakeup
    waited_for = partial(_waited_for, manager, wakeup)
    selecting = _WAKING[wakeup] = Selecting(_RunName(runner), waited_for, wakeup.wakeup_thread_and_signal_safe)
    if (own := getattr(manager, "_force_wakeup", None)) is not None:
        _WAKING[own] = selecting
    return selecting


def _let_go() -> None:
    """Let runs that outlast all blocks wait for real."""
    for selecting in _SELECTING.values():
        selecting.wake()
    _SELECTING.clear()
    _WAKING.clear()


class _RunName:
    """What a run is called in a report: by the tasks that wait in it."""

    def __init__(self, runner: Any) -> None:
        self._runner = runner

    def __str__(self) -> str:
        names = sorted(task.name for task in self._runner.tasks)
        waiting = [name for name in names if not name.startswith(("trio._core", "<"))]
        return f"trio ({', '.join(waiting)})"


def _waited_for(manager: Any, wakeup: Any) -> Iterator[int]:
    own = wakeup.wakeup_sock.fileno()
    # Only epoll's manager has a plain table of them.
    registered: list[Any] = list(getattr(manager, "_registered", ()))
    return (fd for fd in registered if isinstance(fd, int) and fd != own)


def _set_threads_aside(cache: Any) -> Undo:
    """Let runs start threads of their own, as nobody sees what those started outside do."""
    aside, cache._idle_workers = cache._idle_workers, {}

    def undo() -> None:
        aside.update(cache._idle_workers)
        cache._idle_workers = aside

    return undo
