"""A report as JSON, and the schema of it.

It does not know what the verdicts say.
"""

from inspect import cleandoc
from pathlib import Path
from typing import Any

import msgspec

from batchproof.errors import UsageError
from batchproof.reports.report import VERSION, Report

# Beside this module: for whoever reads reports in another language.
SCHEMA = Path(__file__).with_name("report.schema.json")
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def as_json(report: Report) -> bytes:
    """Return the report as people read JSON."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def read_report(path: Path) -> Report:
    """Read a report that ``--json`` has written.

    Raises:
        UsageError: there is none, or it is no report; names the file, and what is wrong with it.
    """
    try:
        text = path.read_bytes()
        version = msgspec.json.decode(text, type=dict[str, object]).get("batchproof_report")
        if version != VERSION:
            raise UsageError(f"{path}: batchproof_report is {version!r}; this batchproof reads {VERSION}")
        return msgspec.json.decode(text, type=Report)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is no report of `batchproof verify --json`: {error}") from None


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a report."""
    told: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(Report)))
    for shape in told["$defs"].values():
        # As every Python leaves it: from 3.13 on docstrings come without their margin.
        shape["description"] = cleandoc(shape["description"])
    return {"$schema": _DIALECT, "title": "A report of batchproof verify", **told}
