"""Which scenario a caller means: one of the menu by its name, a document, or a name and what shall differ.

A choice that says no seed keeps the one at hand: that belongs to the run, not to the kind of day it is. It does
not know who chooses, or for what.
"""

from collections.abc import Collection

import msgspec
from msgspec import structs

from batchmock.document import Document, instead
from batchmock.errors import UsageError
from batchmock.scenario import Scenario
from batchmock.scenarios.document import dump, read
from batchmock.scenarios.files import find_scenario, named_scenario

NOTHING: Document = {}
_document = msgspec.json.Decoder(dict[str, object])


def said_scenario(text: str, present: Scenario) -> Scenario:
    """Return the scenario that a text means: a JSON object, or else a name.

    Raises:
        UsageError: it means none; says why.
    """
    if not text.lstrip().startswith("{"):
        return structs.replace(named_scenario(text.strip()), seed=present.seed)
    try:
        return chosen_scenario(_document.decode(text), present)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise UsageError(f"not a JSON object: {error}") from None


def chosen_scenario(document: Document, present: Scenario) -> Scenario:
    """Return the scenario of a document; its ``name``, if it has one, says what it departs from.

    Raises:
        UsageError: there is no such scenario, or the document is none.
    """
    said = {key: value for key, value in document.items() if key != "name"}
    return read({"seed": present.seed, **_named(document), **said})


def departing(
    scenario: Scenario | str | None,
    *,
    seed: int | None = None,
    overrides: Document = NOTHING,
    beside: Collection[str] = (),
) -> Scenario:
    """Return a scenario, or that of a name or a path, with another seed and with keys that a document says anew.

    ``beside`` are names that whoever asks takes in the same place as those keys: one of them may have been meant.

    Raises:
        UsageError: there is no such scenario or key, or a value is none; names the nearest.
    """
    match scenario:
        case None:
            chosen = Scenario()
        case str():
            chosen = find_scenario(scenario)
        case Scenario():
            chosen = scenario
        case _:
            raise UsageError(f"{scenario!r} is no scenario; give a Scenario, a name of the menu, or a file's path")
    _refuse_misspelt(overrides, beside)
    if overrides:
        chosen = read({**dump(chosen), **overrides})
    if seed is None:
        return chosen
    if type(seed) is not int or seed < 0:
        raise UsageError(f"seed is {seed!r}; it is a whole number from 0")
    return structs.replace(chosen, seed=seed)


def _refuse_misspelt(overrides: Document, beside: Collection[str]) -> None:
    keys = {field.encode_name for field in structs.fields(Scenario)}
    for key in overrides:
        if key not in keys:
            raise UsageError(f"{key}: there is no such key; {instead(key, {*keys, *beside})}")


def _named(document: Document) -> Document:
    if "name" not in document:
        return {}
    name = document["name"]
    if not isinstance(name, str):
        raise UsageError(f"name: {name!r} is not the name of a scenario")
    return dump(named_scenario(name))
