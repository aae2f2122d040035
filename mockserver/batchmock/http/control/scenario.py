"""A workspace's scenario over HTTP, and the menu.

What is changed holds for batches created from then on. It does not know what scenarios mean.
"""

from typing import Any

from msgspec import Struct

from batchmock.errors import UsageError, invalid_request
from batchmock.http.call import Call
from batchmock.http.control.asked import body_of
from batchmock.http.responses import JsonResponse
from batchmock.scenario import Scenario
from batchmock.scenarios.choice import chosen_scenario
from batchmock.scenarios.document import dump, read_toml
from batchmock.scenarios.files import menu


class MenuItem(Struct, frozen=True):
    """A scenario that comes with the emulator: its name, what happens in it, and its document."""

    name: str
    summary: str
    document: dict[str, Any]


class Menu(Struct, frozen=True):
    """The scenarios that come with the emulator."""

    scenarios: list[MenuItem]


async def read_scenario(call: Call) -> JsonResponse:
    """Show the scenario of batches to come: its seed, and where it departs from the defaults."""
    return JsonResponse(_document(call.workspace.scenario))


async def change_scenario(call: Call) -> JsonResponse:
    """Replace the scenario of batches to come: all of it or, if something is wrong, nothing."""
    document = await body_of(call, dict[str, Any])
    try:
        call.workspace.adopt(chosen_scenario(document, call.workspace.scenario))
    except UsageError as error:
        raise invalid_request(str(error)) from None
    return JsonResponse(_document(call.workspace.scenario))


async def list_scenarios(call: Call) -> JsonResponse:
    """Show the scenarios that come with the emulator."""
    return JsonResponse(
        Menu([MenuItem(entry.name, entry.summary, dump(read_toml(entry.text))) for entry in menu()])
    )


def _document(scenario: Scenario) -> dict[str, object]:
    try:
        said = dump(scenario)
    except UsageError as error:
        raise invalid_request(str(error)) from None
    # The seed is said even if it is the default: a document without one keeps that of whoever it is given to.
    return {"seed": scenario.seed} | said
