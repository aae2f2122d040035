"""The client that the commands work with, and their mistakes and interruptions as exit codes.

It does not know what they do with it.
"""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from batchclient.bench import Progress
from batchclient.cli.summary import INTERRUPTED, UNFINISHED, USAGE
from batchclient.errors import BatchClientError, BudgetError, UnpricedError
from batchclient.money import dollars
from batchclient.policy import Policy
from batchclient.run import UnfinishedError

if TYPE_CHECKING:
    from batchclient.sync import BatchClient


class RefusedError(click.ClickException):
    """What the client refuses to do, in its own words."""

    exit_code = USAGE


@contextmanager
def mistakes_told() -> Generator[None]:
    """Tell what the user can do something about in one line, and end the command with the exit code for it."""
    try:
        yield
    except UnfinishedError as error:
        click.echo(f"batchproof: {error}", err=True)
        sys.exit(UNFINISHED)
    except BatchClientError as error:
        raise RefusedError(_told(error)) from None
    except KeyboardInterrupt:
        # The client has said which batches go on, and with which journal to resume.
        sys.exit(INTERRUPTED)


def _told(error: BatchClientError) -> str:
    """Return what is wrong and what to do about it, in the words of the options."""
    match error:
        case BudgetError():
            most, budget = dollars(error.usd_max), dollars(error.budget_usd)
            return (
                f"these requests may cost up to {most} and --max-cost is {budget}; nothing was sent. Lower "
                "max_tokens, send fewer, or raise --max-cost"
            )
        case UnpricedError():
            return (
                f"there is no price for {', '.join(error.models)}, so --max-cost cannot be held; nothing was "
                "sent. Correct the model's name, or leave --max-cost out"
            )
        case _:
            return str(error)


def new_client(policy: Policy, watch: Callable[[Progress], None]) -> "BatchClient":
    """Return a client of the API that the environment names, with the SDK's own variables.

    Raises:
        RefusedError: the SDK is not installed, or finds no credential.
    """
    try:
        from anthropic import Anthropic

        from batchclient.sync import BatchClient
    except ImportError as error:
        hint = "install batchproof[client] (in a checkout: pip install -e '.[client]')"
        raise RefusedError(f"{error.name} is not installed; {hint}") from None
    sdk = Anthropic()
    if not (sdk.api_key or sdk.auth_token or getattr(sdk, "credentials", None)):
        raise RefusedError("there is no credential; set ANTHROPIC_API_KEY")
    return BatchClient(sdk, policy=policy, on_progress=watch)
