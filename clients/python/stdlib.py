"""A batch on Python's standard library alone, in one file: every key gets the API's own result, or None.

It keeps to one origin, follows no redirect, makes no batch twice, and names those that it leaves. It does not
resume.
"""

import json
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import Any
from urllib.parse import urljoin, urlsplit
from urllib.request import HTTPErrorProcessor, Request, build_opener

PATH = "/v1/messages/batches"
POLL_S, POLL_S_MAX, PATIENCE_S, GRACE_S = 60.0, 600.0, 26 * 3600.0, 300.0
BACKOFF_S = (5.0, 30.0, 120.0, 300.0)


class BatchError(Exception):
    """What became of a batch that was not brought to its end."""


def run(requests: list[dict[str, Any]], *, base_url: str, api_key: str) -> dict[str, Any]:
    """Return the outcome of each request by its custom_id, which may be any text."""
    outcomes: dict[str, Any] = {request["custom_id"]: None for request in requests}
    if len(outcomes) < len(requests):
        raise ValueError(f"nothing was sent, as a custom_id is there twice: {sorted(outcomes)}")
    parts: list[bytes] = []
    keys: dict[str, str] = {}
    for number, request in enumerate(requests):
        own = f"r{number}"
        try:
            asked = {"custom_id": own, "params": request["params"]}
            parts.append(json.dumps(asked, allow_nan=False, ensure_ascii=False).encode())
            keys[own] = request["custom_id"]
        except (TypeError, ValueError) as reason:
            outcomes[request["custom_id"]] = reason
    if keys:
        api = _Api(base_url, api_key)
        batch = api.ended(api.created(b'{"requests": [%b]}' % b",".join(parts)))
        outcomes |= {keys[own]: result for own, result in api.results(batch, keys).items()}
    return outcomes


class _Api:
    def __init__(self, base_url: str, api_key: str) -> None:
        self._base_url = base_url
        self._headers = {
            "x-api-key": api_key,
            "anthropic-version": "2023-06-01",
            "content-type": "application/json",
        }

    def created(self, body: bytes) -> str:
        for pause_s in (*BACKOFF_S, None):
            status, headers, said = self._ask(self._base_url + PATH, body)
            batch_id = _document(said).get("id") if status == 200 else None
            if isinstance(batch_id, str):
                return batch_id
            if status in (0, 200, 500, 502, 503, 504):
                raise BatchError(f"whether a batch was made is not known; look for it in the list: {said[:200]!r}")
            if pause_s is None or (status != 529 and "retry-after" not in headers):
                raise BatchError(f"no batch was made: {status} {said[:200]!r}")
            time.sleep(max(pause_s, _retry_after_s(headers)))
        raise AssertionError

    def ended(self, batch_id: str) -> dict[str, Any]:
        began = seen = time.monotonic()
        while (waited_s := time.monotonic() - began) < PATIENCE_S:
            status, headers, said = self._ask(f"{self._base_url}{PATH}/{batch_id}")
            # For a moment the API may not know what it has made.
            seen = seen if status == 404 else time.monotonic()
            batch = _document(said) if status == 200 else {}
            if batch.get("processing_status") == "ended":
                return batch
            if status in (400, 401, 403) or (status == 404 and time.monotonic() - seen > GRACE_S):
                raise BatchError(f"{batch_id} goes on, and may not be asked for: {status} {said[:200]!r}")
            time.sleep(max(POLL_S, min(waited_s / 10, POLL_S_MAX), _retry_after_s(headers)))
        raise BatchError(f"{batch_id} goes on after {PATIENCE_S / 3600:g} hours; look again later")

    def results(self, batch: dict[str, Any], ours: Mapping[str, str]) -> dict[str, Any]:
        url = urljoin(self._base_url, batch.get("results_url") or f"{PATH}/{batch['id']}/results")
        if urlsplit(url)[:2] != urlsplit(self._base_url)[:2]:
            raise BatchError(f"{batch['id']} has ended, and its results are at {url}: the key must not go there")
        found: dict[str, Any] = {}
        status, said = 0, b""
        for pause_s in (0.0, *BACKOFF_S):
            time.sleep(pause_s)
            status, _, said = self._ask(url)
            for row in map(_document, said.removeprefix(b"\xef\xbb\xbf").split(b"\n") if status == 200 else ()):
                result = row.get("result")
                if row.get("custom_id") in ours and isinstance(result, dict) and "type" in result:
                    found.setdefault(row["custom_id"], result)
            if len(found) == len(ours) or status in (401, 403):
                break
        if not found:
            raise BatchError(f"{batch['id']} has ended, and its results cannot be read: {status} {said[:200]!r}")
        return found

    def _ask(self, url: str, body: bytes | None = None) -> tuple[int, Mapping[str, str], bytes]:
        """Return status, headers and body of the answer; a status of 0 if there was none, and why."""
        try:
            with _OPENER.open(Request(url, body, self._headers), timeout=60) as response:
                headers = {name.lower(): value for name, value in response.headers.items()}
                return response.status, headers, response.read()
        except (OSError, HTTPException) as error:
            return 0, {}, repr(error).encode()


class _AsItIs(HTTPErrorProcessor):
    """Follows no redirect, which would take the key along, and leaves every status to the caller."""

    def http_response(self, request: Request, response: Any) -> Any:
        return response

    https_response = http_response


_OPENER = build_opener(_AsItIs)


def _document(line: bytes) -> dict[str, Any]:
    try:
        document = json.loads(line)
        return document if document.keys() else {}
    except (ValueError, AttributeError):
        return {}


def _retry_after_s(headers: Mapping[str, str]) -> float:
    value = headers.get("retry-after", "")
    try:
        seconds = float(value) if value.isdigit() else parsedate_to_datetime(value).timestamp() - time.time()
    except ValueError:
        return 0.0
    return min(max(0.0, seconds), PATIENCE_S)
