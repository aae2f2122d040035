"""The models a request may name: ids, aliases, ceilings and what each can do.

It does not know requests. Ids, release dates, ceilings: the models pages
(https://platform.claude.com/docs/en/about-claude/models/overview and the page of each model, read 2026-10) and the
model literal of the Python SDK 2.14. Lifecycle: https://platform.claude.com/docs/en/about-claude/model-deprecations,
read 2026-10. What the Models API itself answered in 2026-02 to 2026-10 overrules both; the assumed is marked so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass
from datetime import date
from typing import Literal

from batchmock.errors import UsageError

Lifecycle = Literal["active", "deprecated", "retired"]
Line = Literal["haiku", "sonnet", "opus", "fable", "mythos"]
ThinkingType = Literal["enabled", "adaptive", "disabled", "between_tools"]
Effort = Literal["low", "medium", "high", "xhigh", "max"]

ADAPTIVE: frozenset[ThinkingType] = frozenset({"adaptive", "disabled"})
BUDGETED: frozenset[ThinkingType] = frozenset({"enabled", "disabled"})
ALWAYS: frozenset[ThinkingType] = frozenset({"adaptive"})
BETWEEN_TOOLS: frozenset[ThinkingType] = frozenset({"adaptive", "between_tools"})

NO_EFFORT: tuple[Effort, ...] = ()
THREE_EFFORTS: tuple[Effort, ...] = ("low", "medium", "high")
FOUR_EFFORTS: tuple[Effort, ...] = ("low", "medium", "high", "max")
FIVE_EFFORTS: tuple[Effort, ...] = ("low", "medium", "high", "xhigh", "max")

# The reference: "May be set to an epoch value if the release date is unknown."
UNKNOWN_RELEASE = "1970-01-01"


@dataclass(frozen=True, slots=True)
class Model:
    """A model as answers name it; what is left out is as with the newest ones.

    - ``max_tokens``: the largest one it takes; ``long_output``: 300,000 in a batch with the beta for it.
    - ``released``, ``deprecated``, ``retires``: days, as ``2026-09-22``.
    - ``prefill``: takes a conversation that ends with the assistant's turn (models before 4.6).
    - ``programmatic_tools``: its code may call the request's tools; ``compaction``: it can compact a context.
    """

    id: str
    max_tokens: int = 128_000
    _: KW_ONLY
    name: str = ""
    released: str = UNKNOWN_RELEASE
    max_input_tokens: int = 1_000_000
    line: Line | None = None
    aliases: tuple[str, ...] = ()
    lifecycle: Lifecycle = "active"
    deprecated: str | None = None
    retires: str | None = None
    thinking: frozenset[ThinkingType] = ADAPTIVE
    efforts: tuple[Effort, ...] = FIVE_EFFORTS
    prefill: bool = False
    long_output: bool = False
    programmatic_tools: bool = True
    compaction: bool = True

    def __post_init__(self) -> None:
        if not self.id:
            raise UsageError("a model has no id; write it as claude-of-tomorrow")
        if self.max_tokens < 1:
            raise UsageError(f"model {self.id}: max_tokens is {self.max_tokens}; it is at least 1")
        for day in (self.released, self.deprecated, self.retires):
            _refuse_day(self.id, day)

    @property
    def retired(self) -> bool:
        """Whether requests that name it fail."""
        return self.lifecycle == "retired"

    @property
    def budgeted_thinking(self) -> bool:
        """Whether it takes ``thinking.type: enabled`` with a budget of tokens."""
        return "enabled" in self.thinking


def _refuse_day(id_: str, day: str | None) -> None:
    try:
        date.fromisoformat(day or UNKNOWN_RELEASE)
    except ValueError:
        raise UsageError(f"model {id_}: {day!r} is not a day; write it as 2026-09-22") from None


# Batches alone may ask for this much, with this beta header.
# https://platform.claude.com/docs/en/build-with-claude/batch-processing, read 2026-08; the models that were
# released since: https://platform.claude.com/docs/en/models/haiku-5-5/overview, read 2026-10.
LONG_OUTPUT_BETA = "output-300k-2026-03-24"
LONG_OUTPUT_TOKENS_MAX = 300_000


def _gone(id_: str, max_tokens: int, name: str, line: Line, released: str, retired: str) -> Model:
    """Return a model that is no longer served; what it could do is assumed, and concerns nobody."""
    return Model(
        id_,
        max_tokens,
        name=name,
        line=line,
        released=released,
        max_input_tokens=200_000,
        lifecycle="retired",
        retires=retired,
        thinking=BUDGETED,
        efforts=NO_EFFORT,
        prefill=True,
        programmatic_tools=False,
        compaction=False,
    )


# The newest first, as a list shows them.
_KNOWN = (
    # Of these two the SDK's literal tells the names, and that they are the newest; the rest is assumed.
    Model("claude-fable-5-2", name="Claude Fable 5.2", line="fable", thinking=ALWAYS),
    Model("claude-mythos-5-2", name="Claude Mythos 5.2", line="mythos", thinking=ALWAYS),
    Model("claude-haiku-5-5", name="Claude Haiku 5.5", line="haiku", released="2026-10-07", long_output=True),
    Model(
        "claude-sonnet-5-5",
        name="Claude Sonnet 5.5",
        line="sonnet",
        released="2026-09-28",
        thinking=BETWEEN_TOOLS,
        long_output=True,
    ),
    Model(
        "claude-opus-5-5",
        name="Claude Opus 5.5",
        line="opus",
        released="2026-09-22",
        thinking=ALWAYS,
        long_output=True,
    ),
    Model("claude-fable-5-1", name="Claude Fable 5.1", line="fable", released="2026-09-01", thinking=ALWAYS),
    Model("claude-mythos-5-1", name="Claude Mythos 5.1", line="mythos", released="2026-09-01", thinking=ALWAYS),
    Model("claude-opus-5", name="Claude Opus 5", line="opus", released="2026-07-24", long_output=True),
    Model("claude-sonnet-5", name="Claude Sonnet 5", line="sonnet", released="2026-06-30", long_output=True),
    Model("claude-fable-5", name="Claude Fable 5", line="fable", released="2026-06-09", thinking=ALWAYS),
    Model("claude-mythos-5", name="Claude Mythos 5", line="mythos", released="2026-06-09", thinking=ALWAYS),
    Model("claude-opus-4-8", name="Claude Opus 4.8", line="opus", released="2026-05-28", long_output=True),
    Model("claude-opus-4-7", name="Claude Opus 4.7", line="opus", released="2026-04-14", long_output=True),
    # The SDK says it ends on that day; the deprecations page names none.
    Model(
        "claude-mythos-preview",
        name="Claude Mythos Preview",
        line="mythos",
        lifecycle="deprecated",
        deprecated="2026-06-09",
        retires="2026-06-30",
        thinking=frozenset({"enabled", "adaptive"}),
    ),
    Model(
        "claude-sonnet-4-6",
        name="Claude Sonnet 4.6",
        line="sonnet",
        released="2026-02-17",
        thinking=ADAPTIVE | BUDGETED,
        efforts=FOUR_EFFORTS,
        long_output=True,
    ),
    Model(
        "claude-opus-4-6",
        name="Claude Opus 4.6",
        line="opus",
        released="2026-02-04",
        thinking=ADAPTIVE | BUDGETED,
        efforts=FOUR_EFFORTS,
        long_output=True,
    ),
    # The SDK says when it ends; on which day that was announced is not known.
    Model(
        "claude-opus-4-5-20251101",
        64_000,
        name="Claude Opus 4.5",
        line="opus",
        released="2025-11-24",
        aliases=("claude-opus-4-5",),
        lifecycle="deprecated",
        retires="2027-01-22",
        efforts=THREE_EFFORTS,
        max_input_tokens=200_000,
        thinking=BUDGETED,
        prefill=True,
        compaction=False,
    ),
    Model(
        "claude-haiku-4-5-20251001",
        64_000,
        name="Claude Haiku 4.5",
        line="haiku",
        released="2025-10-15",
        aliases=("claude-haiku-4-5",),
        efforts=NO_EFFORT,
        programmatic_tools=False,
        max_input_tokens=200_000,
        thinking=BUDGETED,
        prefill=True,
        compaction=False,
    ),
    Model(
        "claude-sonnet-4-5-20250929",
        64_000,
        name="Claude Sonnet 4.5",
        line="sonnet",
        released="2025-09-29",
        aliases=("claude-sonnet-4-5",),
        lifecycle="deprecated",
        deprecated="2026-09-30",
        retires="2026-11-30",
        efforts=NO_EFFORT,
        max_input_tokens=200_000,
        thinking=BUDGETED,
        prefill=True,
        compaction=False,
    ),
    _gone("claude-opus-4-1-20250805", 32_000, "Claude Opus 4.1", "opus", "2025-08-05", "2026-08-05"),
    _gone("claude-opus-4-20250514", 32_000, "Claude Opus 4", "opus", "2025-05-22", "2026-06-15"),
    _gone("claude-sonnet-4-20250514", 64_000, "Claude Sonnet 4", "sonnet", "2025-05-22", "2026-06-15"),
    _gone("claude-3-7-sonnet-20250219", 64_000, "Claude Sonnet 3.7", "sonnet", "2025-02-24", "2026-02-19"),
    _gone("claude-3-5-haiku-20241022", 8_192, "Claude Haiku 3.5", "haiku", "2024-10-22", "2026-02-19"),
    _gone("claude-3-5-sonnet-20241022", 8_192, "Claude Sonnet 3.5 (New)", "sonnet", "2024-10-22", "2025-10-28"),
    _gone("claude-3-5-sonnet-20240620", 8_192, "Claude Sonnet 3.5 (Old)", "sonnet", "2024-06-20", "2025-10-28"),
    _gone("claude-3-haiku-20240307", 4_096, "Claude Haiku 3", "haiku", "2024-03-07", "2026-04-20"),
    _gone("claude-3-opus-20240229", 4_096, "Claude Opus 3", "opus", "2024-02-29", "2026-01-05"),
    _gone("claude-3-sonnet-20240229", 4_096, "Claude Sonnet 3", "sonnet", "2024-02-29", "2025-07-21"),
)


def catalogue(added: Iterable[Model] = ()) -> Mapping[str, Model]:
    """Return the models by every name they go by, in the order of a list; ``added`` come first and win a name."""
    named: dict[str, Model] = {}
    for model in (*added, *_KNOWN):
        for name in (model.id, *model.aliases):
            named.setdefault(name, named.get(model.id, model))
    return named


MODELS = catalogue()


def tokens_max(model: Model, betas: frozenset[str]) -> int:
    """Return the ceiling on ``max_tokens`` for a request in a batch created with these betas."""
    if LONG_OUTPUT_BETA in betas and model.long_output:
        return LONG_OUTPUT_TOKENS_MAX
    return model.max_tokens
