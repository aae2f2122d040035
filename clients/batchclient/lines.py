"""Bytes → lines of JSONL, whatever the pieces they come in.

Only LF ends a line; CR before it, blank lines, a byte order mark and a missing last LF are borne (docs/clients.md
R1, R5). A line may be as long as memory, and costs time in proportion (R6). It does not know JSON.
"""

from collections.abc import Iterable

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class LineSplitter:
    """Takes pieces, gives lines; a line that has not ended yet is kept in its pieces until it does."""

    def __init__(self) -> None:
        self._pending: list[bytes] = []
        self._at_start = True

    def feed(self, piece: bytes) -> list[bytes]:
        """Return the lines that a piece completes."""
        lines = piece.split(b"\n")
        if len(lines) == 1:
            self._pending.append(piece)
            return []
        self._pending.append(lines[0])
        lines[0] = b"".join(self._pending)
        self._pending = [lines.pop()]
        return self._trimmed(lines)

    def rest(self) -> list[bytes]:
        """Return the last line, if it did not end; after this there is nothing pending."""
        line, self._pending = b"".join(self._pending), []
        return self._trimmed([line])

    def _trimmed(self, lines: Iterable[bytes]) -> list[bytes]:
        if self._at_start:
            lines = [line.removeprefix(_BYTE_ORDER_MARK) if n == 0 else line for n, line in enumerate(lines)]
            self._at_start = False
        return [trimmed for line in lines if (trimmed := line.strip(b" \t\r"))]
