"""Plays the lives of a program: its HTTP reaches the stage over a socket, and what befalls it befalls its process.

A program that shares the stage's clock waits on it; for any other, each poll of an unfinished batch moves it. It
does not know contracts.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from batchmock.http.wire_faults import ConnectionOverError
from batchmock.times import DAY, write_duration
from batchproof.adapters.program import Manner, Program
from batchproof.arena.house import House
from batchproof.arena.lives import call_of, prepare_state
from batchproof.arena.recorder import Happening, RunawayError
from batchproof.arena.stage import START, Stage
from batchproof.errors import UsageError
from batchproof.observation import Ending
from batchproof.plan import Life, Moment, Plan

# Between polls of a program whose own waiting does not move the clock: just not to keep a processor busy.
SLEEP_S = 0.001
# A process that shares the clock lives through no more than this: it takes more for a sign that it waits for ever.
LIFE_MAX = 80 * DAY


class _TooLateError(Exception):
    """A life would have gone on beyond the plan's patience."""


class Sockets:
    """Where a program lives; ``house`` is where it finds the API."""

    def __init__(self, program: Program, house: House) -> None:
        self._program = program
        self._house = house
        self._now = START
        program.shares_clock = house.is_waited_on

    def stage(self, plan: Plan) -> Stage:
        """Return an emulator that listens, with a plan's scenario."""
        if self._now > START + LIFE_MAX:
            self._program.end()
            self._now = START
        # The process knows nothing of what has passed since its last call.
        self._house.clock.restart(self._now)
        return Stage(plan, home=self._house.host, elsewhere=self._house.host_elsewhere, clock=self._house.clock)

    def play(self, stage: Stage, state_dir: Path) -> tuple[list[Ending], list[Ending]]:
        """Play all lives of the stage's plan; return how they ended, and how their rivals did."""
        play = _Play(self._program, self._house, stage, state_dir)
        self._house.put_up(stage.recorder)
        try:
            endings = [play.live(number) for number in range(len(stage.plan.lives))]
        finally:
            self._house.take_down()
            self._now = stage.now()
        return endings, play.rivals


class _Play:
    """A plan as it is played."""

    def __init__(self, program: Program, house: House, stage: Stage, state_dir: Path) -> None:
        self.rivals: list[Ending] = []
        self._program = program
        self._house = house
        self._stage = stage
        self._state_dir = state_dir
        self._is_killed = False
        self._deadline = 0
        self._rival_wanted: asyncio.Event | None = None

    def live(self, number: int) -> Ending:
        """Play a life to its end."""
        life, stage = self._stage.plan.lives[number], self._stage
        if number:
            prepare_state(life, self._state_dir)
        if life.waited:
            self._program.end()
        self._program.reset()
        stage.begin(number, self._moments(life))
        self._is_killed, self._deadline = False, stage.now() + stage.plan.patience
        ending = self._called(self._program, number)
        if self._is_killed:
            ending = Ending(how="killed")
        if life.kill or life.interrupt:
            # Whatever is left of it is of no use to the next life.
            self._program.end()
        self._house.settle()
        return replace(ending, at=stage.now())

    def _called(self, program: Program, number: int, *, is_rival: bool = False) -> Ending:
        call = call_of(self._stage.plan, number, self._house.url, self._state_dir, lambda: None)
        try:
            # It has to be on the clock before time is held for it.
            program.start()
            if not is_rival:
                self._house.recall()
            sleep_s = None if self._program.shares_clock else SLEEP_S
            manner = Manner(is_resumed=number > 0, sleep_s=sleep_s, watch=self._watch)
            return program.call(call, manner)
        except UsageError as error:
            return Ending(how="broke", error=str(error))
        except _TooLateError:
            return Ending(how="waited", error=f"{write_duration(self._stage.plan.patience)} of virtual time")
        except RunawayError as error:
            return Ending(how="hung", error=str(error))

    def _watch(self) -> int:
        """Look after everything that is no line of the program's; return what grows with each sign of life."""
        if self._house.trouble is not None:
            raise self._house.trouble
        if self._stage.now() > self._deadline:
            raise _TooLateError("it still waited when the plan's time was up")
        if self._rival_wanted is not None:
            gate, self._rival_wanted = self._rival_wanted, None
            self._let_rival(gate)
        return self._house.calls

    def _moments(self, life: Life) -> Mapping[Moment, Happening]:
        at: dict[Moment, Happening] = {}
        if life.kill is not None:
            at[life.kill] = self._kill
        if life.interrupt is not None:
            first = life.interrupt.at
            for later in range(life.interrupt.times):
                at[replace(first, exchange=first.exchange + later)] = self._program.interrupt
        if life.rival is not None:
            at[life.rival] = self._hold
        return at

    def _kill(self) -> None:
        self._is_killed = True
        self._program.kill()
        # Nobody is there who could be answered.
        raise ConnectionOverError

    async def _hold(self) -> None:
        """Hold an answer back until another process has made the same call."""
        with self._house.clock.clients.left_alone():
            gate = self._rival_wanted = asyncio.Event()
            await gate.wait()

    def _let_rival(self, gate: asyncio.Event) -> None:
        try:
            rival = self._program.another()
            try:
                with self._stage.recorder.aside():
                    ending = self._called(rival, self._stage.recorder.life, is_rival=True)
                    self._house.settle(held=1)
            finally:
                rival.end()
            self.rivals.append(replace(ending, at=self._stage.now()))
        finally:
            self._house.release(gate)
