"""A scenario as a document: TOML in files, JSON on the wire, the same names in both.

It does not know files, nor what the names mean.
"""

import tomllib

import msgspec
import tomli_w

from batchmock.document import Document, dump_struct, read_as
from batchmock.errors import UsageError
from batchmock.scenario import Scenario


def read_toml(text: str) -> Scenario:
    """Read a scenario from TOML.

    Raises:
        UsageError: not TOML, or not a scenario; names the key, the value and what is allowed.
    """
    return read(toml_document(text))


def read_json(text: bytes) -> Scenario:
    """Read a scenario from JSON.

    Raises:
        UsageError: as ``read_toml``.
    """
    return read(json_document(text))


def toml_document(text: str) -> Document:
    """Return the document that TOML holds.

    Raises:
        UsageError: it is not TOML.
    """
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # No TOMLDecodeError for a number with thousands of digits, nor for lists nested as deeply.
        raise UsageError(f"not TOML: {error}") from None


def json_document(text: bytes) -> Document:
    """Return the document that JSON holds.

    Raises:
        UsageError: it is not JSON, or no object.
    """
    try:
        return msgspec.json.decode(text, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"not a JSON object: {error}") from None


def read(document: Document) -> Scenario:
    """Read a scenario from a document.

    Raises:
        UsageError: as ``read_toml``.
    """
    return read_as(Scenario, document)


def dump(scenario: Scenario) -> dict[str, object]:
    """Return the document that ``read`` reads back as this very scenario."""
    return dump_struct(scenario)


def write_toml(scenario: Scenario) -> str:
    """Return the document as TOML."""
    return tomli_w.dumps(dump(scenario))


def write_json(scenario: Scenario) -> bytes:
    """Return the document as JSON."""
    return msgspec.json.encode(dump(scenario))
