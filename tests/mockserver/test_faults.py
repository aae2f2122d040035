"""Faults as they are on the wire, seen by a client that speaks HTTP by hand."""

import gzip
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from batchmock.clock import ClockSetting
from batchmock.exchanges.exchange import Exchange
from batchmock.scenario import Scenario
from batchmock.scenarios.document import read_toml
from batchmock.server import running
from batchmock.settings import Settings
from tests.mockserver.raw import Heard, ask

BATCHES = "/v1/messages/batches"
TEXT = "žluťoučký 🐎"


class Space:
    """A server with one scenario, and what its exchanges were."""

    def __init__(self, url: str, seen: list[Exchange]) -> None:
        self.url = url
        self.seen = seen
        self.batch_id = ""

    def create(self, count: int = 5) -> Heard:
        params = {
            "model": "claude-haiku-4-5",
            "max_tokens": 99,
            "messages": [{"role": "user", "content": f"say {TEXT}"}],
        }
        requests = [{"custom_id": f"r{number}", "params": params} for number in range(count)]
        heard = ask(self.url, "POST", BATCHES, msgspec.json.encode({"requests": requests}))
        self.batch_id = self.ids()[0] if not heard.raw else heard.json.get("id", "")
        return heard

    def ids(self) -> list[str]:
        return [batch["id"] for batch in ask(self.url, "GET", BATCHES).json["data"]]

    def retrieve(self) -> Heard:
        return ask(self.url, "GET", f"{BATCHES}/{self.batch_id}")

    def results(self, headers: str = "") -> Heard:
        self.advance()
        return ask(self.url, "GET", f"{BATCHES}/{self.batch_id}/results", headers=headers)

    def advance(self, by: str = "25h") -> None:
        ask(self.url, "POST", "/_emulator/clock/advance", msgspec.json.encode({"by": by}))

    def kinds(self) -> list[list[str]]:
        return [[type(strike.fault).__name__ for strike in exchange.strikes] for exchange in self.seen]


@contextmanager
def space(faults: str) -> Generator[Space]:
    seen: list[Exchange] = []
    scenario = read_toml(faults)
    settings = Settings(clock=ClockSetting(mode="manual"), scenario=scenario)
    with running(settings, observe=seen.append) as url:
        yield Space(url, seen)


def fault(kind: str, on: str, rest: str = "") -> str:
    return f'[[faults]]\nkind = "{kind}"\non = ["{on}"]\n{rest}\n'


def lines_of(heard: Heard) -> list[Any]:
    return [msgspec.json.decode(line) for line in heard.body.splitlines()]


def test_a_create_whose_answer_is_lost_has_stored_its_batch() -> None:
    with space(fault("reset", "create", "calls = [1]")) as one:
        lost = one.create()
        again = one.create()

        assert (lost.raw, lost.end) == (b"", "reset")
        assert again.status == 200
        assert len(one.ids()) == 2


def test_a_create_that_is_refused_instead_has_stored_nothing() -> None:
    with space(fault("answer", "create", "calls = [1]\nstatus = 529")) as one:
        refused = one.create()

        assert (refused.status, refused.json["error"]["type"]) == (529, "overloaded_error")
        assert one.ids() == []


@pytest.mark.parametrize(
    ("kind", "end"), [("reset", "reset"), ("close", "closed"), ("half_close", "closed"), ("stall", "open")]
)
@pytest.mark.parametrize(("when", "stored"), [("instead", 0), ("after", 1)])
def test_a_connection_can_end_before_any_answer(kind: str, end: str, when: str, stored: int) -> None:
    with space(fault(kind, "create", f'calls = [1]\nwhen = "{when}"')) as one:
        heard = ask(one.url, "POST", BATCHES, b'{"requests": [{"custom_id": "a", "params": {}}]}')

        assert (heard.raw, heard.end) == (b"", end)
        assert len(one.ids()) == stored


