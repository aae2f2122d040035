"""What the settings say for a whole suite."""

import time

import httpx2
import pytest

from batchmock.inprocess.emulator import LocalEmulator

SLEEP = time.sleep


def refusal(url: str) -> str:
    with pytest.raises(httpx2.ConnectError) as caught:
        httpx2.get(url, trust_env=False)
    return str(caught.value)


def test_coupled(batch_emulator: LocalEmulator) -> None:
    begun = batch_emulator.clock.now()
    time.sleep(86_400)
    assert (batch_emulator.clock.now() - begun).days == 1


@pytest.mark.batch_coupled_time(False)
def test_uncoupled(batch_emulator: LocalEmulator) -> None:
    assert time.sleep is SLEEP


# Nobody listens on port 1: who is let through is refused by the machine, not by name.
def test_allowed(batch_emulator: LocalEmulator) -> None:
    assert "batchproof" not in refusal("http://127.0.0.1:1/")
    assert "batchproof" in refusal("http://127.0.0.2:1/")


@pytest.mark.batch_intercept(allow=["127.0.0.2"])
def test_allowed_one_more(batch_emulator: LocalEmulator) -> None:
    assert "batchproof" not in refusal("http://127.0.0.1:1/")
    assert "batchproof" not in refusal("http://127.0.0.2:1/")
