"""Tools among each other, and the choice among them.

It does not know the conversation. Sources stand in ``params/rules.py``.
"""

from collections.abc import Iterator
from typing import Any, Final

from batchmock.params.case import Case
from batchmock.params.finding import Finding, at

# With these a conversation brings tools along.
_MORE_TOOLS: Final = frozenset({"inline-tools-2026-09-15", "mid-conversation-tool-changes-2026-07-01"})


def same_name(case: Case) -> Finding | None:
    """Find two tools of one name."""
    names = [tool["name"] for tool in case.params["tools"] if "name" in tool]
    return None if len(set(names)) == len(names) else at("tools", "Tool names must be unique.")


def absent_choice(case: Case) -> Finding | None:
    """Find a choice that no tool meets; a toolset may hold any."""
    choice, tools = case.params["tool_choice"], case.params.get("tools", [])
    if _MORE_TOOLS & case.terms.betas or any("toolset" in tool.get("type", "") for tool in _typed(tools)):
        return None
    if choice["type"] == "tool" and not any(tool.get("name") == choice["name"] for tool in tools):
        return Finding("tool_choice.name", f"Tool '{choice['name']}' not found in provided tools")
    if choice["type"] == "any" and not tools:
        return Finding("tool_choice", "tool_choice.any may only be specified while providing tools")
    return None


def idle_container(case: Case) -> Finding | None:
    """Find a container's id without any tool of the API that could run in it."""
    if not isinstance(case.params["container"], str) or any(_typed(case.params.get("tools", []))):
        return None
    return at("container", "Container identifier can only be provided when using the code execution tool")


def _typed(tools: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return (tool for tool in tools if tool.get("type") not in (None, "custom"))
