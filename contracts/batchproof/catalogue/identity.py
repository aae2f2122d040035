"""Identity: every answer belongs to the request that asked for it.

Sources: the classes of the same ids in how real clients fail. It does not know how plans are played.
"""

from msgspec.structs import replace

from batchproof.checks.returns import fulfilled
from batchproof.contract import Contract
from batchproof.plan import CALM, Plan, Row
from batchproof.strategies.plans import plans

TWO = (Row(key="a"), Row(key="b"))

CONTRACTS = (
    Contract(
        id="J1",
        level="MUST",
        family="identity",
        title="Results are joined by custom_id",
        statement="A client MUST give each result to the request whose custom_id it carries, in whatever order the "
        "results file has them.",
        story="The client walks the results and its inputs side by side, and small runs happen to come back in order.",
        why="https://github.com/Embassy-of-the-Free-Mind/sourcelibrary-v2/issues/135",
        fix="Look each line up by its custom_id in a table of what was submitted; never fall back to the position.",
        check=fulfilled,
        table=(Plan(rows=TWO, scenario=replace(CALM, order="reversed")),),
        plans=plans(),
    ),
)
