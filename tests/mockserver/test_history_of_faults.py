"""What faults did is told in the history, to the byte."""

import httpx2
import pytest

from batchmock.clock import ClockSetting
from batchmock.exchanges.record import FaultSeen
from batchmock.faults import Answer, Close, Patch, Reset
from batchmock.remote import RemoteEmulator
from batchmock.scenario import Scenario
from batchmock.server import running
from batchmock.settings import Settings
from tests.mockserver.exchanges import BATCHES, request

HEADERS = {"x-api-key": "sk-ant-secret", "anthropic-version": "2023-06-01"}


def test_what_faults_did_is_told_and_what_they_could_not_do() -> None:
    faults = (
        Answer(on=("create",), status=529, when="after", calls=(1,)),
        Patch(on=("retrieve",), drop=("created_at",)),
        Close(on=("retrieve",), after_bytes=1_000_000),
    )
    settings = Settings(clock=ClockSetting(mode="manual"), scenario=Scenario(faults=faults))
    with running(settings) as url, httpx2.Client(base_url=url, headers=HEADERS) as client:
        lost = client.post(BATCHES, json={"requests": [request("a")]})
        emulator = RemoteEmulator(url, HEADERS["x-api-key"])
        (batch,) = emulator.batches()
        client.get(f"{BATCHES}/{batch.id}")
        create, poll = emulator.history()

    assert lost.status_code == create.status == 529
    assert (create.faults, create.faults_without_effect) == (("answer",), ())
    assert (create.batch_id, create.requests) == (batch.id, 1)
    assert (poll.faults, poll.faults_without_effect) == (("patch", "close"), (FaultSeen(2, "close"),))
    assert (poll.is_complete, poll.is_over) == (True, True)


def test_a_body_that_a_fault_cuts_is_told_to_the_byte() -> None:
    scenario = Scenario(faults=(Reset(on=("list",), after_bytes=7),))
    with (
        running(Settings(clock=ClockSetting(mode="manual"), scenario=scenario)) as url,
        httpx2.Client(base_url=url, headers=HEADERS) as client,
    ):
        with pytest.raises(httpx2.TransportError):
            client.get(BATCHES)
        (cut,) = RemoteEmulator(url, HEADERS["x-api-key"]).history()

    assert (cut.status, cut.response_bytes, cut.is_complete, cut.is_over) == (200, 7, False, True)
    assert cut.faults == ("reset",)
