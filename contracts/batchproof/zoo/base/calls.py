"""Calls of the API: one answer for each, whatever happens, and how long to wait for the next.

Nothing is repeated here. It does not know what calls are for.
"""

import json
import math
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, cast
from urllib.parse import urljoin, urlsplit
from zlib import crc32

import httpx2

from batchproof.zoo.base.errors import UnreadError
from batchproof.zoo.base.rows import Json

BATCHES = "/v1/messages/batches"
IDLE_S = 60.0
REDIRECTS_MAX = 3
_REDIRECTS = (301, 302, 303, 307, 308)
# What a refusal can become by itself: not there yet, too slow, in conflict, too early, too many.
_PASSING = (404, 408, 409, 425, 429)
_PORTS = {"http": 80, "https": 443}
_BROKEN = (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, ValueError)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its status (0 without one), its JSON object if it is one, and what it comes to in words."""

    status: int
    body: Json
    wait_s: float | None = None
    cause: str = ""
    is_unsent: bool = False

    @property
    def is_final(self) -> bool:
        """Whether the same call will always be refused."""
        details = self._error.get("details")
        # C3 final: an account without money says so under the status of a busy one
        if isinstance(details, dict) and "spend_limit" in str(cast(Json, details).get("error_code")):
            return True
        return 400 <= self.status < 500 and self.status not in _PASSING

    @property
    def _error(self) -> Json:
        error = self.body.get("error")
        return cast(Json, error) if isinstance(error, dict) else {}

    def __str__(self) -> str:
        told = f"{self._error.get('type')}: {self._error.get('message')}" if self._error else "no JSON object"
        return self.cause or f"{self.status} {told}"


class Api:
    """The API as one account sees it."""

    def __init__(self, http: httpx2.Client, base_url: str, api_key: str) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._api_key = api_key

    def call(self, method: str, path: str, *, body: bytes | None = None, betas: Sequence[str] = ()) -> Answer:
        """Ask once."""
        url = self._base_url + path
        headers = self._headers(url)
        if betas:
            headers["anthropic-beta"] = ",".join(betas)
        try:
            answer = self._http.request(method, url, content=body, headers=headers)
        except _BROKEN as error:
            is_unsent = isinstance(error, httpx2.ConnectError)
            return Answer(0, {}, cause=f"{type(error).__name__}: {error}", is_unsent=is_unsent)
        return Answer(answer.status_code, _object(answer.content), retry_after_s(answer.headers))

    @contextmanager
    def download(self, location: str) -> Generator[httpx2.Response]:
        """Give the answer from wherever it is, without the credential if that is elsewhere.

        Raises:
            UnreadError: it breaks off, now or while it is read.
        """
        try:
            url = urljoin(self._base_url + "/", location)
            # D2 redirects: each judged by where it leads
            for _ in range(REDIRECTS_MAX + 1):
                with self._http.stream("GET", url, headers=self._headers(url)) as response:
                    if response.status_code not in _REDIRECTS:
                        yield response
                        return
                    url = urljoin(url, response.headers.get("location", ""))
        # D1 family: whatever the HTTP library calls it
        except _BROKEN as error:
            raise UnreadError(f"{type(error).__name__}: {error}") from error
        raise UnreadError(f"{location} redirects in circles")

    def _headers(self, url: str) -> dict[str, str]:
        headers = {"anthropic-version": "2023-06-01", "content-type": "application/json"}
        # D2 origin: nobody else gets the credential
        if _origin(url) == _origin(self._base_url):
            headers["x-api-key"] = self._api_key
        return headers


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def _object(content: bytes) -> Json:
    # C2 shape: a page of a proxy is no answer of the API, whatever its status
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return cast(Json, value) if isinstance(value, dict) else {}


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return how long the server asks to wait; None if it does not ask for anything that makes sense."""
    # C6 forms: milliseconds, seconds, or a date, which is read by the server's own clock
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * unit
        except ValueError:
            continue
        return seconds if 0 <= seconds < math.inf else None
    try:
        date: Any = parsedate_to_datetime(headers.get("retry-after", ""))
        now: Any = parsedate_to_datetime(headers.get("date", ""))
        return max(0.0, (date - now).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None


def backoff_s(failures: int, wait_s: float | None = None) -> float:
    """Return the wait after so many failures in a row, from 1 on; never shorter than the server asks for."""
    return max(min(2.0 * 2 ** min(failures, 10), 300.0), wait_s or 0.0)


def poll_s(waited_s: float, wait_s: float | None, name: str) -> float:
    """Return the time until a batch is looked at again; batches drift apart by their names."""
    # C6 pace: a tenth of the time already waited, and a quarter of an hour at most
    delay = min(max(10.0, waited_s / 10), 900.0)
    return max(delay * (1 + crc32(name.encode()) / 2**34), wait_s or 0.0)


def sleep_s(seconds: float) -> None:
    """Wait."""
    time.sleep(seconds)
