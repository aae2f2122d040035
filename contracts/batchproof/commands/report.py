"""``batchproof report``: reports that were written as JSON, side by side on one page.

It does not know how they came about.
"""

from pathlib import Path

import click

from batchproof.commands.options import A_FILE
from batchproof.commands.words import told
from batchproof.commands.writing import make_way


@click.command()
@click.argument("reports", nargs=-1, required=True, type=A_FILE, metavar="REPORT.json…")
@click.option("--html", type=A_FILE, required=True, metavar="FILE", help="The page.")
def report(reports: tuple[Path, ...], html: Path) -> None:
    """Put reports of several clients side by side on one page.

    A report is what batchproof verify --json writes. The page needs nothing beside itself, and no script.
    """
    with told():
        from batchproof.reports.json_file import read_report
        from batchproof.reports.page import page

        read = [read_report(path) for path in reports]
        make_way(html)
        html.write_text(page(read), encoding="utf-8")
    click.echo(f"{html}: {len(read)} client{'s' if len(read) > 1 else ''}")
