"""The handle: a workspace as a test handles it, the same behind a URL and in this process."""

import socket
import threading
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from msgspec import structs

from batchmock.clock import ClockSetting
from batchmock.errors import UsageError
from batchmock.exchanges.record import FaultSeen
from batchmock.faults import Close, Headers
from batchmock.handle import EmulatorHandle
from batchmock.inprocess.emulator import LocalEmulator
from batchmock.outcomes import Mix, Pin
from batchmock.remote import RemoteEmulator
from batchmock.scenario import Scenario
from batchmock.server import running
from batchmock.settings import Settings
from batchmock.times import HOUR, parse_instant
from batchmock.timing import Fixed, Timing
from tests.mockserver.exchanges import BATCHES, request
from tests.programs import serving

START = datetime(2026, 1, 31, 9, tzinfo=UTC)
SETTINGS = Settings(clock=ClockSetting(mode="manual"), start=parse_instant(START.isoformat()))
VERSION = {"anthropic-version": "2023-06-01"}
SCENARIO = Scenario(
    seed=0,
    timing=Timing(batch=Fixed(3 * HOUR)),
    mix=Mix(succeeded=2.0, expired=1.0),
    pins=(Pin(custom_id="a", state="errored", error="overloaded_error"),),
)


class Case:
    """A handle, and a client of the same workspace."""

    def __init__(self, handle: EmulatorHandle, client: httpx2.Client) -> None:
        self.handle = handle
        self._client = client

    def ask(self, method: str, path: str, body: object = None) -> httpx2.Response:
        return self._client.request(method, path, json=body, headers=VERSION)

    def create(self, *names: str) -> str:
        made = self.ask("POST", BATCHES, {"requests": [request(name) for name in names]})
        return made.raise_for_status().json()["id"]


@pytest.fixture(params=["local", "remote"])
def case(request: pytest.FixtureRequest) -> Generator[Case]:
    if request.param == "local":
        local = LocalEmulator(settings=SETTINGS)
        with local.http_client() as client:
            client.headers["x-api-key"] = "test"
            yield Case(local, client)
    else:
        with running(SETTINGS) as url, httpx2.Client(base_url=url, headers={"x-api-key": "test"}) as client:
            yield Case(RemoteEmulator(url), client)


def test_the_clock_is_read_and_moved(case: Case) -> None:
    clock = case.handle.clock

    assert clock.now() == START
    assert clock.advance("90m") == START + timedelta(minutes=90)
    assert clock.advance(timedelta(minutes=30)) == START + timedelta(hours=2)
    assert clock.advance_to(START + timedelta(days=1)) == START + timedelta(days=1) == clock.now()


@pytest.mark.parametrize("by", ["soon", timedelta(seconds=-1)])
def test_a_clock_that_cannot_move_so_says_why(case: Case, by: str | timedelta) -> None:
    with pytest.raises(UsageError, match=r"is not a duration|only goes forward"):
        case.handle.clock.advance(by)
    with pytest.raises(UsageError, match="only goes forward"):
        case.handle.clock.advance_to(START - timedelta(days=1))
    assert case.handle.clock.now() == START


def test_a_scenario_is_set_and_read_back_and_holds_from_then_on(case: Case) -> None:
    before = case.create("a")
    case.handle.scenario = SCENARIO
    after = case.create("a")

    assert case.handle.scenario == SCENARIO
    assert [case.handle.plan(batch_id)["a"].state for batch_id in (before, after)] == ["succeeded", "errored"]


def test_a_scenario_of_the_menu_keeps_the_seed_and_one_of_its_own_does_not(case: Case) -> None:
    case.handle.scenario = structs.replace(SCENARIO, seed=5)
    case.handle.scenario = "half-expired"
    assert (case.handle.scenario.seed, case.handle.scenario.mix.expired) == (5, 1.0)

    case.handle.scenario = SCENARIO
    assert case.handle.scenario.seed == 0
    with pytest.raises(UsageError, match="did you mean 'half-expired'"):
        case.handle.scenario = "half-expird"
    assert case.handle.scenario == SCENARIO


def test_the_history_is_a_sequence_of_values(case: Case) -> None:
    batch_id = case.create("a", "b")
    case.handle.clock.advance("1h")
    case.ask("GET", f"{BATCHES}/{batch_id}")
    case.ask("GET", f"{BATCHES}/msgbatch_none")

    create, poll, missing = case.handle.history()

    assert (create.operation, create.batch_id, create.requests) == ("create", batch_id, 2)
    assert poll.now - create.now == timedelta(hours=1)
    assert missing.status == 404
    assert poll.real is not None
    assert poll.real.at.tzinfo == UTC
    assert case.handle.history(batch_id=batch_id, after=1) == [poll]
    assert case.handle.history(status=404, operation="retrieve") == [missing]
    case.handle.clear_history()
    assert case.handle.history() == []


def test_faults_that_found_nothing_to_bite_on_are_found_and_refused(case: Case) -> None:
    bites, idle = Headers(set={"x-new": "1"}), Close(calls=(2, 3), on=("list",), after_bytes=1_000_000)
    case.handle.scenario = structs.replace(SCENARIO, faults=(bites, idle))
    case.ask("GET", BATCHES)
    case.handle.check_faults()
    for _ in range(2):
        case.ask("GET", BATCHES)

    found = case.handle.history(without_effect=True)

    assert [one.sequence for one in found] == [2, 3]
    assert found[0].faults_without_effect == (FaultSeen(1, "close"),)
    with pytest.raises(
        UsageError, match=r"^faults\.1 \(close\) .* in exchange 2 of wrkspc_\w+, GET .*, and in 1 more$"
    ):
        case.handle.check_faults()


