"""A batch through the official SDK, as a careful program does it: every key gets the API's own result.

A key that no line came for gets None; one that cannot be sent, the reason. Where a batch may be left that nobody
collects, the error says so. It does not resume; ``batchclient`` does.
"""

import time
from collections.abc import Callable, Collection
from itertools import count
from typing import Any

import httpx2
from anthropic import Anthropic, APIConnectionError, APIStatusError

from careful import BACKOFF_S, Answer, BatchError, ended, made, results_url, rows, unsendable


def run(requests: list[dict[str, Any]], *, base_url: str, api_key: str) -> dict[str, Any]:
    """Return the outcome of each request by its custom_id, which may be any text."""
    refused = {one["custom_id"]: why for one in requests if (why := unsendable(one["params"]))}
    sent = [one for one in requests if one["custom_id"] not in refused]
    keys = {f"r{number}": one["custom_id"] for number, one in enumerate(sent)}
    if len(set(keys.values())) < len(sent):
        raise ValueError(f"nothing was sent, as a custom_id is there twice: {sorted(keys.values())}")
    if not sent:
        return dict(refused)
    asked = [{"custom_id": own, "params": one["params"]} for own, one in zip(keys, sent, strict=True)]
    with Anthropic(base_url=base_url, api_key=api_key, max_retries=0, timeout=60.0) as client:
        results = _results(client, _ended(client, _created(client, asked)), keys)
    return refused | {key: results.get(own) for own, key in keys.items()}


def _created(client: Anthropic, requests: Any) -> str:
    for attempt in count():
        batch_id = made(
            _answer(lambda: client.messages.batches.with_raw_response.create(requests=requests)), attempt
        )
        if isinstance(batch_id, str):
            return batch_id
        time.sleep(batch_id)
    raise AssertionError


def _ended(client: Anthropic, batch_id: str) -> dict[str, Any]:
    began = seen = time.monotonic()
    while True:
        answer = _answer(lambda: client.messages.batches.with_raw_response.retrieve(batch_id))
        now = time.monotonic()
        seen = seen if answer.status == 404 else now
        batch = ended(answer, batch_id, now - began, now - seen)
        if isinstance(batch, dict):
            return batch
        time.sleep(batch)


def _results(client: Anthropic, batch: dict[str, Any], ours: Collection[str]) -> dict[str, Any]:
    url = results_url(batch, str(client.base_url))
    found: dict[str, Any] = {}
    answer = Answer()
    for pause_s in (0.0, *BACKOFF_S):
        time.sleep(pause_s)
        answer = _answer(lambda: client.get(url, cast_to=httpx2.Response, options={"follow_redirects": False}))
        found = dict(rows(answer, ours)) | found
        if len(found) == len(ours) or answer.status in (401, 403):
            break
    if not found:
        raise BatchError(f"{batch['id']} has ended, and its results cannot be read: {answer}")
    return found


def _answer(call: Callable[[], Any]) -> Answer:
    try:
        called = call()
        response = getattr(called, "http_response", called)
    except APIStatusError as error:
        response = error.response
    except APIConnectionError:
        return Answer()
    return Answer(response.status_code, response.headers, response.content)
