"""The emulator: which credential opens which workspace, and ids for the organization and each exchange.

It does not know HTTP; real time comes from whoever makes it.
"""

from collections.abc import Callable, Generator, Sequence
from itertools import count
from threading import Lock
from uuid import UUID

from batchmock.clock import Clock
from batchmock.credential import Credential, digest
from batchmock.draws import Draws, Identifiers, NumberedIds
from batchmock.errors import ApiError
from batchmock.exchanges.digest import LargeBodies
from batchmock.exchanges.exchange import Exchange
from batchmock.exchanges.history import History
from batchmock.facts import WorkspaceState
from batchmock.models import catalogue
from batchmock.settings import Settings
from batchmock.workspace import Workspace


class Emulator:
    """Workspaces by credential.

    ``real`` gives real nanoseconds since 1970, for clocks that follow it; ``clock`` is lent by who has one.
    """

    def __init__(self, settings: Settings, *, real: Callable[[], int], clock: Clock | None = None) -> None:
        self.settings = settings
        seed = settings.scenario.seed
        self._workspace_ids = Identifiers(seed, "workspace", "wrkspc_01")
        self._stray_ids = NumberedIds(seed, "exchange", "req_011C")
        self._request_ids: dict[str, NumberedIds] = {}
        self._message_ids = Identifiers(seed, "message", "msg_011C")
        self._requests = count()
        self.models = catalogue(settings.models)
        self._real = real
        start = real() if settings.start is None else settings.start
        self._default_clock = self._new_clock(start) if clock is None else clock
        # A key itself is never kept: everything goes by its digest.
        self._names = {digest(key): name for key, name in settings.keys.items()}
        self._ids: dict[bytes, str] = {}
        self._workspaces: dict[str, Workspace] = {}
        self._lock = Lock()
        # Exchanges that opened no workspace.
        self.unclaimed = History(settings.exchanges_kept_max)
        self.large_bodies = LargeBodies()
        self.organization_id = str(UUID(bytes=Draws(seed, "organization").integers("o", each=2).tobytes()))

    def authenticate(self, credential: Credential | None) -> Workspace:
        """Return the workspace that a credential opens.

        Raises:
            ApiError: 401, without a credential or, with strict keys, for an unknown one.
        """
        if credential is None:
            raise ApiError("authentication_error", "x-api-key header is required")
        workspace_id = self._ids.get(credential.digest) or self._introduce(credential.digest)
        workspace = self._workspaces.get(workspace_id)
        return self._opened(workspace_id) if workspace is None else workspace

    def receive(self, exchange: Exchange, workspace: Workspace) -> None:
        """Put an exchange into a workspace's history; its ids depend on nobody else's."""
        workspace.history.open(exchange)
        exchange.request_id = self._request_ids[workspace.id].of(workspace.history.place(exchange))

    def reset(self, workspace: Workspace) -> None:
        """Make a workspace as it was before its first call: no batches, the clock where clocks start."""
        with self._lock:
            self._workspaces.pop(workspace.id, None)

    def restore(self, workspace_id: str, state: WorkspaceState) -> Generator[None, None, None]:
        """Make a workspace as a state says, its history apart; yields now and then."""
        made = self._new_workspace(workspace_id, Clock(state.clock, start=state.now, real=self._real))
        yield from made.take_up(state)
        with self._lock:
            replaced = self._workspaces.get(workspace_id)
            if replaced is not None:
                made.history = replaced.history
            made.history.go_on_from(state.exchanges)
            self._workspaces[workspace_id] = made

    def request_id(self) -> str:
        """Return the id of the next exchange that is part of no workspace's history."""
        return self._stray_ids.of(next(self._requests))

    def message_id(self, request_id: str) -> str:
        """Return the id of the message that an exchange is answered with."""
        return self._message_ids.of(request_id)

    def workspaces(self) -> Sequence[Workspace]:
        """Return every workspace that has been opened."""
        with self._lock:
            return tuple(self._workspaces.values())

    @property
    def clock(self) -> Clock:
        """The clock of workspaces that nobody has opened yet, and with ``one_clock`` of all."""
        return self._default_clock

    def idle_now(self) -> int:
        """Return the now of a workspace that nobody has opened yet."""
        return self._default_clock.now()

    def _introduce(self, key_digest: bytes) -> str:
        named = self._names.get(key_digest)
        if named is None and self.settings.strict_keys:
            raise ApiError("authentication_error", "API key is invalid.")
        name = f"key\0{key_digest.hex()}" if named is None else f"name\0{named}"
        return self._ids.setdefault(key_digest, self._workspace_ids.of(name))

    def _opened(self, workspace_id: str) -> Workspace:
        with self._lock:
            clock = self._default_clock
            if not self.settings.one_clock:
                clock = self._new_clock(clock.now())
            made = self._new_workspace(workspace_id, clock)
            return self._workspaces.setdefault(workspace_id, made)

    def _new_workspace(self, workspace_id: str, clock: Clock) -> Workspace:
        seed = self.settings.scenario.seed
        self._request_ids[workspace_id] = NumberedIds(seed, f"exchange\0{workspace_id}", "req_011C")
        return Workspace(
            workspace_id,
            clock=clock,
            scenario=self.settings.scenario,
            models=self.models,
            history=History(self.settings.exchanges_kept_max),
        )

    def _new_clock(self, start: int) -> Clock:
        return Clock(self.settings.clock, start=start, real=self._real)
