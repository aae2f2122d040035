"""Correct clients of different make keep every contract they claim; the guide's own loops break what they should.

Each is played the tables of the whole catalogue; drawn plans find no more of them than these do.
"""

import os
import re
import shutil
from collections.abc import Callable, Collection, Generator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from batchproof.adapters.call import Client
from batchproof.adapters.program import Program
from batchproof.arena.house import House
from batchproof.arena.inprocess import InProcess
from batchproof.arena.open import open_arena, open_program
from batchproof.arena.sockets import Sockets
from batchproof.arena.stage import START
from batchproof.catalogue.index import CATALOGUE
from batchproof.checks.returns import fulfilled
from batchproof.contract import Word
from batchproof.evidence import Evidence
from batchproof.plan import CALM, Plan, Row
from batchproof.reports.terminal import excerpt, shortened
from batchproof.run import Target
from batchproof.search import judge
from batchproof.trial import Arena, play
from tests.programs import ROOT
from tests.sdks.environments import NEWEST_TYPESCRIPT, NODE, node_folder_with

CLIENTS = ROOT / "clients"
Opened = Callable[[Path], AbstractContextManager[tuple[Arena, Client]]]

# What the guide's loop breaks in any language: the SDK does not help with it.
GUIDES_BREAKS = (
    "J3", "J5", "J7", "J8", "J9", "J10", "S1", "S6", "P1", "P2", "P3", "P6", "R2", "R3", "R11", "R12", "R13",
)  # fmt: skip
GUIDES_KEEPS = ("J1", "J2", "T1", "T2", "T4", "T5", "P4")


def indented(lines: list[str]) -> str:
    return "".join(f"    {line}\n" for line in lines)


def python(name: str) -> Opened:
    return lambda folder: open_arena(Target(python=f"{CLIENTS / 'python' / name}:run"))


def typescript(name: str) -> Opened:
    return lambda folder: open_program(node(folder, name))


def node(folder: Path, name: str) -> list[str]:
    # As a user has it: beside the SDK.
    for file in (CLIENTS / "node").glob("*.mjs"):
        shutil.copy(file, folder)
    (folder / "node_modules").symlink_to(node_folder_with(NEWEST_TYPESCRIPT).resolve() / "node_modules")
    return [str(NODE), str(folder / name)]


def verdicts(arena: Arena, client: Client, only: Collection[str] = CATALOGUE) -> dict[str, tuple[Word, str]]:
    found: dict[str, tuple[Word, str]] = {}
    for contract in map(CATALOGUE.__getitem__, only):
        if contract.needs <= client.capabilities:
            verdict = judge(contract, lambda plan: play(plan, arena), offered=client.capabilities, examples=0)
            found[contract.id] = verdict.word, verdict.reason
    return found


@pytest.mark.parametrize(
    ("opened", "kind"),
    [
        pytest.param(python("hardened.py"), InProcess, id="python sdk, sync"),
        pytest.param(python("hardened_async.py"), InProcess, id="python sdk, async"),
        pytest.param(python("stdlib.py"), Sockets, id="python without the sdk"),
        pytest.param(typescript("hardened.mjs"), Sockets, id="typescript sdk"),
    ],
)
def test_a_careful_client_keeps_all_that_it_claims(opened: Opened, kind: type[Arena], tmp_path: Path) -> None:
    with opened(tmp_path) as (arena, client):
        found = verdicts(arena, client)

    assert isinstance(arena, kind)
    assert {id_: told for id_, told in found.items() if told[0] not in ("kept", "not claimed")} == {}
    assert sum(word == "kept" for word, _ in found.values()) > 40


@pytest.mark.parametrize(
    "opened",
    [pytest.param(python("guide.py"), id="python"), pytest.param(typescript("guide.mjs"), id="typescript")],
)
def test_the_loops_of_the_guide_break_what_they_do_not_think_of(opened: Opened, tmp_path: Path) -> None:
    with opened(tmp_path) as (arena, client):
        found = verdicts(arena, client, [*GUIDES_KEEPS, *GUIDES_BREAKS])

    kept = {id_: told for id_, told in found.items() if told[0] != "broken"}
    assert kept == dict.fromkeys(GUIDES_KEEPS, ("kept", ""))


