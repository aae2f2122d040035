"""A history is read in pages or as lines, filtered, cleared, and bounded."""

import gc
import json
import tracemalloc

import pytest

from batchmock.errors import UsageError
from batchmock.settings import Settings
from tests.mockserver.exchanges import BATCHES, MANUAL, START, App


def test_pages_follow_each_other_and_filters_narrow_them() -> None:
    app = App()
    first, second = app.create("a"), app.create("b")
    for _ in range(3):
        app("GET", f"{BATCHES}/{first}")
    app("GET", f"{BATCHES}/{second}")
    app("GET", f"{BATCHES}/msgbatch_none")

    page = app.ask("GET", "/_emulator/history?limit=4")
    rest = app.ask("GET", f"/_emulator/history?after={page['exchanges'][-1]['sequence']}")

    assert (len(page["exchanges"]), page["has_more"]) == (4, True)
    assert (len(rest["exchanges"]), rest["has_more"]) == (3, False)
    assert [told["sequence"] for told in page["exchanges"] + rest["exchanges"]] == [1, 2, 3, 4, 5, 6, 7]
    assert [told["sequence"] for told in app.history(f"batch_id={second}")] == [2, 6]
    assert [told["sequence"] for told in app.history("operation=retrieve&after=4")] == [5, 6, 7]
    assert [told["sequence"] for told in app.history("status=404")] == [7]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("operation=poll", "operation: 'poll' is not one of them; it is one of cancel, count_tokens, create"),
        ("limit=0", "limit: Expected `int` >= 1"),
        ("limit=1001", "limit: Expected `int` <= 1000"),
        ("after=x", "after: Input should be a valid integer"),
        ("since=3", "since: there is no such key; it is one of after, batch_id"),
        ("real=maybe", "real: Input should be a valid boolean"),
    ],
)
def test_a_query_that_means_nothing_is_refused_by_name(query: str, message: str) -> None:
    status, _, body = App()("GET", f"/_emulator/history?{query}")

    assert status == 400
    assert json.loads(body)["error"]["message"].startswith(message)


def test_lines_say_the_same_as_pages() -> None:
    app = App()
    for name in "abc":
        app.create(name)

    status, headers, body = app("GET", "/_emulator/history.jsonl?after=1")

    assert (status, headers["content-type"]) == (200, "application/x-jsonl")
    assert [json.loads(line) for line in body.splitlines()] == app.history("after=1")


def test_what_is_cleared_is_gone_and_numbers_go_on() -> None:
    app = App()
    app.create("a")
    app.create("b")

    assert app.ask("DELETE", "/_emulator/history") == {"cleared": 2}
    app.create("c")

    page = app.ask("GET", "/_emulator/history")
    assert [told["sequence"] for told in page["exchanges"]] == [3]
    assert page["dropped"] == 0


def test_memory_is_bounded_and_what_was_dropped_is_counted() -> None:
    app = App(Settings(clock=MANUAL, start=START, exchanges_kept_max=10))
    for _ in range(25):
        app("GET", BATCHES)

    page = app.ask("GET", "/_emulator/history")

    assert [told["sequence"] for told in page["exchanges"]] == list(range(16, 26))
    assert page["dropped"] == 15


def test_no_history_grows_with_what_clients_send() -> None:
    app = App(Settings(clock=MANUAL, start=START, exchanges_kept_max=20))
    huge = {"user-agent": "x" * 200_000, "x-stainless-lang": "y" * 200_000, "x-own": "z" * 200_000}

    def ask() -> None:
        for _ in range(20):
            app("GET", f"{BATCHES}/{'b' * 200_000}?{'q' * 200_000}", headers=huge)
            app("POST", BATCHES, b" " * 2_000_000)

    ask()
    gc.collect()
    tracemalloc.start()
    ask()
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    # One large body may wait for its digest.
    assert held < 3_000_000
    assert len(app.history()) == 20


def test_fewer_than_one_exchange_cannot_be_kept() -> None:
    with pytest.raises(UsageError, match="exchanges kept is 0; it is at least 1"):
        Settings(exchanges_kept_max=0)
