"""Where answers may go: what a run lives by is never written over, whatever it is called."""

from pathlib import Path

import pytest

from batchmock.inprocess.emulator import LocalEmulator
from tests.clients.commands import batches, batchproof, entry, lines, written

pytestmark = pytest.mark.usefixtures("key")


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    """Return the output of a run, beside its requests and its journal."""
    output = tmp_path / "out.jsonl"
    ran = batchproof("run", written(tmp_path / "in.jsonl", [entry("a", "hi")]), "-o", output)
    assert ran.exit_code == 0, ran.output
    return output


@pytest.mark.parametrize(
    ("output", "state"),
    [
        ("s.db", "s.db"),
        ("../{here}/s.db", "s.db"),
        ("s.db-wal", "s.db"),
        ("s.db-shm", "s.db"),
        ("s.db.lock", "s.db"),
        ("s", "s.draft"),
        ("in.jsonl", "s.db"),
        ("in", "s.db"),
    ],
)
def test_a_run_does_not_write_over_its_journal_or_its_requests(tmp_path: Path, output: str, state: str) -> None:
    file, emulator = written(tmp_path / "in.jsonl", [entry("a", "hi")]), LocalEmulator()
    if output == "in":
        file = file.rename(tmp_path / "in.draft")
    before = file.read_bytes()
    place = tmp_path / output.format(here=tmp_path.name)

    ran = batchproof("run", file, "-o", place, "--state", tmp_path / state, emulator=emulator)

    assert ran.exit_code == 2
    assert f"the output {place} would be written over" in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert batches(emulator) == 0
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [before]


@pytest.mark.parametrize("taken", ["in.jsonl", "out.jsonl.db", "out.jsonl.db.lock"])
@pytest.mark.parametrize("link", ["none", "symbolic", "hard"])
def test_a_resumed_run_does_not_either_by_any_name(finished: Path, taken: str, link: str) -> None:
    place = kept = finished.with_name(taken)
    if link != "none":
        place = finished.with_name("link")
        (place.symlink_to if link == "symbolic" else place.hardlink_to)(kept)
    before = kept.read_bytes()

    ran = batchproof("run", finished.with_name("in.jsonl"), "--state", f"{finished}.db", "--resume", "-o", place)

    assert ran.exit_code == 2
    assert f"the output {place} would be written over" in ran.stderr
    assert taken in ran.stderr
    assert kept.read_bytes() == before


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", ".lock"])
def test_results_are_not_written_over_their_journal(finished: Path, suffix: str) -> None:
    journal = Path(f"{finished}.db")
    before = journal.read_bytes()

    ran = batchproof("results", journal, "-o", f"{journal}{suffix}")

    assert ran.exit_code == 2
    assert f"the output {journal}{suffix} would be written over" in ran.stderr
    assert journal.read_bytes() == before


def test_the_files_beside_a_journal_are_known_where_it_is_called_by_a_link(finished: Path) -> None:
    link = finished.with_name("link.db")
    link.symlink_to(f"{finished}.db")

    ran = batchproof("results", link, "-o", f"{finished}.db-wal")

    assert ran.exit_code == 2
    assert f"belongs to the journal {link}" in ran.stderr


def test_results_are_not_written_over_what_is_there(finished: Path) -> None:
    before = finished.read_bytes()

    refused = batchproof("results", f"{finished}.db", "-o", finished)
    lost = batchproof("results", f"{finished}.db", "-o", finished.with_name("none") / "out")
    new = batchproof("results", f"{finished}.db", "-o", finished.with_name("new"))

    assert (refused.exit_code, lost.exit_code, new.exit_code) == (2, 2, 0)
    assert refused.stderr == f"batchproof: {finished} exists already; name another\n"
    assert "there is no folder" in lost.stderr
    assert finished.read_bytes() == before
    assert len(lines(finished.with_name("new"))) == 1
