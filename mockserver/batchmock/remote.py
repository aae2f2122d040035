"""An emulator behind a URL, as a test handles it: ``batchmock.handle`` over the control plane.

On the standard library alone. It does not know the API beside the control plane.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec
from msgspec import Struct

from batchmock.clock import ClockMode
from batchmock.errors import UsageError
from batchmock.faults import Operation
from batchmock.handle import Batch, Batches, ExchangeRecord, Page, Plan, PlanPage
from batchmock.idle_faults import refuse_idle_faults
from batchmock.scenario import Scenario
from batchmock.scenarios.document import dump, read
from batchmock.times import MICROSECOND, write_duration

PATIENCE_S = 60.0
T = TypeVar("T")


class RemoteEmulator:
    """The workspace that an API key opens, on an emulator that listens at a base URL.

    - ``base_url``, ``api_key``: where its clients find it, and what they send.
    - ``clock``: its own time.
    """

    def __init__(self, base_url: str, api_key: str = "test", *, control_token: str | None = None) -> None:
        self.base_url = base_url
        self.api_key = api_key
        self._plane = _ControlPlane(base_url, api_key, control_token)
        self.clock = RemoteClock(self._plane)

    @property
    def scenario(self) -> Scenario:
        """What batches to come unfold by; set it to a scenario, or to the name of one on the menu."""
        return read(self._plane.get("scenario", dict[str, Any]))

    @scenario.setter
    def scenario(self, scenario: Scenario | str) -> None:
        named = isinstance(scenario, str)
        document = {"name": scenario} if named else {"seed": scenario.seed} | dump(scenario)
        self._plane.put("scenario", document, dict[str, Any])

    def history(
        self,
        *,
        after: int = 0,
        operation: Operation | None = None,
        batch_id: str | None = None,
        status: int | None = None,
        without_effect: bool = False,
    ) -> Sequence[ExchangeRecord]:
        """Return the exchanges that match all that is given, in the order they came.

        ``without_effect`` are those in which a fault found nothing to bite on.
        """
        asked = {"operation": operation, "batch_id": batch_id, "status": status}
        asked |= {"without_effect": "true"} if without_effect else {}
        exchanges: list[ExchangeRecord] = []
        has_more = True
        while has_more:
            page = self._plane.get("history", Page, after=after, **asked)
            exchanges += page.exchanges
            after = exchanges[-1].sequence if exchanges else after
            has_more = page.has_more
        return exchanges

    def check_faults(self) -> None:
        """Refuse a scenario that could not be brought about, as far as the history reaches back.

        Raises:
            UsageError: names each fault that found nothing to bite on, and the first exchange where that was so.
        """
        refuse_idle_faults(self.history(without_effect=True))

    def clear_history(self) -> None:
        """Forget the exchanges so far."""
        self._plane.ask("DELETE", "history")

    def batches(self) -> Sequence[Batch]:
        """Return all batches that are not deleted, in the order they were created."""
        return self._plane.get("batches", Batches).batches

    def plan(self, batch_id: str) -> Plan:
        """Return what a batch comes to.

        Raises:
            UsageError: there is no such batch.
        """
        path = f"batches/{quote(batch_id, safe='')}/plan"
        page = self._plane.get(path, PlanPage)
        requests = [*page.requests]
        while page.has_more:
            page = self._plane.get(path, PlanPage, skip=len(requests))
            requests += page.requests
        return Plan(page.batch, page.request_counts, tuple(requests))

    def reset(self) -> None:
        """Make the workspace as it was before its first call."""
        self._plane.ask("POST", "reset")

    def snapshot(self) -> bytes:
        """Return the workspace as a JSON document: batches, clock and scenario, but no history."""
        return self._plane.ask("POST", "snapshot")

    def restore(self, snapshot: bytes) -> None:
        """Put a workspace back as a snapshot says, or, if something is wrong with it, not at all.

        Raises:
            UsageError: it is no snapshot; names the place.
        """
        self._plane.ask("POST", "restore", snapshot)


class RemoteClock:
    """A workspace's clock; of those that move by themselves it tells where they are."""

    def __init__(self, plane: "_ControlPlane") -> None:
        self._plane = plane

    def now(self) -> datetime:
        """Return the virtual instant, in UTC."""
        return self._plane.get("clock", _Reading).now

    def advance(self, by: timedelta | str) -> datetime:
        """Move forward by a duration, such as ``"24h"`` or a timedelta, in one jump; return the instant after.

        Raises:
            UsageError: it is no duration, negative, or leads past the end of the calendar.
        """
        return self._plane.post("clock/advance", {"by": _duration(by)}, _Reading).now

    def advance_to(self, instant: datetime | str) -> datetime:
        """Move forward to an instant; without an offset it is UTC.

        Raises:
            UsageError: it is no instant, has passed, or lies past the end of the calendar.
        """
        text = instant if isinstance(instant, str) else instant.isoformat()
        return self._plane.put("clock", {"now": text}, _Reading).now

    def change(
        self, *, mode: ClockMode | None = None, speed: float | None = None, step: timedelta | str | None = None
    ) -> None:
        """Go on from the present instant in another way; what is left out stays.

        Raises:
            UsageError: a mode, speed or step that there is not.
        """
        given = {"mode": mode, "speed": speed, "step": None if step is None else _duration(step)}
        self._plane.put("clock", {name: value for name, value in given.items() if value is not None}, _Reading)


