"""Answers of a shape that a request asks for: the input of a tool it forces, or text that is JSON of a schema.

It does not know how a sample is made. Sources: https://platform.claude.com/docs/en/build-with-claude/structured-outputs
and https://platform.claude.com/docs/en/agents-and-tools/tool-use/implement-tool-use, read 2026-11.
"""

from dataclasses import dataclass

import msgspec
from msgspec import Raw, Struct

from batchmock.asked import ABSENT, MISSHAPEN, Shape
from batchmock.draws import Identifiers, Stream
from batchmock.replies.cut import Draft
from batchmock.samples.sampler import Sampler, sampler
from batchmock.samples.schema import UnsampleableError
from batchmock.wire.message import TextBlock, ToolUseBlock
from batchmock.wire.result import BEFORE_EXECUTION, RowError


@dataclass(frozen=True, slots=True)
class Wanted:
    """The shape that an answer is to have: a call of a tool, or text where no tool is named."""

    sampler: Sampler
    tool: str | None


class UnanswerableError(Exception):
    """No answer of ours has the shape that a request asks for; ``error`` is what its row says."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.error = RowError(details=BEFORE_EXECUTION, type="invalid_request_error", message=message)


class _Choice(Struct, gc=False):
    type: str = "auto"
    name: str = ""


class _Tool(Struct, gc=False):
    name: str = ""
    input_schema: Raw = ABSENT


class _Format(Struct, gc=False):
    type: str = ""
    schema: Raw = ABSENT


class _OutputConfig(Struct, gc=False):
    format: _Format | None = None


_choice = msgspec.json.Decoder(_Choice).decode
_tools = msgspec.json.Decoder(list[_Tool]).decode
_output_config = msgspec.json.Decoder(_OutputConfig).decode
_format = msgspec.json.Decoder(_Format | None).decode


def wanted(shape: Shape) -> Wanted | None:
    """Return the shape that a request asks for, or None where it asks for none.

    Raises:
        UnanswerableError: it asks for one that no sample has, or that we cannot sample.
    """
    if shape.tool_choice is not ABSENT and (tool := _forced(shape)) is not None:
        return tool
    if shape.output_config is not ABSENT or shape.output_format is not ABSENT:
        return _structured(shape)
    return None


def any_call(tools: Raw) -> Wanted | None:
    """Return what calls the first of some tools that can be, or None where none can."""
    try:
        return _forced(Shape(tool_choice=Raw(b'{"type":"any"}'), tools=tools))
    except UnanswerableError:
        return None


def shaped(shape: Wanted, mark: str, stream: Stream, message_id: str, seed: int) -> Draft:
    """Return the draft of an answer of a shape; a string in it that may be anything carries the mark."""
    sample = msgspec.json.encode(shape.sampler.sample(stream, mark))
    if shape.tool is None:
        return Draft(content=(TextBlock(sample.decode()),))
    tool_use_id = Identifiers(seed, "tool", "toolu_01").of(message_id)
    return Draft(content=(ToolUseBlock(tool_use_id, shape.tool, Raw(sample)),), stop_reason="tool_use")


def _forced(shape: Shape) -> Wanted | None:
    try:
        choice = _choice(shape.tool_choice)
        tools = [] if shape.tools is ABSENT else _tools(shape.tools)
    except MISSHAPEN:
        return None
    if choice.type == "tool":
        return _called([tool for tool in tools if tool.name == choice.name], choice.name)
    if choice.type == "any" and tools:
        return _called([tool for tool in tools if tool.input_schema is not ABSENT] or tools, tools[0].name)
    return None


def _called(tools: list[_Tool], name: str) -> Wanted:
    if not tools:
        # The API's own words, as public logs of 2026 show them.
        raise UnanswerableError(f"Tool '{name}' not found in provided tools")
    tool = tools[0]
    if tool.input_schema is ABSENT:
        raise UnanswerableError(
            f"tools: the emulator has no answer that calls {tool.name!r}: the tool has no input_schema to sample"
        )
    where = f"tools: the input_schema of {tool.name!r}"
    return Wanted(_sampler(tool.input_schema, where, of_object=True), tool.name)


def _structured(shape: Shape) -> Wanted | None:
    try:
        asked = None if shape.output_config is ABSENT else _output_config(shape.output_config).format
        where = "output_config.format.schema"
        if asked is None and shape.output_format is not ABSENT:
            asked, where = _format(shape.output_format), "output_format.schema"
    except MISSHAPEN:
        return None
    if asked is None or asked.type != "json_schema" or asked.schema is ABSENT:
        return None
    return Wanted(_sampler(asked.schema, where), None)


def _sampler(schema: Raw, where: str, *, of_object: bool = False) -> Sampler:
    try:
        return sampler(bytes(schema), of_object=of_object)
    except UnsampleableError as error:
        raise UnanswerableError(f"{where}: {error}") from None
