"""Limits that are off by default, or too large to reach by accident."""

import json
import socket
from http.client import HTTPResponse
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from batchmock.clock import ClockSetting
from batchmock.errors import UsageError
from batchmock.limits import RateLimits
from batchmock.models import Model
from batchmock.rates import Bucket
from batchmock.scenario import Scenario
from batchmock.server import running
from batchmock.settings import Settings
from batchmock.times import MINUTE, SECOND

HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
MANUAL = ClockSetting(mode="manual")


def batch_of(count: int) -> dict[str, Any]:
    return {"requests": [{"custom_id": f"r{number}", "params": {}} for number in range(count)]}


def create(url: str, count: int) -> httpx2.Response:
    return httpx2.post(f"{url}/v1/messages/batches", headers=HEADERS, json=batch_of(count))


def advance(url: str, by: str) -> None:
    httpx2.post(f"{url}/_emulator/clock/advance", headers=HEADERS, json={"by": by}).raise_for_status()


def test_calls_over_the_rate_get_a_429_that_says_when_to_come_again() -> None:
    limits = RateLimits(http_requests_per_minute=3)
    with running(Settings(clock=MANUAL, scenario=Scenario(limits=limits))) as url:

        def ask() -> httpx2.Response:
            return httpx2.get(f"{url}/v1/messages/batches", headers=HEADERS)

        assert [ask().status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = ask()
        assert refused.headers["retry-after"] == "20"
        assert refused.json()["error"]["type"] == "rate_limit_error"
        advance(url, "19s")
        assert ask().status_code == 429
        advance(url, "1s")
        assert ask().status_code == 200


def test_a_bucket_never_holds_more_than_a_minute() -> None:
    bucket = Bucket()
    assert [bucket.take(2, 0), *(bucket.take(2, 60 * MINUTE) for _ in range(2))] == [0, 0, 0]
    assert bucket.take(2, 60 * MINUTE + SECOND) == 29 * SECOND


def test_a_batch_that_does_not_fit_in_the_queue_is_refused_and_not_stored() -> None:
    with running(Settings(clock=MANUAL, scenario=Scenario(limits=RateLimits(queued_requests_max=5)))) as url:
        assert create(url, 3).status_code == 200
        refused = create(url, 3)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
        assert create(url, 2).status_code == 200
        assert len(httpx2.get(f"{url}/v1/messages/batches", headers=HEADERS).json()["data"]) == 2

        advance(url, "24h")
        assert create(url, 5).status_code == 200


def test_a_batch_holds_at_most_a_hundred_thousand_requests() -> None:
    with running(Settings(clock=MANUAL)) as url:
        assert create(url, 100_000).json()["request_counts"]["processing"] == 100_000
        refused = create(url, 100_001)

    assert refused.status_code == 400
    assert refused.json()["error"]["message"] == (
        "requests: List should have at most 100000 items after validation, not 100001"
    )


def announced(url: str, size: int, sent: bytes) -> tuple[int, Any]:
    """Announce a create body of a size, send less of it, and return the answer's status and body."""
    address = urlsplit(url)
    headers = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
    head = f"POST /v1/messages/batches HTTP/1.1\r\nhost: x\r\n{headers}content-length: {size}\r\n\r\n"
    with socket.create_connection((address.hostname or "", address.port or 0)) as connection:
        connection.sendall(head.encode() + sent)
        answer = HTTPResponse(connection)
        answer.begin()
        return answer.status, json.loads(answer.read())


def test_a_body_is_at_most_256_million_bytes_and_refused_before_it_is_sent() -> None:
    with running(Settings(clock=MANUAL)) as url:
        status, body = announced(url, 256_000_001, b"")

    assert status == 413
    assert body == {"error": {"type": "request_too_large", "message": "Request exceeds the maximum size"}}


def test_an_upload_that_stalls_is_refused() -> None:
    with running(Settings(clock=MANUAL, body_patience_s=0.05)) as url:
        status, body = announced(url, 10, b"{")

    assert status == 400
    assert body["error"]["details"] == {"error_code": "request_body_timeout"}


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Settings(strict_keys=True), "strict keys without any key"),
        (lambda: Settings(public_url="mock.test"), "does not start with http"),
        (lambda: Settings(public_url="https://api.anthropic.com/v1"), "is the real API's"),
        (lambda: Settings(models=(Model("x"), Model("y"), Model("x", 5))), "model x is added twice"),
        (lambda: Settings(models=(Model("x", released="soon"),)), "model x: 'soon' is not a day"),
        (lambda: Settings(body_bytes_max=0), "the limit on body bytes is 0"),
        (lambda: RateLimits(queued_requests_max=-1), "queued_requests_max is -1; it is at least 1"),
    ],
    ids=["strict keys", "public url", "real API", "same model", "no day", "body bytes", "queue"],
)
def test_settings_that_make_no_sense_are_refused(make: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        make()
