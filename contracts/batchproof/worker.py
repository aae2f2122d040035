"""One of the processes that judge: opens the client, and judges the contracts that it is handed.

It does not know the other processes, nor what becomes of verdicts.
"""

import os
import signal
import time
import traceback
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from batchproof.arena.open import open_arena
from batchproof.catalogue.index import CATALOGUE
from batchproof.contact import first_contact
from batchproof.contract import Break, Contract, Finding, Verdict
from batchproof.errors import BatchproofError
from batchproof.evidence import Evidence
from batchproof.observation import Observation
from batchproof.plan import Capability, Plan
from batchproof.run import Budget, Target
from batchproof.search import judge, keep_caches_in
from batchproof.timeline import timeline
from batchproof.trial import Arena, play


class _EndedError(BaseException):
    """The parent ends this process; Hypothesis would take a SystemExit for a break, and shrink it."""


class Playing(Struct, frozen=True):
    """A plan is about to be played; if the process dies, this one killed it."""

    plan: Plan


class Ready(Struct, frozen=True):
    """The client was reached."""

    name: str
    capabilities: tuple[Capability, ...]


class Done(Struct, frozen=True):
    """A verdict, and what its plans showed of the invariants."""

    verdict: Verdict
    invariants: dict[str, Finding]


class Failed(Struct, frozen=True):
    """The suite or the client cannot go on; ``is_usage`` if it is the caller's mistake."""

    message: str
    is_usage: bool


class Worker:
    """A client in its arena, and what its plans have shown of the invariants so far."""

    def __init__(
        self, arena: Arena, offered: frozenset[Capability], pipe: "Connection[Any, Any]", budget: Budget, seed: int
    ) -> None:
        self._arena = arena
        self._offered = offered
        self._pipe = pipe
        self._budget = budget
        self._seed = seed
        self._shown: dict[str, Finding] = {}

    def first_contact(self) -> None:
        """Let the client do the simplest batch.

        Raises:
            HarnessError: it does not.
        """
        first_contact(self._play)

    def judge(self, contract: Contract) -> Done:
        """Judge one contract."""
        self._shown = {}
        began_s = time.perf_counter()
        try:
            verdict = judge(
                contract,
                self._play,
                offered=self._offered,
                examples=self._budget.examples,
                seed=self._seed,
                is_thorough=self._budget.is_thorough,
                look=self._look,
            )
        except Exception:
            verdict = Verdict(contract=contract.id, word="inconclusive", reason=traceback.format_exc(limit=-4))
        return Done(replace(verdict, seconds=round(time.perf_counter() - began_s, 3)), self._shown)

    def _play(self, plan: Plan) -> Observation:
        self._pipe.send(Playing(plan))
        return play(plan, self._arena)

    def _look(self, evidence: Evidence) -> None:
        plan = evidence.seen.plan
        for contract in CATALOGUE.values():
            if contract.family != "invariants":
                continue
            known = self._shown.get(contract.id)
            if known is not None and known.plan.size <= plan.size:
                continue
            found = contract.check(evidence)
            if found is not None:
                self._shown[contract.id] = _finding(found, evidence.seen, self._seed)


def _finding(found: Break, seen: Observation, seed: int) -> Finding:
    return Finding(
        reason=found.reason, key=found.key, plan=seen.plan, timeline=timeline(seen), played=0, seed=seed
    )


def work(pipe: "Connection[Any, Any]", target: Target, budget: Budget, seed: int, output: str) -> None:
    """Judge what comes down the pipe until None does."""
    # Ctrl-C is the parent's affair; a client's own process must not be ended by it unasked.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    _redirect(output)
    keep_caches_in(Path(output).parent / "hypothesis")
    try:
        with open_arena(target) as (arena, client):
            worker = Worker(arena, client.capabilities, pipe, budget, seed)
            worker.first_contact()
            pipe.send(Ready(client.name, tuple(sorted(client.capabilities))))
            while (contract := pipe.recv()) is not None:
                pipe.send(worker.judge(CATALOGUE[contract]))
    except _EndedError:
        # Everything is closed by now; taking down the interpreter would only keep whoever waits waiting.
        os._exit(1)
    except BatchproofError as error:
        pipe.send(Failed(str(error), is_usage=isinstance(error, ValueError)))
    except Exception:
        pipe.send(Failed(traceback.format_exc(), is_usage=False))


def _end(number: int, frame: FrameType | None) -> None:
    raise _EndedError


def _redirect(output: str) -> None:
    """Keep what a client prints out of the report, in a file."""
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)
