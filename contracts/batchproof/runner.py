"""Runs the suite: hands contracts to processes that judge, and tells what happens as it happens.

A client that takes its process with it is told by its last plan, and the run goes on. It does not know what
contracts are about.
"""

import multiprocessing
import os
import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from msgspec.structs import replace

from batchproof.catalogue.index import CATALOGUE
from batchproof.contract import Contract, Finding, Verdict
from batchproof.errors import HarnessError, UsageError
from batchproof.events import Event, Finished, Judged, Judging, Opened
from batchproof.plan import Capability, Plan
from batchproof.run import Budget, Run, Target
from batchproof.worker import Done, Failed, Playing, Ready, work

# For this long a plan may be played before its process is given up; clients that hang in Python are found sooner.
PLAN_S_MAX = 300


@dataclass(slots=True)
class _Judge:
    """A process that judges: its pipe, and what it is at."""

    process: Any
    pipe: "Connection[Any, Any]"
    output: Path
    contract: str | None = None
    plan: Plan | None = None
    since_s: float = field(default_factory=time.monotonic)

    def end(self) -> None:
        with suppress(OSError):
            self.pipe.close()
        self.process.terminate()
        self.process.join(10)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


class Runner:
    """One run; its events are read once."""

    def __init__(
        self,
        target: Target,
        budget: Budget,
        *,
        seed: int = 0,
        processes: int | None = None,
        only: Sequence[str] = (),
    ) -> None:
        self._target = target
        self._budget = budget
        self._seed = seed
        self._processes = processes or max(1, (os.cpu_count() or 2))
        self._only = tuple(only)
        self._judges: list[_Judge] = []
        self._verdicts: dict[str, Verdict] = {}
        self._shown: dict[str, Finding] = {}
        self._ready: Ready | None = None
        self._began_s = time.monotonic()

    def events(self) -> Generator[Event]:
        """Yield what happens; the last event is Finished.

        Raises:
            UsageError: there is no such client. HarnessError: nothing could be judged.
        """
        with TemporaryDirectory(prefix="batchproof-run-") as folder:
            try:
                yield from self._run(Path(folder))
            finally:
                for judge in self._judges:
                    judge.end()

    def so_far(self) -> Run:
        """Return what is known by now of a run that is broken off."""
        return self._result(is_complete=False)

    def _run(self, folder: Path) -> Iterator[Event]:
        chosen = _chosen(self._only)
        # All at once: each takes a second to get to know the client.
        for _ in range(max(1, min(self._processes, len(chosen)))):
            self._hire(folder)
        self._ready = self._met(self._judges[0])
        applicable = [one for one in chosen if one.needs <= set(self._ready.capabilities)]
        for contract in chosen:
            if contract not in applicable:
                self._verdicts[contract.id] = _not_claimed(contract, self._ready.capabilities)
        yield Opened(
            client=self._ready.name,
            capabilities=self._ready.capabilities,
            contracts=tuple(contract.id for contract in applicable),
        )
        for contract in chosen:
            if contract.id in self._verdicts:
                yield Judged(verdict=self._verdicts[contract.id])
        todo = deque(contract.id for contract in applicable)
        yield from self._judge_all(todo, folder)
        for verdict in filter(_is_open, self._verdicts.values()):
            yield Judged(verdict=self._settled(verdict))
        yield Finished(run=self._result(is_complete=True))

    def _judge_all(self, todo: deque[str], folder: Path) -> Iterator[Event]:
        yield from self._hand(self._judges[0], todo)
        while todo or any(judge.contract for judge in self._judges):
            for judge in self._heard():
                yield from self._take(judge, todo, folder)

    def _heard(self) -> list[_Judge]:
        """Return the judges that have something to say, or have died, or are given up."""
        waiting = {judge.pipe: judge for judge in self._judges}
        ready = [waiting[cast(Any, pipe)] for pipe in wait(list(waiting), timeout=1)]
        late = time.monotonic() - PLAN_S_MAX
        for judge in self._judges:
            if judge.contract and judge.since_s < late:
                judge.process.kill()
        return ready

    def _take(self, judge: _Judge, todo: deque[str], folder: Path) -> Iterator[Event]:
        try:
            said = judge.pipe.recv()
        except (EOFError, OSError):
            yield from self._died(judge, todo, folder)
            return
        match said:
            case Playing(plan):
                judge.plan, judge.since_s = plan, time.monotonic()
            case Ready():
                yield from self._hand(judge, todo)
            case Done(verdict, invariants):
                self._show(invariants)
                yield from self._noted(verdict)
                judge.contract = None
                yield from self._hand(judge, todo)
            case Failed():
                raise _as_error(said)
            case _:
                raise HarnessError(f"a process of the suite said {said!r}")

    def _hand(self, judge: _Judge, todo: deque[str]) -> Iterator[Event]:
        if todo:
            judge.contract = todo.popleft()
            judge.since_s = time.monotonic()
            judge.pipe.send(judge.contract)
            yield Judging(contract=judge.contract)

    def _noted(self, verdict: Verdict) -> Iterator[Event]:
        self._verdicts[verdict.contract] = verdict
        if not _is_open(verdict):
            yield Judged(verdict=verdict)

    def _show(self, invariants: dict[str, Finding]) -> None:
        for name, finding in invariants.items():
            known = self._shown.get(name)
            if known is None or finding.plan.size < known.plan.size:
                self._shown[name] = finding

    def _died(self, judge: _Judge, todo: deque[str], folder: Path) -> Iterator[Event]:
        """Take down what killed a judge, and put another in its place."""
        judge.process.join(10)
        self._judges.remove(judge)
        judge.end()
        if judge.contract is None or judge.plan is None:
            raise HarnessError(f"a process of the suite died: {_tail(judge.output)}")
        reason = f"it took its process with it (exit code {judge.process.exitcode}): {_tail(judge.output)}"
        finding = Finding(reason=reason, key=None, plan=judge.plan, timeline=(), played=0, seed=self._seed)
        verdict = Verdict(contract=judge.contract, word="broken", reason=reason, finding=finding)
        yield from self._noted(verdict)
        if todo:
            self._hire(folder)

    def _hire(self, folder: Path) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        output = folder / f"output-{len(self._judges)}-{time.monotonic_ns()}"
        process = context.Process(
            target=work, args=(theirs, self._target, self._budget, self._seed, str(output)), daemon=False
        )
        process.start()
        theirs.close()
        self._judges.append(_Judge(process, ours, output))

    def _met(self, judge: _Judge) -> Ready:
        while True:
            try:
                said = judge.pipe.recv()
            except EOFError:
                judge.process.join(10)
                raise HarnessError(f"the client took its process with it: {_tail(judge.output)}") from None
            if isinstance(said, Failed):
                raise _as_error(said)
            if isinstance(said, Ready):
                return said

    def _settled(self, verdict: Verdict) -> Verdict:
        """Return a verdict as the runs of all contracts leave it."""
        finding = self._shown.get(verdict.contract)
        if finding is None or not _is_open(verdict):
            return verdict
        return replace(verdict, word="broken", reason=finding.reason, finding=finding)

    def _result(self, *, is_complete: bool) -> Run:
        ready = self._ready
        return Run(
            client=ready.name if ready else self._target.name,
            capabilities=ready.capabilities if ready else (),
            seed=self._seed,
            budget=self._budget.name,
            verdicts=tuple(self._settled(self._verdicts[name]) for name in CATALOGUE if name in self._verdicts),
            seconds=round(time.monotonic() - self._began_s, 3),
            is_complete=is_complete,
        )


def _chosen(only: Sequence[str]) -> list[Contract]:
    unknown = [name for name in only if name not in CATALOGUE]
    if unknown:
        raise UsageError(f"there is no contract {unknown[0]!r}; `batchproof contracts` lists them")
    return [contract for contract in CATALOGUE.values() if not only or contract.id in only]


def _is_open(verdict: Verdict) -> bool:
    """Tell whether later runs may change a verdict: an invariant is judged on those of all contracts."""
    return verdict.word == "kept" and CATALOGUE[verdict.contract].family == "invariants"


def _not_claimed(contract: Contract, offered: Sequence[Capability]) -> Verdict:
    missing = ", ".join(sorted(contract.needs - set(offered)))
    return Verdict(contract=contract.id, word="not claimed", reason=f"the client does not offer: {missing}")


def _as_error(failed: Failed) -> Exception:
    return UsageError(failed.message) if failed.is_usage else HarnessError(failed.message)


def _tail(output: Path) -> str:
    text = output.read_text(errors="replace").strip() if output.exists() else ""
    return text[-400:] or "it printed nothing"
