"""``batchproof run``: a file of requests in, a file with their answers out.

It does not know how requests become answers.
"""

import sys
from pathlib import Path

import click

from batchclient.cli.dry import rehearse
from batchclient.cli.options import A_PATH, QUIET, with_policy, with_source
from batchclient.cli.output import joined, write_lines
from batchclient.cli.places import check_place
from batchclient.cli.progress import watching
from batchclient.cli.service import mistakes_told, new_client
from batchclient.cli.source import Source
from batchclient.cli.summary import as_text, figures, summary_of
from batchclient.errors import UsageError
from batchclient.policy import Policy


@click.command(short_help="Send FILE's requests in batches, and write their answers.")
@with_source
@click.option("-o", "--output", type=A_PATH, help="Where the answers go; needed but for --dry-run.")
@click.option("--state", type=A_PATH, help="The run's journal.  [default: OUTPUT.db]")
@click.option("--resume", is_flag=True, help="Go on with the run of --state.")
@with_policy
@click.option("--dry-run", is_flag=True, help="Tell what would be sent and what it may cost; send nothing.")
@QUIET
def run(
    source: Source,
    output: Path | None,
    state: Path | None,
    policy: Policy,
    *,
    resume: bool,
    dry_run: bool,
    quiet: bool,
) -> None:
    """Run the requests of FILE through message batches, and write their answers in the same order.

    FILE has one {"custom_id": …, "params": …} a line, or is a whole create body; or it has keys and prompts, as
    JSON lines, CSV or Parquet. A line of the output is a row of FILE as it was, with the API's own "result".

    Killed or interrupted, the run goes on with --resume: nothing is sent twice. Key and base URL come from the
    official SDK's variables, ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL.

    The exit code is 0 when every request has a whole answer, 1 when some are errored, expired, canceled, missing,
    cut or refused, 2 when nothing was sent, 3 when there is a reason to resume, and 130 after an interruption.
    """
    with mistakes_told():
        if dry_run and resume:
            raise UsageError("--dry-run tells of a run that begins, and --resume goes on with one; leave one out")
        if dry_run:
            click.echo(as_text(rehearse(source.requests(), policy)))
            return
        if output is None:
            raise UsageError("say with -o where the answers go")
        journal = state or output.with_name(f"{output.name}.db")
        check_place(output, journal=journal, source=source.file, is_rewritten=resume)
        _mind(journal, resume=resume)
        sys.exit(_run(source, output, journal, policy, quiet=quiet))


def _mind(journal: Path, *, resume: bool) -> None:
    """Make sure that no run is gone on with or begun anew by mistake.

    Raises:
        UsageError: one would be.
    """
    if resume and not journal.exists():
        raise UsageError(f"there is no {journal} to resume; without --resume a run begins")
    if not resume and journal.exists():
        raise UsageError(f"{journal} has a run already; go on with it by --resume, or name another --state")


def _run(source: Source, output: Path, journal: Path, policy: Policy, *, quiet: bool) -> int:
    with watching(quiet=quiet) as watch, new_client(policy, watch).run(source.requests(), journal=journal) as done:
        write_lines(output, joined(source.rows(), done.journal))
        summary = summary_of(done.journal)
    click.echo(as_text(figures(summary)))
    return summary.exit_code
