"""The nine invariants, on runs with faults drawn anywhere: nothing lost, swapped or billed twice, and an end.

A run goes on until the wire has done its worst, is resumed once it is whole, and is judged by what the emulator
answered, past the wire.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from batchclient.outcomes import Errored, Expired, Missing, Succeeded
from batchclient.policy import Policy
from tests.clients.test_results import in_pieces, lines
from tests.clients.wire import Answered, Fault, Lost, Served, Unreached
from tests.clients.world import MODEL, NO_MODEL, Driver, Request, World, asking

running = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

ANY_CALL: list[Fault] = [
    Lost(),
    Unreached(),
    Answered(500),
    Answered(500, done=True),
    Answered(502, done=True),
    Answered(529),
    Answered(429, headers={"retry-after": "20"}),
    Answered(200),
    Answered(200, done=True),
    Served(lambda body: [body[: len(body) // 2]]),
    Served(lambda body: [body[: len(body) // 2]], cut=True),
]
A_DOWNLOAD: list[Fault] = [
    Served(in_pieces(1)),
    Served(lines(lambda rows: rows[::-1], b"\r\n")),
    Served(lines(lambda rows: [*rows, *rows])),
    Served(lines(lambda rows: rows[: len(rows) // 2])),
    Served(lines(lambda rows: rows[1:]), cut=True),
    Answered(404),
]
# Stems that some clients take for the same key.
keys = st.lists(
    st.builds(
        str.__add__,
        st.sampled_from(["a", "a/", "a.", "A", "x" * 70, "é", "e\u0301", "\ud800"]),
        st.text(max_size=2),
    ),
    max_size=9,
    unique=True,
)
plans = st.dictionaries(
    st.tuples(st.sampled_from(["create", "retrieve", "list", "results", "cancel"]), st.integers(0, 5)),
    st.sampled_from(ANY_CALL),
    max_size=5,
) | st.dictionaries(
    st.tuples(st.just("results"), st.integers(0, 5)), st.sampled_from([*A_DOWNLOAD, *ANY_CALL]), max_size=5
)
drivers = st.sampled_from(["sync", "async"])


def asked(names: list[str], bad: set[int]) -> list[Request]:
    return [asking(name, f"nonce-{n}", NO_MODEL if n in bad else MODEL) for n, name in enumerate(names)]


def judge(world: World, requests: list[Request], journal: Path) -> None:
    """Run to the end and hold the outcome against what was asked and what was billed."""
    before = [(key, dict(params)) for key, params in requests]
    with world.run_to_the_end(requests, journal) as run:
        outcomes = list(run)
    billed = world.billed()

    assert [key for key, _ in outcomes] == [key for key, _ in requests]  # I1
    for n, (_, outcome) in enumerate(outcomes):
        if isinstance(outcome, Succeeded):
            assert outcome.text.endswith(f": nonce-{n}")  # I2
            assert billed[f"nonce-{n}"] == 1
        else:
            assert isinstance(outcome, Errored | Expired | Missing)  # I4
            assert isinstance(outcome, Missing) or billed[f"nonce-{n}"] == 0
    assert max(billed.values(), default=1) <= 1  # I3
    assert all(len(batch["id"]) for batch in world.batches())
    assert world.wire.count("cancel") == 0  # I9
    assert world.now <= 7 * 24 * 3600  # I5
    assert before == requests
    ids = [seen.headers.get("x-api-key") or seen.headers.get("authorization", "") for seen in world.wire.seen]
    assert all(seen.url.startswith(world.url) for seen in world.wire.seen)  # I8
    assert all(world.key in credential for credential in ids)
    assert world.key.encode() not in journal.read_bytes()


@running
@given(keys, st.sets(st.integers(0, 8), max_size=3), plans, st.integers(1, 5), drivers)
@example(["a", "b"], set(), {("create", 0): Lost(), ("list", 1): Answered(500)}, 1, "sync")
@example(["a", "b"], set(), {("create", 0): Lost(), ("create", 1): Lost(), ("results", 0): Lost()}, 1, "async")
def test_whatever_goes_wrong_each_key_has_its_one_outcome_and_its_one_bill(
    url: str,
    names: list[str],
    bad: set[int],
    plan: dict[tuple[str, int], Fault],
    requests_max: int,
    driver: Driver,
) -> None:
    world = World(url, driver, Policy(requests_max=requests_max), plan)
    with TemporaryDirectory() as folder:
        judge(world, asked(names, bad), Path(folder, "run.db"))
    for operation in sorted({seen.operation for seen in world.wire.seen} & {name for name, _ in plan}):
        event(f"faults at {operation}")


@running
@given(st.integers(1, 12), plans, st.integers(0, 2), drivers)
def test_what_expired_is_sent_again_and_nothing_else_is(
    expiring_url: str, number: int, plan: dict[tuple[str, int], Fault], retries: int, driver: Driver
) -> None:
    world = World(expiring_url, driver, Policy(requests_max=5, retries=retries), plan)
    with TemporaryDirectory() as folder:
        judge(world, asked([f"k{n}" for n in range(number)], set()), Path(folder, "run.db"))
    sent = max(batch["request_counts"]["expired"] for batch in world.batches())
    event(f"expired {bool(sent)}, retries {retries}")


@pytest.mark.parametrize("driver", ["sync", "async"])
def test_order_framing_and_duplicates_change_no_outcome(url: str, driver: Driver, tmp_path: Path) -> None:
    requests = asked([f"k{n}" for n in range(12)], {3})
    maps = list[dict[str, object]]()
    for n, fault in enumerate([None, *A_DOWNLOAD]):
        world = World(url, driver, plan={("results", 0): fault} if fault else {})
        with world.run(requests, tmp_path / f"{n}.db") as run:
            maps.append({key: getattr(outcome, "text", outcome) for key, outcome in run})

    assert all(found == maps[0] for found in maps)
