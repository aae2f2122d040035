"""A model as ``GET /v1/models`` shows it, and a page of them.

Field order is the wire's, as a page recorded between 2026-02 and 2026-04 shows it; where the fields added since
stand is assumed. It does not know which models there are. Source of what each field means:
https://platform.claude.com/docs/en/api/models/list and the Python SDK 2.14, ``types/model_info.py``.
"""

from collections.abc import Collection
from datetime import date
from typing import Literal

from msgspec import Struct

from batchmock.models import FIVE_EFFORTS, Lifecycle, Line, Model


class Support(Struct, frozen=True):
    """Whether a model can do something."""

    supported: bool


YES = Support(True)
NO = Support(False)


class ContextManagement(Struct, frozen=True):
    """How a model's context can be cut back."""

    supported: bool
    clear_tool_uses_20250919: Support
    clear_thinking_20251015: Support
    compact_20260112: Support


class EffortLevels(Struct, frozen=True):
    """Which levels of ``output_config.effort`` a model takes."""

    supported: bool
    low: Support
    medium: Support
    high: Support
    xhigh: Support
    max: Support


class ServerTools(Struct, frozen=True):
    """Which tools the API itself can run for a model."""

    supported: bool
    web_search: Support
    code_execution: Support


class ThinkingTypes(Struct, frozen=True):
    """Which values of ``thinking.type`` a model takes."""

    enabled: Support
    adaptive: Support
    disabled: Support
    between_tools: Support


class Thinking(Struct, frozen=True):
    """Whether a model thinks, and how."""

    supported: bool
    types: ThinkingTypes


class Capabilities(Struct, frozen=True):
    """What a model can do; every key is there for every model."""

    batch: Support
    citations: Support
    code_execution: Support
    context_management: ContextManagement
    effort: EffortLevels
    image_input: Support
    pdf_input: Support
    server_tools: ServerTools
    structured_outputs: Support
    thinking: Thinking


class ModelInfo(Struct, frozen=True, kw_only=True):
    """A model as a client sees it."""

    type: Literal["model"] = "model"
    id: str
    display_name: str
    created_at: str
    max_input_tokens: int
    max_tokens: int
    capabilities: Capabilities
    lifecycle: Lifecycle
    deprecated_at: str | None
    retires_at: str | None
    line: Line | None


class ModelPage(Struct, frozen=True):
    """Models, newest first; ``first_id`` and ``last_id`` are those of this page, null when it is empty."""

    data: list[ModelInfo]
    has_more: bool
    first_id: str | None
    last_id: str | None


def info(model: Model) -> ModelInfo:
    """Return the wire's form of a model; a model without a name shows its id."""
    return ModelInfo(
        id=model.id,
        display_name=model.name or model.id,
        created_at=_midnight(model.released),
        max_input_tokens=model.max_input_tokens,
        max_tokens=model.max_tokens,
        capabilities=_capabilities(model),
        lifecycle=model.lifecycle,
        deprecated_at=model.deprecated and _midnight(model.deprecated),
        retires_at=model.retires and _midnight(model.retires),
        line=model.line,
    )


def _capabilities(model: Model) -> Capabilities:
    # Batches, citations, images, PDFs, structured outputs and server tools: "all active models" of the guides.
    return Capabilities(
        batch=YES,
        citations=YES,
        code_execution=Support(model.programmatic_tools),
        context_management=ContextManagement(True, YES, YES, Support(model.compaction)),
        effort=EffortLevels(bool(model.efforts), *_each(FIVE_EFFORTS, model.efforts)),
        image_input=YES,
        pdf_input=YES,
        server_tools=ServerTools(True, web_search=YES, code_execution=YES),
        structured_outputs=YES,
        thinking=Thinking(True, ThinkingTypes(*_each(ThinkingTypes.__struct_fields__, model.thinking))),
    )


def _each(names: Collection[str], taken: Collection[str]) -> list[Support]:
    return [Support(name in taken) for name in names]


def _midnight(day: str) -> str:
    return f"{date.fromisoformat(day).isoformat()}T00:00:00Z"
