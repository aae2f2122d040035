"""``batchproof verify`` and ``replay``, as a user runs them."""

import json
import os
import re
import select
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as Tree

import jsonschema_rs
import pytest

from batchproof.plan_file import read_file
from batchproof.reports.json_file import SCHEMA
from tests.contracts.naive import CLIENTS
from tests.programs import COMMAND

VERIFY = ("verify", "--only", "J1", "--processes", "1", "--quick")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "clients.py").write_text(CLIENTS)
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=300
    )


def test_a_client_that_keeps_its_musts_ends_with_0(folder: Path) -> None:
    ran = run(folder, *VERIFY, "clients:joined")

    assert ran.returncode == 0, ran.stderr
    assert re.fullmatch(
        r"kept by clients:joined: 1 of 1 MUST kept \(quick, seed 0, [\d.]+ s\)", ran.stdout.splitlines()[-1]
    )
    assert "J1 kept" in ran.stderr.splitlines()
    assert not (folder / ".batchproof").exists()


def test_a_break_is_shown_saved_written_down_and_seen_again_from_another_process(folder: Path) -> None:
    (folder / "out").mkdir()
    outputs = ["--json", "out/r.json", "--junit", "out/r.xml", "--html", "out/r.html", "--badge", "out/r.svg"]
    ran = run(folder, *VERIFY, *outputs, "clients.py:zipped")

    assert ran.returncode == 1, ran.stderr
    assert "\x1b" not in ran.stdout
    lines = ran.stdout.splitlines()
    at = lines.index("J1 broken, a MUST: Results are joined by custom_id")
    assert lines[at + 1] == "  'a' was given the answer to 'b'"
    assert "  plan   .batchproof/J1.json" in lines
    command = next(line for line in lines if line.startswith("  again  ")).split()[1:]
    assert command == ["batchproof", "replay", ".batchproof/J1.json", "clients.py:zipped"]
    assert len(read_file(folder / ".batchproof/J1.json").plan.rows) == 2

    told = json.loads((folder / "out/r.json").read_text())
    jsonschema_rs.validate(json.loads(SCHEMA.read_text()), told)
    assert (told["exit_code"], told["verdicts"][0]["verdict"]) == (1, "broken")
    assert Tree.parse(folder / "out/r.xml").getroot().find("testsuite/testcase/failure") is not None
    assert 'href="#J1"' in (folder / "out/r.html").read_text()
    assert "0 of 1 MUST kept" in (folder / "out/r.svg").read_text()

    again = run(folder, *command[1:])
    assert again.returncode == 1, again.stderr
    assert [line.strip() for line in again.stdout.splitlines()[-2:]] == [
        "'a' was given the answer to 'b'",
        "broken by clients.py:zipped: J1, a MUST: Results are joined by custom_id",
    ]
    mended = run(folder, "replay", ".batchproof/J1.json", "clients.py:joined")
    assert mended.returncode == 0
    assert mended.stdout.splitlines()[-1].startswith("kept by clients.py:joined: J1")


def test_json_that_is_printed_is_all_that_is_printed(folder: Path) -> None:
    ran = run(folder, *VERIFY, "--json", "-", "clients:joined")

    assert json.loads(ran.stdout)["exit_code"] == 0
    assert "kept by clients:joined" in ran.stderr


def test_several_reports_go_on_one_page(folder: Path) -> None:
    for name in ("joined", "zipped"):
        run(folder, *VERIFY, "--json", f"{name}.json", f"clients:{name}")

    ran = run(folder, "report", "joined.json", "zipped.json", "--html", "page.html")

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "page.html: 2 clients\n", "")
    page = (folder / "page.html").read_text()
    assert "<th>clients:joined</th>\n<th>clients:zipped</th>" in page
    assert run(folder, "report", "page.html", "--html", "x.html").returncode == 2


