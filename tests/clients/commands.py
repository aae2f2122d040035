"""The commands in this process, their files, and what stands in them."""

import json
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from batchmock.inprocess.emulator import LocalEmulator
from batchproof.cli import main
from tests.clients.world import MODEL, asking

PROMPTS = ("--model", MODEL, "--max-tokens", "64")


def batchproof(*arguments: str | Path, emulator: LocalEmulator | None = None) -> Result:
    emulator = emulator or LocalEmulator()
    with emulator.intercept(), emulator.coupled_time():
        return CliRunner().invoke(main, [str(argument) for argument in arguments])


def batches(emulator: LocalEmulator) -> int:
    return len(list(emulator.client().messages.batches.list()))


def entry(custom_id: str, prompt: str, model: str = MODEL, **more: object) -> dict[str, Any]:
    return {"custom_id": custom_id, "params": asking(custom_id, prompt, model)[1]} | more


def written(path: Path, rows: Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def parquet_file(path: Path, rows: Sequence[object]) -> None:
    import_module("pyarrow.parquet").write_table(import_module("pyarrow").Table.from_pylist(rows), path)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line]


def answer(line: dict[str, Any]) -> str:
    return line["result"]["message"]["content"][0]["text"].partition(": ")[2]
