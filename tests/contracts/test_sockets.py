"""Plans played to programs over a socket: what befalls a process, whose time it is, and replays elsewhere."""

import os
import sys
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from batchmock.faults import Answer, Delay, Patch, Reset, Stall
from batchmock.shims.environment import environment_for
from batchmock.times import HOUR, MINUTE, SECOND
from batchmock.timing import Fixed, Timing
from batchproof.adapters.program import Program
from batchproof.arena.house import House
from batchproof.arena.open import open_arena
from batchproof.arena.sockets import Sockets
from batchproof.arena.stage import START
from batchproof.checks.returns import fulfilled
from batchproof.evidence import Evidence
from batchproof.observation import Observation
from batchproof.plan import CALM, WHOLE_LIFE, Interrupt, Life, Moment, Plan, Row
from batchproof.run import Target
from batchproof.timeline import timeline
from batchproof.trial import play

RESUMING = (sys.executable, str(Path(__file__).parent / "programs" / "resuming.py"))
STDLIB = "clients/python/stdlib.py:run"
ROWS = (Row(key="a"), Row(key="b", state="errored", error="overloaded_error"), Row(key="c"))
SIMPLE = Plan(rows=ROWS)


@dataclass(frozen=True, slots=True)
class World:
    program: Program
    arena: Sockets

    def play(self, plan: Plan) -> Observation:
        return play(plan, self.arena)


def world(*, is_coupled: bool) -> Generator[World]:
    with House.open(START) as house:
        env = environment_for(house.url, base=os.environ, is_coupled=is_coupled)
        program = Program(RESUMING, env=env)
        try:
            yield World(program, Sockets(program, house))
        finally:
            program.end()


@pytest.fixture(scope="module")
def stepped() -> Generator[World]:
    """A program whose waiting moves no clock."""
    yield from world(is_coupled=False)


@pytest.fixture(scope="module")
def coupled() -> Generator[World]:
    """A program that waits on the stage's clock."""
    yield from world(is_coupled=True)


@pytest.fixture(params=["stepped", "coupled"])
def either(request: pytest.FixtureRequest) -> World:
    found: World = request.getfixturevalue(request.param)
    return found


def faulty(*faults: object) -> Plan:
    return Plan(rows=ROWS, scenario=msgspec.structs.replace(CALM, faults=faults))


def lives(*endings: Life) -> Plan:
    return Plan(rows=ROWS, lives=(*endings, WHOLE_LIFE))


def hows(seen: Observation) -> list[str]:
    return [ending.how for ending in seen.endings]


def operations(seen: Observation, life: int = 0) -> list[str | None]:
    return [one.operation for one in seen.tape if one.life == life]


def test_a_plan_is_played_over_a_socket(either: World) -> None:
    seen = either.play(SIMPLE)

    assert fulfilled(Evidence(seen)) is None
    assert operations(seen)[0] == "create"
    assert operations(seen)[-1] == "results"
    assert [set(batch.results) for batch in seen.ledger] == [{"a", "b", "c"}]


def test_one_process_lives_through_many_plans(either: World) -> None:
    either.play(SIMPLE)
    before = either.program.pid
    for _ in range(3):
        assert fulfilled(Evidence(either.play(SIMPLE))) is None

    assert either.program.pid == before


def test_the_same_plan_goes_the_same_way(either: World) -> None:
    first, second = either.play(SIMPLE), either.play(SIMPLE)

    assert timeline(first) == timeline(second)


