"""Calls are traced and logged as the SDK's own methods are."""

import logging
from typing import Any

import pytest
from anthropic import Anthropic
from opentelemetry.trace import INVALID_SPAN, NoOpTracer, NoOpTracerProvider, Span, Tracer

from batchclient.sync import BatchClient
from tests.clients.world import some


class Recorder(NoOpTracer):
    """Notes the name and the route of each span that is begun."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, object]] = []

    def start_span(self, name: str, *arguments: Any, **named: Any) -> Span:
        self.spans.append((name, named["attributes"].get("http.route")))
        return INVALID_SPAN


class Provider(NoOpTracerProvider):
    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def get_tracer(self, *arguments: Any, **named: Any) -> Tracer:
        return self._tracer


def test_every_call_has_the_span_that_the_sdk_gives_it(url: str, caplog: pytest.LogCaptureFixture) -> None:
    recorder, now = Recorder(), [0.0]
    sdk = Anthropic(base_url=url, api_key="traced", open_telemetry={"tracer_provider": Provider(recorder)})

    def sleep(seconds: float) -> None:
        now[0] += seconds

    with (
        caplog.at_level(logging.INFO, "batchclient"),
        sdk,
        BatchClient(sdk, clock=lambda: now[0], sleep=sleep).run(some(2)) as run,
    ):
        list(sdk.messages.batches.list(limit=1))

    batches = "/v1/messages/batches"
    listed, created, *polled, downloaded, listed_by_the_sdk = recorder.spans
    assert created == ("anthropic.messages.batches.create", batches)
    assert set(polled) == {("anthropic.messages.batches.retrieve", f"{batches}/{{message_batch_id}}")}
    assert downloaded == ("anthropic.messages.batches.results", f"{batches}/{{message_batch_id}}/results")
    assert listed == listed_by_the_sdk
    assert run.batch_ids[0] in caplog.text
