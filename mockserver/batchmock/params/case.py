"""One request that is being judged: its params, the terms, and the views of them that several rules share.

It does not know the rules. A view is made when it is first asked for.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from batchmock.models import Model
from batchmock.params.terms import Terms

# A request's params, once their shape is known to be in order; a turn of its conversation; a block of content.
Params = dict[str, Any]
Turn = dict[str, Any]
Block = dict[str, Any]
# A block and the path to it.
Located = tuple[str, Block]


class Case:
    """The params of one request, under these terms."""

    def __init__(self, params: Params, terms: Terms) -> None:
        self.params = params
        self.terms = terms

    @cached_property
    def model(self) -> Model:
        """The model that the params name; the rule that there is one comes before those that ask."""
        return self.terms.models[self.params["model"]]

    @cached_property
    def thinking(self) -> str | None:
        """The kind of thinking that is asked for."""
        return self.params.get("thinking", {}).get("type")

    @cached_property
    def is_forced(self) -> bool:
        """Whether the answer has to be a call of a tool."""
        return self.params.get("tool_choice", {}).get("type") in ("any", "tool")

    @cached_property
    def turns(self) -> Sequence[tuple[str, Sequence[Located]]]:
        """The role of each turn and its blocks; a text in place of blocks is none."""
        return [
            (
                turn["role"],
                []
                if isinstance(turn["content"], str)
                else [(f"messages.{index}.content.{place}", block) for place, block in enumerate(turn["content"])],
            )
            for index, turn in enumerate(self.params["messages"])
        ]

    @cached_property
    def sides(self) -> Sequence[tuple[str, Sequence[Located]]]:
        """The turns but those of the system, where turns of one role in a row count as one."""
        sides: list[tuple[str, list[Located]]] = []
        for role, blocks in self.turns:
            if sides and sides[-1][0] == role:
                sides[-1][1].extend(blocks)
            elif role != "system":
                sides.append((role, list(blocks)))
        return sides

    @cached_property
    def marked(self) -> Sequence[Located]:
        """What carries a cache breakpoint, in the order in which the API goes through it."""
        system = self.params.get("system", ())
        places = [
            *((f"tools.{index}", tool) for index, tool in enumerate(self.params.get("tools", ()))),
            *((f"system.{index}", block) for index, block in enumerate(system) if not isinstance(block, str)),
            *(located for _, blocks in self.turns for located in blocks),
        ]
        return [(path, block) for path, block in places if block.get("cache_control")]