def test_time_passes_a_step_a_poll_for_a_program_that_cannot_share_it(stepped: World) -> None:
    seen = stepped.play(SIMPLE)

    assert "sleep_s 0.001" in stepped.program.transcript()
    assert [(one.came - seen.started) // MINUTE for one in seen.tape if one.operation == "retrieve"] == [0, 10]


def test_time_passes_as_a_program_waits_that_can_share_it(coupled: World) -> None:
    seen = coupled.play(SIMPLE)

    polls = [(one.came - seen.started) // MINUTE for one in seen.tape if one.operation == "retrieve"]
    assert "sleep_s None" in coupled.program.transcript()
    assert polls == list(range(11))


@pytest.mark.parametrize("phase", ["before", "after", "within"])
def test_a_kill_at_a_moment_leaves_what_the_server_saw_until_then(phase: str, either: World) -> None:
    at = msgspec.convert({"exchange": 1, "phase": phase}, Moment)
    seen = either.play(lives(Life(kill=at)))

    assert hows(seen) == ["killed", "returned"]
    assert fulfilled(Evidence(seen)) is None
    created = seen.tape[0]
    assert (created.status, created.is_whole) == {"before": (None, False), "after": (None, False)}.get(
        phase, (200, False)
    )
    assert len(seen.ledger) == (1 if phase == "before" else 2)


def test_a_program_that_was_killed_resumes_in_a_new_process(either: World) -> None:
    seen = either.play(lives(Life(kill=Moment(exchange=3, phase="after"))))

    assert fulfilled(Evidence(seen)) is None
    assert operations(seen, 1)[0] == "retrieve"
    assert len(seen.ledger) == 1
    assert "resume" in either.program.transcript()


def test_an_interrupt_is_a_signal(either: World) -> None:
    seen = either.play(lives(Life(interrupt=Interrupt(at=Moment(exchange=2)))))

    assert hows(seen) == ["interrupted", "returned"]
    assert seen.endings[0].error.startswith("told to stop")


@pytest.mark.parametrize("phase", ["before", "after", "within"])
def test_a_rival_runs_while_an_answer_is_held_back(phase: str, either: World) -> None:
    at = msgspec.convert({"exchange": 2, "phase": phase}, Moment)
    seen = either.play(Plan(rows=ROWS, lives=(Life(rival=at),)))

    assert [ending.how for ending in (*seen.endings, *seen.rivals)] == ["returned", "returned"]
    assert operations(seen).count("create") == 1
    assert operations(seen).count("results") == 2


def test_a_life_may_begin_much_later(either: World) -> None:
    seen = either.play(Plan(rows=ROWS, lives=(Life(kill=Moment(exchange=2)), Life(waited=30 * HOUR))))

    assert fulfilled(Evidence(seen)) is None
    assert min(one.came for one in seen.tape if one.life == 1) >= seen.started + 30 * HOUR


def test_a_program_that_would_wait_for_ever_is_told_so(either: World) -> None:
    never = replace(CALM, faults=(Patch(on=("retrieve",), merge={"processing_status": "in_progress"}),))
    seen = either.play(Plan(rows=ROWS, scenario=never, patience=2 * HOUR))

    assert hows(seen) == ["waited"]
    assert fulfilled(Evidence(either.play(SIMPLE))) is None


def test_what_takes_time_on_the_wire_takes_virtual_time(either: World) -> None:
    seen = either.play(faulty(Delay(on=("create",), by=40 * SECOND)))

    polled = next(one for one in seen.tape if one.operation == "retrieve")
    assert polled.came - seen.started >= 40 * SECOND


@pytest.mark.parametrize(
    "fault", [Reset(on=("retrieve",), calls=(2,)), Stall(on=("retrieve",), calls=(2,))], ids=repr
)
def test_a_connection_that_breaks_is_seen_to_break(fault: Reset | Stall, either: World) -> None:
    seen = either.play(faulty(fault))

    assert hows(seen) == ["raised"]
    assert seen.last.error.startswith("ConnectionResetError(104")


def test_another_origin_is_another_host(stepped: World) -> None:
    seen = stepped.play(
        faulty(Answer(on=("results",), calls=(1,), status=307, headers={"location": "{elsewhere}/elsewhere/{id}"}))
    )

    assert fulfilled(Evidence(seen)) is None
    assert [one.origin.partition("://")[2].partition(":")[0] for one in seen.tape][-2:] == [
        "127.0.0.1",
        "localhost",
    ]
    assert [one.is_home for one in seen.tape][-2:] == [True, False]


def test_a_callable_whose_http_cannot_be_reached_here_is_driven_as_a_program() -> None:
    day = replace(CALM, window=24 * HOUR, timing=Timing(batch=Fixed(20 * HOUR), request=Fixed(SECOND)))
    with open_arena(Target(python=STDLIB)) as (arena, client):
        seen = play(Plan(rows=ROWS, scenario=day), arena)

    assert isinstance(arena, Sockets)
    assert client.name == STDLIB
    assert fulfilled(Evidence(seen)) is None
    assert seen.last.at - seen.started > 5 * HOUR


def test_a_plan_that_was_written_down_shows_the_same_in_another_process(either: World) -> None:
    plan = msgspec.json.decode(msgspec.json.encode(lives(Life(kill=Moment(exchange=1, phase="after")))), type=Plan)
    here = either.play(plan)
    with House.open(START) as house:
        program = Program(RESUMING, env=environment_for(house.url, base=os.environ))
        try:
            there = play(plan, Sockets(program, house))
        finally:
            program.end()

    assert len(here.ledger) == len(there.ledger) == 2
    assert [
        (one.life, one.operation, one.status, one.is_whole) for one in here.tape if one.operation != "retrieve"
    ] == [(one.life, one.operation, one.status, one.is_whole) for one in there.tape if one.operation != "retrieve"]
