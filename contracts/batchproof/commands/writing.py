"""Shows a report, and writes it in all the forms that were asked for.

It does not know what a report says.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from batchproof.commands.options import DASH, Outputs
from batchproof.errors import UsageError

if TYPE_CHECKING:
    from batchproof.reports.report import Report


def make_way(*files: Path) -> None:
    """Make sure that files can be written before a run is made for them.

    Raises:
        UsageError: one cannot.
    """
    for path in files:
        if not path.parent.is_dir():
            raise UsageError(f"cannot write {path}: there is no folder {path.parent}")
    for path in files:
        try:
            with path.open("a"):
                pass
        except OSError as error:
            raise UsageError(f"cannot write {path}: {error.strerror}") from None


def write(report: "Report", outputs: Outputs, *, plain: bool) -> None:
    """Show a report on standard output, and write its files; JSON that is asked for there takes its place."""
    from batchproof.reports.badge import badge
    from batchproof.reports.json_file import as_json
    from batchproof.reports.junit import as_junit
    from batchproof.reports.page import page
    from batchproof.reports.terminal import console_for, show

    if outputs.json == DASH:
        click.echo(as_json(report), nl=False)
    elif outputs.json is not None:
        outputs.json.write_bytes(as_json(report))
    if outputs.junit is not None:
        outputs.junit.write_bytes(as_junit(report))
    if outputs.html is not None:
        outputs.html.write_text(page([report]), encoding="utf-8")
    if outputs.badge is not None:
        outputs.badge.write_text(badge(report, outputs.badge.suffix), encoding="utf-8")
    show(console_for(plain=plain, is_aside=outputs.json == DASH), report)
