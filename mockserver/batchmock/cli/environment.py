"""Options that can also be set in the environment, each by a variable that has the option's own name.

It does not know any command, nor what the options mean.
"""

from collections.abc import Callable, Iterator

import click
from click.core import ParameterSource


def set_in_environment(prefix: str) -> Callable[[click.Command], click.Command]:
    """Let each option of a command be set by a variable as well: ``--ready-file`` by ``PREFIX_READY_FILE``."""

    def named(command: click.Command) -> click.Command:
        for option in options_of(command):
            option.envvar = f"{prefix}_{_long_name(option).upper().replace('-', '_')}"
        return command

    return named


def options_of(command: click.Command) -> Iterator[click.Option]:
    """Yield the options of a command."""
    return (param for param in command.params if isinstance(param, click.Option))


def variables_to_blame(error: click.ClickException) -> list[str]:
    """Return the variables that what is wrong may have come from: the one of its option, or all that are set."""
    context: click.Context | None = getattr(error, "ctx", None)
    if context is None:
        return []
    param = error.param if isinstance(error, click.BadParameter) else None
    return [
        str(option.envvar)
        for option in options_of(context.command)
        if param in (None, option) and context.get_parameter_source(option.name) is ParameterSource.ENVIRONMENT
    ]


def _long_name(option: click.Option) -> str:
    return next(name.removeprefix("--") for name in option.opts if name.startswith("--"))
