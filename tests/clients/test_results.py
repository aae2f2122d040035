"""Results, whatever the file looks like and however it comes: the right outcome a key, no line lost silently."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx2
import pytest

from batchclient.errors import ArchivedError, ResultsError
from batchclient.outcomes import Errored, Missing, Succeeded, Unknown
from batchclient.run import UnfinishedError
from tests.clients.wire import Answered, Fault, Served, shown
from tests.clients.world import World, asking, some, texts

Change = Callable[[bytes], Sequence[bytes]]


def lines(change: Callable[[list[bytes]], list[bytes]], end: bytes = b"\n") -> Change:
    """Return a change of the file's lines."""
    return lambda body: [b"".join(line + end for line in change(body.splitlines()))]


def result(line: bytes, **changed: object) -> bytes:
    """Return a line with something else in its result."""
    row = json.loads(line)
    return json.dumps(row | {"result": row["result"] | changed}, ensure_ascii=False).encode()


def in_pieces(size: int) -> Change:
    return lambda body: [body[at : at + size] for at in range(0, len(body), size)]


def always(change: Change, *, cut: bool = False) -> dict[tuple[str, int], Fault]:
    return {("results", n): Served(change, cut) for n in range(40)}


HARMLESS: dict[str, Change] = {
    "one byte at a time": in_pieces(1),
    "pieces of 64": in_pieces(64),
    "CRLF in pieces of 64": lambda body: in_pieces(64)(body.replace(b"\n", b"\r\n")),
    "blank lines": lambda body: [body.replace(b"\n", b"\n\r\n\n")],
    "no last line end": lambda body: [body[:-1]],
    "byte order mark": lambda body: [b"\xef\xbb\xbf" + body],
    "another order": lines(lambda rows: rows[::-1]),
    "strangers first, in the middle, last": lines(
        lambda rows: [STRANGER, *rows[:2], STRANGER, *rows[2:], STRANGER]
    ),
    "no, null and odd custom_ids": lines(lambda rows: [*ODD, *rows]),
    "every line twice": lines(lambda rows: [*rows, *rows]),
    "unknown fields": lines(lambda rows: [result(row, message_of_the_day="x", error=7) for row in rows]),
}
STRANGER = b'{"custom_id":"somebody-else-1","result":{"type":"expired"}}'
ODD = [
    b'{"custom_id":null,"result":{"type":"expired"}}',
    b'{"custom_id":1,"result":null}',
    b'{"x":1}',
    b"[]",
    b"7",
]


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_does_no_harm_changes_nothing(world: World, change: Change) -> None:
    world.wire.plan = always(change)

    with world.run(some(12)) as run:
        assert texts(run) == {f"key {n}": f"nonce-{n}" for n in range(12)}
        assert run.counts.succeeded == 12
    assert world.wire.count("results") == 1


def test_duplicates_strangers_and_conflicts_are_counted(world: World) -> None:
    def odd(rows: list[bytes]) -> list[bytes]:
        return [*rows, rows[0], result(rows[1], type="expired"), STRANGER, STRANGER]

    world.wire.plan = always(lines(odd))

    with world.run(some(4)) as run:
        assert texts(run) == {f"key {n}": f"nonce-{n}" for n in range(4)}
        assert (run.oddities.duplicates, run.oddities.conflicts, run.oddities.strangers) == (2, 1, 2)


ONCE_BROKEN: dict[str, Fault] = {
    "cut at a line end, without a sign": Served(lines(lambda rows: rows[:3])),
    "cut at a line end": Served(lines(lambda rows: rows[:3]), cut=True),
    "cut within a line, without a sign": Served(lambda body: [body[:-50]]),
    "cut within a character": Served(lambda body: [body[: body.index("é".encode()) + 1]], cut=True),
    "empty": Served(lambda body: []),
    "a flipped byte": Served(lines(lambda rows: [rows[0].replace(b'"result"', b'"re\xffult"'), *rows[1:]])),
    "two objects on a line": Served(lambda body: [body.replace(b"\n", b"", 1)]),
    "NaN": Served(lines(lambda rows: [rows[0].replace(b'"output_tokens":', b'"output_tokens":NaN'), *rows[1:]])),
    "HTML": Answered(200),
    "an error under 200": Answered(200, b'{"type":"error","error":{"type":"api_error","message":"x"}}'),
    "204": Answered(204, b""),
    "206": Answered(206, b""),
    "404": Answered(404),
    "500": Answered(500),
    "502": Answered(502),
    "half a 500": Answered(500, cut=True),
    "429": Answered(429, headers={"retry-after": "30"}),
}


@pytest.mark.parametrize("fault", ONCE_BROKEN.values(), ids=ONCE_BROKEN.keys())
def test_a_broken_download_is_read_again(world: World, fault: Fault) -> None:
    world.wire.plan = {("results", 0): fault}
    requests = [asking("key 0", "é"), *some(5)[1:]]

    with world.run(requests) as run:
        assert texts(run) == {"key 0": "é"} | {f"key {n}": f"nonce-{n}" for n in range(1, 5)}
        assert run.oddities.duplicates == 0
    assert world.wire.count("results") == 2
    assert world.wire.count("create") == 1


def test_cuts_at_every_download_still_come_to_the_whole(world: World) -> None:
    world.wire.plan = {
        ("results", n): Served(lines(lambda rows, n=n: rows[: 2 * n + 2]), cut=True) for n in range(5)
    }

    with world.run(some(9)) as run:
        assert texts(run) == {f"key {n}": f"nonce-{n}" for n in range(9)}


