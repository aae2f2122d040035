"""An answer that shows which request it belongs to: XXH3 of all its params, of 64 bits, then its last user text.

So an answer under the wrong key can be seen. It does not know what else an answer may hold.
"""

from msgspec import Raw
from xxhash import xxh3_64_hexdigest

from batchmock.draws import Stream
from batchmock.replies.answers import Answers
from batchmock.replies.prose import prose, unicode_rich


def mark(params: Raw | bytes) -> str:
    """Return the start of an echo, which is there also where the rest is not."""
    return f"echo {xxh3_64_hexdigest(params)}"


def echo(params: Raw | bytes, text: str) -> str:
    """Return the echo of a request whose last user text this is."""
    return f"echo {xxh3_64_hexdigest(params)}: {text}"


def embellished(text: str, answers: Answers, stream: Stream) -> str:
    """Return an echo with what the scenario wants added to it."""
    parts = [text]
    if answers.text == "unicode":
        parts.append(unicode_rich(stream))
    if answers.length == "realistic":
        parts.append(prose(stream))
    return "\n\n".join(parts)
