"""Which hosts and paths a ``results_url`` may name: a client dials it as it is, with its credential.

It does not know where they were read.
"""

import re

PORT_MAX = 65_535
# Hosts that no results_url may name: a client would send its key there.
_REAL_API = ("anthropic.com", "claude.com")
_HOST = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?", re.ASCII)
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*", re.ASCII)


def is_host(text: str) -> bool:
    """Tell whether a text is ``host`` or ``host:port``."""
    found = _HOST.fullmatch(text)
    return found is not None and int(found[2] or 0) <= PORT_MAX


def is_real_api(host: str) -> bool:
    """Tell whether a host, with or without a port, is one of the real API, however it is spelt."""
    name = host.partition(":")[0].rstrip(".").lower()
    return any(name == real or name.endswith(f".{real}") for real in _REAL_API)


def is_plain_path(text: str) -> bool:
    """Tell whether a text is empty or a path that stands for itself in any URL, without a slash at its end."""
    return ".." not in text and _PATH.fullmatch(text) is not None
