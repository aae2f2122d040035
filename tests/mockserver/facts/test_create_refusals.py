"""Every way in which create refuses a body, word for word; and that nothing is stored then."""

import json
from typing import Any

import pytest

from tests.mockserver.facts.room import Json, Room, asked, invalid, refusal
from tests.mockserver.facts.rows import row, shows

PATTERN = "String should match pattern '^[a-zA-Z0-9_-]{1,64}$'"
LONG = "String should have at most 64 characters"
STRING = "Input should be a valid string"
DUPLICATE = "requests: custom_id's must be unique within a batch. Duplicate custom_id found: "
EXTRA = "Extra inputs are not permitted"
PARAMS: Json = asked("a")["params"]


def named(custom_id: object) -> Json:
    return {"custom_id": custom_id, "params": PARAMS}


REFUSALS = [
    row("create-12", "nothing", {}, "requests: Field required"),
    row(
        "create-13",
        "no request",
        {"requests": []},
        "requests: List should have at least 1 item after validation, not 0",
    ),
    row("create-15", "no custom_id", {"requests": [{"params": PARAMS}]}, "requests.0.custom_id: Field required"),
    row("create-16", "65 characters", {"requests": [named("a" * 65)]}, f"requests.0.custom_id: {LONG}"),
    row(
        "create-17",
        "empty",
        {"requests": [named("")]},
        "requests.0.custom_id: String should have at least 1 character",
    ),
    row("create-18", "a space", {"requests": [named("a b")]}, f"requests.0.custom_id: {PATTERN}"),
    row("create-18", "a dot", {"requests": [named("a.b")]}, f"requests.0.custom_id: {PATTERN}"),
    row("create-18", "a slash", {"requests": [named("a/b")]}, f"requests.0.custom_id: {PATTERN}"),
    row("create-18", "a letter of elsewhere", {"requests": [named("né")]}, f"requests.0.custom_id: {PATTERN}"),
    row("create-18", "a digit of elsewhere", {"requests": [named("٣")]}, f"requests.0.custom_id: {PATTERN}"),
    row("create-18", "a line feed at the end", {"requests": [named("a\n")]}, f"requests.0.custom_id: {PATTERN}"),
    row("create-19", "a number", {"requests": [named(7)]}, f"requests.0.custom_id: {STRING}"),
    row("create-19", "null", {"requests": [named(None)]}, f"requests.0.custom_id: {STRING}"),
    row("create-20", "a pair", {"requests": [named("dup"), named("dup")]}, f"{DUPLICATE}dup"),
    row(
        "create-20",
        "far apart",
        {"requests": [named("a"), named("dup"), named("b"), named("dup")]},
        f"{DUPLICATE}dup",
    ),
    row("create-21", "no params", {"requests": [{"custom_id": "a"}]}, "requests.0.params: Field required"),
    row(
        "create-21",
        "params are text",
        {"requests": [{"custom_id": "a", "params": "x"}]},
        "requests.0.params: Input should be a valid dictionary",
    ),
    row(
        "create-22",
        "the third",
        {"requests": [named("a"), named("b"), named("c d")]},
        f"requests.2.custom_id: {PATTERN}",
    ),
    row(
        "create-22",
        "the second lacks it",
        {"requests": [named("a"), {"params": PARAMS}]},
        "requests.1.custom_id: Field required",
    ),
    row(
        "create-23",
        "two defects",
        {"requests": [named("a"), named("b c"), named("d" * 65)]},
        f"requests.1.custom_id: {PATTERN}",
    ),
    row("create-25", "in a request", {"requests": [named("a") | {"extra": 1}]}, f"requests.0.extra: {EXTRA}"),
    row("create-25", "beside requests", {"requests": [named("a")], "extra": 1}, f"extra: {EXTRA}"),
]


@pytest.mark.parametrize(("body", "message"), REFUSALS)
def test_a_wrong_body_is_refused_in_the_apis_words(room: Room, body: Json, message: str) -> None:
    response = room.post(body)

    assert refusal(response) == invalid(message)
    assert response.headers["content-type"] == "application/json"
    assert room.ids() == []


@pytest.mark.parametrize(
    "body",
    [
        row("create-11", "empty", b""),
        row("create-11", "cut off", b'{"requests": ['),
        row("create-11", "a comma too many", b'{"requests": [],}'),
        row("create-11", "two values", b"{} {}"),
        row("create-11", "cut off after a defect", b'{"requests":[{"custom_id":7},'),
        row("create-11", "cut off after an unknown key", b'{"extra":1,'),
        row("create-11", "not UTF-8", b'{"requests": "\xff"}'),
        row("create-11", "broken inside params", b'{"requests":[{"custom_id":"a","params":{"model":}}]}'),
    ],
)
def test_what_is_not_json_is_refused_as_such(room: Room, body: bytes) -> None:
    status, kind, message = refusal(room.call("POST", content=body, headers={"content-type": "application/json"}))

    assert (status, kind) == (400, "invalid_request_error")
    assert message.startswith("The request body is not valid JSON:")
    assert room.ids() == []


@shows("create-14")
def test_too_many_requests_are_counted_in_the_refusal(room: Room) -> None:
    body: dict[str, Any] = {"requests": [{"custom_id": f"r{number}", "params": {}} for number in range(100_002)]}

    response = room.call("POST", content=json.dumps(body).encode())

    message = "requests: List should have at most 100000 items after validation, not 100002"
    assert refusal(response) == invalid(message)


@shows("create-10")
def test_one_bad_request_keeps_the_good_ones_out_and_the_next_create_goes_through(room: Room) -> None:
    good = [asked(f"row-{number}") for number in range(20)]
    refused = room.post({"requests": [*good, named("not good")]})

    assert refusal(refused) == invalid(f"requests.20.custom_id: {PATTERN}")
    assert room.ids() == []
    batch_id = room.made(*good)
    assert room.ids() == [batch_id]
