"""A program in a process of its own, asked a line and answering with one: bounded in time and in bytes.

It ends with everything that it started and that stayed in its process group. It does not know the protocol.
"""

import os
import selectors
import signal
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import IO

from batchproof.adapters.spawn import started

# Longer than any library of a client waits before it tries again, with room for a busy machine.
SILENCE_S = 45.0
# However much a program does, a call that takes longer keeps the whole run from its end.
CALL_S = 120.0
# More than every outcome of the largest plan with the longest answers.
ANSWER_BYTES_MAX = 32 << 20
# How often to look at what no pipe tells of.
TICK_S = 0.02
# Between the end of a program's output and its own.
ENDING_S = 2.0
_PIECE = 65_536
# As many as a pipe holds, and the end of it, on both.
_LAST_PIECES = 4
_LINES_KEPT = 12
_LINE_SHOWN = 300

# Grows with each sign of life, such as an exchange; may raise, to give up waiting.
Watch = Callable[[], int]


class ProcessOverError(Exception):
    """A program ended, or closed its output, before it had answered; ``code`` is its exit code, if it has one."""

    def __init__(self, told: str, code: int | None) -> None:
        super().__init__(told)
        self.code = code


class FloodError(Exception):
    """A program wrote without end, or without having been asked."""


class SilenceError(Exception):
    """A program gave no sign of life for too long, or no answer for far too long."""


