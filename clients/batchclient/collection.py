"""Having every request of a batch that has ended answered by its results, or known to be missing from them.

A file is complete when every custom_id that was sent is in it: not when the download ended, and not when the
number of lines is right (docs/clients.md J3, R2). What a cut download brought is kept, and read over (R3). It does
not know what is done with outcomes.
"""

from msgspec.structs import replace

from batchclient.answers import Batch, Busy, Lost
from batchclient.bench import Bench, log
from batchclient.download import download
from batchclient.effects import Steps
from batchclient.errors import ResultsError
from batchclient.join import Row, read_line
from batchclient.lines import LineSplitter
from batchclient.outcomes import Kind
from batchclient.parcel import Parcel
from batchclient.patience import Patience
from batchclient.polling import wait_for
from batchclient.reading import Reading

# Downloads of one batch, before it is given up for now: with the waits between them, two minutes.
DOWNLOADS_MAX = 8
# A file that ended as it should so many times, without a line, does not have that line.
WHOLE_MIN = 2


def collect(bench: Bench, parcel: Parcel, ended: Batch) -> Steps[Parcel]:
    """Have every request of a parcel answered from its batch's results; return the parcel, collected.

    Raises:
        RunError: they cannot be read. What could be read of them stays.
    """
    patience = Patience(bench, DOWNLOADS_MAX, f"{ended.id}: its results are not read yet")
    reading, whole = Reading(bench.journal, parcel), 0
    while True:
        reading.begin()
        problem = yield from download(bench, ended, reading.take)
        reading.end(whole=problem is None)
        whole += problem is None
        if reading.is_complete or (whole >= WHOLE_MIN and reading.found_any):
            return _collected(bench, reading, ended)
        said = _said(problem, reading)
        if not (yield from patience.outlasts(problem or Lost(said))):
            raise ResultsError(f"it has ended, and its results cannot be read: {said}", ended.id)
        ended = yield from wait_for(bench, ended.id)


def peek(bench: Bench, parcel: Parcel, ended: Batch) -> Steps[bool]:
    """Tell by the first good line of a batch's results whether it is the parcel's.

    Raises:
        RunError: they cannot be read to tell.
    """
    patience = Patience(bench, DOWNLOADS_MAX, f"{ended.id}: its results do not tell yet whose they are")
    while True:
        glance = _Glance(parcel.nonce)
        problem = yield from download(bench, ended, glance.take)
        if problem is None:
            glance.end()
        if glance.is_ours is not None:
            return glance.is_ours
        cause = problem or Lost("it has no good line")
        if not (yield from patience.outlasts(cause)):
            raise ResultsError(f"not one good line can be read of its results: {cause.reason}", ended.id)
        ended = yield from wait_for(bench, ended.id)


class _Glance:
    """Looks at lines until one tells whose they are."""

    def __init__(self, nonce: str) -> None:
        self.is_ours: bool | None = None
        self._nonce = nonce
        self._lines = LineSplitter()

    def take(self, piece: bytes) -> bool:
        self._look(self._lines.feed(piece))
        return self.is_ours is None

    def end(self) -> None:
        self._look(self._lines.rest())

    def _look(self, lines: list[bytes]) -> None:
        for found in (read_line(line, self._nonce) for line in lines):
            if found != "malformed":
                self.is_ours = isinstance(found, Row)
                return


def _collected(bench: Bench, reading: Reading, ended: Batch) -> Parcel:
    """Write down what is missing and what was odd, and that there is nothing more to read."""
    if not reading.is_complete:
        log.warning("%s: %d lines are not in its results", ended.id, reading.missing)
        bench.journal.settle(reading.parcel, Kind.MISSING, reading.missing_numbers())
    parcel = reading.account(miscounted=_miscounted(reading, ended))
    return bench.journal.change(replace(parcel, state="collected"))


def _miscounted(reading: Reading, ended: Batch) -> int:
    """Return by how many the batch's own count differs from the lines: said, not decided by (T9)."""
    counts = ended.counts()
    answered = sum(count for name, count in counts.items() if name != "processing")
    return abs(answered - (reading.parcel.count - reading.missing)) if counts else 0


def _said(problem: Busy | Lost | None, reading: Reading) -> str:
    return problem.reason if problem else f"{reading.missing} of {reading.parcel.count} lines are not there"
