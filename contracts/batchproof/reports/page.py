"""Reports as one page: contracts down, clients across, and behind each cell what happened.

It needs nothing beside itself, and no script. It does not know how reports come about.
"""

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

import msgspec

from batchproof.contract import Word
from batchproof.reports.report import Entry, Report
from batchproof.reports.summary import WORDS, outcome, summary

_STYLE = Path(__file__).with_name("page.css")
_MARKS = dict(zip(WORDS, ("✓", "✗", "≈", "?", "·"), strict=True))


def page(reports: Sequence[Report]) -> str:
    """Return the page of some clients' reports."""
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8"><title>batchproof</title>',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<style>\n{_STYLE.read_text(encoding='utf-8')}</style></head><body>",
            "<h1>Contracts of message batch clients</h1>",
            *_summaries(reports),
            *_matrix(reports),
            *_breaks(reports),
            "</body></html>\n",
        ]
    )


def _summaries(reports: Sequence[Report]) -> Iterator[str]:
    yield "<ul class=summaries>"
    for report in reports:
        problems = "".join(f"<br>{escape(problem)}" for problem in report.problems)
        yield f"<li class={outcome(report)}>{escape(summary(report))}{problems}</li>"
    yield "</ul>"


def _matrix(reports: Sequence[Report]) -> Iterator[str]:
    known = {entry.contract: entry for report in reports for entry in report.verdicts}
    verdicts = [{entry.contract: entry for entry in report.verdicts} for report in reports]
    yield '<div class=wide><table id="matrix"><thead><tr><th>contract</th><th>level</th>'
    yield from (f"<th>{escape(report.client)}</th>" for report in reports)
    yield "</tr></thead>"
    for is_manners in (False, True):
        for family in dict.fromkeys(entry.family for entry in known.values()):
            chosen = [one for one in known.values() if one.family == family and one.is_manners is is_manners]
            if chosen:
                heading = f"{family}: manners" if is_manners else family
                yield f"<tbody><tr><th colspan={len(reports) + 2} scope=rowgroup>{heading}</th></tr>"
                for entry in chosen:
                    cells = "".join(_cell(at, found.get(entry.contract)) for at, found in enumerate(verdicts))
                    yield f"<tr>{_contract(entry)}{cells}</tr>"
                yield "</tbody>"
    yield "</table></div>"


def _contract(entry: Entry) -> str:
    return (
        f"<th scope=row><b>{entry.contract}</b> {escape(entry.title)}</th>"
        f"<td class={entry.level.lower()}>{entry.level}</td>"
    )


def _cell(client: int, entry: Entry | None) -> str:
    if entry is None:
        return "<td class=absent></td>"
    shown = f"{_MARKS[entry.verdict]} {entry.verdict}" + (", known" if entry.known is not None else "")
    if _is_told(entry):
        shown = f'<a href="#{_place(client, entry)}">{shown}</a>'
    return f'<td class="{_class(entry.verdict)}" title="{escape(entry.reason)}">{shown}</td>'


def _breaks(reports: Sequence[Report]) -> Iterator[str]:
    for client, report in enumerate(reports):
        told = [entry for entry in report.verdicts if _is_told(entry)]
        if told:
            yield f"<h2>{escape(report.client)}</h2>"
        for entry in told:
            yield from _break(_place(client, entry), entry)


def _break(place: str, entry: Entry) -> Iterator[str]:
    known = f" (known: {escape(entry.known)})" if entry.known is not None else ""
    yield f'<article id="{place}" class="{_class(entry.verdict)}">'
    yield f"<h3>{entry.contract} <em>{entry.verdict}</em>, a {entry.level}: {escape(entry.title)}</h3>"
    yield f"<p class=reason>{escape(entry.reason)}{known}</p>"
    if entry.key is not None:
        yield f"<p>request <code>{escape(entry.key)}</code> of {entry.requests}</p>"
    if entry.timeline:
        yield f"<pre>{escape(chr(10).join(entry.timeline))}</pre>"
    if entry.replay is not None:
        yield f"<p>again: <code>{escape(entry.replay)}</code></p>"
    yield f"<p>story: <code>batchproof contracts {entry.contract}</code></p>"
    if entry.plan is not None:
        plan = msgspec.json.format(msgspec.json.encode(entry.plan), indent=2).decode()
        yield f"<details><summary>the plan</summary><pre>{escape(plan)}</pre></details>"
    yield '<p><a href="#matrix">to the matrix</a></p></article>'


def _is_told(entry: Entry) -> bool:
    return entry.verdict in ("broken", "flaky", "inconclusive")


def _place(client: int, entry: Entry) -> str:
    """Return what links to a break; of a single client it is the contract's id."""
    return f"{entry.contract}-{client + 1}" if client else entry.contract


def _class(word: Word) -> str:
    return word.replace(" ", "-")
