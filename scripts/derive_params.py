"""Write down which params the Messages API takes, as the locked SDK has them: ``python -m scripts.derive_params``.

The SDK's own types go through pydantic into JSON Schema, ``scripts/wire_schema.py`` makes of it what the wire has,
and ``scripts/beyond_the_types.py`` adds what the types do not say. It does not know how a value is checked, nor
the rules that no type can express.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import anthropic
from anthropic.types.beta.message_count_tokens_params import MessageCountTokensParams as BetaCountTokensParams
from anthropic.types.beta.message_create_params import MessageCreateParamsNonStreaming as BetaCreateParams
from anthropic.types.message_count_tokens_params import MessageCountTokensParams as CountTokensParams
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming as CreateParams
from pydantic import TypeAdapter

from scripts.beyond_the_types import ADDED, CONSTRAINTS, ORDER
from scripts.wire_schema import Schema, fold, references, wired

HOME: Final = Path(__file__).parents[1] / "mockserver" / "batchmock" / "params" / "schema.json"
COMMAND: Final = "python -m scripts.derive_params"
TYPES: Final = {
    "create": CreateParams,
    "create_beta": BetaCreateParams,
    "count_tokens": CountTokensParams,
    "count_tokens_beta": BetaCountTokensParams,
}
# Arguments of the SDK's methods that travel as headers. `user_profile_id` is one too, and stays: a request of a
# batch may name it in its body (https://platform.claude.com/docs/en/api/messages/batches/create, read 2026-11).
HEADERS: Final = {"betas", "workspace_id"}


def derived() -> Schema:
    """Return the surfaces' schemas and the definitions they share, with the SDK version they come from."""
    defs: dict[str, Schema] = {}
    surfaces = {name: _surface(name, type_, defs) for name, type_ in TYPES.items()}
    reached = sorted(_reached(list(surfaces.values()), defs))
    return {"sdk": anthropic.__version__, "$defs": {name: defs[name] for name in reached}, "surfaces": surfaces}


def rendered(schema: Schema) -> str:
    """Return the file's text: one line a definition, so that a change of the SDK reads well in a diff."""
    sdk, defs, surfaces = json.dumps(schema["sdk"]), _lines(schema["$defs"]), _lines(schema["surfaces"])
    return f'{{"sdk":{sdk},\n"$defs":{{\n{defs}}},\n"surfaces":{{\n{surfaces}}}}}\n'


def _lines(schemas: Mapping[str, Schema]) -> str:
    return ",\n".join(
        f"{json.dumps(key)}:{json.dumps(one, separators=(',', ':'))}" for key, one in schemas.items()
    )


def _surface(name: str, type_: Any, defs: dict[str, Schema]) -> Schema:
    raw: Schema = TypeAdapter[Any](type_).json_schema()
    found: dict[str, Schema] = raw.pop("$defs")
    fold(found)
    for key, one in found.items():
        made = _constrained(key.removeprefix("Beta"), wired(one, found))
        if defs.setdefault(key, made) != made:
            raise SystemExit(f"{name} has another {key} than the surfaces before it")
    top = wired(raw, found)
    added = {key: schema for key, (surfaces, schema) in ADDED.items() if name in surfaces}
    fields = {key: one for key, one in top["properties"].items() if key not in HEADERS} | added
    ordered = {key: fields[key] for key in ORDER if key in fields} | fields
    return _constrained("", top | {"properties": ordered})


def _constrained(name: str, schema: Schema) -> Schema:
    for (definition, key), limits in CONSTRAINTS.items():
        if definition == name and key in schema.get("properties", {}):
            schema["properties"][key] |= limits
    return schema


def _reached(roots: list[Schema], defs: dict[str, Schema]) -> set[str]:
    reached: set[str] = set()
    waiting = {name for root in roots for name in references(root)}
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= references(defs[name]) - reached
    return reached


if __name__ == "__main__":
    HOME.write_text(rendered(derived()))
    sys.stdout.write(f"{HOME}: {HOME.stat().st_size:,} bytes\n")
