"""Whether an error names a key, so that whoever reads it knows which request it is about.

It does not know what errors are about.
"""

import json
import re

# A key that is longer may be cut short, as long as it can still be told.
SHOWN_CHARS = 40
# A shorter one is found in any sentence, so it counts only between quotes.
WORD_CHARS_MIN = 3


def names_key(text: str, key: str) -> bool:
    """Tell whether a text names a key: in quotes as Python or JSON writes it, or as a word by itself."""
    quoted = (repr(key), json.dumps(key), json.dumps(key, ensure_ascii=False), f"`{key}`")
    if any(form in text for form in quoted):
        return True
    if len(key) > SHOWN_CHARS:
        return any(form[: SHOWN_CHARS + 1] in text for form in quoted) or key[:SHOWN_CHARS] in text
    return len(key) >= WORD_CHARS_MIN and re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", text) is not None
