"""What types do not say of params: the rules, each with its source, in the order in which they are applied.

A rule is here only if somebody wrote it down or met it: a wrong refusal is worse than a missed one. It does not
know how a rule finds out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from batchmock.params import batches, caching, conversation, sampling, tokens, tool_calls, tools
from batchmock.params.case import Case
from batchmock.params.finding import Finding, at
from batchmock.params.terms import STRICTER_VERSION, Surface

ANSWERED: Final[tuple[Surface, ...]] = ("batch", "messages")
EVERYWHERE: Final[tuple[Surface, ...]] = ("batch", "messages", "count_tokens")
VERSIONS: Final = ("2023-06-01", STRICTER_VERSION)

# Pages of https://platform.claude.com/docs/en/, and what was seen where.
_GUIDE: Final = "build-with-claude/batch-processing, read 2026-08"
_MIGRATION: Final = "api/migration-2026-10-21, read 2026-11"
_ERRORS: Final = "api/errors, read 2026-08"
_THINKING: Final = "build-with-claude/extended-thinking, read 2026-08"
_SDK: Final = "Python SDK 2.14, types/beta/message_create_params.py"
_RECORDING: Final = "recording, 2026-09"
_MEASURED: Final = "public measurements of the API, 2026-08 and 2026-09"
_REPORTS: Final = "public issue threads, read 2026-11"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule; looked at where one of the keys ``on`` is in the case.params.

    ``wording`` says whether the message is the API's own, or ours because nobody wrote it down.
    """

    name: str
    on: frozenset[str]
    find: Callable[[Case], Finding | None]
    source: str
    wording: Literal["seen", "assumed"] = "seen"
    surfaces: tuple[Surface, ...] = ANSWERED
    versions: tuple[str, ...] = VERSIONS


def _blank_stop(case: Case) -> Finding | None:
    if all(sequence.strip() for sequence in case.params["stop_sequences"]):
        return None
    return at("stop_sequences", "each stop sequence must contain non-whitespace")


_ONLY_BATCHES: Final[tuple[Surface, ...]] = ("batch",)
_ONLY_SYNC: Final[tuple[Surface, ...]] = ("messages",)

# What a batch does not take at all; a switch refuses it at create.
NOT_TAKEN: Final = frozenset({"batch-stream", "batch-unsupported", "batch-research-preview", "batch-billing"})

