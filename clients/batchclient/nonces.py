"""Where nonces come from: the system's own source of chance.

It does not know what they are for.
"""

import secrets

from batchclient.ids import NONCE_LENGTH


def new_nonce() -> str:
    """Return a nonce that nobody has used."""
    return secrets.token_hex(NONCE_LENGTH // 2)