def test_known_breaks_pass_until_they_are_kept(folder: Path) -> None:
    zipped = (*VERIFY, "--known", "known.toml", "clients:zipped")
    missing = run(folder, *zipped)
    assert missing.returncode == 2
    assert "cannot read known.toml" in missing.stderr

    assert run(folder, *zipped[:-1], "--known-update", zipped[-1]).returncode == 0
    assert "contract = \"J1\"\nreason = \"'a' was given the answer to 'b'\"" in (folder / "known.toml").read_text()
    known = run(folder, *zipped)
    assert known.returncode == 0
    assert "; 1 broken; 1 known (" in known.stdout.splitlines()[-1]

    kept = run(folder, *zipped[:-1], "clients:joined")
    assert kept.returncode == 1
    assert "J1 is kept, and the known breaks say that it is broken; take it out" in kept.stdout.splitlines()


def test_a_broken_should_fails_only_a_strict_run(folder: Path) -> None:
    command = ("verify", "--only", "R7", "--processes", "1", "--quick", "clients:deaf")

    assert run(folder, *command).returncode == 0
    assert run(folder, *command, "--strict").returncode == 1
    assert run(folder, "replay", ".batchproof/R7.json", "clients:deaf").returncode == 0
    assert run(folder, "replay", ".batchproof/R7.json", "--strict", "clients:deaf").returncode == 1


def test_the_log_says_of_an_invariant_what_the_runs_of_other_contracts_leave_of_it(folder: Path) -> None:
    chosen = ("verify", "--only", "I1,I2,R2", "--processes", "1", "--quick", "--json", "r.json")
    ran = run(folder, *chosen, "clients:joined")

    logged = [line.partition(":")[0].split() for line in ran.stderr.splitlines()[1:]]
    told = json.loads((folder / "r.json").read_text())["verdicts"]
    assert sorted(logged) == sorted([one["contract"], one["verdict"]] for one in told)
    assert logged == [["R2", "broken"], ["I1", "broken"], ["I2", "kept"]]


def test_a_client_that_does_not_work_at_all_is_not_judged(folder: Path) -> None:
    ran = run(folder, *VERIFY, "clients:unfinished")

    assert ran.returncode == 3
    assert "batchproof: the client does not get through the simplest batch" in ran.stderr
    assert ran.stderr.count("NotImplementedError: some day") == 1
    assert "Traceback" not in ran.stderr


def test_a_callable_of_another_signature_is_told_so_once(folder: Path) -> None:
    (folder / "other.py").write_text("def run(requests, base_url, api_key, shop):\n    return {}\n")

    ran = run(folder, *VERIFY, "other:run")

    assert ran.returncode == 3
    assert ran.stderr.splitlines() == [
        "batchproof: the client does not get through the simplest batch of two requests, so nothing can be "
        "judged: it raised TypeError: run() missing 1 required positional argument: 'shop'"
    ]


def test_a_run_that_breaks_nothing_leaves_nothing(folder: Path) -> None:
    before = {*folder.iterdir()}

    run(folder, *VERIFY, "clients:joined")

    # Bytecode is Python's own.
    assert {path.name for path in {*folder.iterdir()} - before} <= {"__pycache__"}


