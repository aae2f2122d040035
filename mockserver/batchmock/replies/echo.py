"""An answer that shows which request it belongs to: a digest of all its params, then its last user text.

So an answer under the wrong key can be seen. It does not know what else an answer may hold.
"""

from hashlib import blake2b

from msgspec import Raw

from batchmock.draws import Stream
from batchmock.replies.answers import Answers
from batchmock.replies.prose import prose, unicode_rich


def digest(params: Raw | bytes) -> str:
    """Return sixteen hexadecimal characters that stand for these very params."""
    return blake2b(params, digest_size=8).hexdigest()


def mark(params: Raw | bytes) -> str:
    """Return the start of an echo, which is there also where the rest is not."""
    return f"echo {digest(params)}"


def echo(params: Raw | bytes, text: str) -> str:
    """Return the echo of a request whose last user text this is."""
    return f"echo {blake2b(params, digest_size=8).hexdigest()}: {text}"


def embellished(text: str, answers: Answers, stream: Stream) -> str:
    """Return an echo with what the scenario wants added to it."""
    parts = [text]
    if answers.text == "unicode":
        parts.append(unicode_rich(stream))
    if answers.length == "realistic":
        parts.append(prose(stream))
    return "\n\n".join(parts)
