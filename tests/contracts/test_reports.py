"""Reports: the same verdicts in each form, and none of them says more or less than another."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Tree

import jsonschema_rs
import msgspec
import pytest
from msgspec.structs import replace
from rich.console import Console

from batchproof.errors import UsageError
from batchproof.known import Known
from batchproof.plan_file import read
from batchproof.reports.badge import badge
from batchproof.reports.json_file import SCHEMA, as_json, read_report, schema
from batchproof.reports.junit import as_junit
from batchproof.reports.page import page
from batchproof.reports.report import Report
from batchproof.reports.summary import summary
from batchproof.reports.terminal import excerpt, shortened, show
from batchproof.run import Target
from tests.contracts.runs import ALL, BATCH, EVENTFUL, KNOWN, PLAN, TIMELINE, report, run, verdict

REPORT = report(EVENTFUL, known=KNOWN)
CALM = report(run())
NOTHING = replace(run(), verdicts=tuple(verdict(one.id, "not claimed") for one in ALL))


def shown(made: Report, width: int = 80) -> str:
    text = io.StringIO()
    show(Console(file=text, width=width, highlight=False), made)
    return text.getvalue()


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (CALM, 0),
        (report(run(T1="broken")), 0),
        (report(run(T1="broken"), is_strict=True), 1),
        (report(run(J1="flaky")), 1),
        (report(run(J1="broken"), known=[Known(contract="J1", reason="x")]), 0),
        (report(run(J1="broken"), known=[Known(contract="J*", reason="x")]), 1),
        (report(run(J1="inconclusive"), known=[Known(contract="J1", reason="x")]), 3),
        (report(run(), known=[Known(contract="J1", reason="x")]), 1),
        (report(run(is_complete=False)), 3),
        (report(NOTHING), 3),
    ],
    ids=["kept", "should", "strict", "flaky", "known", "pattern", "unsure", "ratchet", "part", "nothing"],
)
def test_the_exit_code_tells_whether_every_claimed_must_is_kept(made: Report, code: int) -> None:
    assert made.exit_code == code


def test_each_verdict_stands_beside_what_its_contract_says() -> None:
    by_id = {entry.contract: entry for entry in REPORT.verdicts}

    assert list(by_id) == [one.id for one in ALL]
    first = by_id["J1"]
    assert (first.level, first.family, first.verdict, first.key) == ("MUST", "identity", "broken", "a")
    assert (first.fails, by_id["J9"].fails, by_id["T2"].fails) == (True, False, False)
    assert (first.known, by_id["J9"].known) == (None, "issue 12")
    assert first.replay == "batchproof replay .batchproof/J1.json shop.batches:run"
    assert first.plan is not None
    assert read(first.plan).plan == PLAN
    assert (by_id["J2"].plan, by_id["J2"].replay, by_id["J2"].timeline) == (None, None, ())


def test_a_programs_replay_is_a_command_that_can_be_pasted() -> None:
    made = report(run(J1="broken"), target=Target(program=("./my client", "--fast")))

    assert made.verdicts[0].replay == "batchproof replay .batchproof/J1.json -- './my client' --fast"


def test_json_is_what_the_schema_says_and_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(as_json(REPORT))

    told: dict[str, Any] = json.loads(path.read_text())
    jsonschema_rs.validate(json.loads(SCHEMA.read_text()), told)
    assert [entry["verdict"] for entry in told["verdicts"]][:4] == ["broken", "kept", "kept", "flaky"]
    assert read_report(path) == REPORT


def test_the_schema_that_ships_is_that_of_the_report() -> None:
    """``python -m tests.contracts.test_reports`` writes it anew."""
    assert json.loads(SCHEMA.read_text()) == schema()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{}", "batchproof_report is None; this batchproof reads 1"),
        ('{"batchproof_report": 1}', "is no report of `batchproof verify --json`"),
        ("[", "is no report of `batchproof verify --json`"),
    ],
)
def test_what_is_no_report_is_told_in_a_line(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(text)

    with pytest.raises(UsageError) as raised:
        read_report(path)

    assert f"{path}" in str(raised.value)
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)
    with pytest.raises(UsageError, match="cannot read"):
        read_report(tmp_path / "none.json")


def test_the_terminal_shows_families_then_breaks_then_a_line() -> None:
    lines = shown(REPORT).splitlines()

    assert lines[2].split() == ["identity", "MUST", "J2", "J3", "J5", "J6", "J8", "J10", "J1", "J9", "J4", "J7"]
    assert lines[lines.index("manners") + 1].split() == ["polling", "SHOULD", "P2", "P3", "P1"]
    heads = [line.split()[0] for line in lines if re.match(r"\w+ (broken|flaky|inconclusive),", line)]
    assert heads == ["J1", "J4", "J7", "J9", "T2", "P1"]
    at = lines.index("J1 broken, a MUST: What J1 is & does")
    assert lines[at + 1] == "  'a' was <wrong> in J1"
    assert lines[at + 2] == "  request 'a' of 2, after 4 plans"
    assert lines[at + 3] == "    +000:00:00 create of 2 → 200 …eM2gYW"
    assert "  again  batchproof replay .batchproof/J1.json shop.batches:run" in lines
    assert "  known: issue 12" in lines
    assert lines[-1] == summary(REPORT)
    assert not [line for line in lines if line.endswith(" ")]


def test_manners_come_last_whatever_their_level() -> None:
    entries = [replace(one, level="MUST") if one.contract == "P1" else one for one in REPORT.verdicts]
    lines = shown(replace(REPORT, verdicts=tuple(entries))).splitlines()

    assert lines.index("P1 broken, a MUST: What P1 is & does") > lines.index(
        "T2 broken, a SHOULD: What T2 is & does"
    )


@pytest.mark.parametrize("made", [REPORT, CALM])
def test_the_terminals_table_fits_80_columns(made: Report) -> None:
    table = shown(made).split("\n\n")[0]

    assert max(len(line) for line in table.splitlines()) <= 80


def test_markup_and_emoji_in_what_a_client_says_are_shown_as_they_are() -> None:
    entry = replace(REPORT.verdicts[0], reason="it said [bold]x[/] and [/nothing]", key="[red]")

    text = shown(replace(REPORT, verdicts=(entry,)))

    assert "it said [bold]x[/] and [/nothing]" in text
    assert "'[red]'" in text


def test_a_long_timeline_is_shown_from_both_ends_and_batches_by_the_end_of_their_ids() -> None:
    assert len(excerpt(TIMELINE)) == 13
    assert excerpt(TIMELINE)[7] == f"           ⋮ {len(TIMELINE) - 12} lines more"
    assert excerpt(TIMELINE)[-1] == TIMELINE[-1]
    assert excerpt(TIMELINE[:13]) == TIMELINE[:13]
    assert shortened(f"cancel {BATCH} → 404") == "cancel …eM2gYW → 404"


def test_the_line_at_the_end_says_it_all() -> None:
    assert summary(CALM) == (
        "kept by shop.batches:run: 12 of 12 MUST and 6 of 6 SHOULD kept; 3 not claimed (quick, seed 5, 12.3 s)"
    )
    assert summary(REPORT) == (
        "broken by shop.batches:run: 8 of 12 MUST and 4 of 6 SHOULD kept; 4 broken, 1 flaky, 1 inconclusive, "
        "3 not claimed; 1 known (quick, seed 5, 12.3 s)"
    )
    musts = summary(replace(CALM, verdicts=CALM.verdicts[:2]))
    assert musts == "kept by shop.batches:run: 2 of 2 MUST kept (quick, seed 5, 12.3 s)"
    assert summary(report(NOTHING)).startswith("inconclusive by shop.batches:run: nothing kept; 21 not claimed (")
    stale = report(run(is_complete=False), known=KNOWN)
    assert "; 1 wrong in the known breaks; broken off (" in summary(stale)
    assert summary(report(run(), known=KNOWN)).startswith(
        "kept by shop.batches:run, but the known breaks say otherwise: 12 of 12 MUST and 6 of 6 SHOULD kept; "
        "3 not claimed; 1 wrong in the known breaks ("
    )


def junit(made: Report) -> Tree.Element:
    suite = Tree.fromstring(as_junit(made)).find("testsuite")
    assert suite is not None
    return suite


def test_junit_fails_what_fails_the_run_and_skips_the_rest() -> None:
    suite = junit(REPORT)
    by_kind = {
        kind: [case.attrib["name"].split()[0] for case in suite.iter("testcase") if case.find(kind) is not None]
        for kind in ("failure", "error", "skipped")
    }

    assert by_kind == {
        "failure": ["J1", "J4"],
        "error": ["J7"],
        "skipped": ["J9", "T2", "R1", "R2", "R3", "P1"],
    }
    assert [suite.attrib[name] for name in ("tests", "failures", "errors", "skipped")] == ["21", "2", "1", "6"]
    failure = next(suite.iter("failure"))
    assert failure.attrib == {"message": "broken: 'a' was <wrong> in J1", "type": "MUST broken"}
    assert "again: batchproof replay .batchproof/J1.json" in (failure.text or "")


def test_junit_counts_a_strict_should_and_a_stale_known_break_as_failures() -> None:
    assert junit(report(run(T1="broken"), is_strict=True)).attrib["failures"] == "1"
    assert junit(report(run(), known=KNOWN)).attrib["failures"] == "1"
    assert junit(report(run(T1="inconclusive"))).attrib["errors"] == "0"


def test_junit_holds_what_xml_cannot() -> None:
    entry = replace(REPORT.verdicts[0], reason="it said \x00\x1b[0m \ufffe and <this>")

    failure = next(junit(replace(REPORT, verdicts=(entry,))).iter("failure"))

    assert failure.attrib["message"] == "broken: it said \ufffd\ufffd[0m \ufffd and <this>"


def test_junit_has_no_element_and_no_attribute_that_pytests_has_not(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import pytest\n"
        "@pytest.fixture\ndef broken(): raise ValueError\n"
        "def test_error(broken): pass\n"
        "def test_pass(): pass\n"
        "def test_fail(): assert 0\n"
        "def test_skip(): pytest.skip('why')\n"
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n0",
        "-c",
        "/dev/null",
        "--junit-xml=junit.xml",
        "test_it.py",
    ]
    subprocess.run([*command, "-p", "no:cacheprovider"], cwd=tmp_path, check=False, capture_output=True)

    known = shape(Tree.parse(tmp_path / "junit.xml").getroot())
    # Of a failure pytest tells no type; servers show it, as JUnit's own writer has it.
    assert shape(Tree.fromstring(as_junit(REPORT))) <= known | {("failure", "type"), ("error", "type")}


def shape(root: Tree.Element) -> set[tuple[str, str]]:
    return {(one.tag, name) for one in root.iter() for name in ("", *one.attrib)}


def test_the_page_puts_clients_side_by_side_with_a_link_to_each_break() -> None:
    other = report(run(client="-- ./<other>", J1="broken"))
    text = page([REPORT, other])

    assert "<th>shop.batches:run</th>\n<th>-- ./&lt;other&gt;</th>" in text
    assert text.count('href="#J1"') == text.count('id="J1"') == text.count('id="J1-2"') == 1
    links, places = set(re.findall(r'href="#([^"]+)"', text)), set(re.findall(r'id="([^"]+)"', text))
    assert links == places
    assert "&#x27;a&#x27; was &lt;wrong&gt; in J1" in text
    assert "<wrong>" not in text


def test_the_page_needs_nothing_beside_itself() -> None:
    text = page([REPORT])

    assert not re.search(r"<script|<link|@import|url\(|src=|https?://", text)
    assert "prefers-color-scheme: dark" in text


def test_a_contract_that_one_client_was_not_judged_on_leaves_a_blank() -> None:
    short = replace(CALM, verdicts=CALM.verdicts[:2])

    assert "<td class=absent></td>" in page([CALM, short])
    assert "<td class=absent></td>" not in page([CALM, CALM])


def test_a_badge_tells_how_many_musts_are_kept() -> None:
    endpoint = msgspec.json.decode(badge(REPORT, ".json"))

    assert endpoint == {
        "schemaVersion": 1,
        "label": "batch contracts",
        "message": "8 of 12 MUST kept",
        "color": "#c62828",
    }
    assert "12 of 12 MUST kept" in "".join(Tree.fromstring(badge(CALM, ".svg")).itertext())


if __name__ == "__main__":
    SCHEMA.write_text(json.dumps(schema(), indent=2) + "\n")
