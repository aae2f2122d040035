"""Canned answers on disk.

It does not know what makes an answer; that is ``replies/canned``.
"""

from pathlib import Path

from batchmock.errors import UsageError
from batchmock.replies.canned import Canned, parse_canned


def load_canned(path: str | Path) -> Canned:
    """Return the canned answers of a JSONL file: a results file of the API, or one written by hand.

    Raises:
        UsageError: it cannot be read, or one of its lines is no answer; names the line.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read the canned answers in {path}: {error.strerror or error}") from None
    return parse_canned(data, str(path))
