"""Options that say one thing together, and reach a command as one value.

It does not know the commands.
"""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from batchclient.cli.rows import Table
from batchclient.cli.source import Source
from batchclient.policy import Policy

Command = Callable[..., None]

A_PATH = click.Path(path_type=Path)
STATE = click.argument("state", type=A_PATH)
QUIET = click.option("--quiet", is_flag=True, help="Show no progress.")


def with_source(command: Command) -> Command:
    """Give a command the file that it reads, as ``source``."""

    @click.argument("file", type=A_PATH)
    @click.option("--key", default="key", show_default=True, help="Of prompts: the field with the key.")
    @click.option("--prompt", default="prompt", show_default=True, help="Of prompts: the field with the text.")
    @click.option("--model", help="Of prompts: the model that is asked.")
    @click.option(
        "--max-tokens",
        type=click.IntRange(min=1),
        default=1024,
        show_default=True,
        help="Of prompts: their limit.",
    )
    @click.option("--system", help="Of prompts: the system prompt of all.")
    @wraps(command)
    def gathered(file: Path, key: str, prompt: str, **rest: Any) -> None:
        shared = {name: rest.pop(name) for name in ("model", "max_tokens", "system")}
        command(source=Source(file, Table(key, prompt, **shared), _given()), **rest)

    return gathered


def _given() -> tuple[str, ...]:
    """Return the options of prompts that the user did give."""
    context = click.get_current_context()
    named = {name: f"--{name.replace('_', '-')}" for name in ("key", "prompt", "model", "max_tokens", "system")}
    return tuple(
        option for name, option in named.items() if context.get_parameter_source(name) != ParameterSource.DEFAULT
    )


def with_policy(command: Command) -> Command:
    """Give a command what the user decides, as ``policy``."""

    @click.option(
        "--max-cost", type=click.FloatRange(min=0), metavar="USD", help="Send nothing that may cost more."
    )
    @click.option(
        "--retry",
        type=click.IntRange(min=0),
        default=1,
        show_default=True,
        help="How many more rounds for what expired or failed in passing.",
    )
    @click.option("--beta", "betas", multiple=True, help="A value of the anthropic-beta header. Repeatable.")
    @wraps(command)
    def decided(max_cost: float | None, retry: int, betas: tuple[str, ...], **rest: Any) -> None:
        command(policy=Policy(budget_usd=max_cost, retries=retry, betas=betas), **rest)

    return decided
