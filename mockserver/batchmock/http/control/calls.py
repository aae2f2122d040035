"""Every call of the control plane: where it is, what it takes, what it answers, and what handles it.

Routes and the OpenAPI document are made of this one table, so neither can say what the other does not.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from importlib.metadata import version
from typing import Any

from msgspec import Struct
from starlette.types import ASGIApp

from batchmock.exchanges.record import HistoryPage, Record
from batchmock.http.call import Handler
from batchmock.http.control import clock, clock_clients, history, scenario, truth, workspace
from batchmock.http.control.call import ControlCall
from batchmock.http.control.openapi import PREFIX, describe_calls
from batchmock.http.responses import JsonResponse
from batchmock.snapshot import Snapshot
from batchmock.unfolding.truth import BatchList, BatchPlan, RequestTruth

# A document whose keys are those of a scenario file.
ScenarioDocument = dict[str, Any]


class Health(Struct, frozen=True):
    """That it answers, and which version it is."""

    status: str
    version: str


CALLS = (
    ControlCall(method="GET", path="/clock", handle=clock.read_clock, answers=clock.ClockReading),
    ControlCall(
        method="PUT",
        path="/clock",
        handle=clock.change_clock,
        takes=clock.ClockChange,
        answers=clock.ClockReading,
    ),
    ControlCall(
        method="POST",
        path="/clock/advance",
        handle=clock.advance_clock,
        takes=clock.Advance,
        answers=clock.Advanced,
    ),
    ControlCall(
        method="GET",
        path="/clock/clients",
        handle=clock_clients.list_clients,
        answers=clock_clients.ClientList,
    ),
    ControlCall(
        method="POST",
        path="/clock/clients",
        handle=clock_clients.join_clock,
        takes=clock_clients.Joining,
        answers=clock_clients.Joined,
        in_lines=True,
    ),
    ControlCall(
        method="POST",
        path="/clock/wait",
        handle=clock_clients.wait_for_turn,
        takes=clock_clients.Waiting,
        answers=clock_clients.Reached,
    ),
    ControlCall(method="GET", path="/scenario", handle=scenario.read_scenario, answers=ScenarioDocument),
    ControlCall(
        method="PUT",
        path="/scenario",
        handle=scenario.change_scenario,
        takes=ScenarioDocument,
        answers=ScenarioDocument,
    ),
    ControlCall(method="GET", path="/scenarios", handle=scenario.list_scenarios, answers=scenario.Menu),
    ControlCall(
        method="GET",
        path="/history",
        handle=history.read_history,
        query=history.PageQuery,
        answers=HistoryPage[str],
    ),
    ControlCall(method="DELETE", path="/history", handle=history.clear_history, answers=history.Cleared),
    ControlCall(
        method="GET",
        path="/history.jsonl",
        handle=history.read_history_lines,
        query=history.LinesQuery,
        answers=Record[str],
        in_lines=True,
    ),
    ControlCall(
        method="GET",
        path="/history/unclaimed",
        handle=history.read_unclaimed,
        query=history.PageQuery,
        answers=HistoryPage[str],
    ),
    ControlCall(method="GET", path="/batches", handle=truth.list_batches, answers=BatchList[str]),
    ControlCall(
        method="GET",
        path="/batches/{batch_id}/plan",
        handle=truth.read_plan,
        query=truth.PlanQuery,
        answers=BatchPlan[str],
    ),
    ControlCall(
        method="GET",
        path="/batches/{batch_id}/plan.jsonl",
        handle=truth.read_plan_lines,
        answers=RequestTruth[str],
        in_lines=True,
    ),
    ControlCall(method="POST", path="/reset", handle=workspace.reset, answers=workspace.ResetDone),
    ControlCall(method="POST", path="/snapshot", handle=workspace.snapshot, answers=Snapshot),
    ControlCall(
        method="POST",
        path="/restore",
        handle=workspace.restore,
        takes=Snapshot,
        answers=workspace.RestoreDone,
    ),
)


async def health() -> JsonResponse:
    """Tell that it answers."""
    return JsonResponse(Health("ok", version("batchproof")))


async def openapi() -> JsonResponse:
    """Describe all calls of the control plane, as OpenAPI 3.1."""
    return JsonResponse(describe_calls(CALLS, Health, version("batchproof")))


# Calls that need neither credential nor token.
OPEN_CALLS: Mapping[str, Callable[[], Awaitable[ASGIApp]]] = {
    f"{PREFIX}/health": health,
    f"{PREFIX}/openapi.json": openapi,
}


def handlers_by_path() -> Mapping[str, Mapping[str, Handler]]:
    """Return what handles each method of each path, for all calls that belong to a workspace."""
    handlers: defaultdict[str, dict[str, Handler]] = defaultdict(dict)
    for call in CALLS:
        handlers[f"{PREFIX}{call.path}"][call.method] = call.handle
    return handlers