class Process:
    """A running program.

    Raises:
        UsageError: it cannot be started.
    """

    def __init__(self, command: Sequence[str], env: Mapping[str, str], *, silence_s: float = SILENCE_S) -> None:
        self._silence_s = silence_s
        self._popen = started(command, env)
        self._answer = bytearray()
        self._searched = 0
        self._said: deque[str] = deque(maxlen=_LINES_KEPT)
        self._complaints = bytearray()
        self._unsent = memoryview(b"")
        self._selector = selectors.DefaultSelector()
        for pipe in (self._stdin, self._stdout, self._stderr):
            os.set_blocking(pipe.fileno(), False)
        self._selector.register(self._stdout, selectors.EVENT_READ, self._hear)
        self._selector.register(self._stderr, selectors.EVENT_READ, self._hear_complaint)
        self._is_open = True

    @property
    def pid(self) -> int:
        """Its process id, which is its group's too."""
        return self._popen.pid

    def ask(self, line: bytes, watch: Watch = lambda: 0) -> bytes:
        """Write a line, and return the next line that it writes.

        Raises:
            ProcessOverError: it ended before.
            FloodError: it wrote too much.
            SilenceError: it did nothing for too long.
        """
        self._listen(0)
        if self._answer:
            raise FloodError(f"wrote {bytes(self._answer[:120])!r} without having been asked")
        self._unsent = memoryview(line)
        self._selector.register(self._stdin, selectors.EVENT_WRITE, self._speak)
        try:
            return self._answered(watch)
        finally:
            with suppress(KeyError):
                self._selector.unregister(self._stdin)

    def add(self, line: bytes) -> None:
        """Write a line while it works on its answer to another; any thread may."""
        with suppress(OSError):
            os.write(self._stdin.fileno(), line)

    def interrupt(self) -> None:
        """Send SIGINT to it and what it started, as Ctrl-C in a terminal does; any thread may."""
        self._signal(signal.SIGINT)

    def kill(self) -> None:
        """Kill it and everything in its group; any thread may, also twice."""
        self._signal(signal.SIGKILL)

    def end(self) -> None:
        """Kill it, and let go of what it held."""
        self.kill()
        self._popen.wait()
        self._selector.close()
        for pipe in (self._stdin, self._stdout, self._stderr):
            with suppress(OSError):
                pipe.close()

    def transcript(self) -> str:
        """Return the last lines that it wrote, to its output and to its error output."""
        complaints = self.complaints()
        unfinished = [_shown(bytes(self._answer))] if self._answer else []
        said = [f"stdout: {line}" for line in [*self._said, *unfinished][-_LINES_KEPT:]]
        return "\n".join([*said, *filter(None, [complaints])])

    def complaints(self) -> str:
        """Return the last lines that it wrote to its error output."""
        if self._popen.returncode is None:
            self._listen(0)
        errors = bytes(self._complaints).decode("utf-8", "backslashreplace").splitlines()[-_LINES_KEPT:]
        return "\n".join(f"stderr: {line[:_LINE_SHOWN]}" for line in errors)

    def forget(self) -> None:
        """Begin a new transcript."""
        self._said.clear()
        self._complaints.clear()

    def _answered(self, watch: Watch) -> bytes:
        asked = lived = time.monotonic()
        sign = (watch(), 0)
        while (line := self._line()) is None:
            self._listen(TICK_S)
            now, seen = time.monotonic(), (watch(), len(self._answer))
            if seen != sign:
                # What the watch itself did took time of ours, and none of the program's.
                sign, lived = seen, time.monotonic()
            if now - lived > self._silence_s:
                raise SilenceError(f"gave no sign of life for {self._silence_s:g} s")
            if now - asked > CALL_S:
                raise SilenceError(f"gave no answer for {CALL_S:g} s")
        return line

    def _line(self) -> bytes | None:
        end = self._answer.find(b"\n", self._searched)
        if end >= 0:
            line = bytes(self._answer[:end])
            del self._answer[: end + 1]
            self._searched = 0
            self._said.append(_shown(line))
            return line
        self._searched = len(self._answer)
        if len(self._answer) > ANSWER_BYTES_MAX:
            raise FloodError(f"wrote a line of more than {ANSWER_BYTES_MAX >> 20} MiB")
        if not self._is_open or self._has_ended():
            self._listen(0)
            if self._answer.find(b"\n", self._searched) < 0:
                raise ProcessOverError(self._how_it_ended(), self._popen.returncode)
        return None

    def _listen(self, timeout_s: float) -> None:
        for key, _ in self._selector.select(timeout_s):
            key.data()

    def _hear(self) -> None:
        with suppress(BlockingIOError):
            piece = os.read(self._stdout.fileno(), _PIECE)
            self._answer += piece
            if not piece:
                self._is_open = False
                self._selector.unregister(self._stdout)

    def _hear_complaint(self) -> None:
        with suppress(BlockingIOError):
            piece = os.read(self._stderr.fileno(), _PIECE)
            self._complaints += piece
            del self._complaints[:-_PIECE]
            if not piece:
                self._selector.unregister(self._stderr)

    def _speak(self) -> None:
        try:
            written = os.write(self._stdin.fileno(), self._unsent)
        except BlockingIOError:
            return
        except OSError:
            # It reads no more; its output tells why, or that it has ended.
            written = len(self._unsent)
        self._unsent = self._unsent[written:]
        if not self._unsent:
            self._selector.unregister(self._stdin)

    def _has_ended(self) -> bool:
        # Not reaped: as long as it is not, its group's number is nobody else's.
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _how_it_ended(self) -> str:
        deadline = time.monotonic() + ENDING_S
        while not self._has_ended() and time.monotonic() < deadline:
            self._listen(TICK_S)
        is_closed_only = not self._has_ended()
        self.kill()
        self._popen.wait()
        for _ in range(_LAST_PIECES):
            self._listen(0)
        if is_closed_only:
            return "closed its output without an answer"
        code = self._popen.returncode
        return f"ended with exit code {code}" if code >= 0 else f"was ended by {signal.Signals(-code).name}"

    def _signal(self, number: signal.Signals) -> None:
        if self._popen.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)

    @property
    def _stdin(self) -> IO[bytes]:
        assert self._popen.stdin is not None
        return self._popen.stdin

    @property
    def _stdout(self) -> IO[bytes]:
        assert self._popen.stdout is not None
        return self._popen.stdout

    @property
    def _stderr(self) -> IO[bytes]:
        assert self._popen.stderr is not None
        return self._popen.stderr


def _shown(line: bytes) -> str:
    text = line[:_LINE_SHOWN].decode("utf-8", "backslashreplace")
    return text if len(line) <= _LINE_SHOWN else f"{text}…"
