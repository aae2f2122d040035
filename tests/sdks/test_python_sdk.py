"""The newest Python SDK in this process: typed objects, strict validation, raw and streamed responses, async."""

import asyncio
import json
from collections.abc import Generator
from datetime import UTC, timedelta

import anthropic
import pytest
from anthropic import Anthropic, AsyncAnthropic
from anthropic.types.beta import messages as beta_types
from anthropic.types.beta.messages.batch_create_params import Request as BetaRequest
from anthropic.types.messages import (
    DeletedMessageBatch,
    MessageBatch,
    MessageBatchCanceledResult,
    MessageBatchErroredResult,
    MessageBatchExpiredResult,
    MessageBatchSucceededResult,
)
from anthropic.types.messages.batch_create_params import Request

from batchmock.clock import ClockSetting
from batchmock.server import running
from batchmock.settings import Settings
from tests.sdks.python_clients import strict_async_client, strict_client
from tests.sdks.workspace import advance, new_key


@pytest.fixture
def slow_client(slow_emulator: str) -> Generator[Anthropic]:
    """The same, for batches that would take two days."""
    with strict_client(slow_emulator) as strict:
        yield strict


def pass_time(client: Anthropic | AsyncAnthropic, by: str) -> None:
    """Move the clock of the workspace that a client's key opens."""
    assert client.api_key is not None
    advance(str(client.base_url), client.api_key, by)


def asking(number: int, *, model: str = "claude-haiku-4-5") -> list[Request]:
    """Return so many requests, whose custom_ids start with the model."""
    return [
        {
            "custom_id": f"{model}-{index}",
            "params": {
                "model": model,
                "max_tokens": 64,
                "messages": [{"role": "user", "content": f"Count to {index}."}],
            },
        }
        for index in range(number)
    ]


def asking_at_length(number: int, *, model: str) -> list[BetaRequest]:
    """Return so many requests for more output than a model has without a beta."""
    return [
        {
            "custom_id": f"{model}-{index}",
            "params": {
                "model": model,
                "max_tokens": 250_000,
                "messages": [{"role": "user", "content": f"Write {index} books."}],
            },
        }
        for index in range(number)
    ]


def test_strict_types_describe_every_answer_of_a_life(client: Anthropic) -> None:
    batches = client.messages.batches
    created = batches.create(requests=asking(2))
    canceling = batches.cancel(created.id)
    (listed,) = batches.list()
    pass_time(client, "1h")
    ended = batches.retrieve(created.id)
    deleted = batches.delete(created.id)

    assert {type(batch) for batch in (created, canceling, listed, ended)} == {MessageBatch}
    assert isinstance(deleted, DeletedMessageBatch)
    assert created.expires_at - created.created_at == timedelta(hours=24)
    assert created.created_at.tzinfo == UTC
    assert canceling.cancel_initiated_at == created.created_at
    assert ended.ended_at is not None


def test_strict_types_describe_every_terminal_state(slow_client: Anthropic) -> None:
    batches = slow_client.messages.batches
    left = batches.create(requests=asking(20) + asking(20, model="no-such-model"))
    canceled = batches.create(requests=asking(1))
    batches.cancel(canceled.id)
    pass_time(slow_client, "24h")

    results = [line.result for batch in (left, canceled) for line in batches.results(batch.id)]

    assert {type(result) for result in results} == {
        MessageBatchSucceededResult,
        MessageBatchErroredResult,
        MessageBatchExpiredResult,
        MessageBatchCanceledResult,
    }
    errors = [result.error.error for result in results if result.type == "errored"]
    assert {type(error) for error in errors} == {anthropic.types.NotFoundError}
    assert all(error.message == "model: no-such-model" for error in errors)


def test_strict_beta_types_describe_every_terminal_state(slow_client: Anthropic) -> None:
    batches = slow_client.beta.messages.batches
    left = batches.create(
        requests=asking_at_length(20, model="claude-opus-4-8") + asking_at_length(20, model="claude-fable-5-1"),
        betas=["output-300k-2026-03-24"],
    )
    canceled = batches.create(requests=asking_at_length(1, model="claude-opus-4-8"))
    batches.cancel(canceled.id)
    pass_time(slow_client, "24h")
    assert [batch.id for batch in batches.list(limit=1)] == [canceled.id, left.id]

    lines = [line for batch in (left, canceled) for line in batches.results(batch.id)]

    assert {type(line.result) for line in lines} == {
        beta_types.BetaMessageBatchSucceededResult,
        beta_types.BetaMessageBatchErroredResult,
        beta_types.BetaMessageBatchExpiredResult,
        beta_types.BetaMessageBatchCanceledResult,
    }
    errored = {line.custom_id.rpartition("-")[0] for line in lines if line.result.type == "errored"}
    assert errored == {"claude-fable-5-1"}, "only the other model may write so much"


def test_the_environment_alone_leads_a_client_to_the_emulator(
    monkeypatch: pytest.MonkeyPatch, emulator: str
) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", emulator)
    monkeypatch.setenv("ANTHROPIC_API_KEY", new_key())
    with Anthropic() as client:
        batch = client.messages.batches.create(requests=asking(1))
        pass_time(client, "24h")

        assert len(list(client.messages.batches.results(batch.id))) == 1


