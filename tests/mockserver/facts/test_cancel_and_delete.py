"""Cancel and delete: what they change, when they may be asked for."""

from datetime import datetime, timedelta

import pytest

from tests.mockserver.facts.room import (
    LONG_RUNNING,
    START,
    UNKNOWN,
    Room,
    good,
    invalid,
    many,
    not_found,
    refusal,
    room_with,
)
from tests.mockserver.facts.rows import row, shows

NOT_YET = "In progress batches cannot be deleted. Consider canceling the batch instead."


@shows("cancel-1", "life-6")
def test_a_cancel_marks_the_batch_and_changes_no_count(room: Room) -> None:
    created = room.create(*many(9))
    room.advance("1500ms")
    response = room.call("POST", f"/{created['id']}/cancel")

    changed = {"processing_status": "canceling", "cancel_initiated_at": "2026-08-19T14:44:52.993319+00:00"}
    assert response.status_code == 200
    assert response.json() == created | changed
    assert room.batch(created["id"]) == created | changed


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        row("cancel-2", "nothing", None, {}),
        row("cancel-2", "empty", b"", {"content-length": "0"}),
        row("cancel-3", "JSON", b'{"reason": "x"}', {"content-type": "application/json"}),
        row("cancel-3", "not JSON", b"{{{", {"content-type": "application/json"}),
        row("cancel-3", "text", b"please", {"content-type": "text/plain"}),
    ],
)
def test_a_cancel_has_no_use_for_a_body(room: Room, body: bytes | None, headers: dict[str, str]) -> None:
    response = room.call("POST", f"/{room.made()}/cancel", content=body, headers=headers)

    assert good(response)["processing_status"] == "canceling"


@shows("cancel-4")
def test_what_runs_at_a_cancel_finishes_and_the_rest_is_canceled() -> None:
    with room_with(scenario=LONG_RUNNING) as room:
        batch_id = room.made(*many(200))
        room.advance("2m")
        room.cancel(batch_id)
        room.advance("2h")
        counts = room.batch(batch_id)["request_counts"]
        types = [result["type"] for result in room.results(batch_id).values()]

    assert 60 < counts["succeeded"] < 140
    assert counts["succeeded"] + counts["canceled"] == 200
    assert (types.count("succeeded"), types.count("canceled")) == (counts["succeeded"], counts["canceled"])


@shows("cancel-5")
def test_a_late_cancel_may_cancel_nothing() -> None:
    with room_with(scenario=LONG_RUNNING) as room:
        batch_id = room.made(*many(50))
        room.advance("5m")
        room.cancel(batch_id)
        room.advance("30m")
        waiting = room.batch(batch_id)["processing_status"]
        room.advance("1h")
        batch = room.batch(batch_id)

    assert waiting == "canceling"
    assert batch["processing_status"] == "ended"
    counts = {"processing": 0, "succeeded": 50, "errored": 0, "canceled": 0, "expired": 0}
    assert batch["request_counts"] == counts
    assert batch["cancel_initiated_at"] is not None


@shows("cancel-6", "cancel-8")
def test_a_cancel_right_after_the_create_catches_everything(room: Room) -> None:
    batch_id = room.made(*many(50))
    room.advance("200ms")
    canceled = room.cancel(batch_id)
    room.advance("25s")

    batch = room.batch(batch_id)
    assert batch["processing_status"] == "ended"
    counts = {"processing": 0, "succeeded": 0, "errored": 0, "canceled": 50, "expired": 0}
    assert batch["request_counts"] == counts
    assert batch["cancel_initiated_at"] == canceled["cancel_initiated_at"] != START


@shows("cancel-7")
def test_a_cancel_takes_one_to_twenty_five_seconds(room: Room) -> None:
    batch_ids = [room.made() for _ in range(20)]
    for batch_id in batch_ids:
        room.cancel(batch_id)
    room.advance("25s")

    took = [
        datetime.fromisoformat(batch["ended_at"]) - datetime.fromisoformat(START) for batch in room.page()["data"]
    ]
    assert timedelta(seconds=1) <= min(took) < max(took) <= timedelta(seconds=25)


@shows("cancel-9")
def test_canceling_again_changes_nothing(room: Room) -> None:
    batch_id = room.made()
    canceled = room.cancel(batch_id)
    room.advance("500ms")

    assert room.cancel(batch_id) == canceled


@shows("cancel-10")
def test_an_ended_batch_cannot_be_canceled(room: Room) -> None:
    batch_id = room.ended()
    ended = room.batch(batch_id)

    assert refusal(room.call("POST", f"/{batch_id}/cancel"))[:2] == (400, "invalid_request_error")
    assert room.batch(batch_id) == ended


@pytest.mark.parametrize(
    ("method", "path"),
    [row("cancel-11", "cancel", "POST", f"/{UNKNOWN}/cancel"), row("delete-6", "delete", "DELETE", f"/{UNKNOWN}")],
)
def test_nothing_cannot_be_canceled_or_deleted(room: Room, method: str, path: str) -> None:
    assert refusal(room.call(method, path)) == not_found(UNKNOWN)


@shows("delete-1")
def test_an_ended_batch_can_be_deleted(room: Room) -> None:
    batch_id = room.ended()
    response = room.call("DELETE", f"/{batch_id}")

    assert response.status_code == 200
    assert response.text == f'{{"id":"{batch_id}","type":"message_batch_deleted"}}'


@pytest.mark.parametrize("canceling", [row("delete-2", "in progress", False), row("delete-3", "canceling", True)])
def test_an_unfinished_batch_cannot_be_deleted(room: Room, canceling: bool) -> None:
    batch_id = room.made()
    if canceling:
        room.cancel(batch_id)
    before = room.batch(batch_id)

    assert refusal(room.call("DELETE", f"/{batch_id}")) == invalid(NOT_YET)
    assert room.batch(batch_id) == before
    room.advance("24h")
    assert len(room.lines(batch_id)) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        row("delete-4", "retrieve", "GET", ""),
        row("delete-4", "results", "GET", "/results"),
        row("delete-4", "cancel", "POST", "/cancel"),
        row("delete-4", "delete", "DELETE", ""),
    ],
)
def test_a_deleted_batch_is_not_found(room: Room, method: str, path: str) -> None:
    batch_id = room.ended()
    room.call("DELETE", f"/{batch_id}")

    assert refusal(room.call(method, f"/{batch_id}{path}")) == not_found(batch_id)


@shows("delete-5")
def test_an_archived_batch_can_be_deleted(room: Room) -> None:
    batch_id = room.ended()
    room.advance("40d")

    assert room.call("DELETE", f"/{batch_id}").status_code == 200
    assert room.ids() == []
