"""The file that tells a script where a server is, and by being there that it is reachable.

It does not know the server.
"""

import tempfile
from pathlib import Path

from batchmock.errors import UsageError


def clear_ready_file(path: Path) -> None:
    """Remove what an earlier run has left: a script that waits for the file would else read that.

    Raises:
        UsageError: what is there is no file, or cannot be removed.
    """
    if path.exists() and not path.is_file():
        raise UsageError(f"cannot write the ready file {path}: something that is no file has that name")
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from None


def write_ready_file(path: Path, url: str) -> None:
    """Write the base URL to a file that appears whole or not at all.

    Raises:
        UsageError: the file cannot be written.
    """
    try:
        # A folder of its own: whatever happens nothing is left, and the file gets the mode that files get.
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
            draft = Path(folder) / path.name
            draft.write_text(f"{url}\n")
            draft.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError) -> UsageError:
    return UsageError(f"cannot write the ready file {path}: {error.strerror}")
