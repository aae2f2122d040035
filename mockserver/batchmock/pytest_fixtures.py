"""What the pytest fixtures do, once a test asks for one: its markers become the arguments of a block.

It does not know how an emulator works.
"""

from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, contextmanager
from functools import wraps
from hashlib import sha256
from inspect import iscoroutinefunction, signature
from pathlib import Path
from typing import Any, TypeVar

import pytest

from batchmock.errors import UsageError
from batchmock.inprocess.emulator import LocalEmulator
from batchmock.opened import OPENED
from batchmock.remote import RemoteEmulator
from batchmock.scenario import Scenario
from batchmock.scenarios.choice import departing
from batchmock.testing import batch_server, emulating

T = TypeVar("T")
ALLOW_IN_TEST = (
    "mark the test with batch_intercept(allow={hosts}), or add batch_allow = {host} to the settings of pytest"
)


@contextmanager
def local(request: pytest.FixtureRequest) -> Generator[LocalEmulator]:
    """Give a test its emulator in this process."""
    with ExitStack() as stack:
        with _mistakes_told():
            scenario, coupled_time = _scenario(request), _coupled_time(request)
            block = emulating(
                scenario, coupled_time=coupled_time, how_to_allow=ALLOW_IN_TEST, **_intercept(request)
            )
            emulator = stack.enter_context(block)
        stack.enter_context(_anew_for_each_example(request, emulator.reset))
        yield emulator


@contextmanager
def served(request: pytest.FixtureRequest, url: str) -> Generator[RemoteEmulator]:
    """Give a test its workspace on a server; the same test has the same one, and so the same ids, in every run."""
    api_key = f"test-{sha256(request.node.nodeid.encode()).hexdigest()[:16]}"
    with ExitStack() as stack:
        with _mistakes_told():
            emulator = stack.enter_context(batch_server(_scenario(request), url=url, api_key=api_key))
        begin = emulator.snapshot()

        def renew() -> None:
            emulator.restore(begin)
            emulator.clear_history()

        stack.enter_context(_anew_for_each_example(request, renew))
        yield emulator


def what_happened(config: pytest.Config) -> Iterable[str]:
    """Return the timeline of each emulator that the test used."""
    seed: int | None = config.option.batch_seed
    again = "" if seed is None else f"\n--batch-seed={seed} repeats it"
    return [text + again for text in OPENED.timelines()]


@contextmanager
def _mistakes_told() -> Generator[None]:
    """Fail with what is wrong and what to do, as a traceback through here would help nobody."""
    try:
        yield
    except UsageError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


def _scenario(request: pytest.FixtureRequest) -> Scenario:
    """Return the scenario of a test, drawn from the run's seed if nobody says another."""

    def said(scenario: object = None, *, seed: int | None = None, **overrides: object) -> Scenario:
        chosen = departing(_in_rootdir(scenario, request.config), seed=seed, overrides=overrides)
        of_run: int | None = request.config.option.batch_seed
        return departing(chosen, seed=of_run) if seed is None and chosen.seed == 0 else chosen

    return _marked(request, "batch_scenario", said) or said()


def _in_rootdir(scenario: object, config: pytest.Config) -> Any:
    """Return the path of a file with the folder it is relative to; else what was given."""
    if isinstance(scenario, str) and Path(scenario).suffix in (".toml", ".json"):
        return str(config.rootpath / scenario)
    return scenario


def _coupled_time(request: pytest.FixtureRequest) -> bool:
    def said(on: bool = True) -> bool:
        if type(on) is not bool:
            raise UsageError(f"the marker batch_coupled_time: {on!r} is not True or False")
        return on

    marked = _marked(request, "batch_coupled_time", said)
    return request.config.getini("batch_coupled_time") if marked is None else marked


def _intercept(request: pytest.FixtureRequest) -> dict[str, Any]:
    always: list[str] = request.config.getini("batch_allow")

    def said(on: bool = True, *, allow: Iterable[str] = ()) -> dict[str, Any]:
        if type(on) is not bool:
            raise UsageError(
                f"the marker batch_intercept: {on!r} is not True or False; allow=[{on!r}] lets a host pass"
            )
        return {"intercept": on, "allow": allow if isinstance(allow, str) else [*always, *allow]}

    return _marked(request, "batch_intercept", said) or said()


def _marked(request: pytest.FixtureRequest, name: str, said: Callable[..., T]) -> T | None:
    """Return what the closest marker of a name says; None if there is none."""
    marker: pytest.Mark | None = request.node.get_closest_marker(name)
    if marker is None:
        return None
    try:
        signature(said).bind(*marker.args, **marker.kwargs)
    except TypeError as error:
        raise UsageError(f"the marker {name}: {error}") from None
    return said(*marker.args, **marker.kwargs)


@contextmanager
def _anew_for_each_example(request: pytest.FixtureRequest, renew: Callable[[], None]) -> Generator[None]:
    """Let each example of a Hypothesis test begin as the first did, or what it finds depends on those before.

    ``inner_test`` is where Hypothesis lets plugins in:
    https://hypothesis.readthedocs.io/en/latest/extensions.html
    """
    examples: Any = getattr(request.function, "hypothesis", None)
    if examples is None:
        yield
        return
    test = examples.inner_test
    examples.inner_test = _renewed(test, renew)
    try:
        yield
    finally:
        examples.inner_test = test


def _renewed(test: Callable[..., Any], renew: Callable[[], None]) -> Callable[..., Any]:
    @wraps(test)
    def anew(*args: Any, **kwargs: Any) -> Any:
        renew()
        return test(*args, **kwargs)

    @wraps(test)
    async def async_anew(*args: Any, **kwargs: Any) -> Any:
        renew()
        return await test(*args, **kwargs)

    # Plugins for event loops look which of the two it is.
    return async_anew if iscoroutinefunction(test) else anew
