"""The newest Python SDK's helpers for answers of a shape: parsed models, streams of calls and thoughts, tools."""

from enum import Enum

from anthropic import Anthropic, beta_tool
from anthropic.types import MessageParam, ToolParam
from anthropic.types.beta import BetaMessageParam
from pydantic import BaseModel, Field

HAIKU = "claude-haiku-4-5"
TURNS: list[MessageParam] = [{"role": "user", "content": "Review the hotel."}]
BETA_TURNS: list[BetaMessageParam] = [{"role": "user", "content": "Keep this."}]
LOOK: ToolParam = {
    "name": "look",
    "input_schema": {"type": "object", "properties": {"at": {"type": "string"}}, "required": ["at"]},
}


class Mood(Enum):
    good = "good"
    bad = "bad"


class Review(BaseModel):
    """What a user asks for; structured outputs know none of its bounds, and the SDK checks them."""

    title: str = Field(max_length=60)
    stars: int = Field(ge=1, le=5)
    mood: Mood
    tags: set[str] = Field(min_length=2, max_length=3)
    code: str = Field(pattern="^[A-Z]{2,3}, [0-9]$", description="A code {or so}.")
    share: float = Field(gt=0.5, lt=1.5, multiple_of=0.25)
    author: str | None


def test_structured_output_is_parsed_into_a_model_with_bounds(client: Anthropic) -> None:
    parsed = client.messages.parse(model=HAIKU, max_tokens=1_000, messages=TURNS, output_format=Review)

    assert isinstance(parsed.parsed_output, Review)
    assert parsed.parsed_output.title.startswith("echo ")


def test_a_stream_of_structured_output_is_parsed_at_its_end(client: Anthropic) -> None:
    with client.messages.stream(model=HAIKU, max_tokens=1_000, messages=TURNS, output_format=Review) as stream:
        final = stream.get_final_message()

    assert isinstance(final.parsed_output, Review)
    assert final.stop_reason == "end_turn"


def test_a_streams_helpers_see_the_input_of_a_tool_grow(client: Anthropic) -> None:
    with client.messages.stream(
        model=HAIKU, max_tokens=1_000, messages=TURNS, tools=[LOOK], tool_choice={"type": "tool", "name": "look"}
    ) as stream:
        snapshots = [event.snapshot for event in stream if event.type == "input_json"]
        (call,) = stream.get_final_message().content

    assert call.type == "tool_use"
    assert snapshots[-1] == call.input
    assert str(call.input["at"]).startswith("echo ")


def test_a_streams_helpers_see_thoughts_and_their_signature(client: Anthropic) -> None:
    thoughts: list[str] = []
    signatures: list[str] = []
    with client.messages.stream(
        model=HAIKU, max_tokens=2_000, messages=TURNS, thinking={"type": "enabled", "budget_tokens": 1_024}
    ) as stream:
        for event in stream:
            if event.type == "thinking":
                thoughts.append(event.thinking)
            elif event.type == "signature":
                signatures.append(event.signature)
        thought, text = stream.get_final_message().content

    assert thought.type == "thinking"
    assert "".join(thoughts) == thought.thinking
    assert signatures == [thought.signature]
    assert text.type == "text"


def test_the_tool_runner_takes_results_back_into_the_conversation(client: Anthropic) -> None:
    notes: list[str] = []

    @beta_tool
    def keep_note(text: str, stars: int) -> str:
        """Keep a note.

        Args:
            text: What to keep.
            stars: How good it is.
        """
        notes.append(text)
        return f"{stars} for {text}"

    runner = client.beta.messages.tool_runner(
        model=HAIKU,
        max_tokens=1_000,
        messages=BETA_TURNS,
        tools=[keep_note],
        tool_choice={"type": "any"},
        max_iterations=3,
    )
    answers = list(runner)

    assert [answer.stop_reason for answer in answers] == ["tool_use"] * 3
    # Each turn has more to answer, so no two calls are alike.
    assert len(set(notes)) == len(notes) >= 2
    assert [answer.usage.input_tokens for answer in answers] == sorted({one.usage.input_tokens for one in answers})
