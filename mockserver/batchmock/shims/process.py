"""A Python process on a server's clock, from its start to its end, and the processes that it forks.

All its threads take part, and all its event loops. It does not know what the program is.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from batchmock.clock import Clock, ClockSetting
from batchmock.coupling.block import GRACE_S, LIMIT
from batchmock.coupling.current import become, current
from batchmock.coupling.loops import replace_asyncio
from batchmock.coupling.patches import replace, replace_all
from batchmock.coupling.shared_turns import SharedTurns
from batchmock.coupling.trio_loops import replace_trio
from batchmock.coupling.waits import Wait
from batchmock.shims.imports import when_imported
from batchmock.shims.mover import ServerMover
from batchmock.shims.server_clock import ClockGoneError, Membership, ServerClock
from batchmock.shims.wall import replace_wall_clock

# How long a process that is started has, in real seconds, to join before its parent goes on.
START_PATIENCE_S = 2.0
LOOK_AGAIN_S = 0.002
_RLock = threading.RLock
_real_monotonic, _real_sleep = time.monotonic, time.sleep


def couple(environ: Mapping[str, str]) -> None:
    """Put this process on the clock that its environment names.

    Raises:
        ClockGoneError: the clock is not there, or not coupled.
    """
    clock = ServerClock(
        environ["BATCHPROOF_CLOCK_URL"], environ["BATCHPROOF_CLOCK_KEY"], environ.get("BATCHPROOF_CLOCK_TOKEN")
    )
    process = _Process(clock, clock.join(_name()))
    replace_wall_clock()
    replace_all()
    replace_asyncio()
    when_imported("trio._core._entry_queue", within=_real_locks)
    when_imported("trio._core._run", then=replace_trio)
    _wait_in_sight(clock)
    process.take_part()
    os.register_at_fork(
        before=process.before_fork, after_in_parent=process.after_fork, after_in_child=process.begin_again
    )
    # Called last, as it is the first that is registered: what threads are left are waited for in turn.
    vars(threading)["_register_atexit"](_join_all)


@contextmanager
def _real_locks() -> Generator[None]:
    """Let a module that is being imported have locks that a signal's handler may take."""
    put_back = replace(threading, "RLock", _RLock)
    try:
        yield
    finally:
        put_back()


class _Process:
    """The membership of this process, and of a child that is being forked."""

    def __init__(self, clock: ServerClock, membership: Membership) -> None:
        self._clock = clock
        self._membership = membership
        self._of_child: Membership | None = None

    def take_part(self) -> None:
        """Let this thread, and whatever it starts, wait on the clock."""
        membership = self._membership
        shown = Clock(ClockSetting(mode="manual"), start=membership.joined_at, real=lambda: 0)
        mover = ServerMover(membership)
        turns = SharedTurns(shown, mover, self._clock.home, grace_s=GRACE_S, limit=LIMIT)
        become(turns.first)
        mover.start(turns, _tell_lost)

    def before_fork(self) -> None:
        """Let the clock wait for the child before it is there."""
        self._of_child = None
        if current() is not None:
            try:
                self._of_child = self._clock.join(f"a child of {_name()}")
            except ClockGoneError:
                return

    def after_fork(self) -> None:
        """Leave the child's membership to the child."""
        if self._of_child is not None:
            self._of_child.forget()

    def begin_again(self) -> None:
        """Take part on its own, in the child: none of the parent's threads are here."""
        me, of_child = current(), self._of_child
        self._membership.forget()
        if me is None or of_child is None:
            become(None)
            return
        self._membership = of_child
        self.take_part()


def _wait_in_sight(clock: ServerClock) -> None:
    """Let the usual ways to wait for other processes be seen, and those be there that are started."""
    replace(os, "waitpid", _aside(os.waitpid, is_waiting=_waits_for_pid))
    replace(subprocess.Popen, "communicate", _aside(vars(subprocess.Popen)["communicate"]))
    started = subprocess.Popen.__init__

    def start(self: Any, *args: Any, **options: Any) -> None:
        started(self, *args, **options)
        if current() is not None and _may_join([self.args] if isinstance(self.args, str) else self.args):
            _await_member(clock, self)

    replace(subprocess.Popen, "__init__", start)


def _waits_for_pid(pid: int, options: int) -> bool:
    return options == 0


def _always(*args: Any, **options: Any) -> bool:
    return True


def _aside(wait: Callable[..., Any], is_waiting: Callable[..., bool] = _always) -> Callable[..., Any]:
    """Let time pass without this thread while it waits for something real."""

    def waiting(*args: Any, **options: Any) -> Any:
        me = current()
        if me is None or not isinstance(me.turns, SharedTurns) or not is_waiting(*args, **options):
            return wait(*args, **options)
        me.turns.step_aside(me)
        try:
            return wait(*args, **options)
        finally:
            me.turns.wait(Wait(me, "its turn", 0))

    return waiting


def _may_join(command: Sequence[object]) -> bool:
    """Tell by its name whether a program is one that joins."""
    program = Path(str(command[0] if command else "").split(" ")[0])
    return program.name.lower().startswith(("python", "node", "pytest"))


def _await_member(clock: ServerClock, process: subprocess.Popen[Any]) -> None:
    """Go on only once a process that was started is on the clock: the time until then is its parent's time too."""
    end_s = _real_monotonic() + START_PATIENCE_S
    while process.returncode is None and _real_monotonic() < end_s:
        try:
            if any(name.startswith(f"{process.pid} ") for name in clock.clients()) or _has_ended(process):
                return
        except ClockGoneError:
            return
        _real_sleep(LOOK_AGAIN_S)


def _has_ended(process: subprocess.Popen[Any]) -> bool:
    if sys.platform == "win32":
        return process.poll() is not None
    # Left for whoever waits for it.
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _join_all() -> None:
    for thread in threading.enumerate():
        if not thread.daemon and thread is not threading.current_thread():
            thread.join()


def _name() -> str:
    return f"{os.getpid()} {' '.join(sys.orig_argv)[:200]}"


def _tell_lost(gone: ClockGoneError) -> None:
    os.write(2, f"batchproof: process {os.getpid()} lost its clock and goes on in real time: {gone}\n".encode())
