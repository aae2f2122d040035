"""What of a request's params the emulator goes by, taken out of them in one pass.

Whatever stands deeper stays JSON that nobody has looked into: most requests are answered without. It does not know
which params are right, nor what they are answered.
"""

import msgspec
from msgspec import Raw, Struct

# Stands for a field that is not there; decoded defaults are this very object, so `is` tells.
ABSENT = Raw()


class Turn(Struct, gc=False):
    """One message of a conversation; its content is a string or a list of blocks."""

    role: str
    content: Raw


class Prompt(Struct, kw_only=True, gc=False):
    """What the model reads."""

    messages: list[Turn]
    system: Raw = ABSENT
    tools: Raw = ABSENT
    cache_control: Raw = ABSENT


class Asked(Prompt, kw_only=True, gc=False):
    """What the model reads, and how it is to answer."""

    model: str
    max_tokens: int
    stop_sequences: Raw = ABSENT
    thinking: Raw = ABSENT
    tool_choice: Raw = ABSENT
    output_config: Raw = ABSENT
    output_format: Raw = ABSENT


class Shape(Struct, gc=False):
    """What of params may ask for an answer of a certain shape."""

    tool_choice: Raw = ABSENT
    output_config: Raw = ABSENT
    output_format: Raw = ABSENT
    tools: Raw = ABSENT


class _Block(Struct, gc=False):
    type: str = ""
    text: str = ""


shape_of = msgspec.json.Decoder(Shape).decode

_asked = msgspec.json.Decoder(Asked).decode
_prompt = msgspec.json.Decoder(Prompt).decode
_content = msgspec.json.Decoder(str | list[_Block]).decode

# What decoding raises for JSON of another form; the decoder skips over strings that it is not asked for, so a
# wrong escape or byte shows only when someone looks.
MISSHAPEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def asked_of(params: Raw | bytes) -> Asked:
    """Return what params ask for."""
    try:
        return _asked(params)
    except msgspec.ValidationError:
        return _asked(_without_repeats(params))


def prompt_of(params: Raw | bytes) -> Prompt:
    """Return what of params the model reads."""
    try:
        return _prompt(params)
    except msgspec.ValidationError:
        return _prompt(_without_repeats(params))


def last_user_text(messages: list[Turn]) -> str:
    """Return the text of the last user turn, its text blocks joined by line ends; empty when it has none."""
    for turn in reversed(messages):
        if turn.role == "user":
            return _text(turn.content)
    return ""


def _without_repeats(params: Raw | bytes) -> bytes:
    # Of a key that stands there twice the last one counts, and it alone was checked; this decoder minds both.
    return msgspec.json.encode(msgspec.json.decode(params))


def _text(content: Raw) -> str:
    try:
        decoded = _content(content)
    except MISSHAPEN:
        return ""
    if isinstance(decoded, str):
        return decoded
    return "\n".join(block.text for block in decoded if block.type == "text")
