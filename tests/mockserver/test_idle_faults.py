"""Faults that strike and find nothing to bite on: which these are, and that nobody has to look for them."""

from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from batchmock.exchanges.record import FaultSeen
from batchmock.faults import Answer, AnyFault, Close, Delay, Drip, Headers, Lines, Patch, Reset, Rows, Stale
from batchmock.inprocess.emulator import LocalEmulator
from batchmock.scenario import Scenario
from tests.mockserver.exchanges import BATCHES, request
from tests.programs import serving

HEADERS = {"x-api-key": "test", "anthropic-version": "2023-06-01", "accept-encoding": "identity"}
WORKSPACE = "anthropic-workspace-id"
FAR = 1_000_000


def idle_after_a_life(*faults: AnyFault) -> tuple[FaultSeen, ...]:
    """Live through a batch of three; return what found nothing to bite on."""
    emulator = LocalEmulator(Scenario(faults=faults))
    # Some faults end it before its end.
    with emulator.http_client() as client, suppress(httpx2.HTTPError):
        client.headers.update(HEADERS)
        created = client.post(BATCHES, json={"requests": [request(name) for name in "abc"]}).json()
        client.get(f"{BATCHES}/{created['id']}")
        emulator.clock.advance("25h")
        client.get(f"{BATCHES}/{created['id']}/results")
    return tuple(fault for exchange in emulator.history() for fault in exchange.faults_without_effect)


@pytest.mark.parametrize(
    "fault",
    [
        Close(on=("results",), after_bytes=FAR),
        Close(on=("results",), after_lines=4),
        Reset(on=("retrieve",), after_lines=1),
        Patch(on=("retrieve",), drop=("nowhere.to.be.found",)),
        Patch(on=("retrieve",), merge={"type": "message_batch"}),
        Patch(on=("results",), merge={"type": "other"}),
        Rows(on=("results",), rows=(4,), missing=True),
        Rows(on=("results",), glob="z*", raw="x"),
        Lines(on=("results",), blank_every=99),
        Lines(on=("results",)),
        Headers(on=("retrieve",), drop=("x-never-there",)),
        Drip(on=("results",), size=FAR),
    ],
)
def test_a_fault_that_changes_nothing_is_told_by_its_place_and_kind(fault: AnyFault) -> None:
    (told,) = idle_after_a_life(Stale(on=("retrieve",), by=1), fault)

    assert (told.place, told.kind) == (1, type(fault).__name__.lower())


@pytest.mark.parametrize(
    "fault",
    [
        Close(on=("results",), after_bytes=1),
        Close(on=("results",), after_lines=2, framing="whole"),
        Reset(on=("retrieve",)),
        Patch(on=("retrieve",), drop=("created_at",)),
        Rows(on=("results",), rows=(3,), missing=True),
        Rows(on=("results",), strangers=1),
        Lines(on=("results",), final_line_end=False),
        Lines(on=("results",), blank_every=1),
        Lines(on=("results",), byte_order_mark=True),
        Headers(on=("retrieve",), drop=("content-type",)),
        Headers(on=("retrieve",), set={"content-type": "text/html"}),
        Drip(on=("results",), size=100),
        Answer(on=("retrieve",), status=500),
        Answer(on=("retrieve",), status=500, when="after"),
        Delay(on=("retrieve",), by=1),
        Stale(on=("retrieve",), by=1),
    ],
)
def test_a_fault_that_changes_something_is_not(fault: AnyFault) -> None:
    assert idle_after_a_life(fault) == ()


def test_a_fault_that_another_one_leaves_nothing_to_is_told() -> None:
    first = Answer(on=("retrieve",), status=500, when="after")
    last = Answer(on=("retrieve",), status=503, when="after")
    cut = Reset(on=("results",), after_bytes=10)
    later = Close(on=("results",), after_bytes=20)

    told = idle_after_a_life(first, last, cut, later)

    assert told == (FaultSeen(0, "answer"), FaultSeen(3, "close"))


def test_a_fault_that_has_not_had_its_turn_is_not_told() -> None:
    assert idle_after_a_life(Close(on=("results",), calls=(2,), after_bytes=FAR)) == ()


def test_a_client_that_leaves_early_is_no_fault_of_the_scenario() -> None:
    emulator = LocalEmulator(Scenario(faults=(Close(on=("results",), after_lines=1_000),)))
    with emulator.http_client() as client:
        client.headers.update(HEADERS)
        names = [f"a-{number}" for number in range(999)]
        created = client.post(BATCHES, json={"requests": [request(name) for name in names]}).json()
        emulator.clock.advance("25h")
        with client.stream("GET", f"{BATCHES}/{created['id']}/results") as response:
            next(response.iter_raw())

    _, left = emulator.history()
    assert (left.faults, left.faults_without_effect, left.is_complete) == (("close",), (), False)
    emulator.check_faults()


SCENARIO = """
[[faults]]
kind = "headers"
on = ["list"]
set = { x-new = "1" }

[[faults]]
kind = "close"
on = ["list"]
after_bytes = 1000000
"""


def asked_twice(tmp_path: Path, *flags: str) -> tuple[int, list[str]]:
    """List batches twice; return how the server ended and what it said, without its workspace's id."""
    file = tmp_path / "scenario.toml"
    file.write_text(SCENARIO)
    with serving("--quiet", "--scenario", str(file), *flags) as server:
        workspaces = {httpx2.get(server.url + BATCHES, headers=HEADERS).headers[WORKSPACE] for _ in range(2)}
        code, lines = server.stop()
    return code, [line.replace(workspaces.pop(), "…") for line in lines]


def test_a_strict_server_ends_with_an_error_that_names_the_fault(tmp_path: Path) -> None:
    assert asked_twice(tmp_path, "--strict-scenario") == (
        1,
        [
            "batchproof: faults.1 (close) found nothing to bite on in exchange 1 of …, GET /v1/messages/batches, "
            "and in 1 more"
        ],
    )


def test_any_other_server_does_not_mind(tmp_path: Path) -> None:
    assert asked_twice(tmp_path) == (0, [])
