"""A plan as a file: what to play to a client, and the contract that it was seen to break.

JSON, its scenario by the names of docs/scenarios.md, so it can be read, edited and sent to somebody. It does not
know clients.
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from batchmock.document import dump_struct, read_as
from batchmock.errors import UsageError as DocumentError
from batchproof.errors import UsageError
from batchproof.plan import Plan

# Raised when old files can no longer be read.
VERSION = 1


class PlanFile(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A plan, and why it was kept.

    - ``batchproof_plan``: the version of this form.
    - ``contract``: whom its check belongs to; ``reason``: what was seen, for whoever reads the file.
    - ``seed``: of the run that drew it.
    """

    batchproof_plan: int
    contract: str
    plan: Plan
    reason: str = ""
    seed: int = 0


def document(file: PlanFile) -> dict[str, object]:
    """Return what ``read`` reads back as this very file."""
    return dump_struct(file)


def read(told: Mapping[str, object]) -> PlanFile:
    """Read a plan from a document.

    Raises:
        UsageError: it is none; names the field, the value and what is allowed.
    """
    if "batchproof_report" in told:
        raise UsageError(
            "this is a report; the plan of each break is saved as .batchproof/ID.json, or in --save DIR"
        )
    if "batchproof_plan" not in told:
        raise UsageError("batchproof_plan is missing, so this is no plan that batchproof verify has saved")
    version = told["batchproof_plan"]
    if version != VERSION:
        raise UsageError(f"batchproof_plan is {version!r}; this batchproof reads {VERSION}")
    try:
        file = read_as(PlanFile, told)
    except DocumentError as error:
        raise UsageError(str(error)) from None
    if not file.plan.lives:
        raise UsageError("plan.lives is []; leave it out for one whole life")
    return file


def write_file(path: Path, file: PlanFile) -> None:
    """Write a plan, as people read JSON.

    Raises:
        UsageError: it cannot be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.format(msgspec.json.encode(document(file)), indent=2) + b"\n")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}; choose another folder with --save") from None


def read_file(path: Path) -> PlanFile:
    """Read a plan that was saved.

    Raises:
        UsageError: there is none, or it is wrong; names the file, and what is wrong with it.
    """
    try:
        told = msgspec.json.decode(path.read_bytes(), type=dict[str, object])
        return read(told)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{path} is not a JSON object: {error}") from None
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None
