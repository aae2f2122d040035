"""Calls of tools in a conversation, and their results: each has the other, next to it.

It does not know which tools there are. Sources stand in ``params/rules.py``.
"""

from itertools import pairwise

from batchmock.params.case import Case
from batchmock.params.finding import Finding, at


def repeated_call(case: Case) -> Finding | None:
    """Find two calls with one id."""
    seen: set[str] = set()
    for _, blocks in case.turns:
        for path, block in blocks:
            if block["type"] == "tool_use":
                if block["id"] in seen:
                    return at(path, "`tool_use` ids must be unique")
                seen.add(block["id"])
    return None


def unanswered_call(case: Case) -> Finding | None:
    """Find a call whose result is not in what the user says next; the last turn's are still to come."""
    for (role, blocks), (_, replies) in pairwise(case.sides):
        calls = [(path, block["id"]) for path, block in blocks if block["type"] == "tool_use"]
        answered = {block["tool_use_id"] for _, block in replies if block["type"] == "tool_result"}
        missing = [(path, id_) for path, id_ in calls if id_ not in answered]
        if role == "assistant" and missing:
            return at(
                missing[0][0].rpartition(".content.")[0],
                "`tool_use` ids were found without `tool_result` blocks immediately after: "
                f"{', '.join(id_ for _, id_ in missing)}. Each `tool_use` block must have a corresponding "
                "`tool_result` block in the next message.",
            )
    return None


def stray_result(case: Case) -> Finding | None:
    """Find a result of no call in the turn before; what a thread holds on the server cannot be seen."""
    called = set[str]()
    for _, blocks in () if case.params.get("thread") else case.sides:
        for path, block in blocks:
            if block["type"] == "tool_result" and block["tool_use_id"] not in called:
                return at(
                    path,
                    f"unexpected `tool_use_id` found in `tool_result` blocks: {block['tool_use_id']}. Each "
                    "`tool_result` block must have a corresponding `tool_use` block in the previous message.",
                )
        called = {block["id"] for _, block in blocks if block["type"] == "tool_use"}
    return None
