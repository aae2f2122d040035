"""``batchproof status``, ``cancel`` and ``results``: what can be done with a run that was begun, by its journal.

It does not know how runs are begun.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from batchclient.cli.options import A_PATH, QUIET, STATE
from batchclient.cli.output import by_key, write_lines
from batchclient.cli.places import check_place
from batchclient.cli.progress import Watch, watching
from batchclient.cli.service import mistakes_told, new_client
from batchclient.cli.summary import as_text, figures, summary_of
from batchclient.journal import Journal
from batchclient.policy import Policy
from batchclient.run import BatchRun

if TYPE_CHECKING:
    from batchclient.sync import BatchClient


@click.command(short_help="Tell what a run's journal knows of it; nothing is asked.")
@STATE
def status(state: Path) -> None:
    """Tell what the journal STATE knows of its run; nothing is asked of the API.

    It works while the run goes on. The exit code is that of run.
    """
    with mistakes_told(), BatchRun(Journal.open(state, read_only=True)) as begun:
        summary = summary_of(begun.journal)
        click.echo(as_text(figures(summary)))
        for parcel in begun.journal.parcels():
            click.echo(f"{parcel.batch_id or 'no batch yet':<33}  {parcel.state}, requests: {parcel.count:,}")
        sys.exit(summary.exit_code)


@click.command(short_help="Cancel a run's batches, and keep what was done by then.")
@STATE
@QUIET
def cancel(state: Path, *, quiet: bool) -> None:
    """Cancel the batches of the journal STATE, wait for their ends, and keep what was done until then.

    Nothing more is sent, on resuming neither. The exit code is that of run.
    """
    with mistakes_told(), watching(quiet=quiet) as watch, _client(state, watch).cancel(state) as stopped:
        sys.exit(_told(stopped))


@click.command(short_help="Wait for a run's batches, and write what they answered.")
@STATE
@click.option("-o", "--output", type=A_PATH, required=True, help="Where the answers go.")
@QUIET
def results(state: Path, output: Path, *, quiet: bool) -> None:
    """Wait for the batches of the journal STATE, and write what they answered; nothing is sent again.

    A line of the output, a new file, is a request's key as "custom_id" and its "result". To have the fields of the
    requests as well: run --resume. The exit code is that of run.
    """
    with mistakes_told():
        check_place(output, journal=state)
        with watching(quiet=quiet) as watch, _client(state, watch).results(state) as read:
            write_lines(output, by_key(read.journal))
            sys.exit(_told(read))


def _client(state: Path, watch: Watch) -> "BatchClient":
    """Return a client that says of itself what the run's own client said."""
    journal = Journal.open(state, read_only=True)
    try:
        return new_client(Policy(betas=journal.about.betas), watch)
    finally:
        journal.close()


def _told(run: BatchRun) -> int:
    summary = summary_of(run.journal)
    click.echo(as_text(figures(summary)))
    return summary.exit_code