def test_a_line_that_never_comes_is_missing_and_never_sent_again(world: World) -> None:
    world.wire.plan = always(lines(lambda rows: rows[1:]))

    with world.run(some(4)) as run:
        assert run.counts.missing == 1
        assert [outcome for _, outcome in run if not isinstance(outcome, Succeeded)] == [Missing()]
        assert run.oddities.miscounted == 1
    assert world.wire.count("results") == 2
    assert world.wire.count("create") == 1


def test_a_line_that_is_damaged_each_time_is_missing_and_the_others_are_there(world: World) -> None:
    world.wire.plan = always(lines(lambda rows: [rows[0][:-9], *rows[1:]]))

    with world.run(some(4)) as run:
        assert (run.counts.missing, run.counts.succeeded, run.oddities.malformed) == (1, 3, 1)


@pytest.mark.parametrize(
    "fault",
    [Served(lambda body: []), Served(lambda body: [body], cut=True), Answered(404), Answered(500), Answered(200)],
    ids=["empty", "cut", "404", "500", "HTML"],
)
def test_results_that_are_never_read_are_told_and_a_resume_only_downloads(
    world: World, tmp_path: Path, fault: Fault
) -> None:
    whole = isinstance(fault, Served) and fault.cut
    change = fault if not whole else Served(lines(lambda rows: rows[:2]), cut=True)
    world.wire.plan = {("results", n): change for n in range(40)}

    with pytest.raises(UnfinishedError, match="its results cannot be read") as raised:
        world.run(some(4), tmp_path / "run.db")
    raised.value.run.close()
    assert isinstance(raised.value.causes[0], ResultsError)
    assert raised.value.causes[0].batch_id == world.batches()[0]["id"]
    tries = world.wire.count("results")

    world.wire.heal()
    with world.resume(tmp_path / "run.db") as run:
        assert run.counts.succeeded == 4
    assert (world.wire.count("results"), world.wire.count("create")) == (tries + 1, 1)


def test_unknown_results_keep_their_line_and_touch_no_other(world: World) -> None:
    kinds = [{"type": "paused"}, {"type": None}, {"type": "succeeded", "message": None}]

    def unknown(rows: list[bytes]) -> list[bytes]:
        rows = sorted(rows)
        return [*(result(row, **kind) for row, kind in zip(rows, kinds, strict=False)), *rows[3:]]

    world.wire.plan = always(lines(unknown))

    with world.run(some(6)) as run:
        outcomes = [outcome for _, outcome in run]
        assert [type(outcome) for outcome in outcomes] == [Unknown] * 3 + [Succeeded] * 3
        assert isinstance(outcomes[0], Unknown)
        assert json.loads(outcomes[0].raw)["result"]["type"] == "paused"
    assert world.wire.count("create") == 1


@pytest.mark.parametrize(
    ("error_type", "again"),
    [("overloaded_error", True), ("api_error", True), ("rate_limit_error", True), ("timeout_error", True)]
    + [(name, False) for name in ("invalid_request_error", "authentication_error", "billing_error", "brand_new")],
)
def test_only_errors_that_pass_are_sent_again(world: World, error_type: str, again: bool) -> None:
    error = {
        "type": "error",
        "error": {"type": error_type, "message": "é", "details": None},
        "request_id": "req_1",
    }

    def failed(rows: list[bytes]) -> list[bytes]:
        first, *rest = sorted(rows)
        return [result(first, type="errored", error=error), *rest]

    world.wire.plan = {("results", 0): Served(lines(failed))}

    with world.run(some(3)) as run:
        first = run["key 0"]
        assert isinstance(first, Succeeded) == again
        if isinstance(first, Errored):
            assert (first.type, first.message, first.request_id) == (error_type, "é", "req_1")
    assert world.wire.count("create") == 1 + again
    if again:
        creates = [json.loads(seen.body) for seen in world.wire.seen if seen.operation == "create"]
        assert len(creates[1]["requests"]) == 1


@pytest.mark.parametrize("size", [65_535, 65_537, 3_000_000, 33 * 2**20])
def test_long_lines_are_read_whole(world: World, size: int) -> None:
    long = "x" * size

    def lengthen(rows: list[bytes]) -> list[bytes]:
        return [
            row.replace(b"nonce-1", b"nonce-1" + long.encode()) if b": nonce-1" in row else row for row in rows
        ]

    world.wire.plan = always(lambda body: in_pieces(10_000)(lines(lengthen)(body)[0]))

    with world.run(some(3)) as run:
        assert texts(run)["key 1"] == "nonce-1" + long
        assert texts(run)["key 2"] == "nonce-2"


@pytest.mark.parametrize("content_type", ["", "text/html", "text/event-stream", "application/json"])
def test_results_are_read_by_their_shape_whatever_type_they_are_said_to_be(
    world: World, content_type: str
) -> None:
    def told(response: httpx2.Response) -> None:
        response.headers["content-type"] = content_type

    world.wire.after = told
    with world.run(some(3)) as run:
        assert run.counts.succeeded == 3
    assert world.wire.count("results") == 1


def test_archived_results_are_told_and_are_no_empty_success(world: World) -> None:
    gone = shown(archived_at="2026-12-22T00:00:00Z", results_url=None)
    world.wire.plan = {("retrieve", n): gone for n in range(1, 9)}

    with pytest.raises(UnfinishedError, match="archived") as raised:
        world.run(some(2))
    assert isinstance(raised.value.causes[0], ArchivedError)
