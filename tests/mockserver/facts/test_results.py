"""Downloads: when there are results, their headers, their lines and order."""

import json

import pytest

from batchmock.scenario import Scenario
from batchmock.switches import Switches
from tests.mockserver.facts.room import UNKNOWN, Room, asked, many, no_results, not_found, refusal, room_with
from tests.mockserver.facts.rows import row, shows

SUBMITTED = [request["custom_id"] for request in many(30)]


@shows("results-1", "order-4")
def test_there_are_no_results_before_the_end(room: Room) -> None:
    batch_id = room.made(*many(30))

    assert refusal(room.download(batch_id)) == no_results(batch_id)
    room.cancel(batch_id)
    assert refusal(room.download(batch_id)) == no_results(batch_id)
    room.advance("24h")
    assert len(room.lines(batch_id)) == 30


@shows("results-2")
def test_nothing_has_no_results(room: Room) -> None:
    assert refusal(room.download(UNKNOWN)) == not_found(UNKNOWN)


@shows("results-3", "results-4", "results-5")
def test_a_download_has_its_headers(room: Room) -> None:
    batch_id = room.ended()
    response = room.download(batch_id)

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/x-jsonl"
    disposition = f"attachment; filename*=utf-8''{batch_id}_results.jsonl"
    assert response.headers["content-disposition"] == disposition
    assert response.headers["transfer-encoding"] == "chunked"
    assert "content-length" not in response.headers


@pytest.mark.parametrize(
    "accept",
    [
        row("results-6", "the SDKs'", "application/binary"),
        row("results-6", "json", "application/json"),
        row("results-6", "nothing it has", "image/png"),
    ],
)
def test_accept_does_not_matter(room: Room, accept: str) -> None:
    batch_id = room.ended()
    response = room.call("GET", f"/{batch_id}/results", headers={"accept": accept})

    assert (response.status_code, response.headers["content-type"]) == (200, "application/x-jsonl")
    assert response.content == room.download(batch_id).content


@shows("results-7")
def test_every_request_has_one_line(room: Room) -> None:
    lines = room.lines(room.ended(*many(300)))

    assert sorted(line["custom_id"] for line in lines) == [request["custom_id"] for request in many(300)]


@shows("results-8")
def test_all_canceled_and_all_errored_batches_have_results(room: Room) -> None:
    canceled = room.made(*many(3))
    room.cancel(canceled)
    errored = room.ended(*(asked(name, model="claude-none") for name in "abc"))

    assert {result["type"] for result in room.results(canceled).values()} == {"canceled"}
    assert {result["type"] for result in room.results(errored).values()} == {"errored"}


@shows("results-9", "results-10", "life-12")
def test_archived_results_cannot_be_downloaded(room: Room) -> None:
    batch_id = room.ended()
    room.advance("27d")
    room.advance("23h")
    assert room.download(batch_id).status_code == 200
    room.advance("1h")

    assert refusal(room.download(batch_id)) == no_results(batch_id)
    assert room.batch(batch_id)["results_url"] is None


@shows("order-1", "order-3")
def test_lines_come_in_another_order_than_requests_and_always_in_that_one(room: Room) -> None:
    batch_id = room.ended(*many(30))
    first = room.download(batch_id)
    order = [line["custom_id"] for line in room.lines(batch_id)]

    assert sorted(order) == SUBMITTED
    assert order not in (SUBMITTED, SUBMITTED[::-1])
    assert room.download(batch_id).content == first.content


@shows("order-1")
def test_even_two_requests_never_come_in_their_order(room: Room) -> None:
    for number in range(10):
        first, second = f"a{number}", f"b{number}"
        lines = room.lines(room.ended(asked(first), asked(second)))
        assert [line["custom_id"] for line in lines] == [second, first]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        row("order-2", "as submitted", "submitted", SUBMITTED),
        row("order-2", "reversed", "reversed", SUBMITTED[::-1]),
    ],
)
def test_a_scenario_may_choose_the_order(order: str, expected: list[str]) -> None:
    with room_with(scenario=Scenario(order="submitted" if order == "submitted" else "reversed")) as room:
        lines = room.lines(room.ended(*many(30)))

    assert [line["custom_id"] for line in lines] == expected


@shows("order-4")
def test_nothing_is_added_after_the_end(room: Room) -> None:
    batch_id = room.ended(*many(30))
    at_end = room.download(batch_id).content
    room.advance("10d")

    assert room.download(batch_id).content == at_end


@shows("order-5", "order-6")
def test_each_line_is_one_line_whatever_the_text(room: Room) -> None:
    text = 'a line\nand another\r\n"quoted" \\ né 漢 \u2028 \u2029 \x85 😀 \t end'
    body = room.download(room.ended(asked("a", text), asked("b", text))).content

    lines = body.split(b"\n")
    assert len(lines) == 3
    assert lines[2] == b""
    assert b"\r" not in body
    for line in lines[:2]:
        assert "né 漢 \u2028 \u2029 \x85 😀".encode() in line
        assert json.loads(line)["result"]["message"]["content"][0]["text"].endswith(f": {text}")


@shows("order-7")
def test_a_range_is_ignored(room: Room) -> None:
    batch_id = room.ended(*many(30))
    response = room.call("GET", f"/{batch_id}/results", headers={"range": "bytes=0-9"})

    assert response.status_code == 200
    assert response.content == room.download(batch_id).content


@shows("results-12")
def test_the_headers_of_early_2025() -> None:
    with room_with(scenario=Scenario(switches=Switches(results_headers="early"))) as room:
        batch_id = room.ended()
        headers = room.download(batch_id).headers

    assert "content-type" not in headers
    assert headers["content-disposition"] == f'attachment; filename="{batch_id}_results.jsonl"'
