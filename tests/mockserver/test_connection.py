"""What a connection makes of bytes that are not the plain requests that SDKs send, whichever parser reads them."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import msgspec
import pytest

from batchmock.connections.connection import Connection
from batchmock.connections.read_by_h11 import H11Connection
from batchmock.exchanges.exchange import Exchange
from batchmock.server import new_app, running_app
from batchmock.settings import Settings
from tests.mockserver.exchanges import BATCHES, MANUAL, request
from tests.mockserver.raw import HEADERS, Heard, ask, connected, heard, say

BODY = msgspec.json.encode({"requests": [request("a")]})
KEPT_OPEN = HEADERS.replace("connection: close\r\n", "").encode()
OFFERS = {
    "h2c": b"connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAEAAEAAAAIAAAAA\r\n",
    "websocket": b"Connection: keep-alive, upgrade\r\nUpgrade: WebSocket\r\nsec-websocket-version: 13\r\n",
}


@dataclass(frozen=True, slots=True)
class Spoken:
    """A server, and the exchanges it has told of."""

    url: str
    seen: list[Exchange] = field(default_factory=list[Exchange])


def parsers() -> Sequence[object]:
    found = [pytest.param(H11Connection, id="h11")]
    try:
        from batchmock.connections.read_by_httptools import HttptoolsConnection
    except ImportError:
        return found
    return [*found, pytest.param(HttptoolsConnection, id="httptools")]


@pytest.fixture(scope="module", params=parsers())
def parser(request: pytest.FixtureRequest) -> type[Connection]:
    return request.param


@contextmanager
def spoken(parser: type[Connection], settings: Settings) -> Generator[Spoken]:
    seen: list[Exchange] = []
    with running_app(new_app(settings, seen.append), settings, connection=parser) as url:
        yield Spoken(url, seen)


@pytest.fixture(scope="module")
def running(parser: type[Connection]) -> Generator[Spoken]:
    with spoken(parser, Settings(clock=MANUAL)) as made:
        yield made


@pytest.fixture
def server(
    running: Spoken, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> Generator[Spoken]:
    """A server that says nothing, whatever it hears."""
    ask(running.url, "POST", "/_emulator/reset")
    running.seen.clear()
    yield running
    assert (capfd.readouterr().err, caplog.get_records("call")) == ("", [])


@pytest.fixture
def hasty(parser: type[Connection]) -> Generator[Spoken]:
    """A server without patience."""
    with spoken(parser, Settings(clock=MANUAL, body_patience_s=0.05)) as made:
        yield made


def post(head: bytes = b"", body: bytes = BODY) -> bytes:
    line = b"POST %b HTTP/1.1\r\n" % BATCHES.encode()
    return line + KEPT_OPEN + b"content-type: application/json\r\n" + head + b"\r\n" + body


def sized(head: bytes) -> bytes:
    return head + b"content-length: %d\r\n" % len(BODY)


@pytest.mark.parametrize("offer", OFFERS.values(), ids=OFFERS)
def test_an_offer_of_another_protocol_is_ignored(server: Spoken, offer: bytes) -> None:
    created = say(server.url, post(sized(offer)))
    looked = say(server.url, b"GET /v1/models HTTP/1.1\r\n" + KEPT_OPEN + offer + b"\r\n")

    assert (created.status, looked.status) == (200, 200)
    assert created.json["request_counts"]["processing"] == 1
    assert [exchange.requests for exchange in server.seen] == [1, None]


@pytest.mark.parametrize("offer", OFFERS.values(), ids=OFFERS)
def test_the_body_of_such_a_request_may_come_later(server: Spoken, offer: bytes) -> None:
    created = say(server.url, post(sized(offer) + b"expect: 100-continue\r\n", b""), BODY)

    interim, _, rest = created.raw.partition(b"\r\n\r\n")
    assert interim.startswith(b"HTTP/1.1 100")
    assert rest.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("offer", OFFERS.values(), ids=OFFERS)
def test_the_body_of_such_a_request_may_come_in_chunks_and_others_after_it(server: Spoken, offer: bytes) -> None:
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
    one = post(offer + b"transfer-encoding: chunked\r\n", chunks)

    answers = say(server.url, one * 3)

    assert answers.raw.count(b"HTTP/1.1 200") == 3
    assert len({exchange.batch_id for exchange in server.seen}) == 3


MALFORMED = {
    "an unknown method": b"BREW / HTTP/1.1\r\nhost: here\r\n\r\n",
    "bytes in the path": b"GET /v1/\xc5\xbe\xff HTTP/1.1\r\n\r\n",
    "a bare control character": b"\x00\r\n\r\n",
    "a header without a colon": b"GET / HTTP/1.1\r\nhost\r\n\r\n",
    "a length beyond counting": b"POST / HTTP/1.1\r\ncontent-length: " + b"9" * 23 + b"\r\n\r\n",
    "a negative length": b"POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
    "a version to come": b"GET / HTTP/9.9\r\n\r\n",
    "HTTP/2 unasked": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": bytes.fromhex("160301020001000201fc0303"),
}
# Odd, but h11 lets the app see to that.
TAKEN_BY_H11 = {"an unknown method", "a version to come", "HTTP/2 unasked"}


def is_refused(answer: Heard) -> bool:
    """Tell whether an answer is the API's error, whole, and the end of its connection."""
    assert (answer.status, answer.end) == (400, "closed")
    assert "content-type: application/json" in answer.head
    assert "connection: close" in answer.head
    error = answer.json["error"]
    assert f"request-id: {answer.json['request_id']}".lower() in answer.head
    return error["type"] == "invalid_request_error" and error["message"].startswith(
        "The request is not valid HTTP"
    )


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_http_is_refused_in_the_apis_envelope(
    server: Spoken, name: str, parser: type[Connection]
) -> None:
    answer = say(server.url, MALFORMED[name])

    if parser is H11Connection and name in TAKEN_BY_H11:
        assert (answer.status, server.seen[0].path) == (404, "*" if name == "HTTP/2 unasked" else "/")
        return
    assert is_refused(answer)
    assert [(exchange.method, exchange.path, exchange.status) for exchange in server.seen] == [
        ("-", "(not HTTP)", 400)
    ]


