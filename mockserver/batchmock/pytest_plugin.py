"""The pytest plugin: ``batch_emulator`` and ``batch_server`` for a test that asks, and what happened if it fails.

Every pytest run of everybody imports it, so that what the fixtures need is imported when one is asked for. It does
not know how they work.
"""

import argparse
import sys
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from batchmock.inprocess.emulator import LocalEmulator
    from batchmock.remote import RemoteEmulator

_SEED = "batch_seed"
MARKERS = (
    "batch_scenario(scenario, seed=None, **overrides): what happens in batch_emulator or batch_server: "
    "a Scenario, a name of the menu, or a file, and keys in which this one differs.",
    "batch_coupled_time(on=True): whether waiting moves the clock of batch_emulator, instead of taking time.",
    "batch_intercept(on=True, allow=()): whether clients that code builds itself reach batch_emulator, and which "
    "other hosts they may.",
)
# Which fixtures heed a marker.
_HEEDED_BY = {
    "batch_scenario": ("batch_emulator", "batch_server"),
    "batch_coupled_time": ("batch_emulator",),
    "batch_intercept": ("batch_emulator",),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option and the settings."""
    group = parser.getgroup("batchproof", "batchproof")
    group.addoption(
        "--batch-seed",
        type=_seed,
        metavar="SEED",
        help="what scenarios are drawn from in tests that name no seed: a whole number, or 'random'",
    )
    parser.addini("batch_coupled_time", "batch_coupled_time for all tests", type="bool", default=False)
    parser.addini("batch_allow", "hosts that tests with batch_emulator may reach", type="args", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and draw the seed if that is asked for."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    of_all: dict[str, int | None] = getattr(config, "workerinput", {})
    if _SEED in of_all:
        config.option.batch_seed = of_all[_SEED]
    elif config.option.batch_seed == "random":
        import secrets

        config.option.batch_seed = secrets.randbelow(2**32)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give each of xdist's workers the seed of the run."""
    node.workerinput[_SEED] = node.config.option.batch_seed


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say which seed was given or drawn."""
    seed: int | None = config.option.batch_seed
    return [] if seed is None else [f"batchproof: --batch-seed={seed}"]


@pytest.fixture
def batch_emulator(request: pytest.FixtureRequest) -> "Generator[LocalEmulator]":
    """The Message Batches API in this process: Anthropic() reaches it, and its clock is the test's to move."""
    from batchmock.pytest_fixtures import local

    with local(request) as emulator:
        yield emulator


@pytest.fixture
def batch_server(request: pytest.FixtureRequest, _batch_server_url: str) -> "Generator[RemoteEmulator]":
    """The Message Batches API on a socket: a workspace of this test alone, to which the environment points."""
    from batchmock.pytest_fixtures import served

    with served(request, _batch_server_url) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def _batch_server_url() -> Generator[str]:
    from batchmock.server_process import serving_apart

    with serving_apart() as url:
        yield url


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin a test with no emulator but those that are in use, and none of whose markers does nothing."""
    _refuse_unheeded(item)
    if "batchmock.opened" in sys.modules:
        from batchmock.opened import OPENED

        OPENED.forget()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell with a failure what happened in the emulators that the test used."""
    report = yield
    if report.failed and "batchmock.opened" in sys.modules:
        from batchmock.pytest_fixtures import what_happened

        report.sections += [("batchproof timeline", text) for text in what_happened(item.config)]
    return report


def _refuse_unheeded(item: pytest.Item) -> None:
    """Fail a test whose own marker no fixture of its heeds: its client might go to the real API.

    A marker of a class or a module is for those of its tests that take the fixture.
    """
    taken: list[str] | None = getattr(item, "fixturenames", None)
    if taken is None:
        return
    for marker in item.own_markers:
        heeding = _HEEDED_BY.get(marker.name, ())
        if heeding and not any(fixture in taken for fixture in heeding):
            pytest.fail(
                f"the marker {marker.name} is for {' or '.join(heeding)}, which this test does not take; "
                f"take it as an argument, or leave the marker out",
                pytrace=False,
            )


def _seed(text: str) -> int | Literal["random"]:
    if text == "random":
        return "random"
    if text.isascii() and text.isdecimal():
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a seed; it is a whole number from 0, or 'random'")
