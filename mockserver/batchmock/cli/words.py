"""How commands are worded: mistakes in one line, durations and instants in forms of our own.

It does not know any command.
"""

import sys
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, NoReturn

import click

from batchmock.cli.environment import variables_to_blame
from batchmock.errors import UsageError
from batchmock.times import parse_duration, parse_instant


class Written(click.ParamType[int]):
    """A value that is written in a form of our own, and wrong in words of our own."""

    def __init__(self, name: str, parse: Callable[[str], int]) -> None:
        self.name = name
        self._parse = parse

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the value in nanoseconds."""
        if isinstance(value, int):
            return value
        try:
            return self._parse(value)
        except UsageError as error:
            self.fail(str(error), param, ctx)


DURATION = Written("duration", parse_duration)
INSTANT = Written("instant", parse_instant)


class RefusedError(click.ClickException):
    """A usage error of the emulator's own, which says by itself what to do."""

    exit_code = 2

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.ctx = click.get_current_context(silent=True)


def not_installed(library: str, extra: str) -> str:
    """Return what to say of a library that only an extra of ours brings; ``library`` may be a module of it."""
    name = library.partition(".")[0]
    return f"{name} is not installed; install batchproof[{extra}] (in a checkout: pip install -e '.[{extra}]')"


class OneLineGroup(click.Group):
    """Commands whose every mistake is told in one line, with exit code 2."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is asked for; if there is none, say which is nearest."""
        near = get_close_matches(args[0], names := self.list_commands(ctx), n=1)
        if near and args[0] not in names:
            ctx.fail(f"No such command {args[0]!r}. (Did you mean {near[0]!r}?)")
        return super().resolve_command(ctx, args)

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run the command that the arguments name, and exit."""
        try:
            sys.exit(super().main(*args, **extra, standalone_mode=False))
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            sys.exit(error.exit_code)
        except click.ClickException as error:
            click.echo(f"batchproof: {error.format_message()}{_hint(error)}", err=True)
            sys.exit(error.exit_code)


def _hint(error: click.ClickException) -> str:
    """Return where to look: at the variables that it may have come from, or at the help of the command."""
    hints: list[str] = []
    if variables := variables_to_blame(error):
        hints.append(f"set in the environment: {', '.join(variables)}")
    if isinstance(error, click.UsageError) and error.ctx:
        hints.append(f"see '{error.ctx.command_path} --help'")
    return f" ({'; '.join(hints)})" if hints else ""
