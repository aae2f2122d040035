"""Plants a mutant's bug in the source of the base client, and makes the client run.

A label is a comment such as ``# D4 join: …``; its place reaches to the next label, or to the end of the file. It
does not know contracts.
"""

import re
import sys
from collections.abc import Callable, Mapping
from importlib.resources import files
from types import ModuleType
from typing import Any

from batchproof.adapters.python import PythonClient
from batchproof.errors import UsageError
from batchproof.zoo.mutant import Edit, Mutant

BASE = "batchproof.zoo.base"
# Each before those that import it.
MODULES = ("errors", "rows", "journal", "calls", "waiting", "results", "submission", "cost", "run")
_LABEL = re.compile(r"^ *# ([A-H][0-9] [a-z ]+): ", re.MULTILINE)


def base_sources() -> dict[str, str]:
    """Return the text of each module of the base client."""
    folder = files(BASE)
    return {module: (folder / f"{module}.py").read_text(encoding="utf-8") for module in MODULES}


def labels(source: str) -> dict[str, tuple[int, int]]:
    """Return where the place of each label begins and ends."""
    found = list(_LABEL.finditer(source))
    ends = [*(match.start() for match in found[1:]), len(source)]
    return {match[1]: (match.start(), end) for match, end in zip(found, ends, strict=False)}


def planted(mutant: Mutant) -> dict[str, str]:
    """Return the text of each module of a mutant.

    Raises:
        UsageError: an edit does not fit the base client.
    """
    sources = base_sources()
    for edit in mutant.edits:
        module = _module(sources, edit, mutant.id)
        sources[module] = _edited(sources[module], edit, mutant.id)
    return sources


def client_of(mutant: Mutant | None) -> PythonClient:
    """Return the base client, or a mutant of it, made to run under a package's name of its own."""
    if mutant is None:
        return PythonClient(_executed(base_sources(), "base"), "base")
    return PythonClient(_executed(planted(mutant), mutant.id), mutant.id)


def _module(sources: Mapping[str, str], edit: Edit, mutant_id: str) -> str:
    found = [module for module, source in sources.items() if edit.label in labels(source)]
    if len(found) != 1:
        raise UsageError(f"{mutant_id}: the label {edit.label!r} is in {len(found)} modules of the base client")
    return found[0]


def _edited(source: str, edit: Edit, mutant_id: str) -> str:
    start, end = labels(source)[edit.label]
    place = source[start:end]
    if place.count(edit.old) != 1:
        count = place.count(edit.old)
        raise UsageError(f"{mutant_id}: at {edit.label!r} its old text stands {count} times: {edit.old!r}")
    return source[:start] + place.replace(edit.old, edit.new) + source[end:]


def _executed(sources: Mapping[str, str], name: str) -> Callable[..., Any]:
    package = "batchproof_zoo_" + re.sub(r"\W", "_", name)
    for module in MODULES:
        made = ModuleType(f"{package}.{module}")
        sys.modules[made.__name__] = made
        text = sources[module].replace(f"from {BASE}.", f"from {package}.")
        exec(compile(text, f"<{name}>/{module}.py", "exec"), vars(made))
    return vars(sys.modules[f"{package}.run"])["run"]