def test_a_loop_that_never_sleeps_sees_a_stepped_batch_end() -> None:
    with running(Settings(clock=ClockSetting(mode="stepped"))) as url, strict_client(url) as client:
        batch = client.messages.batches.create(requests=asking(3))
        while batch.processing_status != "ended":
            batch = client.messages.batches.retrieve(batch.id)

        assert batch.request_counts.succeeded == 3


def test_a_raw_response_shows_the_headers_and_parses_to_the_same(client: Anthropic) -> None:
    raw = client.messages.batches.with_raw_response
    created = raw.create(requests=asking(1))
    polled = raw.retrieve(created.parse().id)
    pass_time(client, "24h")
    ended = raw.retrieve(created.parse().id)
    results = raw.results(created.parse().id)

    assert created.status_code == 200
    assert created.request_id == created.headers["request-id"]
    assert created.workspace_id == created.headers["anthropic-workspace-id"]
    assert polled.parse() == created.parse()
    assert polled.headers["retry-after"] == "10"
    assert not {"retry-after"} & {*created.headers, *ended.headers}
    assert results.headers["content-type"] == "application/x-jsonl"
    assert [line.result.type for line in results.parse()] == ["succeeded"]
    assert [batch.id for batch in raw.list().parse()] == [created.parse().id]
    assert raw.delete(created.parse().id).parse().type == "message_batch_deleted"


def test_streamed_results_come_line_by_line(client: Anthropic) -> None:
    requests = asking(500)
    batch = client.messages.batches.create(requests=requests)
    pass_time(client, "24h")

    with client.messages.batches.with_streaming_response.results(batch.id) as response:
        ids = [json.loads(line)["custom_id"] for line in response.iter_lines()]
    with client.messages.batches.with_streaming_response.results(batch.id) as response:
        assert [line.custom_id for line in response.parse()] == ids
    with client.messages.batches.with_streaming_response.retrieve(batch.id) as response:
        assert response.parse().request_counts.succeeded == 500

    assert sorted(ids) == sorted(request["custom_id"] for request in requests)


def test_an_error_shows_the_exchange_and_the_workspace(client: Anthropic) -> None:
    created = client.messages.batches.with_raw_response.create(requests=asking(1))

    with pytest.raises(anthropic.BadRequestError) as refused:
        client.messages.batches.delete(created.parse().id)

    error = refused.value
    assert error.request_id == error.response.json()["request_id"] == error.response.headers["request-id"]
    assert error.request_id != created.request_id
    assert error.workspace_id is not None
    assert error.workspace_id == created.workspace_id
    assert error.type == "invalid_request_error"


def test_a_rate_limit_says_when_to_come_again(limited_emulator: str) -> None:
    with strict_client(limited_emulator) as client:
        for _ in range(3):
            client.messages.batches.list()

        with pytest.raises(anthropic.RateLimitError) as refused:
            client.messages.batches.list()

    assert refused.value.response.headers["retry-after"] == "20"


def test_results_asked_for_too_early_by_their_address_are_not_found(client: Anthropic) -> None:
    batch = client.messages.batches.create(requests=asking(1))

    with pytest.raises(anthropic.NotFoundError) as refused:
        client.get(f"/v1/messages/batches/{batch.id}/results", cast_to=str)

    assert refused.value.response.headers["x-should-retry"] == "false"
    assert refused.value.api_message == f"Message Batch {batch.id} has no available results."


def test_an_async_client_lives_the_same_life(emulator: str) -> None:
    async def life() -> None:
        async with strict_async_client(emulator) as client:
            batches = client.messages.batches
            created = await asyncio.gather(*(batches.create(requests=asking(3)) for _ in range(10)))
            ids = {batch.id for batch in created}
            assert len(ids) == 10
            assert {batch.id async for batch in batches.list(limit=3)} == ids
            canceling = await batches.cancel(created[0].id)
            assert canceling.processing_status == "canceling"
            pass_time(client, "24h")
            results = [[line.result.type async for line in await batches.results(each.id)] for each in created]
            assert results == [["canceled"] * 3] + [["succeeded"] * 3] * 9
            await asyncio.gather(*(batches.delete(batch.id) for batch in created))
            assert (await batches.list()).data == []

    asyncio.run(life())


def test_an_async_client_reads_raw_and_streamed_responses(emulator: str) -> None:
    async def life() -> None:
        async with strict_async_client(emulator) as client:
            batches = client.messages.batches
            raw = await batches.with_raw_response.create(requests=asking(100))
            batch = await raw.parse()
            assert raw.headers["request-id"] == raw.request_id
            with pytest.raises(anthropic.AnthropicError, match="in_progress"):
                await batches.results(batch.id)
            pass_time(client, "24h")
            async with batches.with_streaming_response.results(batch.id) as response:
                assert len([json.loads(line) async for line in response.iter_lines()]) == 100

    asyncio.run(life())