@pytest.mark.parametrize(
    ("kind", "end"), [("reset", "reset"), ("close", "closed"), ("half_close", "closed"), ("stall", "open")]
)
def test_results_are_cut_after_so_many_bytes(kind: str, end: str) -> None:
    with space(fault(kind, "results", "after_bytes = 100")) as one:
        one.create()
        heard = one.results()

        assert heard.is_chunked
        assert len(heard.body) == 100
        assert (heard.end, heard.has_last_chunk) == (end, False)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_results_are_cut_between_lines(count: int) -> None:
    with space(fault("close", "results", f"after_lines = {count}")) as one:
        one.create()
        heard = one.results()

        assert len(lines_of(heard)) == count
        assert heard.body.endswith(b"\n") or count == 0
        assert (heard.end, heard.has_last_chunk) == ("closed", False)


def test_results_are_cut_inside_a_line_inside_a_character() -> None:
    with space(fault("close", "results", "after_lines = 2\ninside = true")) as one:
        one.create()
        body = one.results().body

        assert body.count(b"\n") == 2
        assert body.endswith(b"say \xc5")
        with pytest.raises(UnicodeDecodeError):
            body.decode()


FRAMINGS: list[tuple[str, Callable[[Heard], bool]]] = [
    ("as_is", lambda heard: heard.is_chunked and not heard.has_last_chunk),
    ("length", lambda heard: (heard.length or 0) > 1_000 and not heard.is_chunked),
    ("until_close", lambda heard: heard.length is None and not heard.is_chunked),
    ("whole", lambda heard: heard.is_chunked and heard.has_last_chunk),
]


@pytest.mark.parametrize(
    ("framing", "check"),
    FRAMINGS,
)
def test_a_cut_body_is_framed_as_told(framing: str, check: Callable[[Heard], bool]) -> None:
    with space(fault("close", "results", f'after_lines = 2\nframing = "{framing}"')) as one:
        one.create()
        heard = one.results()

        assert check(heard)
        assert len(lines_of(heard)) == 2


def test_a_body_that_is_framed_to_be_cut_but_ends_before_is_whole(capfd: pytest.CaptureFixture[str]) -> None:
    with space(fault("close", "results", 'after_lines = 100\nframing = "until_close"')) as one:
        one.create()
        heard = one.results()

        assert (len(lines_of(heard)), heard.end) == (5, "closed")
    assert capfd.readouterr().err == ""


def test_a_batch_object_is_cut_short_of_its_length_or_to_a_length_that_fits() -> None:
    for framing, promised in (("as_is", None), ("whole", 50)):
        with space(fault("close", "retrieve", f'after_bytes = 50\nframing = "{framing}"')) as one:
            one.create()
            heard = one.retrieve()

            assert len(heard.body) == 50
            assert heard.length == promised or (promised is None and (heard.length or 0) > 300)


def test_packed_results_are_cut_where_they_are_packed() -> None:
    with space(fault("close", "results", "after_bytes = 60")) as one:
        one.create(500)
        heard = one.results(headers="accept-encoding: gzip\r\n")

        assert "content-encoding: gzip" in heard.head
        assert len(heard.body) == 60
        with pytest.raises(EOFError):
            gzip.decompress(heard.body)


def test_a_cut_by_lines_is_made_where_lines_can_be_seen() -> None:
    with space(fault("close", "results", "after_lines = 3")) as one:
        one.create(500)
        heard = one.results(headers="accept-encoding: gzip\r\n")

        assert "content-encoding" not in heard.head
        assert len(lines_of(heard)) == 3


def test_a_cut_beyond_the_end_changes_nothing_and_says_so() -> None:
    with space(fault("close", "results", "after_bytes = 1000000")) as one:
        one.create()
        heard = one.results()

        assert (len(lines_of(heard)), heard.has_last_chunk) == (5, True)
        assert [strike.has_bitten for strike in one.seen[-1].strikes] == [False]


def test_a_body_drips() -> None:
    with space(fault("drip", "results", 'size = 7\nevery = "0s"')) as one:
        one.create()
        heard = one.results()

        assert {len(chunk) for chunk in heard.chunks[:-2]} == {7}
        assert len(lines_of(heard)) == 5


def test_a_delay_passes_on_the_clients_time_and_the_work_is_done_after_it() -> None:
    with space(fault("delay", "create", 'by = "20ms"')) as one:
        assert one.create().status == 200


