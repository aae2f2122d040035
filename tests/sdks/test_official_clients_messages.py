"""The endpoints beside the batches as every official SDK sees them: messages, streams, token counts, models."""

import pytest

from tests.sdks.official_client import RefusedError
from tests.sdks.workspace import Json, Workspace, asking

# In two bytes, in four, and a line's end for some readers.
TEXT = "Größe \u2028 🙂 " * 20


def params(**other: object) -> Json:
    return asking("row", max_tokens=1_000, messages=[{"role": "user", "content": TEXT}])["params"] | other


def test_a_message_comes_at_once(workspace: Workspace) -> None:
    message = workspace.message(**params())

    assert message["id"].startswith("msg_")
    assert message["model"] == "claude-haiku-4-5-20251001"
    assert message["content"][0]["text"].endswith(TEXT)
    assert message["stop_reason"] == "end_turn"
    assert message["usage"]["service_tier"] == "standard"


def test_a_stream_comes_to_a_message(workspace: Workspace) -> None:
    seen = workspace.streamed(**params())

    plain = workspace.message(**params())
    message = seen["message"]
    assert message["content"][0]["text"].endswith(TEXT)
    assert message["stop_reason"] == "end_turn"
    assert message["usage"]["output_tokens"] == plain["usage"]["output_tokens"]
    assert seen["events"][:2] == ["message_start", "content_block_start"]
    assert seen["events"][-2:] == ["message_delta", "message_stop"]


def test_the_events_of_a_stream_can_be_read_one_by_one(workspace: Workspace) -> None:
    events = workspace.raw_events(**params())

    # SDKs keep a ping to themselves.
    deltas = [event["delta"] for event in events if event["type"] == "content_block_delta"]
    assert {delta["type"] for delta in deltas} == {"text_delta"}
    assert "".join(delta["text"] for delta in deltas).endswith(TEXT)
    assert len(deltas) > 5
    assert events[-2]["delta"]["stop_reason"] == "end_turn"


def test_tokens_can_be_counted(workspace: Workspace) -> None:
    counted = params()
    del counted["max_tokens"]

    assert 0 < workspace.count_tokens(**counted) <= workspace.message(**params())["usage"]["input_tokens"]


def test_models_are_listed_over_the_pages(workspace: Workspace) -> None:
    ids = workspace.models(limit=7)

    assert len(ids) == len(set(ids)) > 14
    assert ids == workspace.models()
    assert workspace.models(after_id=ids[4], limit=3) == ids[5:]


def test_a_model_can_be_looked_at_by_its_alias(workspace: Workspace) -> None:
    model = workspace.model("claude-haiku-4-5")

    assert (model["id"], model["display_name"]) == ("claude-haiku-4-5-20251001", "Claude Haiku 4.5")
    assert model["type"] == "model"


@pytest.mark.parametrize("call", ["message", "streamed", "raw_events", "count_tokens"])
def test_what_is_wrong_is_refused_at_once(workspace: Workspace, call: str) -> None:
    asked = params(model="claude-of-yesterday")
    if call == "count_tokens":
        del asked["max_tokens"]

    with pytest.raises(RefusedError) as refused:
        getattr(workspace, call)(**asked)

    refusal = refused.value.refusal
    assert (refusal.error_class, refusal.status, refusal.type) == ("NotFoundError", 404, "not_found_error")
    assert refusal.message == "model: claude-of-yesterday"
    assert (refusal.request_id or "").startswith("req_")


def test_params_that_are_wrong_are_a_bad_request(workspace: Workspace) -> None:
    with pytest.raises(RefusedError) as refused:
        workspace.message(**params(max_tokens="64"))

    refusal = refused.value.refusal
    assert (refusal.error_class, refusal.status) == ("BadRequestError", 400)
    assert refusal.message == "max_tokens: Input should be a valid integer"


def test_an_unknown_model_is_not_found(workspace: Workspace) -> None:
    with pytest.raises(RefusedError) as refused:
        workspace.model("claude-of-yesterday")

    assert refused.value.refusal.error_class == "NotFoundError"
