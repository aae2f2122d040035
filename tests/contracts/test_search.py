"""Judging one contract: what is found, how small it is shown, and that the same seed finds the same."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from anthropic import Anthropic

from batchmock.faults import Reset
from batchproof.adapters.python import PythonClient
from batchproof.arena.inprocess import InProcess
from batchproof.arena.patience import patience
from batchproof.catalogue.index import CATALOGUE
from batchproof.contract import Verdict
from batchproof.plan import CALM, Plan, Row
from batchproof.search import judge
from batchproof.trial import play

Requests = list[dict[str, Any]]


def finished(requests: Requests, base_url: str, api_key: str) -> Iterator[Any]:
    """The guide's own loop, and the lines that it comes to."""
    batches = Anthropic(base_url=base_url, api_key=api_key).messages.batches
    batch = batches.create(requests=requests)  # pyright: ignore[reportArgumentType]
    while batches.retrieve(batch.id).processing_status != "ended":
        time.sleep(60)
    yield from batches.results(batch.id)


def naive(requests: Requests, *, base_url: str, api_key: str) -> dict[str, Any]:
    return {line.custom_id: line.result for line in finished(requests, base_url, api_key)}


def positional(requests: Requests, *, base_url: str, api_key: str) -> dict[str, Any]:
    lines = finished(requests, base_url, api_key)
    return {request["custom_id"]: line.result for request, line in zip(requests, lines, strict=False)}


def busy(requests: Requests, *, base_url: str, api_key: str) -> dict[str, Any]:
    while True:
        pass


def asleep(requests: Requests, *, base_url: str, api_key: str) -> dict[str, Any]:
    while True:
        time.sleep(3600)


def listing(requests: Requests, *, base_url: str, api_key: str) -> Any:
    return [line.result for line in finished(requests, base_url, api_key)]


def leaving(requests: Requests, *, base_url: str, api_key: str) -> Any:
    raise SystemExit(3)


@pytest.fixture(scope="module", autouse=True)
def prepared() -> Iterator[None]:
    with InProcess.ready():
        yield


def verdict(contract: str, run: Any, *, examples: int = 10, seed: int = 0) -> Verdict:
    client = PythonClient(run, run.__name__)
    arena = InProcess(client)
    return judge(
        CATALOGUE[contract],
        lambda plan: play(plan, arena),
        offered=client.capabilities,
        examples=examples,
        seed=seed,
    )


def test_a_positional_join_is_shown_with_two_requests() -> None:
    found = verdict("J1", positional)

    assert found.word == "broken"
    assert found.finding is not None
    assert len(found.finding.plan.rows) == 2
    assert found.finding.key == "a"
    assert "answer to 'b'" in found.reason
    assert any("create of 2" in line for line in found.finding.timeline)


def test_what_the_table_does_not_show_is_drawn_and_shrunk() -> None:
    contract = CATALOGUE["J1"]
    client = PythonClient(positional, "positional")
    arena = InProcess(client)
    drawn = judge(
        replace(contract, table=()),
        lambda plan: play(plan, arena),
        offered=client.capabilities,
        examples=30,
    )

    assert drawn.word == "broken"
    assert drawn.finding is not None
    assert len(drawn.finding.plan.rows) == 2


def test_the_same_seed_comes_to_the_same_verdict_and_plan() -> None:
    assert verdict("R1", naive, seed=5) == verdict("R1", naive, seed=5)


def test_what_keeps_a_contract_is_played_to_the_end_of_its_table_and_beyond() -> None:
    found = verdict("J1", naive, examples=10)

    assert (found.word, found.reason) == ("kept", "")
    assert found.played == len(CATALOGUE["J1"].table) + 10


def test_a_contract_that_needs_more_than_is_offered_is_not_claimed() -> None:
    assert verdict("S2", naive).word == "not claimed"


def test_a_contract_whose_plans_never_came_to_anything_is_not_kept() -> None:
    late = Plan(rows=(Row(key="a"),), scenario=msgspec.structs.replace(CALM, faults=(Reset(on=("delete",)),)))
    client = PythonClient(naive, "naive")
    arena = InProcess(client)
    found = judge(
        replace(CATALOGUE["T1"], table=(late,), plans=None),
        lambda plan: play(plan, arena),
        offered=client.capabilities,
        examples=0,
    )

    assert found.word == "inconclusive"
    assert "no fault struck" in found.reason


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (asleep, "it was still waiting after 5d of virtual time"),
        (listing, "no mapping from custom_id to outcome"),
        (leaving, "sys.exit(3)"),
    ],
)
def test_a_client_that_never_returns_an_outcome_is_told_how_it_ended(run: Any, said: str) -> None:
    found = verdict("T1", run, examples=0)

    assert found.word == "broken"
    assert said in found.reason


def test_a_client_that_computes_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("batchproof.arena.inprocess.patience", lambda: patience(cpu_s=0.5))

    found = verdict("J4", busy, examples=0)

    assert found.word == "broken"
    assert "computed without end" in found.reason


def test_nothing_is_left_of_a_plan_in_the_next() -> None:
    arena = InProcess(PythonClient(naive, "naive"))
    plan = Plan(rows=(Row(key="a"), Row(key="b")))

    first, second = play(plan, arena), play(plan, arena)

    assert first.tape == second.tape
    assert first.ledger == second.ledger
