"""Write the table of all contracts into docs/contracts.md: ``python -m scripts.contracts_page``.

It does not know what else the page says.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from batchproof.catalogue.index import CATALOGUE

PAGE: Final = Path(__file__).parents[1] / "docs" / "contracts.md"
START: Final = "<!-- Written by `python -m scripts.contracts_page`. -->\n"


def page(before: str) -> str:
    """Return the page with its table as the catalogue is now: the table is the last thing on it."""
    return before[: before.index(START)] + START + "\n".join(_table()) + "\n"


def _table() -> Iterator[str]:
    for family in dict.fromkeys(contract.family for contract in CATALOGUE.values()):
        yield f"\n### {family.capitalize()}\n"
        yield "| id | level | what a client has to do |"
        yield "|---|---|---|"
        for contract in CATALOGUE.values():
            if contract.family == family:
                needs = f" *Needs {', '.join(sorted(contract.needs))}.*" if contract.needs else ""
                yield f"| {contract.id} | {contract.level} | **{contract.title}.** {contract.statement}{needs} |"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
