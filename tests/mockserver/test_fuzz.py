"""Whatever bytes a client sends: a documented status comes back, the process lives, the next request works."""

import json
import re
import socket
from collections.abc import Generator
from operator import itemgetter
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from batchmock.clock import ClockSetting
from batchmock.errors import STATUS_OF_TYPE
from batchmock.server import running
from batchmock.settings import Settings
from tests.mockserver.raw import Heard

DOCUMENTED = {200, 400, 401, 403, 404, 405, 413, 429}
HEADERS = {"x-api-key": "fuzz", "anthropic-version": "2023-06-01"}
PATHS = [
    "/v1/messages/batches",
    "/v1/messages",
    "/v1/messages/count_tokens",
    "/v1/models",
    "/v1/models/claude-haiku-4-5",
    "/_emulator/clock",
    "/_emulator/clock/advance",
    "/_emulator/reset",
]
GOOD: dict[str, Any] = {
    "requests": [
        {
            "custom_id": "a",
            "params": {
                "model": "claude-haiku-4-5",
                "max_tokens": 9,
                "messages": [{"role": "user", "content": "x"}],
            },
        }
    ]
}


@pytest.fixture(scope="module")
def url() -> Generator[str]:
    with running(Settings(clock=ClockSetting(mode="manual"), body_bytes_max=1_000_000)) as base:
        yield base


@pytest.fixture(scope="module")
def client(url: str) -> Generator[httpx2.Client]:
    with httpx2.Client(base_url=url) as made:
        yield made


fuzzing = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def encoded(value: object) -> bytes:
    return json.dumps(value).encode()


anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def perhaps(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return objects that lack some of the fields, and hold something else in others."""
    return st.fixed_dictionaries({}, optional={name: anything | right for name, right in fields.items()})


turns = perhaps(role=st.just("user"), content=st.text())
params = perhaps(model=st.just("claude-haiku-4-5"), max_tokens=st.just(5), messages=st.lists(turns, max_size=3))
entries = perhaps(custom_id=st.from_regex(r"\A[a-z]{1,3}\Z"), params=params)
nearly = perhaps(requests=st.lists(entries, max_size=3)) | perhaps(requests=st.lists(entries), extra=anything)
# What a client may well send: sound outside, and any JSON object inside params.
finite: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
asked = st.dictionaries(st.sampled_from(["model", "max_tokens", "messages", "stream", "x"]), finite) | perhaps(
    model=st.sampled_from(["claude-haiku-4-5", "claude-opus-5", "claude-3-opus-20240229"]),
    max_tokens=st.just(5),
    messages=st.lists(turns, max_size=3),
    stream=st.booleans(),
)
sound = st.lists(
    st.fixed_dictionaries(
        {
            "custom_id": st.from_regex(r"\A[a-zA-Z0-9_-]{1,64}\Z"),
            "params": st.dictionaries(st.sampled_from(["model", "max_tokens", "messages", "x"]), finite)
            | st.fixed_dictionaries(
                {
                    "model": st.just("claude-opus-5"),
                    "max_tokens": finite | st.just(5),
                    "messages": st.lists(st.fixed_dictionaries({"role": st.just("user"), "content": finite})),
                }
            ),
        }
    ),
    min_size=1,
    max_size=4,
    unique_by=itemgetter("custom_id"),
)
bodies = st.binary(max_size=200) | anything.map(encoded) | nearly.map(encoded)


def well_answered(response: httpx2.Response) -> None:
    assert response.status_code in DOCUMENTED
    assert response.headers["request-id"].startswith("req_")
    if response.status_code >= 400:
        body: Any = response.json()
        assert body["error"]["type"]
        assert body["error"]["message"]
        if response.status_code != 413:
            assert body["request_id"] == response.headers["request-id"]


def still_works(client: httpx2.Client) -> None:
    assert client.post("/v1/messages/batches", headers=HEADERS, json=GOOD).status_code == 200


@fuzzing
@given(st.sampled_from(["POST", "PUT", "GET", "DELETE"]), st.sampled_from(PATHS), bodies)
def test_any_body_at_any_endpoint_gets_a_documented_answer(
    client: httpx2.Client, method: str, path: str, body: bytes
) -> None:
    headers = HEADERS | {"content-type": "application/json"}

    well_answered(client.request(method, path, headers=headers, content=body))


@fuzzing
@given(sound)
def test_nothing_inside_params_ever_fails_a_batch(client: httpx2.Client, requests: list[dict[str, Any]]) -> None:
    created = client.post("/v1/messages/batches", headers=HEADERS, json={"requests": requests})
    assert created.status_code == 200

    client.post("/_emulator/clock/advance", headers=HEADERS, json={"by": "25h"}).raise_for_status()
    results = client.get(f"/v1/messages/batches/{created.json()['id']}/results", headers=HEADERS)
    client.post("/_emulator/reset", headers=HEADERS).raise_for_status()

    answered = [json.loads(line)["custom_id"] for line in results.text.split("\n")[:-1]]
    assert sorted(answered) == sorted(request["custom_id"] for request in requests)


@fuzzing
@given(st.sampled_from(["/v1/messages", "/v1/messages/count_tokens"]), asked.map(encoded) | bodies)
def test_any_params_are_answered_or_refused(client: httpx2.Client, path: str, body: bytes) -> None:
    response = client.post(path, headers=HEADERS | {"content-type": "application/json"}, content=body)

    well_answered(response)
    if response.headers["content-type"].startswith("text/event-stream"):
        assert response.text.endswith('event: message_stop\ndata: {"type":"message_stop"}\n\n')


HEADER_NAMES = (
    "anthropic-version",
    "anthropic-beta",
    "x-api-key",
    "authorization",
    "content-type",
    "host",
    "content-encoding",
    "forwarded",
    "x-forwarded-host",
    "x-forwarded-prefix",
    "x-forwarded-proto",
    "accept-encoding",
    "anthropic-workspace-id",
)


@fuzzing
@given(
    st.text(max_size=30),
    st.dictionaries(
        st.sampled_from(HEADER_NAMES),
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20).map(str.strip),
    ),
    st.dictionaries(
        st.sampled_from(["limit", "after_id", "before_id", "beta", "lifecycle", "lifecycle[]"]),
        st.text(max_size=12),
    ),
)
def test_any_id_headers_and_query_get_a_documented_answer(
    client: httpx2.Client, id_: str, headers: dict[str, str], query: dict[str, str]
) -> None:
    batches, models = "/v1/messages/batches", "/v1/models"
    for path in (batches, f"{batches}/{quote(id_, safe='')}", models, f"{models}/{quote(id_, safe='')}"):
        well_answered(client.get(path, headers=HEADERS | headers, params=query))


# What looks like a number to some and is none to others, and numbers around every edge.
limits = (
    st.from_regex(r"\A[-+]{0,3}\d{1,12}\Z")
    | st.text(st.characters(categories=["Nd", "Nl", "No", "Pd"]), max_size=6)
    | st.integers(-3, 1003).map(str)
)


@fuzzing
@given(st.sampled_from(["/v1/messages/batches", "/v1/models"]), limits)
@example("/v1/messages/batches", "--5")
@example("/v1/messages/batches", "\N{ARABIC-INDIC DIGIT FIVE}")
def test_a_limit_is_a_number_in_plain_digits_or_refused(client: httpx2.Client, path: str, limit: str) -> None:
    response = client.get(path, headers=HEADERS, params={"limit": limit})

    well_answered(response)
    is_one = re.fullmatch("[0-9]{1,9}", limit) is not None and 1 <= int(limit) <= 1_000
    assert response.status_code == (200 if is_one else 400)
    assert is_one or response.json()["error"]["message"].startswith("limit: Input should be ")


def exchange(url: str, raw: bytes, *, finish: bool) -> bytes:
    """Send raw bytes over a new connection, and read whatever comes back until the server closes it."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=10) as connection:
        received = b""
        try:
            connection.sendall(raw)
            if finish:
                connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                received += part
        except ConnectionResetError:
            # The server may close at once on what is not HTTP, with our bytes still unread.
            pass
        return received


def joined(line: bytes, head: bytes, body: bytes) -> bytes:
    return line + b"\r\n" + head + b"\r\n\r\n" + body


REQUEST_LINES = (
    b"POST /v1/messages/batches HTTP/1.1",
    b"POST /v1/messages/batches HTTP/1.0",
    b"GET / HTTP/9.9",
    b"GET \xff HTTP/1.1",
    b"GET /?\xff HTTP/1.1",
    b"BREW / HTTP/1.1",
    b"CONNECT here:80 HTTP/1.1",
    b"GET http://here HTTP/1.1",
    b"\x00",
)
HEADS = (
    b"Host: x",
    b"Connection: Upgrade\r\nUpgrade: h2c",
    b"Content-Length: -1",
    b"Content-Length: 99999999999999999999",
    b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: what\r\nContent-Length: 3",
    b"A" * 70_000,
    b"Host: \xff\xfe",
)
raw_bytes = st.binary(max_size=300) | st.builds(
    joined, st.sampled_from(REQUEST_LINES), st.sampled_from(HEADS), st.binary(max_size=50)
)


@fuzzing
@given(raw_bytes)
def test_raw_bytes_never_harm_the_server(url: str, client: httpx2.Client, raw: bytes) -> None:
    answer = exchange(url, raw, finish=True)

    if answer:
        is_an_error_of_the_api(Heard(answer, "closed"))
    still_works(client)


def is_an_error_of_the_api(answer: Heard) -> None:
    told = json.loads(answer.framed[: answer.length])
    assert answer.status in DOCUMENTED
    assert "content-type: application/json" in answer.head
    assert told["error"]["type"] in STATUS_OF_TYPE
    if answer.status != 413:
        assert f"request-id: {told['request_id']}".lower() in answer.head


def test_an_upload_that_is_cut_short_stores_nothing(url: str, client: httpx2.Client) -> None:
    client.post("/_emulator/reset", headers=HEADERS).raise_for_status()
    head = b"POST /v1/messages/batches HTTP/1.1\r\nHost: x\r\nx-api-key: fuzz\r\nanthropic-version: 2023-06-01\r\n"
    body = json.dumps(GOOD).encode()

    exchange(url, head + b"content-length: %d\r\n\r\n" % (len(body) + 1) + body, finish=True)

    assert client.get("/v1/messages/batches", headers=HEADERS).json()["data"] == []


def around(value: bytes) -> bytes:
    """A create body with a value inside params."""
    return b'{"requests":[{"custom_id":"a","params":{"x":' + value + b"}}]}"


NOT_JSON = "The request body is not valid JSON: "
NO_BODY = "Input should be a valid dictionary"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(b"", NOT_JSON, id="empty"),
        pytest.param(b"{", NOT_JSON, id="cut"),
        pytest.param(b'{"requests":' + b"[" * 400_000, NOT_JSON + "nested too deeply", id="deep"),
        pytest.param(around(b"NaN"), NOT_JSON, id="nan"),
        pytest.param(around(b'"\xff"'), NOT_JSON + "invalid", id="not utf-8"),
        pytest.param(b'{"requests":["\xe2\x82', NOT_JSON + "unexpected", id="cut utf-8"),
        pytest.param(around(rb'"\ud800"'), NOT_JSON, id="high surrogate"),
        pytest.param(around(rb'"\udc00 y"'), NOT_JSON, id="low surrogate"),
        pytest.param(around(rb'"\ud800\u0041"'), NOT_JSON, id="high surrogate before a letter"),
        pytest.param(rb'{"requests":[{"custom_id":"\ud800","params":{}}]}', NOT_JSON, id="surrogate in id"),
        pytest.param(b"[]", NO_BODY, id="list"),
        pytest.param(b"1" * 5_000, "Input should be a finite number", id="huge number"),
    ],
)
def test_bytes_that_are_no_create_body_are_refused_in_the_apis_words(
    client: httpx2.Client, body: bytes, message: str
) -> None:
    response = client.post(
        "/v1/messages/batches", headers=HEADERS | {"content-type": "application/json"}, content=body
    )

    assert response.status_code == 400
    assert response.json()["error"]["type"] == "invalid_request_error"
    assert response.json()["error"]["message"].startswith(message)


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/messages/count_tokens"])
@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(b"", NOT_JSON, id="empty"),
        pytest.param(b'{"x":' + b"[" * 400_000, NOT_JSON + "nested too deeply", id="deep"),
        pytest.param(b'{"stream":NaN}', NOT_JSON, id="nan"),
        pytest.param(b'{"x":"\xff"}', NOT_JSON + "invalid", id="not utf-8"),
        pytest.param(rb'{"model":"\ud800"}', NOT_JSON, id="surrogate in a value"),
        pytest.param(rb'{"\udc00":1}', NOT_JSON, id="surrogate in a key"),
        pytest.param(b"[]", NO_BODY, id="list"),
        pytest.param(b"1" * 5_000, NO_BODY, id="huge number"),
        pytest.param(b'{"max_tokens":' + b"1" * 5_000 + b"}", "", id="huge max_tokens"),
    ],
)
def test_bytes_that_are_no_params_are_refused_in_the_apis_words(
    client: httpx2.Client, path: str, body: bytes, message: str
) -> None:
    response = client.post(path, headers=HEADERS | {"content-type": "application/json"}, content=body)

    assert response.status_code == 400
    assert response.json()["error"]["message"].startswith(message)


