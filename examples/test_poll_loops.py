"""Both poll loops, unchanged, live through a day in which half of their requests expire.

python -m pytest -s examples/test_poll_loops.py
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable

import poll_loop
import poll_loop_async
import pytest
from anthropic.types.messages.batch_create_params import Request

from batchmock.inprocess.emulator import LocalEmulator
from batchmock.scenario import Scenario
from batchmock.times import HOUR
from batchmock.timing import Fixed, Timing

# Twice as long as the window, so that half of the requests never start.
HALF_EXPIRED = Scenario(timing=Timing(batch=Fixed(48 * HOUR)))
REQUESTS: list[Request] = [
    {
        "custom_id": f"question-{number}",
        "params": {
            "model": "claude-haiku-4-5",
            "max_tokens": 64,
            "messages": [{"role": "user", "content": f"What is {number} squared?"}],
        },
    }
    for number in range(100)
]

LOOPS: dict[str, Callable[[], Counter[str]]] = {
    "time.sleep": lambda: poll_loop.outcomes(REQUESTS),
    "asyncio": lambda: asyncio.run(poll_loop_async.outcomes(REQUESTS)),
}


@pytest.mark.parametrize("name", LOOPS)
def test_half_of_the_requests_expire(name: str) -> None:
    """Run one of them, and print what it saw."""
    emulator = LocalEmulator(HALF_EXPIRED)
    begun, real = emulator.clock.now(), time.perf_counter()
    with emulator.intercept(), emulator.coupled_time():
        counts = LOOPS[name]()
    passed, took_ms = emulator.clock.now() - begun, (time.perf_counter() - real) * 1e3
    print(f"\n{name}: {dict(counts)} after {passed} of virtual time, in {took_ms:.0f} ms")

    assert counts.keys() == {"succeeded", "expired"}
    assert 40 <= counts["expired"] <= 60
    assert passed.days == 1
