"""One batch's results file as it is read: whose lines came, which came twice, which have not come.

A few bytes a request and a bounded number of lines are at hand; all else is in the journal. It does not know where
bytes come from.
"""

from array import array
from collections.abc import Iterator

from msgspec.structs import replace

from batchclient.join import Row, read_line
from batchclient.journal import Answer, Journal
from batchclient.lines import LineSplitter
from batchclient.parcel import Parcel

# Lines written down at once: few enough to hold, enough that a commit costs little beside them.
_LINES_MAX = 2_000
_BYTES_MAX = 8_000_000

# What is known of a number: not of this parcel; its line is not here; it is; it was in the file being read.
_OTHERS, _OPEN, _HERE, _SEEN = 0, 1, 2, 3
_RETRYABLE = 128


class Reading:
    """Reads a parcel's results, once or again; takes pieces of the file in their order."""

    def __init__(self, journal: Journal, parcel: Parcel) -> None:
        self.parcel = parcel
        self._journal = journal
        numbers = journal.numbers(parcel)
        self._first = numbers[0]
        places = numbers[-1] - self._first + 1
        self._marks, self._kinds, self._lines = bytearray(places), bytearray(places), array("q", bytes(8 * places))
        for number in numbers:
            self._marks[number - self._first] = _OPEN
        self.missing = parcel.count
        for number, line in journal.answered(parcel):
            self._marks[number - self._first] = _HERE
            self._lines[number - self._first] = line
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
        self._splitter = LineSplitter()
        self._marks = self._marks.replace(bytes([_SEEN]), bytes([_HERE]))
        self._next = self._journal.next_line()
        self._pending = list[bytes]()
        self._pending_bytes = 0
        self._new = array("q")
        self._duplicates = self._conflicts = self._strangers = self._malformed = 0

    def take(self, piece: bytes) -> bool:
        """Take the next piece of the file; ask for more."""
        for line in self._splitter.feed(piece):
            self._take_line(line)
        return True

    def end(self, *, whole: bool) -> None:
        """Be at the end of the file, and write down what came; only a ``whole`` one may lack its last line end."""
        rest = self._splitter.rest()
        for line in rest if whole else ():
            self._take_line(line)
        self._write_lines()
        self.missing -= len(self._new)
        self._journal.store(self.parcel, map(self._answer, sorted(self._new)))

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
        row = read_line(line, self.parcel.nonce)
        if not isinstance(row, Row):
            self._strangers += row == "stranger"
            self._malformed += row == "malformed"
            return
        place = row.number - self._first
        mark = self._marks[place] if 0 <= place < len(self._marks) else _OTHERS
        if mark == _OPEN:
            self._kinds[place] = row.kind | _RETRYABLE if row.retryable else row.kind
            self._keep(place, line)
        elif mark == _SEEN:
            self._take_duplicate(place, line)
        elif mark == _OTHERS:
            self._strangers += 1
            return
        self._marks[place] = _SEEN

    def _keep(self, place: int, line: bytes) -> None:
        self._lines[place] = self._next + len(self._pending)
        self._new.append(place)
        self._pending.append(line)
        self._pending_bytes += len(line)
        if len(self._pending) >= _LINES_MAX or self._pending_bytes >= _BYTES_MAX:
            self._write_lines()

    def _take_duplicate(self, place: int, line: bytes) -> None:
        """Count it; the first line counts as the outcome, and one that says something else is told (J8)."""
        self._duplicates += 1
        self._write_lines()
        self._conflicts += self._journal.line(self._lines[place]) != line

    def _write_lines(self) -> None:
        self._journal.append(self._next, self._pending)
        self._next += len(self._pending)
        self._pending = []
        self._pending_bytes = 0

    def _answer(self, place: int) -> Answer:
        kind = self._kinds[place]
        return self._first + place, kind & ~_RETRYABLE, kind >= _RETRYABLE, self._lines[place]
