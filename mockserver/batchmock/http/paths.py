"""Which app answers at which path.

It does not know what they answer. Paths are strict: a slash more is another path.
"""

import re
from collections.abc import Awaitable, Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

# ``{name}`` stands for one segment of a path, ``{name:path}`` for any rest.
_PART = re.compile(r"\{(\w+)(:path)?\}", re.ASCII)


class Paths:
    """Apps by path; what parts in braces stand for goes into the scope as ``path_params``."""

    def __init__(self, apps: Mapping[str, ASGIApp], default: ASGIApp) -> None:
        self._fixed = {path: app for path, app in apps.items() if not _PART.search(path)}
        self._open = [(_pattern(path), app) for path, app in apps.items() if path not in self._fixed]
        self._default = default

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Let the app of a path answer."""
        return self._app(scope)(scope, receive, send)

    def _app(self, scope: Scope) -> ASGIApp:
        path: str = scope["path"].removeprefix(scope.get("root_path", ""))
        scope["path_params"] = {}
        if path in self._fixed:
            return self._fixed[path]
        for pattern, app in self._open:
            if found := pattern.fullmatch(path):
                scope["path_params"] = found.groupdict()
                return app
        return self._default


def _pattern(path: str) -> re.Pattern[str]:
    # A path of ours has no characters that mean something else to a pattern.
    return re.compile(_PART.sub(lambda part: f"(?P<{part[1]}>{'.*' if part[2] else '[^/]+'})", path), re.ASCII)
