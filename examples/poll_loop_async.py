"""The asyncio twin of ``poll_loop.py``."""

import asyncio
from collections import Counter
from collections.abc import Iterable

from anthropic import AsyncAnthropic
from anthropic.types.messages.batch_create_params import Request


async def outcomes(requests: Iterable[Request]) -> Counter[str]:
    """Submit a batch, wait until it has ended, and count what its requests came to."""
    client = AsyncAnthropic()
    batch = await client.messages.batches.create(requests=requests)
    while batch.processing_status != "ended":
        await asyncio.sleep(60)
        batch = await client.messages.batches.retrieve(batch.id)
    return Counter([line.result.type async for line in await client.messages.batches.results(batch.id)])
