"""An emulator for the length of a block, for tests of any framework; the pytest fixtures are these.

It does not know pytest.
"""

import os
from collections.abc import Generator, Iterable, Mapping
from contextlib import ExitStack, contextmanager

from batchmock.clock import ClockSetting
from batchmock.inprocess.emulator import LocalEmulator
from batchmock.inprocess.intercept import intercepting
from batchmock.opened import OPENED
from batchmock.remote import RemoteEmulator
from batchmock.scenario import Scenario
from batchmock.scenarios.choice import departing
from batchmock.server import running
from batchmock.settings import Settings

# A poll moves the clock, whatever the client sleeps: the same course each time, over a socket too.
SERVED = Settings(clock=ClockSetting(mode="stepped"))
LOOPBACK = "127.0.0.1"
# What the refusal of another host tells to write, and what the blocks take beside the keys of a scenario.
ALLOW_IN_BLOCK = "batch_emulator(allow={hosts})"
LOCAL_OPTIONS = ("seed", "coupled_time", "intercept", "allow")
SERVED_OPTIONS = ("seed", "url", "api_key")


@contextmanager
def batch_emulator(
    scenario: Scenario | str | None = None,
    *,
    seed: int | None = None,
    coupled_time: bool = False,
    intercept: bool = True,
    allow: Iterable[str] = (),
    **overrides: object,
) -> Generator[LocalEmulator]:
    """Give an emulator in this process, which answers the clients that code builds itself.

    - ``scenario``: what happens: a scenario, the name of one on the menu, or the path of a file.
    - ``seed``: what it is drawn from, in place of the scenario's own.
    - ``coupled_time``: whether waiting moves its clock, instead of taking time.
    - ``intercept``: whether clients that code builds itself come here, and every host is refused that is not in
      ``allow``.
    - ``overrides``: keys of the scenario, as its document says them: ``window="12h"``.

    Raises:
        UsageError: there is no such scenario or key; names the nearest.
    """
    chosen = departing(scenario, seed=seed, overrides=overrides, beside=LOCAL_OPTIONS)
    lasting = emulating(
        chosen, coupled_time=coupled_time, intercept=intercept, allow=allow, how_to_allow=ALLOW_IN_BLOCK
    )
    with lasting as emulator:
        yield emulator


@contextmanager
def emulating(
    scenario: Scenario, *, coupled_time: bool, intercept: bool, allow: Iterable[str], how_to_allow: str
) -> Generator[LocalEmulator]:
    """Do what ``batch_emulator`` does; what is refused is told with how whoever calls this lets it pass."""
    emulator = LocalEmulator(scenario)
    with ExitStack() as stack:
        stack.enter_context(OPENED.watch(emulator))
        if intercept:
            block = intercepting(emulator.app, api_key=emulator.api_key, allow=allow, how_to_allow=how_to_allow)
            stack.enter_context(block)
        if coupled_time:
            stack.enter_context(emulator.coupled_time())
        yield emulator


@contextmanager
def batch_server(
    scenario: Scenario | str | None = None,
    *,
    seed: int | None = None,
    url: str | None = None,
    api_key: str = "test",
    **overrides: object,
) -> Generator[RemoteEmulator]:
    """Give a workspace of an emulator on a real socket, to which the environment points clients.

    - ``scenario``, ``seed``, ``overrides``: as for ``batch_emulator``.
    - ``url``: where an emulator listens already; else one is started, and stops with the block.
    - ``api_key``: what opens the workspace, which is as new in the block and after it.

    Raises:
        UsageError: there is no such scenario or key, or nobody answers at the URL.
    """
    chosen = departing(scenario, seed=seed, overrides=overrides, beside=SERVED_OPTIONS)
    with ExitStack() as stack:
        base_url = stack.enter_context(running(SERVED)) if url is None else url
        emulator = RemoteEmulator(base_url, api_key)
        emulator.reset()
        emulator.scenario = chosen
        stack.callback(emulator.reset)
        stack.enter_context(OPENED.watch(emulator))
        stack.enter_context(_environment(_pointing_to(base_url, api_key)))
        yield emulator


def _pointing_to(base_url: str, api_key: str) -> dict[str, str | None]:
    unproxied = {
        name: ",".join(filter(None, (os.environ.get(name), LOOPBACK))) for name in ("NO_PROXY", "no_proxy")
    }
    # Older SDKs send both credentials if they find both.
    return {
        "ANTHROPIC_BASE_URL": base_url,
        "ANTHROPIC_API_KEY": api_key,
        "ANTHROPIC_AUTH_TOKEN": None,
        **unproxied,
    }


@contextmanager
def _environment(values: Mapping[str, str | None]) -> Generator[None]:
    before = {name: os.environ.get(name) for name in values}
    _set(values)
    try:
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
