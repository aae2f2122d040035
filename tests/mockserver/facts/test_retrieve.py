"""A look at one batch, and where its results are said to be."""

import pytest

from batchmock.scenario import Scenario
from batchmock.switches import Switches
from tests.mockserver.facts.room import BATCHES, UNKNOWN, Room, asked, good, not_found, refusal, room_with
from tests.mockserver.facts.rows import row, shows


@shows("retrieve-1")
def test_a_batch_is_what_create_gave_however_often_it_is_looked_at(room: Room) -> None:
    created = room.create()

    assert [room.batch(created["id"]) for _ in range(5)] == [created] * 5
    room.advance("24h")
    ended = room.batch(created["id"])
    assert room.batch(created["id"]) == ended
    unchanged = {"id", "type", "created_at", "expires_at", "archived_at", "cancel_initiated_at"}
    assert {key for key in created if created[key] == ended[key]} == unchanged


@pytest.mark.parametrize(
    "batch_id",
    [
        row("retrieve-2", "well-formed", UNKNOWN),
        row("retrieve-3", "another prefix", "batch_123"),
        row("retrieve-3", "a word", "nothing"),
        row("retrieve-3", "a letter short", UNKNOWN[:-1]),
    ],
)
def test_an_unknown_id_is_named_in_the_404(room: Room, batch_id: str) -> None:
    room.made()

    assert refusal(room.call("GET", f"/{batch_id}")) == not_found(batch_id)


@shows("retrieve-4", "retrieve-5")
def test_an_ended_batch_has_its_end_its_counts_and_its_results_url(room: Room) -> None:
    batch_id = room.made(asked("a"), asked("b"), asked("c", model="claude-none"))
    running = room.batch(batch_id)
    room.advance("24h")
    ended = room.batch(batch_id)

    assert (running["processing_status"], running["ended_at"], running["results_url"]) == (
        "in_progress",
        None,
        None,
    )
    assert ended["processing_status"] == "ended"
    assert running["created_at"] < ended["ended_at"] <= running["expires_at"]
    counts = {"processing": 0, "succeeded": 2, "errored": 1, "canceled": 0, "expired": 0}
    assert ended["request_counts"] == counts
    assert ended["results_url"] == f"{room.url}{BATCHES}/{batch_id}/results"


@shows("retrieve-5")
def test_the_results_url_can_be_dialled_as_it_is(room: Room) -> None:
    batch_id = room.ended()

    dialled = room.client.get(room.batch(batch_id)["results_url"], headers=room.headers)

    assert dialled.status_code == 200
    assert dialled.content == room.download(batch_id).content


OWN = "own"
REAL = ("api.anthropic.com", "API.Anthropic.COM", "api.anthropic.com:443", "api.anthropic.com.", "api.claude.com")
HOSTS = [
    row("retrieve-6", "another name", {"host": "emulator.test:8080"}, "http://emulator.test:8080"),
    row("retrieve-6", "an address", {"host": "[::1]:9"}, "http://[::1]:9"),
    row("retrieve-7", "forwarded host", {"x-forwarded-host": "proxy.test"}, "http://proxy.test"),
    row(
        "retrieve-7",
        "forwarded host, scheme and prefix",
        {"x-forwarded-host": "proxy.test", "x-forwarded-proto": "https", "x-forwarded-prefix": "/api"},
        "https://proxy.test/api",
    ),
    row(
        "retrieve-7",
        "Forwarded",
        {"forwarded": 'for=1.2.3.4;host="proxy.test:1";proto=https'},
        "https://proxy.test:1",
    ),
    row("retrieve-7", "two proxies", {"x-forwarded-host": "near.test, far.test"}, "http://near.test"),
    *(row("retrieve-8", f"Host {host}", {"host": host}, OWN) for host in REAL),
    row("retrieve-8", "forwarded", {"x-forwarded-host": "api.anthropic.com"}, OWN),
    row("retrieve-8", "Forwarded", {"forwarded": "host=api.anthropic.com"}, OWN),
]


@pytest.mark.parametrize(("headers", "base"), HOSTS)
def test_results_are_where_the_client_reached_the_emulator(room: Room, headers: dict[str, str], base: str) -> None:
    batch_id = room.ended()
    base = room.url if base == OWN else base

    for url in (
        good(room.call("GET", f"/{batch_id}", headers=headers))["results_url"],
        good(room.call("GET", headers=headers))["data"][0]["results_url"],
    ):
        assert url == f"{base}{BATCHES}/{batch_id}/results"


@pytest.mark.parametrize(
    "headers",
    [
        row("retrieve-9", "Host", {"host": "emulator.test"}),
        row("retrieve-9", "forwarded", {"x-forwarded-host": "proxy.test", "forwarded": "host=proxy.test"}),
        row("retrieve-9", "nothing", {}),
    ],
)
def test_the_public_url_overrules_what_a_request_says(headers: dict[str, str]) -> None:
    with room_with(public_url="https://batches.test/api/") as room:
        batch_id = room.ended()
        url = good(room.call("GET", f"/{batch_id}", headers=headers))["results_url"]

    assert url == f"https://batches.test/api{BATCHES}/{batch_id}/results"


BATCH = {
    "id", "type", "processing_status", "request_counts", "ended_at", "created_at", "expires_at", "archived_at",
    "cancel_initiated_at", "results_url",
}  # fmt: skip


@shows("retrieve-11")
def test_a_batch_has_no_other_keys_unless_they_are_asked_for(room: Room) -> None:
    assert set(room.create()) == BATCH
    with room_with(scenario=Scenario(switches=Switches(unknown_keys="present"))) as later:
        assert len(set(later.create()) - BATCH) == 1


@shows("retrieve-10")
def test_a_batch_is_found_at_once(room: Room) -> None:
    assert room.batch(room.made())["processing_status"] == "in_progress"
