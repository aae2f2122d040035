"""What is remembered between polls shows in no answer."""

import gc
import tracemalloc
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from batchmock.draws import IDS_AT_ONCE, NumberedIds
from batchmock.scenario import Scenario
from batchmock.settings import Settings
from batchmock.switches import Switches
from batchmock.times import DAY, HOUR
from batchmock.timing import Fixed, Timing
from tests.mockserver.exchanges import BATCHES, MANUAL, START, App

SCENARIOS = st.builds(
    Scenario,
    timing=st.just(Timing(batch=Fixed(30 * HOUR), cancel=Fixed(HOUR))),
    retention=st.just(2 * DAY),
    counts=st.sampled_from(["at_end", "progressive"]),
    switches=st.builds(
        Switches,
        archived_results_url=st.sampled_from(["kept", "null"]),
        timestamps=st.sampled_from(["offset", "z"]),
    ),
)
HOSTS = st.sampled_from(["here", "there:8000"])
# Something that happens, or the host at which somebody looks.
STEPS = st.lists(
    st.sampled_from(["1h", "5h", "24h", "cancel"]) | HOSTS.map(lambda host: f"look {host}"), max_size=9
)


def last_look(scenario: Scenario, steps: list[str], host: str, *, looks_often: bool) -> tuple[Any, Any]:
    app = App(Settings(clock=MANUAL, start=START, scenario=scenario))
    path = f"{BATCHES}/{app.create(*'abcdefgh')}"
    for step in steps:
        if step == "cancel":
            app("POST", f"{path}/cancel")
        elif not step.startswith("look"):
            app("POST", "/_emulator/clock/advance", {"by": step})
        elif looks_often:
            app("GET", path, headers={"host": step.removeprefix("look ")})
            app("GET", BATCHES, headers={"host": step.removeprefix("look ")})
    return app.ask("GET", path, headers={"host": host}), app.ask("GET", BATCHES, headers={"host": host})


@given(SCENARIOS, STEPS, HOSTS)
def test_a_batch_looks_the_same_however_often_it_was_looked_at(
    scenario: Scenario, steps: list[str], host: str
) -> None:
    seen = last_look(scenario, steps, host, looks_often=True)

    assert seen == last_look(scenario, steps, host, looks_often=False)
    assert seen[1]["data"] == [seen[0]]


@given(st.lists(st.integers(0, 5 * IDS_AT_ONCE), min_size=1))
def test_an_id_depends_on_its_number_alone(numbers: list[int]) -> None:
    ids = NumberedIds(7, "exchange", "req_011C")
    drawn = {number: ids.of(number) for number in numbers}

    assert all(NumberedIds(7, "exchange", "req_011C").of(number) == id_ for number, id_ in drawn.items())
    assert all(len(id_) == len("req_") + 24 for id_ in drawn.values())
    assert len(set(drawn.values())) == len(drawn)
    assert NumberedIds(8, "exchange", "req_011C").of(numbers[0]) != drawn[numbers[0]]


def test_little_is_remembered_of_clients_however_many_they_are() -> None:
    app = App(Settings(clock=MANUAL, start=START, exchanges_kept_max=1))
    app("GET", BATCHES)
    gc.collect()
    tracemalloc.start()
    for number in range(2_000):
        app("GET", BATCHES, headers={"x-own": f"{number:04}" * 900})
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert held < 4_000_000
