"""A report for a terminal of 80 columns, or as plain text.

It does not know how it came about.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from batchproof.contract import Contract, Level, Word
from batchproof.replaying import Replayed
from batchproof.reports.report import Entry, Report
from batchproof.reports.summary import WORDS, outcome, summary

COLOURS: Mapping[Word, str] = {
    "kept": "green",
    "broken": "bold red",
    "flaky": "magenta",
    "inconclusive": "yellow",
    "not claimed": "dim",
}
LEVELS: Sequence[Level] = ("MUST", "SHOULD")
# Of a timeline, so many lines from its start and from its end; all of it is in the JSON, and in a replay.
_FIRST, _LAST = 7, 5
_BATCH = re.compile(r"msgbatch_\w+(?=\w{6})")


def show(console: Console, report: Report) -> None:
    """Print a report."""
    entries = report.verdicts
    if entries:
        _put(console, Text())
        _print_table(console, entries)
    _put(console, Text())
    for entry in sorted(entries, key=lambda entry: (entry.is_manners, LEVELS.index(entry.level))):
        if entry.verdict in ("broken", "flaky", "inconclusive"):
            _tell(console, entry)
    for line in (*_unclaimed(entries), *_problems(report)):
        _say(console, line)
    _say(console, Text(summary(report), COLOURS[outcome(report)]))


def show_replay(console: Console, contract: Contract, replayed: Replayed) -> None:
    """Print what came of a plan that was played again."""
    verdict = replayed.verdict
    colour = COLOURS[verdict.word]
    for line in replayed.timeline:
        _say(console, Text(shortened(line), "dim"), indent=2)
    if verdict.finding is not None:
        _say(console, Text(verdict.reason, colour))
    _say(
        console,
        Text.assemble(
            (verdict.word, colour), f" by {replayed.client}: {contract.id}, a {contract.level}: {contract.title}"
        ),
    )


def console_for(*, plain: bool, is_aside: bool = False) -> Console:
    """Return the console that a report is shown on; ``is_aside``: on standard error."""
    return Console(stderr=is_aside, highlight=False, emoji=False, no_color=True if plain else None)


def shortened(line: str) -> str:
    """Return a line of a timeline with the ends of batch ids, which tell them apart well enough."""
    return _BATCH.sub("…", line)


def excerpt(timeline: Sequence[str]) -> Sequence[str]:
    """Return the start and the end of a timeline."""
    left = len(timeline) - _FIRST - _LAST
    if left < 2:
        return timeline
    return [*timeline[:_FIRST], f"           ⋮ {left} lines more", *timeline[-_LAST:]]


def _say(console: Console, line: Text, *, indent: int = 0) -> None:
    """Print a sentence; in a log it stays one line."""
    whole = [line] if not console.is_terminal else line.wrap(console, console.width - indent)
    for part in whole:
        part.rstrip()
        _put(console, Text(" " * indent) + part)


def _put(console: Console, line: Text) -> None:
    """Print what is to be copied whole."""
    console.print(line, soft_wrap=True)


def _print_table(console: Console, entries: Sequence[Entry]) -> None:
    """Print the ids by family, level and word, manners last, without blanks at the ends of lines."""
    words: list[Word] = [word for word in WORDS if any(entry.verdict == word for entry in entries)]
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column()
    table.add_column()
    for word in words:
        table.add_column(Text(word, COLOURS[word]), max_width=30 if word == "kept" else 24)
    for is_manners in (False, True):
        chosen = [entry for entry in entries if entry.is_manners == is_manners]
        if chosen and is_manners:
            table.add_row()
            table.add_row("manners")
        for row in _rows(chosen):
            table.add_row(*row.start, *(Text(row.ids(word), COLOURS[word]) for word in words))
    with console.capture() as capture:
        console.print(table)
    for line in capture.get().splitlines():
        text = Text.from_ansi(line)
        text.rstrip()
        _put(console, text)


@dataclass(frozen=True, slots=True)
class _Row:
    """The contracts of a family and a level."""

    start: tuple[str, str]
    entries: Sequence[Entry]

    def ids(self, word: Word) -> str:
        return " ".join(entry.contract for entry in self.entries if entry.verdict == word)


def _rows(entries: Sequence[Entry]) -> Iterator[_Row]:
    for family in dict.fromkeys(entry.family for entry in entries):
        for level in LEVELS:
            chosen = [entry for entry in entries if (entry.family, entry.level) == (family, level)]
            if chosen:
                yield _Row((family, level), chosen)


def _tell(console: Console, entry: Entry) -> None:
    colour = COLOURS[entry.verdict]
    what = f", a {entry.level}: "
    _say(
        console, Text.assemble((entry.contract, "bold"), " ", (entry.verdict, colour), what, (entry.title, "bold"))
    )
    for line in entry.reason.splitlines():
        _say(console, Text(shortened(line), "" if entry.known else colour), indent=2)
    if entry.known is not None:
        _say(console, Text(f"known: {entry.known}", "cyan"), indent=2)
    if entry.key is not None:
        plans = f"{entry.played} plan{'s' if entry.played != 1 else ''}"
        _say(console, Text(f"request {entry.key!r} of {entry.requests}, after {plans}"), indent=2)
    for line in excerpt(entry.timeline):
        _say(console, Text(shortened(line), "dim"), indent=4)
    if entry.plan_file is not None and entry.replay is not None:
        _put(console, Text(f"  plan   {entry.plan_file}"))
        _put(console, Text(f"  again  {entry.replay}"))
    _put(console, Text(f"  story  batchproof contracts {entry.contract}"))
    _put(console, Text())


def _unclaimed(entries: Sequence[Entry]) -> Iterator[Text]:
    """Yield why contracts are not claimed, once for all that have the same reason."""
    reasons: dict[str, list[str]] = {}
    for entry in entries:
        if entry.verdict == "not claimed":
            reasons.setdefault(entry.reason, []).append(entry.contract)
    for reason, ids in reasons.items():
        yield Text(f"not claimed, as {reason} ({len(ids)})", "dim")
    if reasons:
        yield Text()


def _problems(report: Report) -> Iterator[Text]:
    for problem in report.problems:
        yield Text(problem, "red")
    if report.problems:
        yield Text()
