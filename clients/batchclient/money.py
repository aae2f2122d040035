"""An amount of money in words, which never rounds to nothing.

It does not know what was bought.
"""

from decimal import Decimal

# From here on, four places say enough.
_SMALL_USD = 0.001


def dollars(usd: float) -> str:
    """Return an amount with four places, or with its first two digits where they come later."""
    if not 0 < usd < _SMALL_USD:
        return f"${usd:,.4f}"
    return f"${Decimal(f'{usd:.2g}'):f}"
