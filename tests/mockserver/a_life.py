"""A workspace that has seen something, and what its snapshot says of it."""

from typing import Any

from tests.mockserver.exchanges import BATCHES, App

SCENARIO = {"seed": 3, "timing": {"batch": "3h"}, "pins": [{"state": "expired", "custom_id": "a"}]}


def snapshot_of_a_life() -> tuple[App, dict[str, Any]]:
    app = App()
    app.ask("PUT", "/_emulator/scenario", SCENARIO)
    canceled = app.create("a", "b")
    app("POST", "/_emulator/clock/advance", {"by": "1h"})
    app("POST", f"{BATCHES}/{canceled}/cancel")
    app.create("c", headers={"batchmock-scenario": "all-expired", "anthropic-user-profile-id": "me"})
    return app, app.ask("POST", "/_emulator/snapshot")
