"""What tests are drawn from."""

import pytest

from batchmock.inprocess.emulator import LocalEmulator
from batchmock.scenario import Scenario

THEIRS = {"own": 5, "value": 6}


@pytest.mark.parametrize("number", range(4))
@pytest.mark.batch_scenario("half-expired")
def test_seed(batch_emulator: LocalEmulator, number: int) -> None:
    raise AssertionError("on purpose")


@pytest.mark.batch_scenario("half-expired", seed=5)
def test_of_its_own(batch_emulator: LocalEmulator) -> None:
    assert batch_emulator.scenario.seed == THEIRS["own"]


@pytest.mark.batch_scenario(Scenario(seed=6))
def test_of_its_scenario(batch_emulator: LocalEmulator) -> None:
    assert batch_emulator.scenario.seed == THEIRS["value"]
