"""Whose turn it is among threads that share a virtual clock, which moves only when all of them wait.

One thread goes on at a time, so that the same program takes the same course each time: the one whose instant comes
first, of several the one that asked first. It does not know what threads wait for, nor how they come to ask.
"""

import threading
import time
from _thread import RLock
from collections.abc import Iterable
from heapq import heappop, heappush
from itertools import count
from math import ceil

from batchmock.clock import Clock
from batchmock.coupling.stuck import Forced, Watch, real_monotonic, whereabouts
from batchmock.coupling.waits import Participant, Wait
from batchmock.errors import CoupledTimeError
from batchmock.times import LAST_INSTANT, MICROSECOND, SECOND, timestamp, write_duration

# Saved, as what others find there gets replaced.
real_monotonic_ns, real_perf_counter_ns = time.monotonic_ns, time.perf_counter_ns

# How many grace periods threads that take no part have to release one that does, before nobody can is believed.
OUTSIDE_PATIENCE = 5


class Turns:
    """The participants of one block of coupled time; ``first`` is the thread that entered it."""

    def __init__(self, clock: Clock, *, grace_s: float, limit: int) -> None:
        self.is_closed = False
        self.forced: list[Forced] = []
        self.clock = clock
        self._followers: list[Clock] = []
        self.grace_s = grace_s
        self._limit = limit
        self._left = limit
        start = clock.now()
        self._monotonic_ns = real_monotonic_ns() - start
        self._perf_counter_ns = real_perf_counter_ns() - start
        # A signal's handler or a finalizer may release somebody at any point, also here.
        self._mutex = RLock()
        self._order = count()
        self._due: list[tuple[int, int, Wait]] = []
        self._waiting: dict[Participant, Wait] = {}
        self._away: set[Participant] = set()
        self._of_thread: dict[threading.Thread, Participant] = {}
        self.first = Participant(self, threading.current_thread())
        self._holder: Participant | None = self.first
        self._of_thread[self.first.thread] = self.first
        self._turn = 0
        # A nanosecond is shown for each, as no timer fires on the dot: whoever adds up floats to see whether its
        # time has come would find it missing the last bit, and wait again.
        self._jumps = 0
        self._idle_since_s = 0.0
        self._watch = Watch(grace_s)

    def monotonic_ns(self) -> int:
        """Return what ``time.monotonic_ns`` shows: where it stood, and the virtual time since."""
        return self._monotonic_ns + self.clock.now() + self._jumps

    def perf_counter_ns(self) -> int:
        """Return what ``time.perf_counter_ns`` shows: where it stood, and the virtual time since."""
        return self._perf_counter_ns + self.clock.now() + self._jumps

    def ahead_ns(self) -> int:
        """Return how much more virtual time has passed than real time."""
        return self.monotonic_ns() - real_monotonic_ns()

    def follow(self, clock: Clock) -> None:
        """Let one more clock move with the first."""
        self._followers.append(clock)

    def unfollow(self, clock: Clock) -> None:
        """Let a clock that followed move no more."""
        self._followers.remove(clock)

    def wait(self, wait: Wait) -> bool:
        """Let others go on until a wait's seconds have passed or it was released; tell whether it was.

        Raises:
            CoupledTimeError: nobody can ever go on, or too much time has passed; in the first thread only.
        """
        with self._mutex:
            if wait.was_released:
                return True
            self._enter(wait)
        if wait.real is None:
            self._await_turn_of(wait)
        if wait.error is not None:
            raise wait.error
        return wait.was_released or (wait.real is not None and self._wait_for_real(wait))

    def release(self, wait: Wait) -> None:
        """Let a waiting thread go on when its turn comes."""
        with self._mutex:
            if wait.was_released or wait.is_over:
                return
            wait.was_released = True
            if wait.real is not None:
                wait.real.release()
            elif self._waiting.get(wait.participant) is wait:
                self._schedule(wait, self.clock.now())
                if self._holder is None:
                    self._pass_on()

    def expect(self, thread: threading.Thread) -> Participant:
        """Take in a thread that is about to start; it goes on when its turn comes."""
        newcomer = Participant(self, thread)
        with self._mutex:
            self._of_thread[thread] = newcomer
            wait = self._waiting[newcomer] = Wait(newcomer, "its start")
            self._schedule(wait, self.clock.now())
            if self._holder is None:
                # Who starts it had been given up as stuck.
                self._pass_on()
        return newcomer

    def begin(self, newcomer: Participant) -> None:
        """Wait, in the thread that was expected, until it may go on."""
        self._await_turn(newcomer)

    def leave(self, participant: Participant) -> None:
        """Let a participant take part no more, and whoever waits for its end go on."""
        with self._mutex:
            participant.is_done = True
            self._of_thread.pop(participant.thread, None)
            self._away.discard(participant)
            self._forget(participant)
            joining = participant.joining
        for wait in joining:
            self.release(wait)
        with self._mutex:
            if self._holder in (participant, None) and not self.is_closed:
                self._pass_on()

    def participant(self, thread: threading.Thread) -> Participant | None:
        """Return the participant that a thread is."""
        return self._of_thread.get(thread)

    def force(self, what: str, where: str) -> None:
        """Note that the clock may be about to move over something that does not wait for it."""
        self.forced.append(Forced(what, self.clock.now(), where))

    def close(self) -> None:
        """Let everybody who still waits do so in real time."""
        with self._mutex:
            self.is_closed = True
            for participant, wait in self._waiting.items():
                wait.outlast()
                participant.wake.release()
            self._waiting.clear()
            self._due.clear()

    def _enter(self, wait: Wait) -> None:
        participant = wait.participant
        if wait.seconds is not None:
            wait.deadline = self.clock.now() + _microseconds(wait.seconds) * MICROSECOND
        if self.is_closed:
            wait.outlast()
            return
        self._waiting[participant] = wait
        self._away.discard(participant)
        if wait.deadline is not None:
            self._schedule(wait, wait.deadline)
        if self._holder in (participant, None):
            self._pass_on()

    def _schedule(self, wait: Wait, instant: int) -> None:
        wait.order = next(self._order)
        heappush(self._due, (instant, wait.order, wait))

    def _pass_on(self) -> None:
        """Give the turn to whoever comes first, at the instant for which it asked."""
        self._holder = None
        while self._due:
            instant, order, wait = self._due[0]
            if not wait.is_over and wait.order == order:
                break
            heappop(self._due)
        else:
            self._nobody_is_due()
            return
        if instant > min(self.clock.now() + self._left, LAST_INSTANT):
            self._fail(f"nobody goes on within {write_duration(self._limit)} of waiting in this block")
            return
        if self._reach(instant):
            self._give(wait)

    def _nobody_is_due(self) -> None:
        self._idle_since_s = real_monotonic()
        if not self._away and not self._outsiders():
            self._fail("nobody can ever go on")

    def _reach(self, instant: int) -> bool:
        """Move the clock to an instant; False if others have to wait first, and the turn is passed on then."""
        self._move_to(instant)
        return True

    def _move_to(self, instant: int) -> None:
        by = instant - self.clock.now()
        if by > 0:
            self._jumps += 1
            self._left -= by
            self.clock.advance(by)
            for clock in self._followers:
                clock.advance(by)

    def _give(self, wait: Wait) -> None:
        wait.is_over = True
        self._turn += 1
        self._holder = wait.participant
        del self._waiting[wait.participant]
        wait.participant.wake.release()
        wait.when_given()

    def _fail(self, why: str) -> None:
        wait = self._waiting.get(self.first)
        if wait is not None:
            who = "\n".join(
                f"  {other.thread.name} waits for {what}, in {whereabouts(other.thread)}"
                for other, what in self._waiting.items()
            )
            wait.error = CoupledTimeError(f"{why}, at {timestamp(self.clock.now())}:\n{who}")
            self._give(wait)

    def _forget(self, participant: Participant) -> None:
        wait = self._waiting.pop(participant, None)
        if wait is not None:
            wait.is_over = True

    def _await_turn_of(self, wait: Wait) -> None:
        try:
            self._await_turn(wait.participant)
        except BaseException:
            # A signal's handler raised: the thread goes on without having been given the turn.
            with self._mutex:
                self._break_off(wait)
            raise

    def _break_off(self, wait: Wait) -> None:
        participant = wait.participant
        if participant in self._waiting:
            self._forget(participant)
            self._away.add(participant)
        else:
            participant.wake.acquire(False)

    def _await_turn(self, participant: Participant) -> None:
        while not participant.wake.acquire(timeout=self.grace_s):
            with self._mutex:
                if not self.is_closed:
                    self._look_for_trouble()

    def _look_for_trouble(self) -> None:
        """See whether whoever has the turn is stuck out of sight, or nobody has it for good."""
        holder = self._holder
        if holder is None:
            idle_s = real_monotonic() - self._idle_since_s
            if not self._away and idle_s >= OUTSIDE_PATIENCE * self.grace_s:
                self._fail("nobody has gone on for a while, and nobody in this block can")
        elif self._watch.finds_stuck(self._turn, holder.thread):
            self.force(holder.thread.name, whereabouts(holder.thread))
            self._away.add(holder)
            self._pass_on()

    def _outsiders(self) -> Iterable[threading.Thread]:
        """Return the threads that do not take part, any of which may yet release one that does."""
        return [thread for thread in threading.enumerate() if thread not in self._of_thread]

    def _wait_for_real(self, wait: Wait) -> bool:
        """Wait what is left of a wait that outlasts its block."""
        assert wait.real is not None
        left = -1.0 if wait.deadline is None else max(0, wait.deadline - self.clock.now()) / SECOND
        return wait.real.acquire(True, left)


def _microseconds(seconds: float) -> int:
    """Return a duration in what the clock counts; less than a nanosecond more is an error of adding floats."""
    return ceil(max(seconds, 0) * 1e6 - 1e-3) or int(seconds > 0)
