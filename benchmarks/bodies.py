"""Create bodies of a given number of requests and a given size, and nothing else."""

from functools import lru_cache

_REQUEST = (
    '{{"custom_id":"request-{number:06d}","params":{{"model":"claude-haiku-4-5","max_tokens":1024,'
    '"messages":[{{"role":"user","content":"{text}"}}]}}}}'
)
# Prose has line ends, and an escape in JSON is what a fast path trips over.
_PROSE = "A question of the kind that people ask, one line after the other, and then some.\\n"
_ENVELOPE_BYTES = len('{"requests":[]}')
_BARE_BYTES = len(_REQUEST.format(number=0, text=""))
# Half a kibibyte of question makes about a kibibyte of results line around it, as the answer repeats it.
KIBIBYTE_LINE_TEXT_BYTES = 500


@lru_cache(maxsize=2)
def body(count: int, *, text_bytes: int = 1) -> bytes:
    """Return a create body; each request asks a question of so many bytes."""
    # A cut may fall into an escape.
    text = (_PROSE * (text_bytes // len(_PROSE) + 1))[:text_bytes].rstrip("\\").ljust(text_bytes, ".")
    requests = ",".join(_REQUEST.format(number=number, text=text) for number in range(count))
    return f'{{"requests":[{requests}]}}'.encode()


def text_bytes_for(size: int, count: int) -> int:
    """Return how long each question may be for a body of ``count`` requests to stay within ``size`` bytes."""
    return (size - _ENVELOPE_BYTES) // count - 1 - _BARE_BYTES
