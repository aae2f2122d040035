"""``batchproof run`` at a terminal of 80 columns: what is shown while it waits, and what Ctrl-C leaves behind."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from batchmock.remote import RemoteEmulator
from tests.clients.test_cli import entry, written
from tests.programs import COMMAND, serving

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")

COLUMNS = 80
CTRL_C = b"\x03"
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass
class Terminal:
    """A program at a terminal, and all that it has shown, without colours and moves of the cursor."""

    process: subprocess.Popen[bytes]
    end: int
    raw: bytearray = field(default_factory=bytearray)

    @property
    def shown(self) -> str:
        return _CONTROL.sub("", self.raw.decode(errors="replace"))

    def until(self, text: str) -> str:
        """Read until a text is shown; fail where the program ends before."""
        while text not in " ".join(self.shown.split()):
            assert self._read(), self.shown
        return self.shown

    def rest(self) -> int:
        """Read to the end; return the exit code."""
        while self._read():
            pass
        return self.process.wait(timeout=30)

    def _read(self) -> bool:
        try:
            piece = os.read(self.end, 4_096)
        except OSError:  # how Linux says that the other end is closed
            return False
        self.raw += piece
        return bool(piece)


@contextmanager
def at_terminal(*arguments: str, url: str) -> Generator[Terminal]:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    env = os.environ | {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "test", "TERM": "xterm"}
    env.pop("COLUMNS", None)
    with subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=env,
        start_new_session=True,
        preexec_fn=_take_terminal,
    ) as process:
        os.close(theirs)
        try:
            yield Terminal(process, ours)
        finally:
            process.kill()
            os.close(ours)


def _take_terminal() -> None:
    """Have Ctrl-C come from the terminal, as it does for a person."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_a_terminal_shows_where_a_run_is_and_ctrl_c_says_how_to_go_on(tmp_path: Path) -> None:
    rows = [entry(str(n), "hi") for n in range(3)]
    arguments = ("run", str(written(tmp_path / "in.jsonl", rows)), "-o", str(tmp_path / "out.jsonl"))
    with serving("--quiet", "--clock", "manual") as server:
        with at_terminal(*arguments, url=server.url) as terminal:
            shown = terminal.until("submitted, 0 looks; next in 10 s, given up in 25 h 00 min")
            os.write(terminal.end, CTRL_C)
            code = terminal.rest()
            said = " ".join(terminal.shown.split())
        RemoteEmulator(server.url).clock.advance("25h")
        with at_terminal(*arguments, "--resume", url=server.url) as resumed:
            again = resumed.rest()
            told = resumed.shown

    assert code == 130
    assert f"Resume with the journal {tmp_path}" in said.replace("- ", "-")
    assert "msgbatch_" in said
    assert "Traceback" not in said
    assert all(len(line) <= COLUMNS for part in (shown, told) for line in re.split(r"[\r\n]+", part))
    assert again == 0
    assert "ended, " in told
    assert "3 succeeded" in told
    assert (tmp_path / "out.jsonl").read_bytes().count(b'"succeeded"') == 3


def test_a_terminal_shows_that_nobody_answers(tmp_path: Path) -> None:
    file = written(tmp_path / "in.jsonl", [entry("a", "hi")])
    arguments = ("run", str(file), "-o", str(tmp_path / "out.jsonl"))
    with at_terminal(*arguments, url="http://127.0.0.1:1") as terminal:
        terminal.until("cannot reach http://127.0.0.1:1: connection refused; trying again")
        os.write(terminal.end, CTRL_C)
        code = terminal.rest()

    assert code == 130
