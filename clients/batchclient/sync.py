"""The synchronous client: drives a flow with ``anthropic.Anthropic``.

It does what the flow asks for, and decides nothing.
"""

import random
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
from anthropic import Anthropic, APIConnectionError, APIStatusError

from batchclient.bench import Progress, unobserved
from batchclient.clerk import Clerk, JournalPath
from batchclient.cost import Estimate
from batchclient.effects import Answer, Call, Download, Effect, NoAnswer, Reply, Sleep, Steps, T
from batchclient.errors import RunError
from batchclient.flow import EVERYTHING, Stages, cancel, conduct
from batchclient.nonces import new_nonce
from batchclient.pairs import Requests
from batchclient.policy import Policy
from batchclient.run import BatchRun
from batchclient.sdk import BODY_ERRORS, answer, checked, no_answer, options, refusal
from batchclient.signals import terminating_as_interrupting


class BatchClient:
    """Runs requests through message batches, and gives every key exactly one outcome.

    ``sdk`` is the official client: its key, base URL and connections are used; its retries are not. A ``journal``
    is the path of a file that makes a run survive the process; without one a run lives in memory. Requests are
    ``(key, params)`` pairs, or a mapping of keys to params.

    Raises:
        TypeError: ``sdk`` is no client, or the one of the other driver.
    """

    def __init__(
        self,
        sdk: Anthropic | None = None,
        *,
        policy: Policy | None = None,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], object] | None = None,
        draw: Callable[[], float] = random.random,
        nonce: Callable[[], str] = new_nonce,
        on_progress: Callable[[Progress], None] = unobserved,
    ) -> None:
        self._sdk = Anthropic() if sdk is None else checked(sdk, Anthropic)
        # Looked up now: whoever moves time in a test puts their own in these places.
        self._sleep = sleep or time.sleep
        self._clerk = Clerk(
            base_url=str(self._sdk.base_url),
            policy=policy or Policy(),
            clock=clock or time.monotonic,
            draw=draw,
            nonce=nonce,
            observe=on_progress,
        )

    def run(self, requests: Requests, *, journal: JournalPath = None) -> BatchRun:
        """Submit requests, wait for their batches, collect the outcomes, send again what failed in passing.

        With the journal of an earlier, interrupted run of the same requests it goes on with that run.

        Raises:
            UsageError, JournalError: nothing was sent. UnfinishedError: some keys have no outcome.
        """
        return self._conduct(self._clerk.begin(requests, journal), None, EVERYTHING)

    def resume(self, journal: str | Path | BatchRun) -> BatchRun:
        """Go on with a run, from wherever it is.

        Raises:
            JournalError: nothing was sent. UnfinishedError: some keys have no outcome.
        """
        return self._conduct(self._clerk.reopen(journal), journal, EVERYTHING)

    def submit(self, requests: Requests, *, journal: JournalPath = None) -> BatchRun:
        """Submit requests and return at once; ``resume`` does the rest, at any time within 29 days.

        Raises:
            UsageError, JournalError: nothing was sent. UnfinishedError: not all could be submitted.
        """
        return self._conduct(self._clerk.begin(requests, journal), None, Stages(wait=False, collect=False))

    def wait(self, journal: str | Path | BatchRun) -> BatchRun:
        """Wait until all batches that were submitted have ended.

        Raises:
            UnfinishedError: some have not.
        """
        return self._conduct(self._clerk.reopen(journal), journal, Stages(submit=False, collect=False))

    def results(self, journal: str | Path | BatchRun) -> BatchRun:
        """Collect the outcomes of what was submitted; nothing is sent again.

        Raises:
            UnfinishedError: some cannot be had.
        """
        return self._conduct(self._clerk.reopen(journal), journal, Stages(submit=False))

    def cancel(self, journal: str | Path | BatchRun) -> BatchRun:
        """Cancel what is under way, wait for its end, and collect what was done until then.

        Raises:
            UnfinishedError: a batch could not be canceled, or some outcomes cannot be had.
        """
        run = self._clerk.reopen(journal)
        return self._work(run, journal, cancel(self._clerk.bench(run)))

    def estimate(self, requests: Requests) -> Estimate:
        """Return what requests may cost at most. Nothing is sent."""
        return self._clerk.estimate(requests)

    def _conduct(self, run: BatchRun, given: object, stages: Stages) -> BatchRun:
        return self._work(run, given, conduct(self._clerk.bench(run), stages))

    def _work(self, run: BatchRun, given: object, flow: Steps[list[RunError]]) -> BatchRun:
        with self._clerk.letting_go(run, given), terminating_as_interrupting():
            failures = self._drive(flow)
        return self._clerk.finished(run, failures)

    def _drive(self, flow: Steps[T]) -> T:
        try:
            effect = next(flow)
            while True:
                try:
                    reply = self._do(effect)
                except BaseException as error:
                    effect = flow.throw(error)
                else:
                    effect = flow.send(reply)
        except StopIteration as done:
            return done.value

    def _do(self, effect: Effect) -> Reply:
        match effect:
            case Sleep(seconds):
                self._sleep(seconds)
                return None
            case Call():
                return self._call(effect)
            case Download():
                return self._download(effect)

    def _call(self, call: Call) -> Answer | NoAnswer:
        how = options(call)
        try:
            if call.method == "GET":
                return answer(self._sdk.get(call.path, cast_to=httpx2.Response, options=how))
            return answer(self._sdk.post(call.path, cast_to=httpx2.Response, content=call.body, options=how))
        except APIStatusError as error:
            return refusal(error)
        except APIConnectionError as error:
            return no_answer(error)

    def _download(self, wish: Download) -> Answer | NoAnswer:
        try:
            response = self._sdk.get(
                wish.url, cast_to=httpx2.Response, options=options(wish), stream=True, stream_cls=None
            )
        except APIStatusError as error:
            return refusal(error)
        except (APIConnectionError, *BODY_ERRORS) as error:
            return no_answer(error)
        try:
            if response.status_code == 200:
                for piece in response.iter_bytes():
                    if not wish.receive(piece):
                        break
        except BODY_ERRORS as error:
            return no_answer(error)
        finally:
            response.close()
        return answer(response, with_body=False)
