"""Known breaks as a TOML file: a table ``[[known]]`` for each, with ``contract`` and ``reason``.

It does not know what becomes of them.
"""

import tomllib
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec
import tomli_w
from msgspec import Struct

from batchmock.document import read_as
from batchmock.errors import UsageError as DocumentError
from batchproof.errors import UsageError
from batchproof.known import Known, unmatched

_HEAD = "# Contracts that this client may break for now. What is kept again has to leave: --known-update.\n"


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    known: tuple[Known, ...] = ()


def read_known(path: Path, contracts: Collection[str]) -> Sequence[Known]:
    """Read a list of known breaks.

    Raises:
        UsageError: it cannot be read, is wrong, or has an entry that is about no contract there is.
    """
    try:
        file = read_as(_File, tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}; --known-update writes it") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not TOML: {error}") from None
    except DocumentError as error:
        raise UsageError(f"{path}: {error}") from None
    for entry in file.known:
        if not entry.reason.strip():
            raise UsageError(f"{path}: {entry.contract} has no reason; say why it may be broken")
    for entry in unmatched(file.known, contracts):
        raise UsageError(f"{path}: {entry.contract!r} matches no contract; `batchproof contracts` lists them")
    return file.known


def write_known(path: Path, known: Sequence[Known]) -> None:
    """Write a list of known breaks.

    Raises:
        UsageError: it cannot be written there.
    """
    tables = ["[[known]]\n" + tomli_w.dumps(msgspec.to_builtins(entry)) for entry in known]
    try:
        path.write_text("\n".join([_HEAD, *tables]), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None