class _Reading(Struct):
    now: datetime


class _Refusal(Struct):
    message: str


class _Envelope(Struct):
    error: _Refusal


class _ControlPlane:
    """Calls of the control plane, each on a connection of its own: any thread may ask."""

    def __init__(self, base_url: str, api_key: str, token: str | None) -> None:
        url = urlsplit(base_url)
        if url.scheme not in ("http", "https") or not url.hostname:
            raise UsageError(f"base URL {base_url!r} does not start with http:// or https:// and name a host")
        self._connection = HTTPSConnection if url.scheme == "https" else HTTPConnection
        self._host, self._port = url.hostname, url.port
        self._base_url = base_url
        self._path = f"{url.path.rstrip('/')}/_emulator/"
        self._headers = {"x-api-key": api_key} | ({} if token is None else {"x-emulator-token": token})

    def get(self, path: str, shape: type[T], **query: object) -> T:
        given = urlencode({name: value for name, value in query.items() if value is not None})
        return msgspec.json.decode(self.ask("GET", f"{path}?{given}" if given else path), type=shape)

    def put(self, path: str, body: Mapping[str, object], shape: type[T]) -> T:
        return msgspec.json.decode(self.ask("PUT", path, msgspec.json.encode(body)), type=shape)

    def post(self, path: str, body: Mapping[str, object], shape: type[T]) -> T:
        return msgspec.json.decode(self.ask("POST", path, msgspec.json.encode(body)), type=shape)

    def ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        connection = self._connection(self._host, self._port, timeout=PATIENCE_S)
        try:
            connection.request(method, self._path + path, body, self._headers)
            response = connection.getresponse()
            answer = response.read()
        except (OSError, HTTPException, UnicodeError) as error:
            # A host that is no name at all fails as text, before anything looks for it.
            raise UsageError(f"no emulator answers at {self._base_url}: {error}") from None
        finally:
            connection.close()
        if response.status != 200:
            raise UsageError(_refusal(answer, response.status))
        return answer


def _refusal(answer: bytes, status: int) -> str:
    try:
        return msgspec.json.decode(answer, type=_Envelope).error.message
    except msgspec.DecodeError:
        return f"what answers with status {status} is no emulator: {answer[:100]!r}"


def _duration(by: timedelta | str) -> str:
    if isinstance(by, str):
        return by
    microseconds = by // timedelta(microseconds=1)
    if microseconds < 0:
        raise UsageError("a clock only goes forward; advance it by zero or more")
    return write_duration(microseconds * MICROSECOND)
