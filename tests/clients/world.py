"""A client, a wire, and an emulator behind it: one run of a test, with time that costs nothing.

Each prompt holds a nonce that the emulator's answer repeats, so an answer under the wrong key is seen; and the
emulator is asked, past the wire, what was billed.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any, Literal

import httpx2
from anthropic import Anthropic, AsyncAnthropic

from batchclient.aio import AsyncBatchClient
from batchclient.bench import Progress, unobserved
from batchclient.outcomes import Outcome, Succeeded
from batchclient.policy import Policy
from batchclient.run import BatchRun, UnfinishedError
from batchclient.sync import BatchClient
from tests.clients.wire import NO_TLS, AsyncTransport, Fault, Plan, Seen, Transport, Wire

Driver = Literal["sync", "async"]
Params = dict[str, Any]
Request = tuple[str, Params]

_numbers = count()
# For what goes past the wire.
_outside = httpx2.Client(verify=NO_TLS)
MODEL, NO_MODEL = "claude-haiku-4-5", "claude-none"


def asking(key: str, nonce: str, model: str = MODEL, **other: object) -> Request:
    """Return a request whose answer, under the right key, repeats the nonce."""
    return key, {"model": model, "max_tokens": 16, "messages": [{"role": "user", "content": nonce}]} | other


def some(number: int) -> list[Request]:
    """Return so many requests that are in order."""
    return [asking(f"key {n}", f"nonce-{n}") for n in range(number)]


@dataclass
class World:
    """A workspace of the emulator, and clients that reach it over a wire on a clock of their own."""

    url: str
    driver: Driver = "sync"
    policy: Policy = field(default_factory=Policy)
    plan: Plan = field(default_factory=dict[tuple[str, int], Fault])
    now: float = 0.0
    on_sleep: Callable[[float], None] = lambda seconds: None
    observe: Callable[[Progress], None] = unobserved

    def __post_init__(self) -> None:
        self.key = f"client-{next(_numbers)}"
        self.wire = Wire(self.plan, lambda: self.now)
        self.sleeps: list[float] = []

    def run(self, requests: Sequence[Request], journal: Path | None = None) -> BatchRun:
        return self.do("run", requests, journal=journal)

    def resume(self, journal: Path | BatchRun) -> BatchRun:
        return self.do("resume", journal)

    def do(self, method: str, *arguments: Any, **named: Any) -> BatchRun:
        """Call a method of a new client, as a new process would."""
        if self.driver == "sync":
            with Transport(self.wire) as transport, httpx2.Client(transport=transport) as http:
                return getattr(self._client(http), method)(*arguments, **named)
        return asyncio.run(self._do_async(method, *arguments, **named))

    def run_to_the_end(self, requests: Sequence[Request], journal: Path, lives: int = 6) -> BatchRun:
        """Run, and resume for as long as something is unfinished; from the second life on the wire is whole."""
        for _ in range(lives):
            try:
                return self.run(requests, journal)
            except UnfinishedError as unfinished:
                unfinished.run.close()
                self.wire.heal()
        raise AssertionError("still unfinished on a wire that is whole")

    def billed(self) -> Counter[str]:
        """Return how often each nonce was answered, in all batches that the emulator has."""
        return Counter(
            line["result"]["message"]["content"][0]["text"].partition(": ")[2]
            for lines in self.results().values()
            for line in lines
            if line["result"]["type"] == "succeeded"
        )

    def batches(self) -> list[Params]:
        """Return all batches of the workspace, past the wire."""
        return self._get("/v1/messages/batches?limit=1000").json()["data"]

    def results(self) -> dict[str, list[Params]]:
        """Return the lines of each batch, past the wire, once all have ended."""
        self.advance("25h")
        return {
            batch["id"]: [
                json.loads(line)
                for line in self._get(f"/v1/messages/batches/{batch['id']}/results").text.split("\n")
                if line
            ]
            for batch in self.batches()
        }

    def advance(self, by: str) -> None:
        _outside.post(f"{self.url}/_emulator/clock/advance", headers=self._headers(), json={"by": by})

    def somebody_else_creates(self, number: int) -> str:
        """Have another program make a batch in the same workspace."""
        requests = [{"custom_id": f"other-{n}", "params": some(1)[0][1]} for n in range(number)]
        made = _outside.post(
            f"{self.url}/v1/messages/batches", headers=self._headers(), json={"requests": requests}
        )
        return made.json()["id"]

    def repeat(self, create: Seen) -> None:
        """Have a create that never arrived arrive."""
        _outside.post(f"{self.url}/v1/messages/batches", headers=self._headers(), json=json.loads(create.body))

    def _get(self, path: str) -> httpx2.Response:
        return _outside.get(self.url + path, headers=self._headers(), timeout=30)

    def _headers(self) -> dict[str, str]:
        return {"x-api-key": self.key, "anthropic-version": "2023-06-01"}

    def _sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.sleeps.append(seconds)
        self.now += seconds
        self.on_sleep(seconds)

    def _client(self, http: httpx2.Client) -> BatchClient:
        sdk = Anthropic(base_url=self.url, api_key=self.key, http_client=http)
        return BatchClient(
            sdk,
            policy=self.policy,
            clock=lambda: self.now,
            sleep=self._sleep,
            draw=lambda: 0.5,
            on_progress=self.observe,
        )

    async def _do_async(self, method: str, *arguments: Any, **named: Any) -> BatchRun:
        async def sleep(seconds: float) -> None:
            self._sleep(seconds)
            await asyncio.sleep(0)

        async with AsyncTransport(self.wire) as transport, httpx2.AsyncClient(transport=transport) as http:
            sdk = AsyncAnthropic(base_url=self.url, api_key=self.key, http_client=http)
            client = AsyncBatchClient(
                sdk,
                policy=self.policy,
                clock=lambda: self.now,
                sleep=sleep,
                draw=lambda: 0.5,
                on_progress=self.observe,
            )
            return await getattr(client, method)(*arguments, **named)


def with_policy(world: World, **changes: Any) -> World:
    """Return the world with another policy."""
    world.policy = replace(world.policy, **changes)
    return world


def texts(run: BatchRun) -> dict[str, str]:
    """Return what each answered key was answered, without the emulator's own mark."""
    return {key: told(outcome) for key, outcome in run if isinstance(outcome, Succeeded)}


def told(outcome: Outcome) -> str:
    assert isinstance(outcome, Succeeded)
    return outcome.text.partition(": ")[2]