def test_the_page_tells_what_the_loop_of_the_guide_breaks_and_keeps() -> None:
    page = (ROOT / "docs" / "contracts.md").read_text().replace("\n", " ")

    assert f"{', '.join(GUIDES_KEEPS[:-1])} and {GUIDES_KEEPS[-1]} are kept" in page
    assert f"It breaks {', '.join(GUIDES_BREAKS[:-1])} and {GUIDES_BREAKS[-1]}" in page


def shown(client: str, contract: str) -> list[str]:
    """Return what is shown of how a Python client breaks a contract."""
    with open_arena(Target(python=client)) as (arena, opened):
        found = judge(CATALOGUE[contract], lambda plan: play(plan, arena), offered=opened.capabilities, examples=0)
    assert found.finding is not None
    return [shortened(line) for line in excerpt(found.finding.timeline)]


@pytest.mark.parametrize("contract", ["S1", "R2"])
def test_the_page_shows_what_the_loop_of_the_guide_comes_to(contract: str) -> None:
    page = (ROOT / "docs" / "contracts.md").read_text()

    assert indented(shown(f"{CLIENTS / 'python' / 'guide.py'}:run", contract)) in page


def test_the_page_shows_what_the_client_on_it_comes_to(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "contracts.md").read_text()
    (code,) = re.findall(r"side by side:\n\n```text\n(def run.*?)^```", page, re.DOTALL | re.MULTILINE)
    client = tmp_path / "client.py"
    client.write_text(f"import time\nfrom anthropic import Anthropic\n{code}")

    assert indented(shown(f"{client}:run", "J1")) in page


def test_a_program_that_cannot_share_the_clock_is_not_blamed_for_it(tmp_path: Path) -> None:
    with House.open(START) as house:
        program = Program(node(tmp_path, "hardened.mjs"), env=os.environ)
        try:
            found = verdicts(Sockets(program, house), program, ["P1", "P2", "P3", "P4", "P5", "P6", "P12", "S14"])
        finally:
            program.end()

    assert {id_ for id_, (word, _) in found.items() if word == "not claimed"} == {"P2", "P5"}
    assert {word for word, _ in found.values()} == {"kept", "not claimed"}


@pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in ("bash", "curl", "jq")), reason="bash, curl and jq are not all here"
)
@pytest.mark.parametrize("id_", ["J1", "J9", "S1", "P3", "R2", "R11"])
def test_a_client_of_bash_curl_and_jq_keeps_its_head(id_: str, shell: tuple[Arena, Client]) -> None:
    arena, client = shell
    contract = CATALOGUE[id_]

    verdict = judge(contract, lambda plan: play(plan, arena), offered=client.capabilities, examples=0)

    assert (verdict.word, verdict.reason) == ("kept", "")


@pytest.fixture(scope="module")
def shell() -> Generator[tuple[Arena, Client]]:
    with open_program(["bash", str(CLIENTS / "shell" / "client.sh")]) as opened:
        yield opened


def test_what_a_client_is_written_in_makes_no_difference_to_what_it_returns(tmp_path: Path) -> None:
    rows = (Row(key="a"), Row(key="b", state="errored"), Row(key="c", state="expired"), Row(key="d/ü " * 40))
    plan = Plan(rows=rows, scenario=CALM)
    kinds: list[dict[str, str]] = []
    for opened in (python("hardened.py"), python("stdlib.py"), typescript("hardened.mjs")):
        with opened(tmp_path) as (arena, _):
            seen = play(plan, arena)
        assert fulfilled(Evidence(seen)) is None
        kinds.append({key: outcome.kind for key, outcome in (seen.last.outcomes or {}).items()})

    assert kinds[0] == kinds[1] == kinds[2]


def test_the_clients_are_short_enough_to_copy() -> None:
    files = [path for path in CLIENTS.glob("[!b]*/*") if path.suffix in (".py", ".mjs", ".sh")]

    assert len(files) >= 9
    assert {path.name: lines for path in files if (lines := len(path.read_text().splitlines())) > 140} == {}
    assert os.access(CLIENTS / "shell" / "client.sh", os.X_OK)
