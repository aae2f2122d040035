"""The control plane's calls as an OpenAPI 3.1 document, made of the shapes that the calls take and answer.

It does not know which calls there are.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct, inspect

from batchmock.http.admission import API_KEY, TOKEN
from batchmock.http.control.call import ControlCall

PREFIX = "/_emulator"
_REF = "#/components/schemas/{name}"
# What msgspec makes of a shape over instants as text: ``Record[str]`` and ``Record_str_``.
_OVER_TEXT = re.compile(r"_str_|\[str\]")

Json = dict[str, Any]


class ErrorDetail(Struct, frozen=True):
    """What is wrong, in the API's own words for the kinds of errors."""

    type: str
    message: str


class ErrorEnvelope(Struct, frozen=True):
    """What every mistake is answered with, as the API does."""

    type: str
    error: ErrorDetail
    request_id: str


def describe_calls(calls: Sequence[ControlCall], health: type[Struct], version: str) -> Json:
    """Return the document."""
    shapes = [health, ErrorEnvelope, *(shape for call in calls for shape in (call.takes, call.answers) if shape)]
    schemas, components = msgspec.json.schema_components(shapes, ref_template=_REF)
    schema_of = {str(shape): schema for shape, schema in zip(shapes, schemas, strict=True)}
    document: Json = {
        "openapi": "3.1.0",
        "info": {
            "title": "batchproof control plane",
            "version": version,
            "description": "The credential selects the workspace, as it does for the API itself.",
        },
        "security": [{"key": []}, {"bearer": []}, {"key": [], "token": []}, {"bearer": [], "token": []}],
        "paths": _paths(calls, schema_of, schema_of[str(health)]),
        "components": {"schemas": components, "securitySchemes": _SCHEMES},
    }
    return msgspec.json.decode(_OVER_TEXT.sub("", msgspec.json.encode(document).decode()))


_SCHEMES: Json = {
    "key": {"type": "apiKey", "in": "header", "name": API_KEY},
    "bearer": {"type": "http", "scheme": "bearer"},
    "token": {
        "type": "apiKey",
        "in": "header",
        "name": TOKEN,
        "description": "Needed where the emulator was started with --control-token.",
    },
}


def _paths(calls: Sequence[ControlCall], schema_of: Mapping[str, Json], health: Json) -> Json:
    paths: Json = {
        f"{PREFIX}/health": {"get": _open("health", "Tell that it answers.", health)},
        f"{PREFIX}/openapi.json": {"get": _open("openapi", "Describe these calls.", {"type": "object"})},
    }
    for call in calls:
        paths.setdefault(f"{PREFIX}{call.path}", {})[call.method.lower()] = _operation(call, schema_of)
    return paths


def _operation(call: ControlCall, schema_of: Mapping[str, Json]) -> Json:
    media_type = "application/x-jsonl" if call.in_lines else "application/json"
    refusal = {"description": "A mistake.", "content": _content("application/json", schema_of[str(ErrorEnvelope)])}
    operation: Json = {
        "operationId": call.name,
        "summary": call.summary,
        "parameters": [*_path_parameters(call.path), *_query_parameters(call.query)],
        "responses": {
            "200": {"description": "Done.", "content": _content(media_type, schema_of[str(call.answers)])},
            "4XX": refusal,
        },
    }
    if call.takes is not None:
        content = _content("application/json", schema_of[str(call.takes)])
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _open(name: str, summary: str, schema: Json) -> Json:
    answer = {"description": "Done.", "content": _content("application/json", schema)}
    return {"operationId": name, "summary": summary, "security": [], "responses": {"200": answer}}


def _content(media_type: str, schema: Json) -> Json:
    return {media_type: {"schema": schema}}


def _path_parameters(path: str) -> list[Json]:
    names = re.findall(r"{(\w+)}", path)
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _query_parameters(query: type[Struct]) -> list[Json]:
    shape = inspect.type_info(query)
    assert isinstance(shape, inspect.StructType)
    _, components = msgspec.json.schema_components([query])
    properties: Json = components[query.__name__]["properties"]
    return [{"name": field.name, "in": "query", "schema": properties[field.name]} for field in shape.fields]
