"""A program as users write it: submits a batch with the official SDK, sleeps between polls, reads the results."""

import time
from collections import Counter
from datetime import UTC, datetime

from anthropic import Anthropic
from anthropic.types.messages.batch_create_params import Request

client = Anthropic()
requests: list[Request] = [
    {
        "custom_id": f"r-{number}",
        "params": {
            "model": "claude-haiku-4-5",
            "max_tokens": 16,
            "messages": [{"role": "user", "content": "hello"}],
        },
    }
    for number in range(20)
]
before, began = datetime.now(UTC), time.monotonic()
batch = client.messages.batches.create(requests=requests)
while client.messages.batches.retrieve(batch.id).processing_status != "ended":
    time.sleep(600)
passed = datetime.now(UTC) - before
outcomes = Counter(line.result.type for line in client.messages.batches.results(batch.id))
print(f"{passed.total_seconds()} s by the wall, {time.monotonic() - began:.3f} s by the monotonic clock")
print(dict(sorted(outcomes.items())))
