"""A program in any language as a client under test: one process that answers call after call.

A new process takes its place where it had to be ended. It does not know where its HTTP goes.
"""

import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

from msgspec import UNSET

from batchproof.adapters.call import Call
from batchproof.adapters.messages import (
    PROTOCOL,
    Answer,
    Cancel,
    Done,
    Failure,
    Greeting,
    Hello,
    ProtocolError,
    Reset,
    Resume,
    Run,
    read_reply,
    written,
)
from batchproof.adapters.process import (
    SILENCE_S,
    FloodError,
    Process,
    ProcessOverError,
    SilenceError,
    Watch,
)
from batchproof.errors import UsageError
from batchproof.observation import Ending
from batchproof.plan import Capability
from batchproof.shapes import read_outcomes

Told = TypeVar("Told", Greeting, Answer, Done)

# A shell reports a program that SIGINT ended in this way, and many programs end so themselves.
_INTERRUPTED = (-signal.SIGINT, 128 + signal.SIGINT)
_SEE = "docs/adapters.md shows what a program has to say"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a call is made of a program.

    - ``is_resumed``: whether a life before was cut short.
    - ``sleep_s``: how long it is to sleep between polls; None leaves it to the program.
    - ``watch``: grows with each sign of life; may raise, to give the call up.
    """

    is_resumed: bool = False
    sleep_s: float | None = None
    watch: Watch = lambda: 0


PLAIN = Manner()


class Program:
    """A program, by the command that starts it; ``env`` is the whole of its environment."""

    def __init__(self, command: Sequence[str], *, env: Mapping[str, str], silence_s: float = SILENCE_S) -> None:
        self.command = tuple(command)
        self._env = env
        self._silence_s = silence_s
        self._process: Process | None = None
        self._numbers = count(1)
        self._number = 0
        self._is_interrupted = False
        # Whoever plays plans to it finds out whether the clock sees how it waits.
        self.shares_clock = False
        self.greeting = self._greeted()

    @property
    def name(self) -> str:
        """What it calls itself."""
        return self.greeting.name

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What it says that it offers, and what was found out."""
        found: set[Capability] = {"deadline"} if self.shares_clock else set()
        return frozenset(self.greeting.capabilities) | found

    @property
    def pid(self) -> int | None:
        """The process that it runs in now, if it does."""
        return None if self._process is None else self._process.pid

    def transcript(self) -> str:
        """Return the last lines that its process wrote in the latest call."""
        return "" if self._process is None else self._process.transcript()

    def another(self) -> "Program":
        """Return the same program in a process of its own.

        Raises:
            UsageError: it cannot be started, or answers nothing that is of the protocol.
        """
        return Program(self.command, env=self._env, silence_s=self._silence_s)

    def call(self, call: Call, manner: Manner = PLAIN) -> Ending:
        """Let it run requests to their outcomes; whatever it does, an ending tells."""
        self._is_interrupted = False
        try:
            self.start()
            answer = self._ask(self._work(call, manner), Answer, manner.watch)
        except UsageError as error:
            return Ending(how="broke", error=str(error))
        except ProcessOverError as error:
            was_interrupted = self._is_interrupted and error.code in _INTERRUPTED
            return Ending(how="interrupted" if was_interrupted else "broke", error=self._over(error))
        except SilenceError as error:
            return Ending(how="hung", error=self._over(error))
        except (FloodError, ProtocolError) as error:
            return Ending(how="broke", error=self._over(error))
        except BaseException:
            # Whoever watches gave it up, or the whole run is broken off.
            self.end()
            raise
        return self._ending(answer)

    def reset(self) -> None:
        """Let it forget what is not in files; one that cannot is replaced when it is called next."""
        if self._process is None:
            return
        try:
            self._ask(Reset(id=next(self._numbers)), Done)
        except (ProcessOverError, SilenceError, FloodError, ProtocolError):
            self.end()

    def interrupt(self) -> None:
        """Interrupt the call that is under way, in the way that it asked for; any thread may."""
        if self._process is None:
            return
        self._is_interrupted = True
        if self.greeting.interrupted_by == "cancel":
            self._process.add(written(Cancel(id=self._number)))
        else:
            self._process.interrupt()

    def kill(self) -> None:
        """Kill its process and what that started, with no chance to do anything about it; any thread may."""
        if self._process is not None:
            self._process.kill()

    def end(self) -> None:
        """End its process; the next call starts another."""
        if self._process is not None:
            self._process.end()
            self._process = None

    def start(self) -> None:
        """Start its process, if none is there; otherwise begin a new transcript.

        Raises:
            UsageError: it cannot be started, or answers nothing that is of the protocol.
        """
        if self._process is None:
            self._greeted()
        assert self._process is not None
        self._process.forget()

    def _greeted(self) -> Greeting:
        self._process = Process(self.command, self._env, silence_s=self._silence_s)
        try:
            greeting = self._ask(Hello(id=next(self._numbers)), Greeting)
        except (ProcessOverError, SilenceError, FloodError, ProtocolError) as error:
            raise UsageError(
                f"{' '.join(self.command)} did not answer hello: {self._over(error)}\n{_SEE}"
            ) from None
        except BaseException:
            self.end()
            raise
        if greeting.protocol != PROTOCOL:
            self.end()
            raise UsageError(
                f"{greeting.name} speaks protocol {greeting.protocol}, and this batchproof {PROTOCOL}; {_SEE}"
            )
        return greeting

    def _work(self, call: Call, manner: Manner) -> Run | Resume:
        shape = Resume if manner.is_resumed else Run
        betas = {request.key: list(request.betas) for request in call.requests}
        return shape(
            id=next(self._numbers),
            requests=[request.as_json for request in call.requests],
            base_url=call.base_url,
            api_key=call.api_key,
            state_dir=str(call.state_dir),
            requests_max=call.requests_max,
            bytes_max=call.bytes_max,
            on_interrupt=call.on_interrupt,
            betas=betas if "betas" in self.capabilities else {},
            sleep_s=manner.sleep_s,
        )

    def _ask(self, message: Hello | Run | Resume | Reset, shape: type[Told], watch: Watch = lambda: 0) -> Told:
        assert self._process is not None
        self._number = message.id
        return read_reply(self._process.ask(written(message), watch), shape, message.id)

    def _over(self, error: Exception) -> str:
        """Return what is known of a call that was not answered; its process is of no more use."""
        told = self._told(error)
        self.end()
        return f"it {told}"

    def _told(self, error: Exception | str) -> str:
        return f"{error}\n{self.transcript()}".rstrip("\n")

    def _ending(self, answer: Answer) -> Ending:
        if isinstance(answer.error, Failure):
            return self._failed(answer.error)
        assert answer.outcomes is not UNSET
        outcomes, odd = read_outcomes(answer.outcomes)
        return Ending(how="returned", outcomes=outcomes, odd=odd, usd=answer.usd, changed=answer.changed)

    def _failed(self, failure: Failure) -> Ending:
        outcomes = None if failure.outcomes is None else read_outcomes(failure.outcomes)[0]
        how = "interrupted" if failure.interrupted else "raised"
        # What it wrote to its output is this very answer.
        complaints = "" if self._process is None else self._process.complaints()
        return Ending(how=how, outcomes=outcomes, error=f"{failure.message}\n{complaints}".rstrip("\n"))
