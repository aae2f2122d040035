"""What create takes, and what it answers."""

import re
from datetime import datetime, timedelta

import pytest

from tests.mockserver.facts.room import START, Json, Room, asked, many, refusal
from tests.mockserver.facts.rows import row, shows

KEYS = [
    "id", "type", "processing_status", "request_counts", "ended_at", "created_at", "expires_at", "archived_at",
    "cancel_initiated_at", "results_url",
]  # fmt: skip
COUNTS = ["processing", "succeeded", "errored", "canceled", "expired"]


@shows("create-1", "create-2", "create-4", "create-5", "create-6", "create-7")
def test_create_answers_with_the_whole_batch_in_the_wires_order(room: Room) -> None:
    response = room.post({"requests": [asked("a"), asked("b")]})

    assert response.status_code == 200
    assert response.text == (
        f'{{"id":"{response.json()["id"]}","type":"message_batch","processing_status":"in_progress",'
        '"request_counts":{"processing":2,"succeeded":0,"errored":0,"canceled":0,"expired":0},'
        '"ended_at":null,"created_at":"2026-08-19T14:44:51.493319+00:00",'
        '"expires_at":"2026-08-20T14:44:51.493319+00:00","archived_at":null,"cancel_initiated_at":null,'
        '"results_url":null}'
    )


@shows("create-3")
def test_ids_have_their_form_and_never_come_twice(room: Room) -> None:
    ids = [room.made() for _ in range(20)]

    assert len(set(ids)) == 20
    assert [id_ for id_ in ids if not re.fullmatch(r"msgbatch_01[1-9A-HJ-NP-Za-km-z]{22}", id_)] == []


def at_every_stage(room: Room) -> dict[str, Json]:
    """Return a batch as each call shows it, from create to after its archiving."""
    created = room.create(asked("a"))
    stages = {"created": created, "polled": room.batch(created["id"]), "canceled": room.cancel(created["id"])}
    room.advance("24h")
    stages["ended"] = room.batch(created["id"])
    room.advance("28d")
    stages["archived"] = room.batch(created["id"])
    stages["listed"] = room.page()["data"][0]
    return stages


@shows("create-4", "create-5")
def test_a_batch_has_the_same_keys_in_the_same_order_at_every_stage(room: Room) -> None:
    stages = at_every_stage(room)

    assert {stage: list(batch) for stage, batch in stages.items()} == dict.fromkeys(stages, KEYS)
    assert {stage: list(batch["request_counts"]) for stage, batch in stages.items()} == dict.fromkeys(
        stages, COUNTS
    )


@shows("create-6", "create-7")
def test_timestamps_have_their_form_and_expiry_is_a_day_at_every_stage(room: Room) -> None:
    for stage, batch in at_every_stage(room).items():
        written = {key: text for key, text in batch.items() if key.endswith("_at") and text is not None}
        assert {"created_at", "expires_at"} <= set(written), stage
        for text in written.values():
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00", text)
        day = datetime.fromisoformat(batch["expires_at"]) - datetime.fromisoformat(batch["created_at"])
        assert day == timedelta(hours=24)
        assert batch["created_at"] == START


@shows("create-8")
def test_no_answer_repeats_the_requests(room: Room) -> None:
    batch_id = room.made(asked("a-name", "a secret question"))
    answers = [room.call("GET"), room.call("GET", f"/{batch_id}"), room.call("POST", f"/{batch_id}/cancel")]

    for answer in answers:
        assert "a-name" not in answer.text
        assert "secret" not in answer.text


@pytest.mark.parametrize(
    "params",
    [
        row("create-9", "no messages", {"model": "claude-haiku-4-5", "max_tokens": 9}),
        row("create-9", "unknown model", {"model": "claude-none", "max_tokens": 9, "messages": []}),
        row("create-9", "nothing", {}),
        row("create-9", "anything", {"model": [1], "max_tokens": "many", "messages": {}, "x": None}),
    ],
)
def test_params_are_not_looked_into(room: Room, params: Json) -> None:
    response = room.post({"requests": [{"custom_id": "a", "params": params}]})

    assert response.status_code == 200
    assert response.json()["request_counts"]["processing"] == 1


@shows("create-24")
def test_a_request_is_a_custom_id_and_params(room: Room) -> None:
    response = room.post({"requests": [{"custom_id": "a", "params": asked("a")["params"]}]})

    assert response.status_code == 200


@pytest.mark.parametrize(
    "custom_id",
    [
        row("create-26", "one character", "a"),
        row("create-26", "sixty-four", "a" * 64),
        row("create-26", "every kind", "azAZ09_-"),
        row("create-26", "a dash alone", "-"),
    ],
)
def test_a_custom_id_may_be_any_of_the_pattern(room: Room, custom_id: str) -> None:
    batch_id = room.ended(asked(custom_id))

    assert list(room.results(batch_id)) == [custom_id]


@shows("create-27")
def test_case_distinguishes_custom_ids(room: Room) -> None:
    assert set(room.results(room.ended(asked("a"), asked("A")))) == {"a", "A"}


@shows("create-28", "create-29")
def test_the_same_create_twice_makes_two_batches(room: Room) -> None:
    body = {"requests": [asked("a")]}
    key = {"idempotency-key": "one"}
    ids = [room.call("POST", headers=key, json=body).json()["id"] for _ in range(2)]

    assert sorted(room.ids()) == sorted(set(ids))
    assert len(set(ids)) == 2


@shows("limits-1")
def test_a_hundred_thousand_requests_are_taken_and_one_more_is_not(room: Room) -> None:
    requests: list[Json] = [{"custom_id": str(number), "params": {}} for number in range(100_001)]

    response = room.post({"requests": requests})
    assert refusal(response) == (
        400,
        "invalid_request_error",
        "requests: List should have at most 100000 items after validation, not 100001",
    )
    assert room.ids() == []
    assert room.create(*requests[:-1])["request_counts"]["processing"] == 100_000


@shows("create-2", "limits-1")
def test_one_request_is_a_batch_and_many_are_all_counted(room: Room) -> None:
    assert room.create(asked("a"))["request_counts"]["processing"] == 1
    assert room.create(*many(250))["request_counts"]["processing"] == 250
