"""The newest Python SDK beside the batches: strict types, a stream's helpers, parsing, async, errors."""

import asyncio
from typing import get_args

import anthropic
import pytest
from anthropic import Anthropic
from anthropic.lib.streaming import AsyncMessageStreamManager
from anthropic.types import Message, MessageParam, ModelInfo
from anthropic.types import model as sdk_model
from anthropic.types.anthropic_beta_param import AnthropicBetaParam
from anthropic.types.beta import BetaMessage, BetaMessageParam, BetaModelInfo

from batchmock.betas import BETAS
from batchmock.models import MODELS
from tests.sdks.python_clients import strict_async_client, strict_client

TURNS: list[MessageParam] = [{"role": "user", "content": "Count from 1 to 30, please. " * 9}]
BETA_TURNS: list[BetaMessageParam] = [{"role": "user", "content": "Count from 1 to 30, please."}]
HAIKU = "claude-haiku-4-5"


def test_strict_types_describe_every_answer(client: Anthropic) -> None:
    message = client.messages.create(model=HAIKU, max_tokens=1_000, messages=TURNS)
    counted = client.messages.count_tokens(model=HAIKU, messages=TURNS)
    models = list(client.models.list(lifecycle=["active", "deprecated", "retired"]))

    assert isinstance(message, Message)
    assert counted.input_tokens > 0
    assert {type(model) for model in models} == {ModelInfo}
    assert all(model.capabilities is not None and model.capabilities.batch.supported for model in models)
    assert {model.lifecycle for model in models} == {"active", "deprecated", "retired"}


def test_strict_types_describe_the_beta_namespace_too(client: Anthropic) -> None:
    message = client.beta.messages.create(
        model=HAIKU, max_tokens=1_000, messages=BETA_TURNS, betas=["context-1m-2025-08-07"]
    )
    counted = client.beta.messages.count_tokens(model=HAIKU, messages=BETA_TURNS)
    models = list(client.beta.models.list())

    assert isinstance(message, BetaMessage)
    assert counted.input_tokens > 0
    assert {type(model) for model in models} == {BetaModelInfo}
    with client.beta.messages.stream(model=HAIKU, max_tokens=1_000, messages=BETA_TURNS) as stream:
        assert "".join(stream.text_stream).endswith("please.")


def test_every_model_that_the_sdk_knows_is_known() -> None:
    literal, _ = get_args(sdk_model.Model)

    assert set(get_args(literal)) - set(MODELS) == set()


def test_every_beta_that_the_sdk_knows_is_known() -> None:
    _, literal = get_args(AnthropicBetaParam)

    assert set(get_args(literal)) - BETAS == set()


def test_the_streams_helpers_see_text_grow_to_the_final_message(client: Anthropic) -> None:
    texts: list[str] = []
    snapshots: list[str] = []
    with client.messages.stream(model=HAIKU, max_tokens=1_000, messages=TURNS) as stream:
        for event in stream:
            if event.type == "text":
                texts.append(event.text)
                snapshots.append(event.snapshot)
        final = stream.get_final_message()

    (block,) = final.content
    assert block.type == "text"
    assert "".join(texts) == snapshots[-1] == block.text == stream.get_final_text()
    assert len(texts) > 5
    assert final.usage.service_tier == "standard"
    assert stream.response.headers["request-id"] == stream.request_id


def test_parsing_without_a_format_is_a_message_like_any_other(client: Anthropic) -> None:
    parsed = client.messages.parse(model=HAIKU, max_tokens=1_000, messages=TURNS)

    assert parsed.stop_reason == "end_turn"
    assert parsed.parsed_output is None


def test_an_async_client_asks_and_streams_at_once(emulator: str) -> None:
    async def text(stream_manager: AsyncMessageStreamManager[None]) -> str:
        async with stream_manager as stream:
            return "".join([piece async for piece in stream.text_stream])

    async def ask() -> None:
        async with strict_async_client(emulator) as client:
            managers = [
                client.messages.stream(
                    model=HAIKU,
                    max_tokens=1_000,
                    messages=[{"role": "user", "content": f"{number} is a number. " * 20}],
                )
                for number in range(10)
            ]
            texts = await asyncio.gather(*(text(manager) for manager in managers))
            assert [f": {number} is" in each for number, each in enumerate(texts)] == [True] * 10
            message = await client.messages.create(model=HAIKU, max_tokens=1_000, messages=TURNS)
            assert message.stop_reason == "end_turn"
            counted = await client.messages.count_tokens(model=HAIKU, messages=TURNS)
            assert counted.input_tokens > 0
            assert "claude-opus-5-5" in [model.id async for model in client.models.list(limit=3)]

    asyncio.run(ask())


def test_a_stream_may_be_left_before_its_end(client: Anthropic) -> None:
    long: list[MessageParam] = [{"role": "user", "content": "word " * 20_000}]
    with client.messages.create(model=HAIKU, max_tokens=64_000, messages=long, stream=True) as stream:
        assert next(stream).type == "message_start"

    assert client.messages.create(model=HAIKU, max_tokens=1_000, messages=TURNS).stop_reason == "end_turn"


def test_an_error_is_of_its_class_and_says_that_trying_again_is_no_use(client: Anthropic) -> None:
    with pytest.raises(anthropic.NotFoundError) as unknown:
        client.messages.create(model="claude-of-yesterday", max_tokens=1_000, messages=TURNS)
    with pytest.raises(anthropic.BadRequestError) as wrong:
        client.messages.create(model=HAIKU, max_tokens=1_000, messages=TURNS, extra_body={"messages": "hello"})

    assert unknown.value.type == "not_found_error"
    assert wrong.value.api_message == "messages: Input should be a valid array"
    for error in (unknown.value, wrong.value):
        assert error.response.headers["x-should-retry"] == "false"
        assert error.request_id == error.response.headers["request-id"]


def test_a_body_over_the_limit_is_too_large(narrow_emulator: str) -> None:
    with strict_client(narrow_emulator) as client, pytest.raises(anthropic.APIStatusError) as refused:
        client.messages.create(model=HAIKU, max_tokens=1_000, messages=[{"role": "user", "content": "x" * 10_000}])

    assert refused.value.status_code == 413


def test_an_unknown_key_is_an_authentication_error(strict_emulator: str) -> None:
    with strict_client(strict_emulator) as client, pytest.raises(anthropic.AuthenticationError):
        client.messages.create(model=HAIKU, max_tokens=1_000, messages=TURNS)
