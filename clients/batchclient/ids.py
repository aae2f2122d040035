"""custom_ids: legal, unique, of this run alone, and reversible.

A custom_id is the nonce of the batch it is sent in and the number of the request in its run. So no two requests of
a run share one, whatever their keys look like (docs/clients.md J7, J9, J10), a line of another batch is recognised
as such (J6, J12), and a batch whose create was never answered is recognised by its results (S2).

It does not know keys: the journal maps a number to its key.
"""

# Twenty hexadecimal digits: eighty bits, so that no two batches of anyone ever share a nonce.
NONCE_LENGTH = 20
# Far above any run, and well within the 64 characters of a custom_id (documented: the batch processing guide,
# https://platform.claude.com/docs/en/build-with-claude/batch-processing, read 2026-08).
_DIGITS_MAX = 12


def custom_id(nonce: str, number: int) -> str:
    """Return the custom_id of a request."""
    return f"{nonce}-{number}"


def number_of(nonce: str, found: str) -> int | None:
    """Return the number a custom_id stands for, or None unless it is, to the letter, one made with this nonce."""
    made_with, _, digits = found.partition("-")
    if made_with != nonce or not digits.isdecimal() or len(digits) > _DIGITS_MAX:
        return None
    number = int(digits)
    return number if str(number) == digits else None
