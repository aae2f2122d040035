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
from batchclient.errors import BatchClientError
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
        raise RefusedError(str(error)) from None
    except KeyboardInterrupt:
        # The client has said which batches go on, and with which journal to resume.
        sys.exit(INTERRUPTED)


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
