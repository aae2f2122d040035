"""An official SDK as a program in a process of its own, told what to do one call at a time.

It does not know what the calls should come to.
"""

import json
import subprocess
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

from tests.sdks.environments import NODE, node_folder_with, python_with

PROGRAMS = Path(__file__).parent / "programs"

Namespace = Literal["stable", "beta"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sdk:
    """One version of an official SDK; ``too_large`` is the class of error it raises for a 413."""

    name: str
    command: Callable[[], list[str]]
    too_large: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What a caller could learn from the error that an SDK raised."""

    error_class: str
    status: int | None
    type: str | None
    message: str
    request_id: str | None


class RefusedError(Exception):
    """The SDK raised; ``refusal`` says what."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Program:
    """A program that has been started, and its two ends."""

    stdin: IO[str]
    stdout: IO[str]

    def make(self, step: dict[str, Any]) -> dict[str, Any]:
        """Have one call made; return what it came to.

        Raises:
            RefusedError: the SDK raised one of its errors.
        """
        self.stdin.write(json.dumps(step) + "\n")
        self.stdin.flush()
        line = self.stdout.readline()
        assert line, "the program ended; what it had to say is on stderr"
        answer: dict[str, Any] = json.loads(line)
        assert "crashed" not in answer, answer["crashed"]
        if raised := answer.get("raised"):
            raise RefusedError(Refusal(error_class=raised.pop("class"), **raised))
        return answer


@contextmanager
def started(sdk: Sdk, config_folder: Path) -> Generator[Program]:
    """Run an SDK's program until the context ends."""
    with subprocess.Popen(
        sdk.command(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=clean_environment(config_folder),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Program(process.stdin, process.stdout)


def clean_environment(config_folder: Path) -> dict[str, str]:
    """Return variables under which an SDK finds no credential, profile or proxy of the machine's own."""
    return {
        "ANTHROPIC_API_KEY": "of-the-environment",
        # Port 9 discards: a client that forgets the address it was given reaches nothing.
        "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
        "ANTHROPIC_CONFIG_DIR": str(config_folder),
        "NO_PROXY": "127.0.0.1",
        "PYTHONUTF8": "1",
    }


def python_sdk(version: str, *, too_large: str) -> Sdk:
    """Return a version of ``anthropic`` for Python."""
    return Sdk(
        name=f"python-{version}",
        command=lambda: [str(python_with(version)), str(PROGRAMS / "life.py")],
        too_large=too_large,
    )


def typescript_sdk(version: str, *, too_large: str) -> Sdk:
    """Return a version of ``@anthropic-ai/sdk``."""
    return Sdk(
        name=f"typescript-{version}",
        command=lambda: [str(NODE), str(PROGRAMS / "life.mjs"), str(node_folder_with(version))],
        too_large=too_large,
    )