def test_any_answer_can_be_given() -> None:
    page = fault(
        "answer",
        "results",
        'status = 200\nbody = "<html>{id} {path}</html>"\nheaders = { content-type = "text/html" }',
    )
    with space(page) as one:
        one.create()
        heard = one.results()

        path = f"{BATCHES}/{one.batch_id}/results"
        assert heard.body.decode() == f"<html>{one.batch_id} {path}</html>"
        assert "content-type: text/html" in heard.head


@pytest.mark.parametrize(
    ("rest", "status", "seen"),
    [
        ("status = 500", 500, {"type": "api_error", "message": "Internal Server Error"}),
        ('status = 429\nmessage = "slow down"', 429, {"type": "rate_limit_error", "message": "slow down"}),
        (
            'status = 429\nerror_code = "enforced_spend_limit_reached"',
            429,
            {
                "type": "rate_limit_error",
                "message": "Too Many Requests",
                "details": {"error_code": "enforced_spend_limit_reached"},
            },
        ),
        ('status = 502\nerror = "api_error"', 502, {"type": "api_error", "message": "Bad Gateway"}),
    ],
)
def test_an_error_has_the_apis_form(rest: str, status: int, seen: object) -> None:
    with space(fault("answer", "retrieve", rest)) as one:
        one.create()
        heard = one.retrieve()

        assert (heard.status, heard.json["error"]) == (status, seen)
        assert heard.json["request_id"] in heard.head.replace("req_011c", "req_011C") or heard.json["request_id"]


def test_an_answer_may_redirect() -> None:
    rest = 'status = 302\nheaders = { location = "http://other.test:1{path}" }'
    with space(fault("answer", "results", rest)) as one:
        one.create()
        heard = one.results()

        assert (heard.status, heard.body) == (302, b"")
        assert f"location: http://other.test:1{BATCHES}/{one.batch_id}/results".lower() in heard.head


def test_headers_can_be_set_and_left_out() -> None:
    rest = 'set = { content-type = "application/binary", x-new = "1" }\ndrop = ["content-disposition"]'
    with space(fault("headers", "results", rest)) as one:
        one.create()
        heard = one.results()

        assert "content-type: application/binary" in heard.head
        assert "x-new: 1" in heard.head
        assert "content-disposition" not in heard.head
        assert len(lines_of(heard)) == 5


def test_a_batch_object_can_say_something_else() -> None:
    rest = (
        'drop = ["archived_at", "request_counts.expired"]\n'
        '[faults.merge]\nresults_url = "{path}/results?a=b"\nprocessing_status = "paused"\nnew_key = [1]\n'
        "request_counts = { processing = 99 }\n"
    )
    with space(fault("patch", "retrieve", rest)) as one:
        one.create()
        batch = one.retrieve().json

        assert batch["results_url"] == f"{BATCHES}/{one.batch_id}/results?a=b"
        assert (batch["processing_status"], batch["new_key"]) == ("paused", [1])
        assert batch["request_counts"] == {"processing": 99, "succeeded": 0, "errored": 0, "canceled": 0}
        assert "archived_at" not in batch


def test_an_answer_can_be_stale() -> None:
    with space(fault("stale", "retrieve", 'by = "25h"\ncalls = [1]')) as one:
        one.create()
        one.advance()

        assert one.retrieve().json["processing_status"] == "in_progress"
        assert one.retrieve().json["processing_status"] == "ended"


ROWS: list[tuple[str, Callable[[list[Any]], bool]]] = [
    ("rows = [2]\nmissing = true", lambda rows: len(rows) == 4),
    ('glob = "r[01]"\nmissing = true', lambda rows: {row["custom_id"] for row in rows} == {"r2", "r3", "r4"}),
    ("rows = [1, 2]\nrepeat = 2", lambda rows: len(rows) == 9 and rows[0] == rows[1] == rows[2]),
    (
        'rows = [1]\nrepeat = 1\nmerge = { result = { type = "expired" } }',
        lambda rows: [row["result"]["type"] for row in rows[:2]] == ["succeeded", "expired"],
    ),
    ("strangers = 2", lambda rows: [row["custom_id"] for row in rows[5:]] == ["stranger-1", "stranger-2"]),
    (
        'merge = { result = { type = "paused" } }',
        lambda rows: {row["result"]["type"] for row in rows} == {"paused"},
    ),
    ('drop = ["custom_id"]', lambda rows: all("custom_id" not in row for row in rows)),
    ("merge = { custom_id = 7 }", lambda rows: {row["custom_id"] for row in rows} == {7}),
    ("missing = true", lambda rows: rows == []),
    ('rows = [5]\nraw = "{}"', lambda rows: rows[4] == {}),
]


