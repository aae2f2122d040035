"""Files of requests, row by row: the API's own entries, or prompts with keys.

A row is kept as it was given, so that its answer can be put beside it. It does not know batches or answers.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from batchclient.cli.parquet import parquet_rows
from batchclient.encode import Params
from batchclient.errors import UsageError
from batchclient.shapes import Json

# What the answer is put under.
RESULT = "result"


@dataclass(frozen=True, slots=True)
class Table:
    """How a row that has no params becomes a request: which fields are meant, and what all requests share."""

    key: str = "key"
    prompt: str = "prompt"
    model: str | None = None
    max_tokens: int = 1024
    system: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A request, and the JSON object that it was given as, on one line; ``is_prompt`` if its params were made."""

    key: str
    params: Params
    given: bytes
    is_prompt: bool = False


def read_rows(path: Path, table: Table) -> Iterator[Row]:
    """Yield the rows of a file: CSV or Parquet by its name, else one JSON object a line, or a whole create body.

    Raises:
        UsageError: it cannot be read, or a row is no request.
    """
    try:
        if path.suffix.lower() == ".csv":
            yield from _csv(path, table)
        elif path.suffix.lower() == ".parquet":
            yield from _parquet(path, table)
        else:
            with path.open("rb") as file:
                yield from _json(path, file, table)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None


def _json(path: Path, file: BinaryIO, table: Table) -> Iterator[Row]:
    if _is_body(file):
        for number, entry in enumerate(_entries(path, file.read()), 1):
            yield _row(f"{path}: request {number}", msgspec.json.format(entry, indent=-1), table)
        return
    for number, line in enumerate(file, 1):
        if line.strip():
            yield _row(f"{path}:{number}", line.strip(), table)


def _is_body(file: BinaryIO) -> bool:
    """Tell whether a file is one object over several lines, or has ``requests`` in its first line."""
    first = next((line for line in file if line.strip()), b"{}")
    file.seek(0)
    try:
        found = msgspec.json.decode(first)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return first.strip() == b"{"
    return isinstance(found, dict) and "requests" in found


class _Body(msgspec.Struct):
    requests: list[msgspec.Raw]


def _entries(path: Path, body: bytes) -> list[msgspec.Raw]:
    try:
        return msgspec.json.decode(body, type=_Body).requests
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is neither one request a line nor a create body: {error}") from None


def _row(where: str, given: bytes, table: Table) -> Row:
    try:
        fields = msgspec.json.decode(given, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{where} is no JSON object: {error}") from None
    return _request(where, fields, given, table)


def _csv(path: Path, table: Table) -> Iterator[Row]:
    # Spreadsheets write a byte order mark.
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        try:
            for fields in reader:
                where = f"{path}:{reader.line_num}"
                if None in fields or None in fields.values():
                    raise UsageError(f"{where} has not as many cells as the first line; quote what holds a comma")
                yield _request(where, dict(fields), msgspec.json.encode(fields), table)
        except (csv.Error, UnicodeDecodeError) as error:
            raise UsageError(f"{path}:{reader.line_num} is no CSV in UTF-8: {error}") from None


def _parquet(path: Path, table: Table) -> Iterator[Row]:
    for number, fields in enumerate(parquet_rows(path), 1):
        where = f"{path}: row {number}"
        try:
            given = msgspec.json.encode(fields)
        except (TypeError, ValueError) as error:
            raise UsageError(f"{where} cannot be written as JSON: {error}") from None
        yield _request(where, fields, given, table)


def _request(where: str, fields: Json, given: bytes, table: Table) -> Row:
    if RESULT in fields:
        raise UsageError(f"{where} has a field {RESULT!r}, where the answer goes; rename it")
    if "params" in fields:
        return Row(_text(where, fields, "custom_id"), fields["params"], given)
    key = _text(where, _with_text(fields, table.key), table.key)
    return Row(key, _asking(where, _text(where, fields, table.prompt), table), given, is_prompt=True)


def _with_text(fields: Json, key: str) -> Json:
    """Return a row whose key is a text: numbers of rows are numbers in most tables, and only this name is ours."""
    value = fields.get(key)
    return fields | {key: str(value)} if isinstance(value, int) and not isinstance(value, bool) else fields


def _text(where: str, fields: Json, name: str) -> str:
    if name not in fields:
        raise UsageError(
            f"{where} has no {name!r}; a request has 'custom_id' and 'params', or a key and a prompt in the "
            "fields that --key and --prompt name"
        )
    value = fields[name]
    if not isinstance(value, str):
        found = msgspec.json.encode(value).decode()
        fix = f', so write "{found}"' if isinstance(value, int | float) else ""
        raise UsageError(f"{where}: {name!r} is {found[:60]}; it is a string{fix}")
    return value


def _asking(where: str, prompt: str, table: Table) -> Params:
    if table.model is None:
        raise UsageError(f"{where} has a prompt and no params; say with --model which model is asked")
    system = {} if table.system is None else {"system": table.system}
    asked = {"model": table.model, "max_tokens": table.max_tokens} | system
    return asked | {"messages": [{"role": "user", "content": prompt}]}