def test_a_target_too_long_for_the_parser_is_refused(server: Spoken) -> None:
    answer = say(server.url, b"GET /v1/models/" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n")

    # To some versions of httptools nothing is too long; then only the key is missing.
    assert answer.status == 401 or is_refused(answer)


def test_a_body_that_is_no_http_is_refused_as_the_request_it_belongs_to(server: Spoken) -> None:
    answer = say(server.url, post(b"transfer-encoding: chunked\r\n", b"zz\r\n" + BODY))

    assert is_refused(answer)
    assert [(exchange.operation, exchange.status) for exchange in server.seen] == [("create", 400)]
    assert ask(server.url, "GET", BATCHES).json["data"] == []


def test_what_is_no_http_after_a_request_does_not_disturb_its_answer(server: Spoken) -> None:
    answers = say(server.url, post(sized(b"")) + MALFORMED["a bare control character"])

    created, _, refused = answers.raw.partition(b"HTTP/1.1 400")
    assert created.startswith(b"HTTP/1.1 200")
    assert is_refused(Heard(b"HTTP/1.1 400" + refused, answers.end))


def test_an_old_client_gets_a_body_that_ends_with_the_connection(server: Spoken) -> None:
    created = say(server.url, post(sized(b"")))
    ask(server.url, "POST", "/_emulator/clock/advance", b'{"by":"25h"}')
    path = f"{BATCHES}/{created.json['id']}/results".encode()

    old = say(server.url, b"GET %b HTTP/1.0\r\n%b\r\n" % (path, KEPT_OPEN))
    new = ask(server.url, "GET", path.decode())

    assert (old.is_chunked, old.length, old.end) == (False, None, "closed")
    assert new.is_chunked
    assert old.framed == new.body
    msgspec.json.decode(old.framed)


def test_an_old_client_is_told_a_length_where_there_is_one(server: Spoken) -> None:
    answer = say(server.url, b"GET /v1/models HTTP/1.0\r\n" + KEPT_OPEN + b"\r\n")

    assert answer.length == len(answer.framed)
    assert answer.end == "closed"


def test_a_head_that_does_not_come_to_its_end_is_not_awaited_for_ever(hasty: Spoken) -> None:
    whole = b"GET /v1/models HTTP/1.1\r\n" + KEPT_OPEN + b"\r\n"

    assert say(hasty.url, b"GET /v1/mod") == Heard(b"", "closed")
    with connected(hasty.url) as silent:
        assert heard(silent) == Heard(b"", "closed")
    with connected(hasty.url) as second:
        second.sendall(whole)
        assert second.recv(1 << 20).startswith(b"HTTP/1.1 200")
        second.sendall(whole[:-2])
        assert heard(second) == Heard(b"", "closed")


def test_an_upload_that_stalls_is_refused_and_its_connection_closed(hasty: Spoken) -> None:
    answer = say(hasty.url, post(b"content-length: 10\r\n", b"{"))

    assert (answer.status, answer.end) == (400, "closed")
    assert answer.json["error"]["details"] == {"error_code": "request_body_timeout"}
