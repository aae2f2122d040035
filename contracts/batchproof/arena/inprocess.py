"""Plays the lives of a Python client in this process: its HTTP reaches the stage, and its waiting moves the clock.

A plan of several lives plays each in a process of its own, forked from this one, so that nothing but the client's
state survives, and a kill is a kill. It does not know contracts.
"""

import ssl
import warnings
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from batchmock.coupling.block import coupled_time, prepared
from batchmock.errors import CoupledTimeError, CoupledTimeWarning
from batchmock.inprocess.intercept import BASE_URL, intercepting
from batchmock.times import write_duration
from batchproof.adapters.call import Call, Client
from batchproof.adapters.python import told
from batchproof.arena.forks import KILLED, Fork, in_child
from batchproof.arena.lives import call_of, prepare_state
from batchproof.arena.patience import HungError, patience
from batchproof.arena.recorder import Happening, RunawayError
from batchproof.arena.stage import Stage, State
from batchproof.observation import Ending
from batchproof.plan import Life, Moment, Plan


class InProcess:
    """Where a Python client lives that sends with httpx2 or httpx."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @staticmethod
    @contextmanager
    def ready() -> Generator[None]:
        """Make playing many plans cost little, for as long as the block lasts.

        Nothing that is intercepted is encrypted, and reading all of the world's certificates is most of what it
        takes to make an SDK's client.
        """
        original = ssl.SSLContext.load_verify_locations
        ssl.SSLContext.load_verify_locations = _load_nothing
        try:
            with prepared():
                yield
        finally:
            ssl.SSLContext.load_verify_locations = original

    def stage(self, plan: Plan) -> Stage:
        """Return an emulator in this process, with a plan's scenario."""
        return Stage(plan)

    def play(self, stage: Stage, state_dir: Path) -> tuple[list[Ending], list[Ending]]:
        """Play all lives of the stage's plan; return how they ended, and how their rivals did."""
        endings: list[Ending] = []
        rivals: list[Ending] = []
        lives = stage.plan.lives
        for number, life in enumerate(lives):
            if number:
                prepare_state(life, state_dir)
            live = partial(self._live, stage, number, state_dir, rivals)
            if len(lives) == 1 and life.kill is None:
                stage.begin(number, self._moments(stage, life, live=live, fork=None, rivals=rivals))
                endings.append(live())
                continue
            ending, its_rivals, state = in_child(partial(self._in_child, stage, number, live, rivals))
            stage.adopt(state)
            endings.append(ending)
            rivals[:] = its_rivals
        return endings, rivals

    def _in_child(
        self, stage: Stage, number: int, live: Callable[[], Ending], rivals: list[Ending], fork: Fork
    ) -> tuple[Ending, list[Ending], State]:
        life = stage.plan.lives[number]
        stage.begin(number, self._moments(stage, life, live=live, fork=fork, rivals=rivals))
        return live(), rivals, stage.state()

    def _moments(
        self, stage: Stage, life: Life, *, live: Callable[[], Ending], fork: Fork | None, rivals: list[Ending]
    ) -> Mapping[Moment, Happening]:
        at: dict[Moment, Happening] = {}
        if life.kill is not None and fork is not None:
            at[life.kill] = lambda: fork.end((Ending(how="killed", at=stage.now()), rivals, stage.state()), KILLED)
        if life.interrupt is not None:
            first = life.interrupt.at
            for later in range(life.interrupt.times):
                at[replace(first, exchange=first.exchange + later)] = _interrupt
        if life.rival is not None:
            at[life.rival] = partial(_let_rival, stage, live, rivals)
        return at

    def _live(self, stage: Stage, number: int, state_dir: Path, rivals: list[Ending]) -> Ending:
        handed: list[int] = []
        call = call_of(stage.plan, number, BASE_URL, state_dir, lambda: handed.append(stage.recorder.results_sent))
        ending = self._end(stage, call)
        return replace(ending, at=stage.now(), handed=handed[0] if handed else None)

    def _end(self, stage: Stage, call: Call) -> Ending:
        try:
            with _surroundings(stage, call), patience():
                return self._client.call(call)
        except KeyboardInterrupt as error:
            if stage.plan.lives[stage.recorder.life].interrupt is None:
                raise
            return Ending(how="interrupted", error=told(error))
        except CoupledTimeError as error:
            return Ending(how="waited", error=f"{write_duration(stage.plan.patience)} of virtual time\n{error}")
        except (HungError, RunawayError) as error:
            return Ending(how="hung", error=str(error))
        except SystemExit as error:
            return Ending(how="broke", error=f"it called sys.exit({error.code!r})")


@contextmanager
def _surroundings(stage: Stage, call: Call) -> Generator[None]:
    clock = stage.clock
    with (
        warnings.catch_warnings(),
        intercepting(stage.recorder, api_key=call.api_key, also=stage.foreign_hosts),
    ):
        warnings.simplefilter("ignore", CoupledTimeWarning)
        with coupled_time(clock, limit=stage.plan.patience):
            yield


def _load_nothing(*_: object, **__: object) -> None:
    """Load no certificates."""


def _interrupt() -> None:
    raise KeyboardInterrupt


def _let_rival(stage: Stage, live: Callable[[], Ending], rivals: list[Ending]) -> None:
    """Let another process make the same call, from its start to its end, while this one waits for an answer."""

    def rival(fork: Fork) -> tuple[Ending, State]:
        stage.recorder.at = {}
        return live(), stage.state()

    ending, state = in_child(rival)
    stage.adopt(state)
    rivals.append(ending)
