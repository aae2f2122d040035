"""The poll loop of the official guide, and the plain loop over the results, as a client under test.

docs/contracts.md shows what contracts it breaks. It does not know of bad days.
"""

import time
from typing import Any, cast

from anthropic import Anthropic
from anthropic.types.messages import MessageBatchIndividualResponse
from anthropic.types.messages.batch_create_params import Request


def run(
    requests: list[dict[str, Any]], *, base_url: str, api_key: str
) -> dict[str, MessageBatchIndividualResponse]:
    """Return the result of each request."""
    client = Anthropic(base_url=base_url, api_key=api_key)
    message_batch = client.messages.batches.create(requests=cast("list[Request]", requests))

    while True:
        message_batch = client.messages.batches.retrieve(message_batch.id)
        if message_batch.processing_status == "ended":
            break
        time.sleep(60)

    return {result.custom_id: result for result in client.messages.batches.results(message_batch.id)}
