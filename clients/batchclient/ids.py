"""custom_ids: legal, unique, of this run alone, and reversible.

A custom_id is the nonce of the batch it is sent in and the number of the request in its run. So no two requests of
a run share one, whatever their keys look like (docs/clients.md J7, J9, J10), a line of another batch is recognised
as such (J6, J12), and a batch whose create was never answered is recognised by its results (S2).

It does not know keys: the journal maps a number to its key.
"""

import re

# Sixteen hexadecimal digits would do against chance; twenty also tell strangers from a typing error.
NONCE_LENGTH = 20
_NONCE = re.compile(r"[0-9a-f]{20}")
# Far above any run, and well within the 64 characters of a custom_id (documented: the batch processing guide,
# https://platform.claude.com/docs/en/build-with-claude/batch-processing, read 2026-08).
_DIGITS_MAX = 12


def is_nonce(text: str) -> bool:
    """Tell whether a text may be a nonce."""
    return _NONCE.fullmatch(text) is not None


def custom_id(nonce: str, number: int) -> str:
    """Return the custom_id of a request."""
    return f"{nonce}-{number}"


def number_of(nonce: str, found: str) -> int | None:
    """Return the number a custom_id stands for, or None unless it is, to the letter, one made with this nonce."""
    digits = found[NONCE_LENGTH + 1 :]
    if not (found.startswith(nonce) and digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS_MAX):
        return None
    number = int(digits)
    return number if found == custom_id(nonce, number) else None