def test_a_history_of_many_pages_is_read_whole(case: Case) -> None:
    for _ in range(2_050):
        case.ask("GET", BATCHES)

    assert [one.sequence for one in case.handle.history()] == list(range(1, 2_051))


def test_batches_and_their_plans_are_values(case: Case) -> None:
    case.handle.scenario = SCENARIO
    batch_id = case.create("a", "b")

    (batch,) = case.handle.batches()
    plan = case.handle.plan(batch_id)
    case.handle.clock.advance_to(batch.ended_at)
    seen = case.ask("GET", f"{BATCHES}/{batch_id}").json()

    assert plan.batch == batch
    assert (batch.id, batch.created_at, batch.requests) == (batch_id, START, 2)
    assert datetime.fromisoformat(seen["ended_at"]) == batch.ended_at
    assert plan["a"].error == "overloaded_error"
    assert plan["a"].finished_at is not None
    assert START < plan["a"].finished_at <= batch.ended_at
    with pytest.raises(UsageError, match="msgbatch_none not found"):
        case.handle.plan("msgbatch_none")


def test_a_plan_of_many_pages_is_read_whole(case: Case) -> None:
    names = [f"r{number}" for number in range(2_500)]

    plan = case.handle.plan(case.create(*names))

    assert [one.custom_id for one in plan.requests] == names
    assert plan["r7"].place == plan.requests[7].place


def test_a_snapshot_brings_back_what_was(case: Case) -> None:
    case.handle.scenario = SCENARIO
    batch_id = case.create("a", "b", "c", "d", "e")
    case.handle.clock.advance("1h")
    snapshot, plan = case.handle.snapshot(), case.handle.plan(batch_id)
    case.handle.clock.advance("24h")
    results = case.ask("GET", f"{BATCHES}/{batch_id}/results")
    case.ask("DELETE", f"{BATCHES}/{batch_id}")
    second = case.create("z")
    case.handle.scenario = "calm"

    case.handle.restore(snapshot)

    assert case.handle.clock.now() == START + timedelta(hours=1)
    assert case.handle.scenario == SCENARIO
    assert case.handle.plan(batch_id) == plan
    assert case.handle.snapshot() == snapshot
    case.handle.clock.advance("24h")
    again = case.ask("GET", f"{BATCHES}/{batch_id}/results")
    assert (again.text, again.headers["request-id"]) == (results.text, results.headers["request-id"])
    assert case.create("z") == second
    assert len(case.handle.history(operation="create")) == 3


def test_a_snapshot_that_is_none_changes_nothing(case: Case) -> None:
    case.create("a")
    before = case.handle.snapshot()

    with pytest.raises(UsageError, match="format: Field required"):
        case.handle.restore(b"{}")

    assert case.handle.snapshot() == before


def test_reset_leaves_nothing(case: Case) -> None:
    first = case.create("a")
    case.handle.scenario = SCENARIO

    case.handle.reset()

    assert case.handle.batches() == ()
    assert case.handle.history() == []
    assert case.handle.scenario == Scenario()
    assert case.create("a") == first


def test_a_snapshot_outlives_its_process(tmp_path: Path) -> None:
    file = tmp_path / "snapshot.json"
    with serving("--clock", "manual", "--seed", "7", "--scenario", "all-four") as server:
        handle = RemoteEmulator(server.url)
        made = httpx2.post(
            f"{server.url}{BATCHES}",
            headers=VERSION | {"x-api-key": "test"},
            json={"requests": [request(name) for name in "abcdef"]},
        )
        plan = handle.plan(made.json()["id"])
        file.write_bytes(handle.snapshot())
    with serving("--clock", "wall", "--seed", "8") as server:
        handle = RemoteEmulator(server.url, "another key")
        handle.restore(file.read_bytes())
        assert handle.plan(plan.batch.id) == plan
        assert handle.scenario.seed == 7


def test_the_remote_clock_changes_how_it_moves() -> None:
    with running(SETTINGS) as url:
        handle = RemoteEmulator(url)
        handle.clock.change(mode="stepped", step=timedelta(hours=6))
        shown = httpx2.get(f"{url}/_emulator/clock", headers={"x-api-key": "test"}).json()
        assert (shown["mode"], shown["step"]) == ("stepped", "6h")
        with pytest.raises(UsageError, match="speed is -1"):
            handle.clock.change(mode="scaled", speed=-1)


def test_each_key_is_a_workspace_of_its_own() -> None:
    with running(SETTINGS) as url:
        one, two = RemoteEmulator(url, "one"), RemoteEmulator(url, "two")
        one.clock.advance("1h")
        assert two.clock.now() == START


def test_any_thread_may_ask() -> None:
    with running(SETTINGS) as url:
        handle = RemoteEmulator(url)
        threads = [threading.Thread(target=handle.clock.advance, args=("1s",)) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert handle.clock.now() == START + timedelta(seconds=20)


def test_a_token_opens_the_control_plane() -> None:
    with serving("--control-token", "s3cret", "--clock", "manual") as server:
        with pytest.raises(
            UsageError, match="x-emulator-token: the control plane of this emulator needs its token"
        ):
            RemoteEmulator(server.url).batches()
        assert RemoteEmulator(server.url, control_token="s3cret").batches() == ()


def test_what_is_no_emulator_is_said_to_be_none() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(UsageError, match=f"no emulator answers at http://127.0.0.1:{port}: "):
        RemoteEmulator(f"http://127.0.0.1:{port}").reset()
    with pytest.raises(UsageError, match=r"no emulator answers at http://a\.\.b:"):
        RemoteEmulator("http://a..b").clock.now()
    with pytest.raises(UsageError, match="'localhost:4010' does not start with http:// or https://"):
        RemoteEmulator("localhost:4010")
