"""``hardened.py`` on the async client; when it is canceled, the error names the batch that goes on.

It does not know what else runs on its loop.
"""

import asyncio
import time
from collections.abc import Awaitable, Collection
from itertools import count
from typing import Any

import httpx2
from anthropic import APIConnectionError, APIStatusError, AsyncAnthropic

from careful import BACKOFF_S, Answer, BatchError, ended, made, results_url, rows, unsendable


async def run(requests: list[dict[str, Any]], *, base_url: str, api_key: str) -> dict[str, Any]:
    """Return the outcome of each request by its custom_id, which may be any text."""
    refused = {one["custom_id"]: why for one in requests if (why := unsendable(one["params"]))}
    sent = [one for one in requests if one["custom_id"] not in refused]
    keys = {f"r{number}": one["custom_id"] for number, one in enumerate(sent)}
    if len(set(keys.values())) < len(sent):
        raise ValueError(f"nothing was sent, as a custom_id is there twice: {sorted(keys.values())}")
    if not sent:
        return dict(refused)
    asked = [{"custom_id": own, "params": one["params"]} for own, one in zip(keys, sent, strict=True)]
    async with AsyncAnthropic(base_url=base_url, api_key=api_key, max_retries=0, timeout=60.0) as client:
        batch_id = await _created(client, asked)
        try:
            results = await _results(client, await _ended(client, batch_id), keys)
        except asyncio.CancelledError as error:
            error.add_note(f"{batch_id} goes on, and can be collected later")
            raise
    return refused | {key: results.get(own) for own, key in keys.items()}


async def _created(client: AsyncAnthropic, requests: Any) -> str:
    for attempt in count():
        answer = await _answer(client.messages.batches.with_raw_response.create(requests=requests))
        batch_id = made(answer, attempt)
        if isinstance(batch_id, str):
            return batch_id
        await asyncio.sleep(batch_id)
    raise AssertionError


async def _ended(client: AsyncAnthropic, batch_id: str) -> dict[str, Any]:
    began = seen = time.monotonic()
    while True:
        answer = await _answer(client.messages.batches.with_raw_response.retrieve(batch_id))
        now = time.monotonic()
        seen = seen if answer.status == 404 else now
        batch = ended(answer, batch_id, now - began, now - seen)
        if isinstance(batch, dict):
            return batch
        await asyncio.sleep(batch)


async def _results(client: AsyncAnthropic, batch: dict[str, Any], ours: Collection[str]) -> dict[str, Any]:
    url = results_url(batch, str(client.base_url))
    found: dict[str, Any] = {}
    answer = Answer()
    for pause_s in (0.0, *BACKOFF_S):
        await asyncio.sleep(pause_s)
        answer = await _answer(client.get(url, cast_to=httpx2.Response, options={"follow_redirects": False}))
        found = dict(rows(answer, ours)) | found
        if len(found) == len(ours) or answer.status in (401, 403):
            break
    if not found:
        raise BatchError(f"{batch['id']} has ended, and its results cannot be read: {answer}")
    return found


async def _answer(call: Awaitable[Any]) -> Answer:
    try:
        called = await call
        response = getattr(called, "http_response", called)
    except APIStatusError as error:
        response = error.response
    except APIConnectionError:
        return Answer()
    return Answer(response.status_code, response.headers, response.content)
