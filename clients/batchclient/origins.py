"""Where a credential may be sent: to the origin of the base URL, and wherever the user says (docs/clients.md R11).

It does not know any credential.
"""

from collections.abc import Collection
from urllib.parse import urljoin, urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


def origin(url: str) -> tuple[str, str, int] | None:
    """Return scheme, host and port; None for what is no web address, or what two readers may read differently."""
    try:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or port is None or "@" in parts.netloc or "\\" in url:
        return None
    return parts.scheme, parts.hostname.lower(), port


def is_relative(url: str) -> bool:
    """Tell whether a URL names no host, and so is below the base URL whatever that is."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc and "\\" not in url


def joined(base: str, url: str) -> str:
    """Return where a URL points that stands at another; as it is where that cannot be told."""
    try:
        return urljoin(base, url)
    except ValueError:
        return url


def is_trusted(url: str, base_url: str, others: Collection[str]) -> bool:
    """Tell whether the credential may be sent to a URL."""
    if is_relative(url):
        return True
    wanted = origin(joined(base_url, url))
    return wanted is not None and wanted in {origin(base_url), *map(origin, others)}
