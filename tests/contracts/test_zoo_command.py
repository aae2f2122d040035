"""``batchproof zoo``: the kill matrix, on the screen, as JSON and in the docs."""

import json
import re
import signal
import subprocess
from pathlib import Path

import pytest

from batchproof.zoo.kill import Kill
from batchproof.zoo.matrix import line, summary
from batchproof.zoo.mutants.index import MUTANTS
from tests.programs import COMMAND, ROOT, run


def test_the_matrix_tells_of_each_mutant_how_often_and_how_soon_it_was_caught(tmp_path: Path) -> None:
    file = tmp_path / "zoo.json"

    ran = run("zoo", "--quick", "--mutant", "J1", "--mutant", "J3", "--json", str(file), cwd=tmp_path)

    assert (ran.returncode, ran.stderr) == (0, "")
    header, first, second, last = ran.stdout.splitlines()
    assert header.split() == ["mutant", "caught", "plans", "size", "how"]
    assert first.split()[:4] == ["J1", "100%", "1", "2"]
    assert second.split()[:2] == ["J3", "100%"]
    assert last == "2 of 2 mutants caught in at least 95% of their seeds"
    told = json.loads(file.read_text())
    assert [(one["client"], one["contract"], one["seeds"], one["caught"]) for one in told] == [
        ("J1", "J1", 1, 1),
        ("J3", "J3", 1, 1),
    ]
    assert told[0]["reason"] == "'a' was given the answer to 'b'"
    assert [*tmp_path.iterdir()] == [file]


def test_an_interrupt_ends_all_of_it_and_tells_what_is_known_by_then() -> None:
    with subprocess.Popen([*COMMAND, "zoo", "--quick"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        shown = [process.stdout.readline() for _ in range(3)]
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()

    assert shown[1].startswith("J1 ")
    assert re.fullmatch(r"(\d+) of \1 mutants caught in at least 95% of their seeds", rest.splitlines()[-1])
    assert process.returncode == 130


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--mutant", "J99"), "there is no mutant 'J99'; docs/zoo.md lists them"),
        (("--json", "nowhere/zoo.json"), "Invalid value for '--json': there is no folder nowhere"),
        (
            ("--mutant", "J1", "--markdown", "zoo.md"),
            "--markdown is a page of all mutants; leave out --mutant",
        ),
    ],
)
def test_a_mistake_is_told_in_one_line_before_anything_runs(arguments: tuple[str, ...], told: str) -> None:
    ran = run("zoo", *arguments)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"batchproof: {told}")
    assert ran.stderr.count("\n") == 1


def test_a_mutant_is_caught_if_it_is_in_nearly_all_seeds_and_the_correct_client_must_be_in_none() -> None:
    lucky = Kill(client="J1", contract="J1", seeds=20, caught=18, plans=9, size=3, reason="x")
    caught = Kill(client="J1", contract="J1", seeds=20, caught=19, plans=9, size=3, reason="x")
    kept = Kill(client="base", contract="J1", seeds=20)
    broken = Kill(client="base", contract="J1", seeds=20, caught=1, reason="x")

    assert [kill.is_right for kill in (lucky, caught, kept, broken)] == [False, True, True, False]
    assert "NOT CAUGHT" in line(lucky)
    assert "NOT KEPT in 1 of 20 seeds: x" in line(broken)
    assert summary([lucky, caught, kept, broken]) == (
        "1 of 2 mutants caught in at least 95% of their seeds; the base client keeps 1 of 2 contracts"
    )


def test_the_page_of_the_docs_has_every_mutant_as_it_is_now() -> None:
    rows = re.findall(r"^\| (\S+) \| (.+?) \|", (ROOT / "docs" / "zoo.md").read_text(), re.MULTILINE)

    assert rows[1:] == [(mutant.id, mutant.does) for mutant in MUTANTS.values()]
