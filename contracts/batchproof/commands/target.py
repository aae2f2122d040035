"""How a command is told whom it is about: ``module:callable``, ``path/file.py:callable``, or ``-- program args…``.

It does not know what is done with clients.
"""

import shutil
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from batchproof.commands.words import told
from batchproof.errors import UsageError
from batchproof.run import Target

Command = Callable[..., None]

_PROGRAM = "batchproof.program"
_WAYS = "module:callable, path/file.py:callable, or -- program args…"


class WithTarget(click.Command):
    """A command whose own arguments end where ``--`` begins a program."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep what is the program's, and parse the rest."""
        if "--" in args:
            at = args.index("--")
            ctx.meta[_PROGRAM] = tuple(args[at + 1 :])
            args = args[:at]
        return super().parse_args(ctx, args)


def with_target(command: Command) -> Command:
    """Give a command, which is a ``WithTarget``, the client that its arguments name, as ``target``."""

    @click.argument("client", required=False, metavar="CLIENT | -- PROGRAM ARGS…")
    @wraps(command)
    def named(client: str | None, **rest: Any) -> None:
        with told():
            target = _target(client, click.get_current_context().meta.get(_PROGRAM))
        command(target=target, **rest)

    return named


def _target(python: str | None, program: tuple[str, ...] | None) -> Target:
    """Return the client that arguments name.

    Raises:
        UsageError: they name none, two, or a program that is not there.
    """
    if program is None:
        if python is None:
            raise UsageError(f"no client is named; name one as {_WAYS}")
        return Target(python=python)
    if python is not None:
        raise UsageError(f"two clients are named, {python} and {' '.join(program)!r}; name one")
    if not program:
        raise UsageError("there is nothing after --; name a program and its arguments")
    if shutil.which(program[0]) is None:
        raise UsageError(_not_found(program[0]))
    return Target(program=program)


def _not_found(program: str) -> str:
    is_there = Path(program).exists()
    if "/" in program:
        return f"{program} is not executable" if is_there else f"there is no {program}; looked in {Path.cwd()}"
    hint = f"; for the one in this folder, write ./{program}" if is_there else ""
    hint = "; a Python callable is named without the --" if ":" in program else hint
    return f"there is no program {program!r} on PATH{hint}"