@pytest.mark.parametrize(
    ("rest", "check"),
    ROWS,
)
def test_rows_can_be_missing_repeated_changed_and_strange(rest: str, check: Callable[[list[Any]], bool]) -> None:
    with space(fault("rows", "results", rest)) as one:
        one.create()
        heard = one.results()

        assert check(lines_of(heard))
        assert heard.has_last_chunk


LINES: list[tuple[str, Callable[[bytes], bool]]] = [
    ('line_end = "crlf"', lambda body: body.count(b"\r\n") == 5 and body.endswith(b"\r\n")),
    ("final_line_end = false", lambda body: body.count(b"\n") == 4 and body.endswith(b"}")),
    ("byte_order_mark = true", lambda body: body.startswith(b"\xef\xbb\xbf{")),
    ("blank_every = 2", lambda body: [bool(line) for line in body.split(b"\n")] == [1, 1, 0, 1, 1, 0, 1, 0]),
    ("escape = true", lambda body: body.isascii() and b"\\u017elu" in body),
]


@pytest.mark.parametrize(
    ("rest", "check"),
    LINES,
)
def test_lines_can_be_written_otherwise(rest: str, check: Callable[[bytes], bool]) -> None:
    with space(fault("lines", "results", rest)) as one:
        one.create()

        assert check(one.results().body)


def statuses(one: Space, count: int) -> list[int]:
    return [one.retrieve().status for _ in range(count)]


def test_a_fault_strikes_the_calls_it_names_so_often_as_it_may_and_by_its_odds() -> None:
    failing = "status = 500\n"
    for rest, seen in (
        ("calls = [2, 4]", [200, 500, 200, 500, 200]),
        ("times = 2", [500, 500, 200, 200, 200]),
        ("batch = 2", [200, 200, 200, 200, 200]),
        ("batch = 1", [500, 500, 500, 500, 500]),
    ):
        with space(fault("answer", "retrieve", failing + rest)) as one:
            one.create()
            assert statuses(one, 5) == seen

    with space(fault("answer", "retrieve", failing + "probability = 0.5")) as one:
        one.create()
        drawn = statuses(one, 40)
    with space(fault("answer", "retrieve", failing + "probability = 0.5")) as one:
        one.create()
        assert statuses(one, 40) == drawn
    assert 10 < drawn.count(500) < 30


def test_calls_can_be_counted_for_each_batch_by_itself() -> None:
    with space(fault("answer", "retrieve", "status = 404\ncalls = [1]\nper_batch = true")) as one:
        one.create()
        first, one.batch_id = statuses(one, 2), ""
        one.create()

        assert first == statuses(one, 2) == [404, 200]


def test_several_faults_strike_together() -> None:
    both = fault("headers", "retrieve", 'set = { x-new = "1" }') + fault("close", "retrieve", "after_bytes = 10")
    with space(both) as one:
        one.create()
        heard = one.retrieve()

        assert ("x-new: 1" in heard.head, len(heard.body)) == (True, 10)
        assert one.kinds()[-1] == ["Headers", "Close"]


def test_without_operations_named_every_one_is_struck() -> None:
    with space('[[faults]]\nkind = "answer"\nstatus = 503') as one:
        for method, path in (
            ("POST", BATCHES),
            ("GET", BATCHES),
            ("GET", f"{BATCHES}/x"),
            ("DELETE", f"{BATCHES}/x"),
            ("GET", f"{BATCHES}/x/results"),
            ("POST", f"{BATCHES}/x/cancel"),
            ("POST", "/v1/messages"),
            ("POST", "/v1/messages/count_tokens"),
            ("GET", "/v1/models"),
            ("GET", "/v1/models/x"),
        ):
            assert ask(one.url, method, path, b"{}" if method == "POST" else b"").status == 503
        assert ask(one.url, "GET", "/_emulator/clock").status == 200


def test_the_scenario_says_which_faults_there_are() -> None:
    assert Scenario().faults == ()
