"""A report as JUnit's XML, as servers for continuous integration read it.

A failure there is what fails the run here; whatever else is not kept is skipped, with the reason. It does not know
how a run is made.
"""

import re
from xml.etree import ElementTree as Tree

from batchproof.reports.report import Entry, Report

# What XML 1.0 cannot hold, however it is written.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(report: Report) -> bytes:
    """Return the report as XML."""
    cases = [_case(report, entry) for entry in report.verdicts]
    cases += [_problem(problem) for problem in report.problems]
    suites = Tree.Element("testsuites", name="batchproof")
    counts = {
        "tests": len(cases),
        "failures": _count(cases, "failure"),
        "errors": _count(cases, "error"),
        "skipped": _count(cases, "skipped"),
    }
    figures = {name: str(count) for name, count in counts.items()}
    suite = Tree.SubElement(
        suites, "testsuite", figures, name=_clean(report.client), time=_seconds(report.seconds)
    )
    suite.extend(cases)
    Tree.indent(suites)
    return Tree.tostring(suites, encoding="utf-8", xml_declaration=True) + b"\n"


def _case(report: Report, entry: Entry) -> Tree.Element:
    case = Tree.Element(
        "testcase",
        classname=f"batchproof.{entry.family}",
        name=_clean(f"{entry.contract} {entry.title}"),
        time=_seconds(entry.seconds),
    )
    told = {"message": _clean(_first_line(entry))}
    if entry.fails:
        failure = Tree.SubElement(case, "failure", told, type=f"{entry.level} {entry.verdict}")
        failure.text = _clean(story(entry))
    elif entry.verdict == "inconclusive" and (entry.level == "MUST" or report.is_strict):
        Tree.SubElement(case, "error", told, type=entry.verdict).text = _clean(entry.reason)
    elif entry.verdict != "kept":
        Tree.SubElement(case, "skipped", told, type=entry.verdict)
    return case


def _problem(problem: str) -> Tree.Element:
    case = Tree.Element("testcase", classname="batchproof.known", name=_clean(problem), time=_seconds(0))
    Tree.SubElement(case, "failure", {"message": _clean(problem)}, type="known breaks")
    return case


def story(entry: Entry) -> str:
    """Return a break as text: the reason, what happened, and how to see it again."""
    lines = [entry.reason, f"a {entry.level}: {entry.title}", "", *entry.timeline]
    if entry.replay is not None:
        lines += ["", f"again: {entry.replay}"]
    return "\n".join([*lines, f"story: batchproof contracts {entry.contract}"])


def _first_line(entry: Entry) -> str:
    reason = (entry.reason.splitlines() or [""])[0]
    if entry.known is not None:
        return f"{entry.verdict}, as is known ({entry.known}): {reason}"
    return f"{entry.verdict}: {reason}" if entry.verdict != "kept" else ""


def _count(cases: list[Tree.Element], kind: str) -> int:
    return sum(case.find(kind) is not None for case in cases)


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
