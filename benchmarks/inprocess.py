"""Rows 8 to 10: the SDK in process; beside it the SDK on a transport that answers with bytes made beforehand.

All of it is CPU time of this process, as nothing here waits for anything.
"""

import time
from collections.abc import Callable, Iterator

import httpx2
from anthropic import Anthropic
from anthropic.types.messages import MessageBatch
from anthropic.types.messages.batch_create_params import Request
from figures import Figure, alternate, at_least, at_most
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from batchmock.inprocess.emulator import LocalEmulator
from batchmock.scenario import Scenario
from batchmock.times import HOUR
from batchmock.timing import Fixed, Timing

RETRIEVE_RATIO_MAX = 1.25
EXAMPLES_RATIO_MIN = 0.65
DAY_RATIO_MAX = 1.3
RETRIEVES = 500
EXAMPLES = 100
POLLS_A_DAY = 24 * 60
HEADERS = {"accept-encoding": "identity"}
# Half of the requests start within the window, so that the batch ends when the window does.
HALF_EXPIRED = Scenario(timing=Timing(batch=Fixed(48 * HOUR)))


def measure_retrieve(rounds: int) -> Iterator[Figure]:
    """Retrieve a batch that is in progress, again and again."""
    emulator = LocalEmulator()
    batch_id = create(emulator.client(), 20).id
    ours, floor = alternate(
        rounds, _retrieving(emulator.client(), batch_id), _retrieving(Constant(emulator).client(), batch_id)
    )
    target = at_most(RETRIEVE_RATIO_MAX, on="ratio")
    yield Figure(row=8, what="retrieve | constant", unit="CPU µs", ours=ours, floor=floor, target=target)


def measure_examples(rounds: int) -> Iterator[Figure]:
    """Let Hypothesis draw batches of 20 requests, each created, polled five times and read."""
    constant = Constant(LocalEmulator())

    def ours() -> tuple[Anthropic, Callable[[], object]]:
        emulator = LocalEmulator()
        return emulator.client(default_headers=HEADERS), lambda: emulator.clock.advance("24h")

    def floor() -> tuple[Anthropic, Callable[[], object]]:
        constant.has_ended = False
        return constant.client(), constant.end

    rates, floors = alternate(rounds, lambda: _examples_per_cpu_s(ours), lambda: _examples_per_cpu_s(floor))
    target = at_least(EXAMPLES_RATIO_MIN, on="ratio")
    what = "Hypothesis examples | constant"
    yield Figure(row=9, what=what, unit="/CPU s", ours=rates, floor=floors, target=target)


def measure_day(rounds: int) -> Iterator[Figure]:
    """Poll a batch every 60 s until it expires; beside it as many retrieves as that takes, and no waiting."""
    constant = Constant(LocalEmulator()).client()

    def floor() -> float:
        begun = time.process_time()
        for _ in range(POLLS_A_DAY):
            constant.messages.batches.retrieve("msgbatch_any")
        return time.process_time() - begun

    ours, floors = alternate(rounds, _day, floor)
    target = at_most(DAY_RATIO_MAX, on="ratio")
    what = "24 h polled every 60 s | its retrieves, constant"
    yield Figure(row=10, what=what, unit="CPU s", ours=ours, floor=floors, target=target)


class Constant:
    """The SDK on what an emulator once answered to each kind of request, before and after the batch ended."""

    def __init__(self, emulator: LocalEmulator) -> None:
        self.has_ended = False
        self._asked: httpx2.Client | None = emulator.http_client()
        self._answers: dict[tuple[str, str, bool], httpx2.Response] = {}
        client = self.client()
        batch = create(client, 20)
        client.messages.batches.retrieve(batch.id)
        emulator.clock.advance("24h")
        self.end()
        list(client.messages.batches.results(batch.id))
        self._asked = None
        self.has_ended = False

    def end(self) -> None:
        """Answer from now on as after the end of the batch."""
        self.has_ended = True

    def client(self) -> Anthropic:
        """Return a client to which these answers are given."""
        http_client = httpx2.Client(transport=httpx2.MockTransport(self._answer), trust_env=False)
        return Anthropic(
            base_url="http://batchproof.invalid", api_key="test", http_client=http_client, default_headers=HEADERS
        )

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        last = request.url.path.rpartition("/")[2]
        kind = request.method, "batch" if last.startswith("msgbatch_") else last, self.has_ended
        if self._asked is not None:
            self._answers[kind] = self._asked.send(request)
        known = self._answers[kind]
        return httpx2.Response(known.status_code, headers=known.headers, content=known.content)


def create(client: Anthropic, count: int) -> MessageBatch:
    """Create a batch of so many small requests."""
    return client.messages.batches.create(requests=[_request(number) for number in range(count)])


def _request(number: int) -> Request:
    return {
        "custom_id": f"request-{number}",
        "params": {
            "model": "claude-haiku-4-5",
            "max_tokens": 64,
            "messages": [{"role": "user", "content": f"What is {number} squared?"}],
        },
    }


def _retrieving(client: Anthropic, batch_id: str) -> Callable[[], float]:
    def measure() -> float:
        begun = time.process_time()
        for _ in range(RETRIEVES):
            client.messages.batches.retrieve(batch_id)
        return (time.process_time() - begun) / RETRIEVES * 1e6

    return measure


def _examples_per_cpu_s(new: Callable[[], tuple[Anthropic, Callable[[], object]]]) -> float:
    ran = 0

    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
    )
    @given(st.integers(), st.booleans(), st.integers(0, 9))
    def example(seed: int, flag: bool, pause: int) -> None:
        nonlocal ran
        ran += 1
        client, pass_a_day = new()
        batches = client.messages.batches
        batch = create(client, 20)
        for _ in range(5):
            batches.retrieve(batch.id)
        pass_a_day()
        assert len(list(batches.results(batch.id))) == 20

    begun = time.process_time()
    example()
    return ran / (time.process_time() - begun)


def _day() -> float:
    emulator = LocalEmulator(HALF_EXPIRED)
    batches = emulator.client().messages.batches
    batch = create(emulator.client(), 20)
    begun = time.process_time()
    with emulator.coupled_time():
        while batch.processing_status != "ended":
            time.sleep(60)
            batch = batches.retrieve(batch.id)
    return time.process_time() - begun
