"""Scenarios by name, from the menu that comes with the emulator, or from a file.

It does not know what scenarios mean.
"""

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import cast

from batchmock.canned_file import load_canned
from batchmock.document import Document
from batchmock.errors import UsageError
from batchmock.replies.canned import Canned
from batchmock.scenario import Scenario
from batchmock.scenarios.document import json_document, read, read_toml, toml_document

_MENU = files("batchmock.scenarios") / "menu"
_SUFFIX = ".toml"


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A scenario on the menu: its name, what happens in it, and the document that says so."""

    name: str
    text: str

    @property
    def summary(self) -> str:
        """The first sentence of the document."""
        return self.text.partition("\n")[0].removeprefix("# ")


@cache
def menu() -> tuple[MenuEntry, ...]:
    """Return the scenarios on the menu, by name."""
    entries = [entry for entry in _MENU.iterdir() if entry.name.endswith(_SUFFIX)]
    read = (MenuEntry(entry.name.removesuffix(_SUFFIX), entry.read_text("utf-8")) for entry in entries)
    return tuple(sorted(read, key=lambda entry: entry.name))


def menu_entry(name: str) -> MenuEntry:
    """Return a scenario of the menu.

    Raises:
        UsageError: there is none of that name.
    """
    entries = {entry.name: entry for entry in menu()}
    if name not in entries:
        near = get_close_matches(name, entries, n=1)
        instead = f"did you mean {near[0]!r}?" if near else f"it is one of {', '.join(entries)}"
        raise UsageError(f"there is no scenario {name!r}; {instead}")
    return entries[name]


def named_scenario(name: str) -> Scenario:
    """Return a scenario of the menu as a value.

    Raises:
        UsageError: there is none of that name.
    """
    return read_toml(menu_entry(name).text)


def read_scenario(path: Path) -> Scenario:
    """Read a scenario from a TOML or JSON file, and the file of canned answers that it names, if it names one.

    Raises:
        UsageError: one of them cannot be read, or is none.
    """
    try:
        data = path.read_bytes()
        document = json_document(data) if path.suffix == ".json" else toml_document(data.decode())
        return read(_with_canned(document, path.parent))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8: {error.reason} at byte {error.start}") from None
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None


def _with_canned(document: Document, folder: Path) -> Document:
    """Return a document with the canned answers in the place of their file's name."""
    match document:
        case {"answers": {"canned": str(named)}}:
            answers = cast(Document, document["answers"])
            canned = Canned(load_canned(folder / named).given, named)
            return {**document, "answers": {**answers, "canned": canned}}
        case _:
            return document


def find_scenario(named: str) -> Scenario:
    """Return the scenario that a command names: a path if it looks like one, else a name of the menu.

    Raises:
        UsageError: there is none, or it is no scenario.
    """
    if "/" in named or "\\" in named or Path(named).suffix in (_SUFFIX, ".json"):
        return read_scenario(Path(named))
    return named_scenario(named)
