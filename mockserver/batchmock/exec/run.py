"""A program's run on an emulator of its own: from the emulator's start to the report.

Here the real time of the whole is measured. It does not know what the program does.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from batchmock.exchanges.exchange import Exchange
from batchmock.exchanges.history_file import HistoryFile
from batchmock.exec.child import NotStartedError, run_child
from batchmock.exec.report import ExecReport, Seen, lines, outcomes
from batchmock.exec.stillness import Stillness
from batchmock.server import app_of, new_emulator, running_app
from batchmock.settings import Settings
from batchmock.shims.environment import environment_for
from batchmock.times import SECOND, write_duration


class ExecRun:
    """One run; ``say`` gets what is to be told a person, a line at a time."""

    def __init__(self, settings: Settings, *, history_file: Path | None, say: Callable[[str], None]) -> None:
        """Make the emulator.

        Raises:
            UsageError: the history cannot be written.
        """
        self._emulator = new_emulator(settings)
        self._say = say
        self._history = None if history_file is None else HistoryFile(history_file, say)
        self._seen = Seen()
        self._told_steps = False

    def of(self, command: Sequence[str], environ: Mapping[str, str], *, is_told: bool = True) -> ExecReport:
        """Run a program to its end, tell what happened and return it."""
        clock = self._emulator.clock
        start, start_s = clock.now(), time.monotonic()
        with running_app(app_of(self._emulator, self._observe)) as url:
            is_coupled = clock.setting.mode == "coupled"
            env = environment_for(url, base=environ, is_coupled=is_coupled)
            with Stillness(clock.clients, lambda: self._seen.exchanges, self._say):
                try:
                    exit_code = run_child(command, env)
                except NotStartedError as error:
                    self._say(str(error))
                    exit_code, is_told = error.exit_code, False
            real_s = time.monotonic() - start_s
        report = self._report(exit_code, clock.now() - start, real_s)
        if is_told:
            for line in lines(report):
                self._say(line)
        return report

    def _report(self, exit_code: int, passed: int, real_s: float) -> ExecReport:
        clock = self._emulator.clock
        views = [view for space in self._emulator.workspaces() for view in space.batches(clock.now())]
        return ExecReport(
            exit_code=exit_code,
            batches=len(views),
            requests=sum(len(view.facts.submission.requests) for view in views),
            outcomes=outcomes(views),
            exchanges=self._seen.exchanges,
            polls=self._seen.polls,
            faults=dict(sorted(self._seen.faults.items())),
            clock=clock.setting.mode,
            coupled_processes=clock.clients.joined,
            steps=clock.steps,
            virtual_s=passed / SECOND,
            real_s=round(real_s, 3),
        )

    def _observe(self, exchange: Exchange) -> None:
        self._seen.add(exchange)
        if self._history is not None:
            self._history.write(exchange)
        clock = self._emulator.clock
        if clock.setting.mode == "coupled" and clock.steps and not self._told_steps:
            self._told_steps = True
            self._say(f"{self._why_steps()}; it moves {write_duration(clock.setting.step)} at each poll")

    def _why_steps(self) -> str:
        clients = self._emulator.clock.clients
        if clients.hold_the_clock:
            return "the program polls and polls without waiting, so the clock cannot go by that"
        if clients.joined:
            return "whoever shares the clock waits for another program, which does not"
        return "nobody in this program shares the clock (Python 3.11 and Node 20 can)"
