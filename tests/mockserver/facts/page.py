"""docs/fidelity.md as data."""

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "fidelity.md"

_HEADING = re.compile(r"^#{2,3} (.+)$")
_CELLS = re.compile(r"(?<!\\)\|")
_DEFINITION = re.compile(r"^\[([a-z0-9-]+)\]: (https://\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a table, and the heading it stands under."""

    heading: str
    id: str
    sentence: str
    basis: str
    source: str
    switch: str


def facts() -> list[Fact]:
    """Return every fact in the order of the page."""
    found: list[Fact] = []
    heading = ""
    for line in PAGE.read_text().splitlines():
        if title := _HEADING.match(line):
            heading = title[1]
        elif line.startswith("| `"):
            id_, *rest = (cell.strip() for cell in _CELLS.split(line)[1:-1])
            sentence, basis, source, switch = rest
            found.append(Fact(heading, id_.strip("`"), sentence, basis, source, switch))
    return found


def headings() -> list[str]:
    """Return the page's headings."""
    return [title[1] for line in PAGE.read_text().splitlines() if (title := _HEADING.match(line))]


def sources() -> dict[str, str]:
    """Return the names that stand for a URL."""
    return dict(_DEFINITION.findall(PAGE.read_text()))
