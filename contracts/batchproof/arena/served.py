"""An emulator for programs: it answers on an event loop, on a clock that it shares with them.

It does not know plans.
"""

from typing import Any

from batchmock.clock import Clock
from batchmock.emulator import Emulator
from batchmock.http.app import build_app, no_record
from batchmock.inprocess.intercept import BASE_URL
from batchmock.inprocess.libraries import library
from batchmock.server import app_of
from batchmock.settings import Settings
from batchmock.workspace_handle import WorkspaceHandle


class ServedEmulator(WorkspaceHandle):
    """The workspace that an API key opens; any other key opens one of its own, on the same clock."""

    def __init__(self, clock: Clock, *, api_key: str, body_bytes_max: int | None = None) -> None:
        settings = Settings(clock=clock.setting, one_clock=True, body_bytes_max=body_bytes_max)
        emulator = Emulator(settings, real=clock.now, clock=clock)
        super().__init__(emulator, api_key)
        self.app = app_of(emulator, no_record)
        self._beside = build_app(emulator)

    def http_client(self) -> Any:
        """Return a client that reaches it beside the socket, from any thread."""
        used = library("httpx2")
        return used.module.Client(base_url=BASE_URL, transport=used.transport(self._beside, used), trust_env=False)