def test_the_last_of_two_equal_keys_counts(client: httpx2.Client) -> None:
    body = b'{"requests":[],' + json.dumps(GOOD).encode()[1:]
    headers = HEADERS | {"content-type": "application/json"}

    response = client.post("/v1/messages/batches", headers=headers, content=body)

    assert response.json()["request_counts"]["processing"] == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"requests":[{"custom_id":5,"custom_id":"a","params":{}}]}', 200),
        (b'{"requests":[{"custom_id":"a","custom_id":5,"params":{}}]}', 400),
        (
            b'{"requests":[{"custom_id":"a","params":{}},{"custom_id":[],"params":5,"custom_id":"b","params":{}}]}',
            200,
        ),
        (b'{"requests":[{"custom_id":5,"custom_id":"a","params":{}},{"custom_id":"a","params":{}}]}', 400),
        (b'{"requests":5,"requests":[{"custom_id":"a","params":{}}]}', 200),
        (b'{"requests":5,"requests":[{"custom_id":5,"custom_id":"a","params":{}}]}', 200),
        (b'{"requests":5,"requests":[{"custom_id":5,"custom_id":"a","params":{},"x":1}]}', 400),
        (b'{"requests":5,"requests":6}', 400),
    ],
)
def test_the_first_of_two_equal_keys_may_be_anything(client: httpx2.Client, body: bytes, status: int) -> None:
    headers = HEADERS | {"content-type": "application/json"}

    assert client.post("/v1/messages/batches", headers=headers, content=body).status_code == status


def test_the_last_of_two_streams_counts(client: httpx2.Client) -> None:
    params = GOOD["requests"][0]["params"]
    body = b'{"stream":5,' + json.dumps({**params, "stream": True}).encode()[1:]

    response = client.post("/v1/messages", headers=HEADERS | {"content-type": "application/json"}, content=body)

    assert (response.status_code, response.headers["content-type"][:17]) == (200, "text/event-stream")


def test_a_body_is_refused_while_it_is_received_not_after(url: str, client: httpx2.Client) -> None:
    def endless() -> Generator[bytes]:
        for _ in range(40):
            yield b" " * 65_536

    response = client.post("/v1/messages/batches", headers=HEADERS, content=endless())

    assert response.status_code == 413
    assert response.json() == {
        "error": {"type": "request_too_large", "message": "Request exceeds the maximum size"}
    }
    still_works(client)