def test_a_client_that_takes_its_process_with_it_is_told_and_its_replay_too(folder: Path) -> None:
    ran = run(folder, *VERIFY, "clients:dies")

    assert ran.returncode == 1, ran.stderr
    assert "it took its process with it (exit code 3)" in ran.stdout
    again = run(folder, "replay", ".batchproof/J1.json", "clients:dies")
    assert again.returncode == 1
    assert "it took its process with it (exit code 3)" in again.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["verify"], "no client is named; name one as module:callable"),
        (["verify", "clients.py"], "'clients.py' names no callable; write module:callable"),
        (["verify", "clients:needy"], "clients:needy takes no base_url; a client is called as def run(requests"),
        (["verify", "clients:jioned"], "clients has no 'jioned'; it has"),
        (["verify", "nowhere:run"], "cannot import nowhere: "),
        (["verify", "nowhere.py:run"], "there is no file nowhere.py; looked in "),
        (["verify", "--"], "there is nothing after --; name a program and its arguments"),
        (["verify", "--", "./nowhere"], "there is no ./nowhere; looked in "),
        (["verify", "--", "./clients.py"], "./clients.py is not executable"),
        (
            ["verify", "--", "clients.py"],
            "there is no program 'clients.py' on PATH; for the one in this folder, write",
        ),
        (["verify", "--", "clients:joined"], "on PATH; a Python callable is named without the --"),
        (["verify", "clients:joined", "--", "true"], "two clients are named, clients:joined and 'true'; name one"),
        (["verify", "--only", "J77", "clients:joined"], "there is no contract 'J77'; did you mean J7?"),
        (["verify", "--known-update", "clients:joined"], "--known-update writes the file of --known; name one"),
        (["verify", "--json", "clients.py/x", "clients:joined"], "cannot write clients.py/x: there is no folder"),
        (["verify", "--json", "new/x", "clients:joined"], "cannot write new/x: there is no folder new"),
        (["verify", "--junit", "new/x", "clients:joined"], "cannot write new/x: there is no folder new"),
        (["verify", "--json", "r.json", "--html", "new/x", "clients:joined"], "cannot write new/x: there is no"),
        (["verify", "--badge", "new/x", "clients:joined"], "cannot write new/x: there is no folder new"),
        (
            ["verify", "--quick", "--thorough", "clients:joined"],
            "--quick and --thorough are two budgets; choose one",
        ),
        (["replay", "nowhere.json", "clients:joined"], "cannot read nowhere.json: No such file"),
        (["replay", "clients.py", "clients:joined"], "clients.py is not a JSON object: "),
        (["contracts", "Q1"], "there is no contract 'Q1'; "),
    ],
)
def test_a_mistake_is_told_in_one_line_with_what_was_tried(folder: Path, arguments: list[str], words: str) -> None:
    ran = run(folder, *arguments)

    assert ran.returncode == 2
    assert words in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert ran.stdout == ""
    assert {path.name for path in folder.iterdir()} == {"clients.py"}


@pytest.mark.parametrize(
    ("contract", "client"), [("J1", "clients:hangs"), ("S2", "clients:hangs_in_a_life")], ids=["here", "in a fork"]
)
def test_an_interrupt_ends_everything_and_shows_what_is_known(folder: Path, contract: str, client: str) -> None:
    told = folder / "told"
    os.mkfifo(told)
    command = [*COMMAND, "verify", "--only", contract, "--processes", "1", client]
    with (
        subprocess.Popen(
            command,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env=os.environ | {"TOLD": str(told)},
        ) as process,
        told.open() as pipe,
    ):
        assert pipe.readline() == "hanging\n"
        # As a terminal does it: to all processes of the command at once.
        os.killpg(process.pid, signal.SIGINT)
        shown, complaints = process.communicate(timeout=60)
        # The pipe is over when whoever holds it has ended; the suite's own patience would take 30 s.
        assert select.select([pipe], [], [], 5)[0] == [pipe]
        assert pipe.read() == ""

    assert process.returncode == 130
    assert "nothing kept; broken off" in shown.splitlines()[-1]
    assert "Traceback" not in complaints


def test_whoever_does_not_judge_waits_for_nothing_that_judges() -> None:
    asked = "import sys; import batchproof.commands.verify; print(*sys.modules, sep='\\n')"
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())

    assert "batchproof.commands.verify" in loaded
    assert {"hypothesis", "anthropic", "batchproof.catalogue", "batchproof.runner", "rich"} & loaded == set()


def test_contracts_are_listed_and_explained(folder: Path) -> None:
    listed = run(folder, "contracts")
    assert "  J1   MUST    Results are joined by custom_id" in listed.stdout.splitlines()

    explained = run(folder, "contracts", "j1").stdout
    for heading in ("what", "story", "seen", "mend", "needs", "judge"):
        assert f"\n{heading:6}  " in explained
    assert max(len(line) for line in explained.splitlines() if "https:" not in line) <= 80

    told = json.loads(run(folder, "contracts", "--json", "J*").stdout)
    assert {one["id"][0] for one in told} == {"J"}
    assert told[0]["needs"] == []
