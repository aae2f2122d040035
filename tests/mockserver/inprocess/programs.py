"""What a client might do in its life, step by step, to be done once over a socket and once in process."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from hypothesis import strategies as st

from batchmock.clock import ClockSetting
from batchmock.scenario import Scenario
from batchmock.settings import Settings
from batchmock.times import HOUR, parse_instant
from batchmock.timing import Fixed, Timing
from tests.mockserver.facts.room import BATCHES, MANUAL, START, UNKNOWN, Json, asked

HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}

scenarios = st.builds(
    Scenario,
    seed=st.integers(0, 9),
    order=st.sampled_from(["shuffled", "completion", "reversed", "submitted"]),
    counts=st.sampled_from(["at_end", "progressive"]),
    timing=st.builds(Timing, batch=st.integers(1, 72).map(lambda hours: Fixed(hours * HOUR))),
)
Step = tuple[str, Any]
steps: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("create"), st.integers(0, 30)),
    st.tuples(st.just("advance"), st.sampled_from(["1s", "5m", "3h", "24h", "29d"])),
    st.tuples(st.sampled_from(["retrieve", "results", "cancel", "delete"]), st.integers(0, 2)),
    st.tuples(st.just("list"), st.integers(0, 3)),
    st.tuples(st.just("head"), st.none()),
)


def settings(scenario: Scenario, clock: ClockSetting = MANUAL) -> Settings:
    return Settings(clock=clock, start=parse_instant(START), scenario=scenario, public_url="http://there.test")


class Program:
    """Turns steps into requests, which name batches that earlier answers told of."""

    def __init__(self, wanted: list[Step]) -> None:
        self._wanted = wanted
        self._ids: list[str] = []

    def requests(self) -> Iterator[dict[str, Any]]:
        """Yield what to ask next, as an HTTP client's ``request`` takes it."""
        for verb, value in self._wanted:
            yield {"headers": HEADERS | {"accept-encoding": "gzip"}} | self._request(verb, value)

    def told(self, answer: Json) -> None:
        """Learn of a batch from an answer."""
        if answer.get("type") == "message_batch" and answer["id"] not in self._ids:
            self._ids.append(answer["id"])

    def _request(self, verb: str, value: Any) -> Json:
        if verb == "create":
            # No request at all is refused.
            return {"method": "POST", "url": BATCHES, "json": {"requests": [asked(f"r{n}") for n in range(value)]}}
        if verb == "advance":
            return {"method": "POST", "url": "/_emulator/clock/advance", "json": {"by": value}}
        if verb == "list":
            return {"method": "GET", "url": BATCHES, "params": {"limit": value}}
        if verb == "head":
            return {"method": "HEAD", "url": BATCHES}
        path = f"{BATCHES}/{self._ids[value] if value < len(self._ids) else UNKNOWN}"
        return {
            "retrieve": {"method": "GET", "url": path},
            "results": {"method": "GET", "url": f"{path}/results"},
            "cancel": {"method": "POST", "url": f"{path}/cancel"},
            "delete": {"method": "DELETE", "url": path},
        }[verb]


Seen = tuple[int, str, bytes, list[tuple[bytes, bytes]], bytes]


def run(client: Any, wanted: list[Step]) -> list[Seen]:
    """Return all that a client is answered: status, version, reason, headers, body."""
    program = Program(wanted)
    seen: list[Seen] = []
    for request in program.requests():
        response = client.request(**request)
        _learn(program, response)
        seen.append(_seen(response))
    return seen


async def async_run(client: Any, wanted: list[Step]) -> list[Seen]:
    """Return all that an async client is answered."""
    program = Program(wanted)
    seen: list[Seen] = []
    async with client:
        async for response in _answers(client, program):
            _learn(program, response)
            seen.append(_seen(response))
    return seen


async def _answers(client: Any, program: Program) -> AsyncIterator[Any]:
    for request in program.requests():
        yield await client.request(**request)


def _learn(program: Program, response: Any) -> None:
    if response.content and response.headers.get("content-type") == "application/json":
        program.told(response.json())


def _seen(response: Any) -> Seen:
    extensions = response.extensions
    return (
        response.status_code,
        extensions["http_version"].decode(),
        extensions["reason_phrase"],
        response.headers.raw,
        response.content,
    )
