"""The emulator that a plan is played on, in this process, and the ledger of what it holds afterwards.

It does not know clients.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from batchmock.clock import Clock, ClockSetting
from batchmock.inprocess.emulator import LocalEmulator
from batchmock.inprocess.libraries import HOST
from batchmock.settings import Settings
from batchmock.times import DAY, parse_instant, timestamp
from batchproof.arena.recorder import Happening, Recorder
from batchproof.arena.served import ServedEmulator
from batchproof.observation import LedgerBatch
from batchproof.plan import Moment, Plan
from batchproof.staging import API_KEY, OTHER_API_KEY, healed, staged
from batchproof.tape import Exchange

# A Monday morning; any would do, and the same one each time makes runs alike.
START = parse_instant("2026-01-05T09:00:00Z")
KEYS = {API_KEY: "the key", OTHER_API_KEY: "the other key"}
FOREIGN_HOST = "elsewhere.invalid"
_VERSION = {"anthropic-version": "2023-06-01"}


class State(Struct, frozen=True):
    """All there is to know of a stage, to go on with it in another process."""

    tape: list[Exchange]
    snapshot: bytes
    others: set[str]
    has_struck: bool


class Stage:
    """An emulator with a plan's scenario, and the tape of what is said to it.

    - ``home``: the API's host, and ``elsewhere``: another host that leads here, as requests name them.
    - ``clock``: the clock of who plays programs; in process it is the stage's own.
    """

    def __init__(
        self, plan: Plan, *, home: str = HOST, elsewhere: str = FOREIGN_HOST, clock: Clock | None = None
    ) -> None:
        self.plan = plan
        self._elsewhere = f"http://{elsewhere}"
        if clock is None:
            settings = Settings(clock=ClockSetting(mode="manual"), start=START, body_bytes_max=plan.bytes_max)
            self.emulator = LocalEmulator(settings=settings, api_key=API_KEY)
            self.clock = self.emulator.clock.source
        else:
            self.emulator = ServedEmulator(clock, api_key=API_KEY, body_bytes_max=plan.bytes_max)
            self.clock = clock
        self.started = self.clock.now()
        self.recorder = Recorder(self.emulator.app, self.now, home=home, keys=KEYS)
        self.foreign_hosts = frozenset({elsewhere})
        self._is_canceled = False
        self._others: set[str] = set()
        self._has_struck = False
        self.emulator.scenario = staged(plan, elsewhere=self._elsewhere)
        if plan.canceled_after is not None:
            self.recorder.meanwhile = self._cancel_when_due

    def now(self) -> int:
        """Return the virtual instant (ns)."""
        return self.clock.now()

    def begin(self, life: int, at: Mapping[Moment, Happening]) -> None:
        """Make ready for the n-th life; after the first nothing goes wrong any more."""
        self.emulator.scenario = healed(self.plan)
        self.clock.advance(self.plan.lives[life].waited)
        for _ in range(self.plan.lives[life].others):
            self._others.add(msgspec.json.decode(self._ask("POST", "", body=_SOMEBODY_ELSES))["id"])
        if life == 0:
            # Faults count calls from here on.
            self.emulator.scenario = staged(self.plan, elsewhere=self._elsewhere)
        self.recorder.begin(life, dict(at))

    def has_struck(self) -> bool:
        """Tell whether any fault of the plan has done something to an exchange."""
        if self.plan.scenario.faults and not self._has_struck:
            struck = (one for one in self.emulator.history() if len(one.faults) > len(one.faults_without_effect))
            self._has_struck = any(True for _ in struck)
        return self._has_struck

    def state(self) -> State:
        """Return all there is to know of it."""
        return State(self.recorder.tape, self.emulator.snapshot(), self._others, self.has_struck())

    def adopt(self, state: State) -> None:
        """Go on from where another process left it."""
        # Only what is new: an exchange that is under way here goes on being written down.
        self.recorder.tape += state.tape[len(self.recorder.tape) :]
        self._others = state.others
        self._has_struck = state.has_struck
        self.emulator.restore(state.snapshot)

    def ledger(self) -> tuple[LedgerBatch, ...]:
        """Let a day pass, in which nothing goes wrong, and return what the server holds then."""
        self.emulator.scenario = healed(self.plan)
        self.clock.advance(DAY + DAY // 24)
        return tuple(
            LedgerBatch(id=batch["id"], key=name, results=self._results(key, batch["id"]))
            for key, name in KEYS.items()
            for batch in self._listed(key)
            if batch["id"] not in self._others
        )

    def _cancel_when_due(self) -> None:
        after = self.plan.canceled_after
        if self._is_canceled or after is None or self.now() < self.started + after:
            return
        self._is_canceled = True
        before, self.emulator.scenario = self.emulator.scenario, healed(self.plan)
        for batch in list(self._listed(API_KEY)):
            if batch["processing_status"] == "in_progress":
                self._ask("POST", f"/{batch['id']}/cancel")
                self.recorder.tape.append(
                    Exchange(
                        life=self.recorder.life,
                        number=0,
                        came=self.now(),
                        origin="",
                        method="POST",
                        path=f"/v1/messages/batches/{batch['id']}/cancel",
                        status=200,
                        is_whole=True,
                        actor="other",
                    )
                )
        self.emulator.scenario = before

    def _listed(self, key: str) -> Iterator[dict[str, Any]]:
        after = ""
        while True:
            page = msgspec.json.decode(self._ask("GET", f"?limit=1000{after}", key=key))
            yield from page["data"]
            if not page["has_more"]:
                return
            after = f"&after_id={page['last_id']}"

    def _results(self, key: str, batch_id: str) -> dict[str, dict[str, Any]]:
        lines = self._ask("GET", f"/{batch_id}/results", key=key, may_fail=True).splitlines()
        rows = [msgspec.json.decode(line) for line in lines]
        return {row["custom_id"]: row["result"] for row in rows if "custom_id" in row}

    def _ask(
        self, method: str, path: str, *, key: str = API_KEY, body: bytes = b"", may_fail: bool = False
    ) -> bytes:
        """Ask the emulator beside the tape, as somebody else with the key does."""
        with self.emulator.http_client() as client:
            answer = client.request(
                method,
                f"/v1/messages/batches{path}",
                content=body,
                headers={**_VERSION, "x-api-key": key, "content-type": "application/json"},
            )
        assert may_fail or answer.status_code == 200, f"{timestamp(self.now())} {method} {path}: {answer.text}"
        return answer.content if answer.status_code == 200 else b""


_SOMEBODY_ELSES = msgspec.json.encode(
    {
        "requests": [
            {
                "custom_id": "somebody-elses",
                "params": {
                    "model": "claude-haiku-4-5",
                    "max_tokens": 64,
                    "messages": [{"role": "user", "content": "Not yours"}],
                },
            }
        ]
    }
)
