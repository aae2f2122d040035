"""One batch's results file as it is read: whose lines came, which came twice, which have not come.

Two bits a request, and a bounded number of lines at hand; all else is in the journal. It does not know where bytes
come from.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from batchclient.join import Malformed, Row, Stranger, read_line
from batchclient.journal import Found, Journal
from batchclient.lines import LineSplitter
from batchclient.parcel import Parcel

# Lines written down at once: few enough to hold, enough that a commit costs little beside them.
_LINES_MAX = 2_000
_BYTES_MAX = 8_000_000

# What is known of a number: not of this parcel; its line is not here; it is; it was in the file being read.
_OTHERS, _OPEN, _HERE, _SEEN = 0, 1, 2, 3


class Reading:
    """Reads a parcel's results, once or again; takes pieces of the file in their order."""

    def __init__(self, journal: Journal, parcel: Parcel) -> None:
        self.parcel = parcel
        self._journal = journal
        numbers = journal.numbers(parcel)
        self._first = numbers[0]
        self._marks = bytearray(numbers[-1] - self._first + 1)
        for number in numbers:
            self._marks[number - self._first] = _OPEN
        self.missing = parcel.count
        for number in journal.answered(parcel):
            self._marks[number - self._first] = _HERE
            self.missing -= 1
        self.begin()

    @property
    def is_complete(self) -> bool:
        """Whether every request has its line."""
        return self.missing == 0

    @property
    def found_any(self) -> bool:
        """Whether any line at all was good."""
        return self.missing < self.parcel.count

    def begin(self) -> None:
        """Be at the start of the file."""
        self._lines = LineSplitter()
        self._marks = self._marks.replace(bytes([_SEEN]), bytes([_HERE]))
        self._pending = list[Found]()
        self._pending_bytes = 0
        self._duplicates = self._conflicts = self._strangers = self._malformed = 0

    def take(self, piece: bytes) -> bool:
        """Take the next piece of the file; ask for more."""
        for line in self._lines.feed(piece):
            self._take_line(line)
        return True

    def end(self, *, whole: bool) -> None:
        """Be at the end of the file; only of a ``whole`` one the last line may lack its end."""
        rest = self._lines.rest()
        for line in rest if whole else ():
            self._take_line(line)
        self._write()

    def missing_numbers(self) -> Iterator[int]:
        """Return the numbers of the requests that have no line."""
        return (self._first + place for place, mark in enumerate(self._marks) if mark == _OPEN)

    def account(self, *, miscounted: int) -> Parcel:
        """Return the parcel with what was odd about the file that was read last."""
        return replace(
            self.parcel,
            duplicates=self._duplicates,
            conflicts=self._conflicts,
            strangers=self._strangers,
            malformed=self._malformed,
            miscounted=miscounted,
        )

    def _take_line(self, line: bytes) -> None:
        match read_line(line, self.parcel.nonce):
            case Row() as row:
                self._take_row(row, line)
            case Stranger():
                self._strangers += 1
            case Malformed():
                self._malformed += 1

    def _take_row(self, row: Row, line: bytes) -> None:
        place = row.number - self._first
        mark = self._marks[place] if 0 <= place < len(self._marks) else _OTHERS
        if mark == _OTHERS:
            self._strangers += 1
            return
        if mark == _SEEN:
            self._take_duplicate(row, line)
            return
        self._marks[place] = _SEEN
        if mark == _OPEN:
            self.missing -= 1
            self._pending.append(Found(row.number, row.kind, row.retryable, line))
            self._pending_bytes += len(line)
            if len(self._pending) >= _LINES_MAX or self._pending_bytes >= _BYTES_MAX:
                self._write()

    def _take_duplicate(self, row: Row, line: bytes) -> None:
        """Count it; the first line counts as the outcome, and one that says something else is told (J8)."""
        self._duplicates += 1
        self._write()
        self._conflicts += self._journal.line(row.number) != line

    def _write(self) -> None:
        if self._pending:
            self._journal.store(self.parcel, self._pending)
            self._pending = []
            self._pending_bytes = 0
