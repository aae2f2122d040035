"""Every natural shape of an outcome says the same; what says nothing is no outcome."""

from typing import Any

import pytest
from anthropic.types.messages import MessageBatchIndividualResponse

from batchclient.outcomes import Canceled, Errored, Expired, Missing, Succeeded, Unknown
from batchproof.outcome import Outcome
from batchproof.shapes import read_outcome

MESSAGE: dict[str, Any] = {
    "id": "msg_01",
    "type": "message",
    "role": "assistant",
    "model": "claude-haiku-4-5-20251001",
    "content": [{"type": "text", "text": "Seven."}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 2},
}
ERROR: dict[str, Any] = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
RESULTS: dict[str, dict[str, Any]] = {
    "succeeded": {"type": "succeeded", "message": MESSAGE},
    "errored": {"type": "errored", "error": ERROR},
    "canceled": {"type": "canceled"},
    "expired": {"type": "expired"},
}
READ = {
    "succeeded": Outcome(kind="succeeded", message=MESSAGE),
    "errored": Outcome(kind="errored", error_type="overloaded_error", error_message="Overloaded"),
    "canceled": Outcome(kind="canceled"),
    "expired": Outcome(kind="expired"),
}
REFERENCE = {
    "errored": Errored("overloaded_error", "Overloaded"),
    "canceled": Canceled(),
    "expired": Expired(),
}


def of_the_sdk(kind: str) -> MessageBatchIndividualResponse:
    return MessageBatchIndividualResponse.construct(custom_id="a", result=RESULTS[kind])


@pytest.mark.parametrize("kind", RESULTS)
def test_a_result_is_the_same_as_json_as_a_line_and_as_the_sdks_object(kind: str) -> None:
    shapes = [
        RESULTS[kind],
        {"custom_id": "a", "result": RESULTS[kind]},
        of_the_sdk(kind),
        of_the_sdk(kind).result,
    ]

    assert [read_outcome(shape) for shape in shapes] == [READ[kind]] * len(shapes)


@pytest.mark.parametrize("kind", REFERENCE)
def test_the_reference_clients_types_are_read_by_their_names(kind: str) -> None:
    assert read_outcome(REFERENCE[kind]) == READ[kind]


def test_a_reference_success_has_its_message() -> None:
    assert read_outcome(Succeeded(MESSAGE)) == READ["succeeded"]


@pytest.mark.parametrize("shape", [None, Missing(), {"type": "missing"}])
def test_no_line_is_missing(shape: object) -> None:
    assert read_outcome(shape) == Outcome(kind="missing")


@pytest.mark.parametrize(
    "shape",
    [
        {"type": "paused"},
        {"custom_id": "a", "result": None},
        Unknown(b"{}"),
        # The SDK makes an unknown result an instance of its succeeded class: what it is, its type says.
        MessageBatchIndividualResponse.construct(custom_id="a", result={"type": "paused", "message": MESSAGE}),
    ],
)
def test_what_nobody_knows_is_unknown_and_kept(shape: object) -> None:
    outcome = read_outcome(shape)

    assert outcome is not None
    assert outcome.kind == "unknown"
    assert outcome.raw


def test_a_text_is_an_answer() -> None:
    assert read_outcome("Seven.") == Outcome(kind="succeeded", text="Seven.")


def test_an_exception_is_an_error_by_its_name() -> None:
    assert read_outcome(ValueError("no")) == Outcome(kind="errored", error_type="ValueError", error_message="no")


@pytest.mark.parametrize("shape", [7, [], object(), b"Seven."])
def test_anything_else_is_no_outcome(shape: object) -> None:
    assert read_outcome(shape) is None
