"""A run in one line, for the end of a log and for a badge.

It does not know single contracts' stories.
"""

from collections import Counter
from collections.abc import Sequence

from batchproof.contract import Level, Word
from batchproof.reports.report import Entry, Report

# In this order they are told.
WORDS: Sequence[Word] = ("kept", "broken", "flaky", "inconclusive", "not claimed")


def judged(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Return the verdicts on what the client claims."""
    return [entry for entry in entries if entry.verdict != "not claimed"]


def score(report: Report, level: Level) -> str:
    """Return how many claimed contracts of a level are kept: ``41 of 42 MUST``; empty if none is claimed."""
    claimed = judged([entry for entry in report.verdicts if entry.level == level])
    kept = sum(entry.verdict == "kept" for entry in claimed)
    return f"{kept} of {len(claimed)} {level}" if claimed else ""


def summary(report: Report) -> str:
    """Return what came of a run, in a line."""
    counts = Counter(entry.verdict for entry in report.verdicts)
    known = sum(entry.known is not None for entry in report.verdicts)
    scores = " and ".join(filter(None, (score(report, "MUST"), score(report, "SHOULD")))) or "nothing"
    parts = [", ".join(f"{counts[word]} {word}" for word in WORDS[1:] if counts[word])]
    parts += [f"{known} known" if known else "", _complaint(report)]
    parts += ["" if report.is_complete else "broken off"]
    told = "; ".join(filter(None, [f"{scores} kept", *parts]))
    return f"{_by_whom(report)}: {told} ({_how(report)})"


def outcome(report: Report) -> Word:
    """Return what the exit code says, as a word for the whole run."""
    match report.exit_code:
        case 0:
            return "kept"
        case 1:
            return "broken"
        case _:
            return "inconclusive"


def _by_whom(report: Report) -> str:
    if report.exit_code == 1 and not any(entry.fails for entry in report.verdicts):
        return f"kept by {report.client}, but the known breaks say otherwise"
    return f"{outcome(report)} by {report.client}"


def _complaint(report: Report) -> str:
    return f"{len(report.problems)} wrong in the known breaks" if report.problems else ""


def _how(report: Report) -> str:
    return f"{report.budget}, seed {report.seed}, {report.seconds:.1f} s"
