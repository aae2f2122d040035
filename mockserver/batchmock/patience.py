"""Somebody else's code, called in a thread of its own for as long as there is patience.

Whoever serves an emulator lends it to the callables of a scenario. It does not know what they answer.
"""

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from weakref import finalize

from msgspec.structs import replace

from batchmock.errors import ApiError
from batchmock.limits import ANSWER_PATIENCE_S
from batchmock.replies.answers import Ask
from batchmock.replies.question import Question
from batchmock.scenario import Scenario

Outcome = Callable[[], object]


def with_patience(scenario: Scenario, patience_s: float = ANSWER_PATIENCE_S) -> Scenario:
    """Return a scenario whose callable, if it has one, cannot keep anybody waiting for longer than this."""
    ask = scenario.answers.ask
    if ask is None or isinstance(ask, Patient):
        return scenario
    return replace(scenario, answers=replace(scenario.answers, ask=Patient(ask, patience_s)))


class Patient:
    """A callable that gives up waiting for another one; calls come one at a time."""

    def __init__(self, ask: Ask, patience_s: float) -> None:
        self._ask = ask
        self._patience_s = patience_s
        self._worker: Worker | None = None

    def __call__(self, question: Question) -> object:
        """Return what the other one returns, or raise what it raises.

        Raises:
            ApiError: it took too long; its thread is left to itself.
        """
        worker, self._worker = self._worker or self._hired(), None
        worker.questions.put(question)
        try:
            outcome = worker.outcomes.get(timeout=self._patience_s)
        except Empty:
            message = f"the answer callable gave no answer within {self._patience_s:g} seconds"
            raise ApiError("timeout_error", message) from None
        self._worker = worker
        return outcome()

    def _hired(self) -> "Worker":
        worker = Worker(self._ask)
        finalize(self, worker.questions.put, None)
        return worker


class Worker:
    """A thread that answers one question after the other, until it gets none."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self.questions: SimpleQueue[Question | None] = SimpleQueue()
        self.outcomes: SimpleQueue[Outcome] = SimpleQueue()
        threading.Thread(target=self._run, name="batchmock answers", daemon=True).start()

    def _run(self) -> None:
        while (question := self.questions.get()) is not None:
            self.outcomes.put(self._tried(question))

    def _tried(self, question: Question) -> Outcome:
        try:
            answer = self._ask(question)
        except BaseException as error:  # whoever asked is to have it, whatever it is
            return _raising(error)
        return lambda: answer


def _raising(error: BaseException) -> Outcome:
    def outcome() -> object:
        raise error

    return outcome
