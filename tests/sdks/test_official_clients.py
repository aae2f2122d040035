"""A batch's life as every official SDK sees it, over a socket: one story, the same for all of them."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from tests.sdks.official_client import RefusedError
from tests.sdks.workspace import Workspace, asking, asking_many, by_custom_id, types

NO_REQUESTS = {"processing": 0, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0}
BEFORE_THE_END = {"ended_at": None, "archived_at": None, "results_url": None}


def test_a_created_batch_is_in_progress_and_expires_a_day_later(workspace: Workspace) -> None:
    batch = workspace.create(asking_many(3))

    created_at = datetime.fromisoformat(batch.pop("created_at"))
    assert datetime.fromisoformat(batch.pop("expires_at")) - created_at == timedelta(hours=24)
    assert batch.pop("id").startswith("msgbatch_")
    assert batch == {
        "type": "message_batch",
        "processing_status": "in_progress",
        "request_counts": NO_REQUESTS | {"processing": 3},
        "cancel_initiated_at": None,
        **BEFORE_THE_END,
    }


def test_a_batch_ends_with_its_counts_and_a_results_url_of_the_emulator(workspace: Workspace) -> None:
    batch = workspace.create(asking_many(3))
    assert workspace.retrieve(batch["id"]) == batch

    workspace.advance("24h")

    ended = workspace.retrieve(batch["id"])
    assert ended["created_at"] <= ended["ended_at"] <= ended["expires_at"]
    assert ended == batch | {
        "processing_status": "ended",
        "request_counts": NO_REQUESTS | {"succeeded": 3},
        "ended_at": ended["ended_at"],
        "results_url": f"{workspace.url}/v1/messages/batches/{batch['id']}/results",
    }


def test_succeeded_results_answer_the_request_of_their_custom_id(workspace: Workspace) -> None:
    requests = asking_many(20)
    batch = workspace.create(requests)
    workspace.advance("24h")

    lines = workspace.results(batch["id"])

    submitted = [request["custom_id"] for request in requests]
    assert [line["custom_id"] for line in lines] != submitted, "a join by position would pass"
    results = by_custom_id(lines)
    assert sorted(results) == sorted(submitted)
    for custom_id, result in results.items():
        assert result["type"] == "succeeded"
        assert result["message"]["content"][0]["text"].endswith(f"Repeat {custom_id}.")
        assert result["message"]["model"] == "claude-haiku-4-5-20251001"
        assert result["message"]["stop_reason"] == "end_turn"
        assert result["message"]["usage"]["service_tier"] == "batch"


def test_text_outside_ascii_comes_back_as_it_was_sent(workspace: Workspace) -> None:
    # U+2028 ends a line for some readers of JSONL, and not for JSON.
    text = "Größe \u2028 数 🙂"
    batch = workspace.create([asking("row", messages=[{"role": "user", "content": text}])])
    workspace.advance("24h")

    (line,) = workspace.results(batch["id"])

    assert line["result"]["message"]["content"][0]["text"].endswith(text)


def test_a_defective_request_errs_and_leaves_the_others_alone(workspace: Workspace) -> None:
    without_messages = asking("no-messages")
    del without_messages["params"]["messages"]
    batch = workspace.create(
        [
            without_messages,
            asking("no-such-model", model="claude-of-yesterday"),
            asking("too-long", max_tokens=9_000_000),
            asking("sound"),
        ]
    )
    workspace.advance("24h")

    assert workspace.retrieve(batch["id"])["request_counts"] == NO_REQUESTS | {"succeeded": 1, "errored": 3}
    results = by_custom_id(workspace.results(batch["id"]))
    assert results.pop("sound")["type"] == "succeeded"
    assert {custom_id: result["type"] for custom_id, result in results.items()} == {
        "no-messages": "errored",
        "no-such-model": "errored",
        "too-long": "errored",
    }
    errors = {custom_id: result["error"]["error"] for custom_id, result in results.items()}
    assert errors["no-messages"]["type"] == "invalid_request_error"
    assert errors["no-messages"]["message"] == "messages: Field required"
    assert errors["no-such-model"]["type"] == "not_found_error"
    assert errors["no-such-model"]["message"] == "model: claude-of-yesterday"
    assert errors["too-long"]["type"] == "invalid_request_error"
    assert errors["too-long"]["message"].startswith("max_tokens: 9000000 > 64000")


def test_a_batch_canceled_at_once_has_only_canceled_results(workspace: Workspace) -> None:
    batch = workspace.create(asking_many(3))

    canceling = workspace.cancel(batch["id"])

    assert canceling == batch | {
        "processing_status": "canceling",
        "cancel_initiated_at": batch["created_at"],
    }
    workspace.advance("1h")
    ended = workspace.retrieve(batch["id"])
    assert ended["processing_status"] == "ended"
    assert ended["request_counts"] == NO_REQUESTS | {"canceled": 3}
    assert ended["cancel_initiated_at"] == batch["created_at"]
    assert all(line["result"] == {"type": "canceled"} for line in workspace.results(batch["id"]))


def test_a_canceled_batch_still_serves_finished_results(slow_workspace: Workspace) -> None:
    batch = slow_workspace.create(asking_many(40))
    slow_workspace.advance("12h")
    slow_workspace.cancel(batch["id"])
    slow_workspace.advance("1h")

    states = Counter(types(slow_workspace.results(batch["id"])))

    assert states.keys() == {"succeeded", "canceled"}
    assert slow_workspace.retrieve(batch["id"])["request_counts"] == NO_REQUESTS | states


def test_requests_that_have_not_started_after_a_day_expire(slow_workspace: Workspace) -> None:
    batch = slow_workspace.create(asking_many(40))
    slow_workspace.advance("24h")

    ended = slow_workspace.retrieve(batch["id"])
    lines = slow_workspace.results(batch["id"])

    states = Counter(types(lines))
    assert states.keys() == {"succeeded", "expired"}
    assert ended["ended_at"] == ended["expires_at"] == batch["expires_at"]
    assert ended["request_counts"] == NO_REQUESTS | states
    assert {"type": "expired"} in [line["result"] for line in lines]


def test_polling_sees_a_batch_in_progress_until_it_has_ended(workspace: Workspace) -> None:
    batch = workspace.create(asking_many(3))

    seen = [batch["processing_status"]]
    while seen[-1] != "ended":
        workspace.advance("1m")
        seen.append(workspace.retrieve(batch["id"])["processing_status"])

    assert seen == ["in_progress"] * (len(seen) - 1) + ["ended"]
    assert len(workspace.results(batch["id"])) == 3


def test_a_deleted_batch_is_gone(workspace: Workspace) -> None:
    batch = workspace.create(asking_many(1))
    kept = workspace.create(asking_many(1))
    workspace.advance("24h")

    assert workspace.delete(batch["id"]) == {"id": batch["id"], "type": "message_batch_deleted"}

    assert workspace.walk() == [kept["id"]]
    for operation in (workspace.retrieve, workspace.results, workspace.cancel, workspace.delete):
        with pytest.raises(RefusedError) as refused:
            operation(batch["id"])
        assert refused.value.refusal.status == 404


def test_results_are_archived_after_29_days_and_the_batch_stays(workspace: Workspace) -> None:
    batch = workspace.create(asking_many(1))
    workspace.advance("29d")

    archived = workspace.retrieve(batch["id"])

    created_at = datetime.fromisoformat(batch["created_at"])
    assert datetime.fromisoformat(archived["archived_at"]) - created_at == timedelta(days=29)
    assert archived["results_url"] is None
    assert workspace.walk() == [batch["id"]]


def test_a_workspace_does_not_see_the_batches_of_another(workspace: Workspace) -> None:
    batch = workspace.create(asking_many(1))
    other = Workspace(workspace.program, workspace.namespace, workspace.url, f"{workspace.key}-other")

    assert other.walk() == []
    with pytest.raises(RefusedError) as refused:
        other.retrieve(batch["id"])
    assert refused.value.refusal.status == 404
