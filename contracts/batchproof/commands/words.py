"""How mistakes with the contract suite are told: in one line, with the exit code that says whose they are.

It does not know any command.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager

import click

from batchmock.cli.words import RefusedError, not_installed
from batchproof.errors import BatchproofError, UsageError

HARNESS_FAILED = 3
INTERRUPTED = 130
# What judges is an extra, so that whoever only wants the emulator need not have it; the mutants send with httpx2.
EXTRAS: Mapping[str, str] = {"hypothesis": "verify", "rich": "verify", "httpx2": "client", "anthropic": "client"}


class FailedError(click.ClickException):
    """The suite could not do its part."""

    exit_code = HARNESS_FAILED


@contextmanager
def told() -> Generator[None]:
    """Tell the errors of a block as commands do."""
    try:
        yield
    except UsageError as error:
        raise RefusedError(str(error)) from None
    except BatchproofError as error:
        raise FailedError(str(error)) from None
    except ImportError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in EXTRAS:
            raise
        raise RefusedError(not_installed(missing, EXTRAS[missing])) from None
