"""What every official SDK makes of the emulator's refusals, and where it shows an exchange's id."""

from collections.abc import Callable

import pytest

from tests.sdks.official_client import Refusal, RefusedError, Sdk
from tests.sdks.workspace import Workspace, asking, asking_many

UNKNOWN_ID = "msgbatch_01AAAAAAAAAAAAAAAAAAAAAA"

Enter = Callable[[str], Workspace]


def refusal_of(call: Callable[[], object]) -> Refusal:
    """Make a call that is refused; return what the SDK made of it."""
    with pytest.raises(RefusedError) as refused:
        call()
    return refused.value.refusal


def kind(refusal: Refusal) -> tuple[str, int | None, str | None]:
    """Return the class an application catches, and what it stands for."""
    return refusal.error_class, refusal.status, refusal.type


def test_an_unknown_key_is_an_authentication_error(enter: Enter, strict_emulator: str) -> None:
    refusal = refusal_of(enter(strict_emulator).walk)

    assert kind(refusal) == ("AuthenticationError", 401, "authentication_error")
    assert refusal.message == "API key is invalid."


def test_a_known_key_is_let_in_however_the_sdk_sends_it(enter: Enter, strict_emulator: str) -> None:
    stranger = enter(strict_emulator)
    known = Workspace(stranger.program, stranger.namespace, stranger.url, "known")

    assert known.create(asking_many(1))["processing_status"] == "in_progress"


def test_an_unknown_batch_is_not_found(workspace: Workspace) -> None:
    refusal = refusal_of(lambda: workspace.retrieve(UNKNOWN_ID))

    assert kind(refusal) == ("NotFoundError", 404, "not_found_error")
    assert refusal.message == f"Message Batch {UNKNOWN_ID} not found."


def test_a_bad_custom_id_refuses_the_whole_batch(workspace: Workspace) -> None:
    refusal = refusal_of(lambda: workspace.create([asking("fine"), asking("not fine")]))

    assert kind(refusal) == ("BadRequestError", 400, "invalid_request_error")
    assert refusal.message.startswith("requests.1.custom_id: ")
    assert workspace.walk() == []


def test_two_requests_of_one_custom_id_are_refused(workspace: Workspace) -> None:
    refusal = refusal_of(lambda: workspace.create([asking("twin"), asking("twin")]))

    assert kind(refusal) == ("BadRequestError", 400, "invalid_request_error")
    assert "Duplicate custom_id found: twin" in refusal.message


def test_a_batch_in_progress_cannot_be_deleted(workspace: Workspace) -> None:
    batch = workspace.create(asking_many(1))

    refusal = refusal_of(lambda: workspace.delete(batch["id"]))

    assert kind(refusal) == ("BadRequestError", 400, "invalid_request_error")
    assert workspace.retrieve(batch["id"]) == batch


@pytest.mark.parametrize("number", [20, 5_000], ids=["little-too-large", "much-too-large"])
def test_a_body_over_the_limit_is_too_large(enter: Enter, narrow_emulator: str, sdk: Sdk, number: int) -> None:
    workspace = enter(narrow_emulator)
    filler = "x" * 1_000

    refusal = refusal_of(
        lambda: workspace.create([asking(f"row-{index}", system=filler) for index in range(number)])
    )

    assert kind(refusal) == (sdk.too_large, 413, "request_too_large")
    assert workspace.walk() == []


def test_calls_over_the_rate_are_refused_until_the_clock_moves(enter: Enter, limited_emulator: str) -> None:
    workspace = enter(limited_emulator)
    for _ in range(3):
        workspace.page()

    refusal = refusal_of(workspace.page)

    assert kind(refusal) == ("RateLimitError", 429, "rate_limit_error")
    workspace.advance("20s")
    assert workspace.page()["data"] == []


def test_a_batch_that_does_not_fit_in_the_queue_is_refused(enter: Enter, limited_emulator: str) -> None:
    workspace = enter(limited_emulator)

    refusal = refusal_of(lambda: workspace.create(asking_many(4)))

    assert kind(refusal) == ("RateLimitError", 429, "rate_limit_error")
    assert workspace.create(asking_many(3))["request_counts"]["processing"] == 3


def test_the_sdk_itself_refuses_to_read_results_before_the_end(workspace: Workspace) -> None:
    batch = workspace.create(asking_many(1))

    refusal = refusal_of(lambda: workspace.results(batch["id"]))

    assert kind(refusal) == ("AnthropicError", None, None)
    assert "Has it finished processing? in_progress" in refusal.message


def test_every_answer_and_every_refusal_shows_a_request_id_of_its_own(workspace: Workspace) -> None:
    batch_id = workspace.create(asking_many(1))["id"]
    answers = [
        workspace.request_id("create", requests=asking_many(1)),
        workspace.request_id("retrieve", message_batch_id=batch_id),
        workspace.request_id("cancel", message_batch_id=batch_id),
    ]
    refusals = [
        refusal_of(lambda: workspace.delete(batch_id)).request_id,
        refusal_of(lambda: workspace.retrieve(UNKNOWN_ID)).request_id,
    ]
    workspace.advance("24h")
    ids = [*answers, *refusals, workspace.request_id("delete", message_batch_id=batch_id)]

    assert all(request_id is not None and request_id.startswith("req_011C") for request_id in ids)
    assert len(set(ids)) == len(ids)