RULES: Final = (
    Rule(
        name="sampling-removed",
        on=frozenset(sampling.SAMPLING),
        find=sampling.removed,
        source=f"{_MIGRATION}; message: public measurements of the API, 2026-10",
        surfaces=EVERYWHERE,
        versions=(STRICTER_VERSION,),
    ),
    Rule(
        name="assistant-document",
        on=frozenset({"messages"}),
        find=conversation.assistant_document,
        source=_MIGRATION,
        wording="assumed",
        surfaces=EVERYWHERE,
        versions=(STRICTER_VERSION,),
    ),
    Rule(
        name="cited-user-text",
        on=frozenset({"messages"}),
        find=conversation.cited_user_text,
        source=_MIGRATION,
        wording="assumed",
        surfaces=EVERYWHERE,
        versions=(STRICTER_VERSION,),
    ),
    Rule(
        name="batch-stream",
        on=frozenset({"stream"}),
        find=batches.streamed,
        source=f"{_GUIDE}; message: a stored results file",
        surfaces=_ONLY_BATCHES,
    ),
    Rule(
        name="batch-unsupported",
        on=frozenset(batches.UNSUPPORTED),
        find=batches.unsupported,
        source=f"{_GUIDE}; fallbacks: build-with-claude/refusals-and-fallback, read 2026-11; thread: assumed",
        wording="assumed",
        surfaces=_ONLY_BATCHES,
    ),
    Rule(
        name="batch-research-preview",
        on=frozenset({"research_preview_2026_02"}),
        find=batches.research_preview,
        source=_GUIDE,
        wording="assumed",
        surfaces=_ONLY_BATCHES,
    ),
    Rule(
        name="batch-billing",
        on=frozenset({"billing_policy"}),
        find=batches.billed_elsewhere,
        source=_SDK,
        wording="assumed",
        surfaces=_ONLY_BATCHES,
    ),
    Rule(
        name="batch-user-profile",
        on=frozenset({"user_profile_id"}),
        find=batches.other_profile,
        source="api/messages/batches/create, read 2026-11",
        wording="assumed",
        surfaces=_ONLY_BATCHES,
    ),
    Rule(
        name="batch-max-tokens",
        on=frozenset({"max_tokens"}),
        find=batches.no_tokens,
        source=f"{_GUIDE}; message: {_RECORDING}",
        surfaces=_ONLY_BATCHES,
    ),
    Rule(
        name="max-tokens-negative",
        on=frozenset({"max_tokens"}),
        find=tokens.negative,
        source=_MEASURED,
        surfaces=_ONLY_SYNC,
    ),
    Rule(name="model", on=frozenset({"model"}), find=tokens.no_such_model, source=_RECORDING, surfaces=EVERYWHERE),
    Rule(name="max-tokens-ceiling", on=frozenset({"max_tokens"}), find=tokens.over_ceiling, source=_RECORDING),
    Rule(
        name="max-tokens-zero",
        on=frozenset({"stream", "thinking", "output_config", "tool_choice"}),
        find=tokens.warming_up,
        source="build-with-claude/prompt-caching, read 2026-08",
        wording="assumed",
        surfaces=_ONLY_SYNC,
    ),
    Rule(
        name="sampling-range", on=frozenset({"temperature", "top_p"}), find=sampling.out_of_range, source=_MEASURED
    ),
    Rule(name="sampling-deprecated", on=frozenset(sampling.SAMPLING), find=sampling.deprecated, source=_REPORTS),
    Rule(name="sampling-both", on=frozenset({"temperature"}), find=sampling.both, source=_MEASURED),
    Rule(name="sampling-thinking", on=frozenset({"temperature"}), find=sampling.beside_thinking, source=_REPORTS),
    Rule(name="thinking-budget-unsupported", on=frozenset({"thinking"}), find=tokens.budgeted, source=_ERRORS),
    Rule(
        name="thinking-budget",
        on=frozenset({"thinking"}),
        find=tokens.over_budget,
        source=f"{_THINKING}; {_REPORTS}",
    ),
    Rule(
        name="thinking-forced-tool", on=frozenset({"thinking"}), find=tokens.forced_while_thinking, source=_REPORTS
    ),
    Rule(name="stop-sequence-blank", on=frozenset({"stop_sequences"}), find=_blank_stop, source=_REPORTS),
    Rule(name="tool-names", on=frozenset({"tools"}), find=tools.same_name, source=_REPORTS),
    Rule(name="tool-choice", on=frozenset({"tool_choice"}), find=tools.absent_choice, source=_MEASURED),
    Rule(
        name="messages-empty",
        on=frozenset({"messages"}),
        find=conversation.nothing_said,
        source=_MEASURED,
        surfaces=EVERYWHERE,
    ),
    Rule(name="system-turn", on=frozenset({"messages"}), find=conversation.system_turn, source=_MEASURED),
    Rule(name="user-turn-empty", on=frozenset({"messages"}), find=conversation.empty_user_turn, source=_MEASURED),
    Rule(
        name="assistant-turn-empty",
        on=frozenset({"messages"}),
        find=conversation.empty_assistant_turn,
        source=_REPORTS,
    ),
    Rule(name="cache-control-empty", on=frozenset({"messages"}), find=caching.on_nothing, source=_REPORTS),
    Rule(name="text-blank", on=frozenset({"messages"}), find=conversation.blank_text, source=_REPORTS),
    Rule(name="cache-control-count", on=frozenset({"messages"}), find=caching.too_many, source=_REPORTS),
    Rule(name="cache-control-order", on=frozenset({"messages"}), find=caching.lengthened, source=_REPORTS),
    Rule(name="tool-use-repeated", on=frozenset({"messages"}), find=tool_calls.repeated_call, source=_REPORTS),
    Rule(name="tool-use-unanswered", on=frozenset({"messages"}), find=tool_calls.unanswered_call, source=_REPORTS),
    Rule(name="tool-result-stray", on=frozenset({"messages"}), find=tool_calls.stray_result, source=_REPORTS),
    Rule(name="prefill", on=frozenset({"messages"}), find=conversation.prefill, source=_ERRORS),
    Rule(name="prefill-space", on=frozenset({"messages"}), find=conversation.trailing_space, source=_REPORTS),
    Rule(name="container", on=frozenset({"container"}), find=tools.idle_container, source=_MEASURED),
)
