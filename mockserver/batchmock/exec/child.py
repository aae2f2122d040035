"""A program that runs in place of the command that started it: its streams, its exit code, the signals for it.

It does not know what it runs.
"""

import os
import signal
import subprocess
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

NOT_FOUND, NOT_EXECUTABLE = 127, 126
_WISHES = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")
    if hasattr(signal, name)
]  # fmt: skip
# What a terminal sends to everybody in the foreground, the program included.
_TYPED = {getattr(signal, name) for name in ("SIGINT", "SIGQUIT") if hasattr(signal, name)}


class NotStartedError(Exception):
    """A program cannot be started; ``exit_code`` is what a shell would exit with."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def run_child(command: Sequence[str], env: Mapping[str, str]) -> int:
    """Run a program to its end; return its exit code, 128 and the number of the signal that killed it.

    Raises:
        NotStartedError: there is no such program, or it is none.
    """
    with _signals_passed_on() as passing:
        try:
            passing.process = subprocess.Popen(command, env=env)
        except FileNotFoundError:
            raise NotStartedError(f"{command[0]}: no such program", NOT_FOUND) from None
        except OSError as error:
            raise NotStartedError(f"{command[0]}: {error.strerror}", NOT_EXECUTABLE) from None
        passing.catch_up()
        code = passing.process.wait()
    return 128 - code if code < 0 else code


class _Passing:
    """Passes signals on, those that come before there is anybody later."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self._early: list[int] = []

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self.process is None:
            self._early.append(number)
        elif not (number in _TYPED and _is_in_foreground()):
            with suppress(OSError):
                self.process.send_signal(number)

    def catch_up(self) -> None:
        """Pass on what came before."""
        for number in self._early:
            self(number, None)


@contextmanager
def _signals_passed_on() -> Generator[_Passing]:
    passing = _Passing()
    before = {wish: signal.signal(wish, passing) for wish in _WISHES}
    try:
        yield passing
    finally:
        for wish, handler in before.items():
            signal.signal(wish, handler)


def _is_in_foreground() -> bool:
    """Tell whether a terminal sends what is typed to us, and so to our child as well."""
    if os.name != "posix":
        return True
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
