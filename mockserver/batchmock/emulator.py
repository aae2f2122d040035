"""The emulator: which credential opens which workspace, and ids for the organization and each exchange.

It does not know HTTP; real time comes from whoever makes it.
"""

from collections.abc import Callable
from itertools import count
from threading import Lock
from uuid import UUID

from batchmock.clock import Clock
from batchmock.draws import Draws, Identifiers
from batchmock.errors import ApiError
from batchmock.models import catalogue
from batchmock.settings import Settings
from batchmock.workspace import Workspace


class Emulator:
    """Workspaces by credential. ``real`` gives real nanoseconds since 1970, for clocks that follow it."""

    def __init__(self, settings: Settings, *, real: Callable[[], int]) -> None:
        self.settings = settings
        seed = settings.scenario.seed
        self._workspace_ids = Identifiers(seed, "workspace", "wrkspc_01")
        self._request_ids = Identifiers(seed, "exchange", "req_011C")
        self._message_ids = Identifiers(seed, "message", "msg_011C")
        self._requests = count()
        self._models = catalogue(settings.models)
        self._real = real
        self._start = real() if settings.start is None else settings.start
        self._default_clock = self._new_clock(self._start)
        self._workspaces: dict[str, Workspace] = {}
        self._lock = Lock()
        self.organization_id = str(UUID(bytes=Draws(seed, "organization").integers("o", each=2).tobytes()))

    def authenticate(self, api_key: str | None) -> Workspace:
        """Return the workspace that a credential opens.

        Raises:
            ApiError: 401, without a credential or, with strict keys, for an unknown one.
        """
        if not api_key:
            raise ApiError("authentication_error", "x-api-key header is required")
        named = self.settings.keys.get(api_key)
        if named is None and self.settings.strict_keys:
            raise ApiError("authentication_error", "API key is invalid.")
        # A key itself is never kept: from here on its workspace goes by a digest.
        name = f"key\0{api_key}" if named is None else f"name\0{named}"
        workspace_id = self._workspace_ids.of(name)
        workspace = self._workspaces.get(workspace_id)
        return self._opened(workspace_id) if workspace is None else workspace

    def reset(self, workspace: Workspace) -> None:
        """Make a workspace as it was before its first call: no batches, the clock where clocks start."""
        with self._lock:
            self._workspaces.pop(workspace.id, None)

    def request_id(self) -> str:
        """Return the id of the next exchange."""
        return self._request_ids.of(str(next(self._requests)))

    def message_id(self, request_id: str) -> str:
        """Return the id of the message that an exchange is answered with."""
        return self._message_ids.of(request_id)

    def idle_now(self) -> int:
        """Return the now of a workspace that nobody has opened yet."""
        return self._default_clock.now()

    def _opened(self, workspace_id: str) -> Workspace:
        with self._lock:
            return self._workspaces.setdefault(
                workspace_id,
                Workspace(
                    workspace_id,
                    clock=self._new_clock(self._default_clock.now()),
                    scenario=self.settings.scenario,
                    models=self._models,
                ),
            )

    def _new_clock(self, start: int) -> Clock:
        return Clock(self.settings.clock, start=start, real=self._real)
