"""Lines on standard error, for as long as somebody takes them.

It does not know what they say.
"""

import os

import click

_STDERR = 2


def tell(line: str) -> None:
    """Write a line; once one cannot be written, whatever is written there goes nowhere."""
    try:
        click.echo(line, err=True)
    except OSError:
        # Whoever read it has gone, or its disk is full. That is no reason to leave a client without its answer.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, _STDERR)
        os.close(nowhere)
