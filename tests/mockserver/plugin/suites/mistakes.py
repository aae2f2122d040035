"""Markers that say what makes no sense."""

import pytest

from batchmock.inprocess.emulator import LocalEmulator
from batchmock.remote import RemoteEmulator
from batchmock.replies.answers import Answers
from batchmock.scenario import Scenario


@pytest.mark.batch_scenario("half-expird")
def test_name(batch_emulator: LocalEmulator) -> None: ...


@pytest.mark.batch_scenario("half-expird")
def test_name_on_a_server(batch_server: RemoteEmulator) -> None: ...


@pytest.mark.batch_scenario("half-expired", windw="12h")
def test_key(batch_emulator: LocalEmulator) -> None: ...


@pytest.mark.batch_scenario("half-expired", window="soon")
def test_value(batch_emulator: LocalEmulator) -> None: ...


@pytest.mark.batch_scenario("half-expired", seed=-1)
def test_seed(batch_emulator: LocalEmulator) -> None: ...


@pytest.mark.batch_scenario("half-expired", "twice")
def test_too_many(batch_emulator: LocalEmulator) -> None: ...


@pytest.mark.batch_scenario(7)
def test_kind(batch_emulator: LocalEmulator) -> None: ...


@pytest.mark.batch_scenario("none.toml")
def test_file(batch_emulator: LocalEmulator) -> None: ...


@pytest.mark.batch_coupled_time(limit="1d")
def test_coupled_time(batch_emulator: LocalEmulator) -> None: ...


@pytest.mark.batch_intercept(allow="localhost")
def test_intercept(batch_emulator: LocalEmulator) -> None: ...


@pytest.mark.batch_scenario(Scenario(answers=Answers(ask=str)))
def test_python_on_a_server(batch_server: RemoteEmulator) -> None: ...


@pytest.mark.batch_intercept("localhost")
def test_a_host_as_a_claim(batch_emulator: LocalEmulator) -> None: ...


@pytest.mark.batch_coupled_time("yes")
def test_a_text_as_a_claim(batch_emulator: LocalEmulator) -> None: ...


@pytest.mark.batch_coupled_time
def test_coupled_time_on_a_server(batch_server: RemoteEmulator) -> None: ...


@pytest.mark.batch_scenario("half-expired")
def test_no_fixture() -> None: ...
