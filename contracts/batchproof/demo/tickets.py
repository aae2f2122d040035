"""Support tickets to be scored, as many as wanted, and whether an answer is the answer to its ticket.

It does not know batches.
"""

import json
from collections.abc import Iterator
from typing import Any

from batchclient.encode import encode
from batchclient.outcomes import Succeeded
from batchclient.shapes import as_object
from batchmock.replies.echo import mark

MODEL = "claude-haiku-4-5"
_PREFIX = "ticket "
_THINGS = ("parcel", "invoice", "password", "refund", "subscription", "headset", "voucher")
_TROUBLES = ("never came", "is wrong again", "came twice", "stopped working", "was promised last week")
_TONES = (
    "Please help.",
    "This is the third time!",
    "No hurry.",
    "I am leaving if this goes on.",
    "Thank you so much.",
)
# The ticket stands in its own score, where the emulator puts a digest of what it was asked.
_SCORE: dict[str, Any] = {
    "ticket": {"type": "string"},
    "intent": {"type": "string", "enum": ["question", "complaint", "request", "praise"]},
    "urgency": {"type": "string", "enum": ["low", "normal", "high"]},
    "sentiment": {"type": "string", "enum": ["negative", "neutral", "positive"]},
}
_SCHEMA = {"type": "object", "properties": _SCORE, "required": list(_SCORE), "additionalProperties": False}


def tickets(count: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the key and the params of each ticket."""
    return ((f"{_PREFIX}{number:06}", _params(number)) for number in range(count))


def belongs(key: str, outcome: Succeeded) -> bool:
    """Tell whether an answer is a whole score, and of this very ticket."""
    asked = encode(_params(int(key.removeprefix(_PREFIX))))
    assert isinstance(asked, bytes)
    try:
        score = as_object(json.loads(outcome.text))
    except ValueError:
        return False
    return score.keys() == _SCORE.keys() and score["ticket"] == mark(asked)


def _params(number: int) -> dict[str, Any]:
    thing = _THINGS[number % len(_THINGS)]
    trouble = _TROUBLES[number // 7 % len(_TROUBLES)]
    text = f"Ticket {number:06}: my {thing} {trouble}. {_TONES[number // 35 % len(_TONES)]}"
    return {
        "model": MODEL,
        "max_tokens": 200,
        "system": "Score the support ticket for intent, urgency and sentiment; repeat its number.",
        "messages": [{"role": "user", "content": text}],
        "output_config": {"format": {"type": "json_schema", "schema": _SCHEMA}},
    }
