"""What a run knows, durably: its requests, what was submitted, and what came back.

Written before and after each step that the API can see, so that whoever comes next, after a crash at any point,
goes on without losing, repeating or swapping anything (docs/clients.md S2, R8, R9, J12). It does not know HTTP, or
what to do next.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import msgspec

from batchclient.errors import JournalMismatchError, JournalUnreadableError
from batchclient.fingerprint import Fingerprint
from batchclient.ids import custom_id
from batchclient.join import Row, read_line
from batchclient.outcomes import Counts, Kind, refused_line
from batchclient.parcel import About, Parcel
from batchclient.schema import (
    VERSION,
    lasting,
    lock,
    open_database,
    sealed,
    transaction,
    unlock,
    unreadable,
    unsealed,
)
from batchclient.split import COMMA, HEAD, TAIL, entry

_OUTCOMES = """
    SELECT request.key, answer.kind, line.bytes
    FROM request LEFT JOIN answer USING (number) LEFT JOIN line ON line.id = answer.line
"""
# A later outcome takes the place of an earlier one: what expired in one round is answered in the next.
_PUT = "INSERT OR REPLACE INTO answer (number, parcel, kind, retryable, line) VALUES (?, ?, ?, ?, ?)"

# A request's number, what became of it, whether it may be tried again, and the line that tells.
Answer: TypeAlias = tuple[int, int, bool, int]


@dataclass(frozen=True, slots=True)
class Group:
    """Requests that are to be one parcel."""

    nonce: str
    numbers: Sequence[int]
    refusals: int = 0


class Journal:
    """An open journal. Whoever holds it is the only one who writes; ``read_only`` ones may be many."""

    def __init__(self, path: str, database: sqlite3.Connection, held: sqlite3.Connection | None) -> None:
        self.path = path
        self._database = database
        self._held = held
        self._about = self._read_about()
        self._parcels = self._read_parcels()

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> "Journal":
        """Open a journal that exists, and see that it is sound; ``read_only`` works while another process writes.

        Raises:
            JournalError: it is in use, damaged, or there is none.
        """
        if not path.exists():
            raise JournalUnreadableError(str(path), "there is no such file")
        held = None if read_only else lock(str(path))
        try:
            return cls.opened(path, held)
        except BaseException:
            if held is not None:
                unlock(held)
            raise

    @classmethod
    def opened(cls, path: Path, held: sqlite3.Connection | None) -> "Journal":
        """Open a journal whose lock is held already.

        Raises:
            JournalUnreadableError: it is damaged.
        """
        return cls(str(path), open_database(str(path)), held)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
        if self._held is not None:
            unlock(self._held)
            self._held = None

    # What it says of itself.

    @property
    def about(self) -> About:
        """Whose requests these are, and where they go."""
        return self._about

    def check(self, *, base_url: str, betas: Sequence[str]) -> None:
        """Make sure that the requests are as they were, and go where they went.

        Raises:
            JournalMismatchError: they would go elsewhere.
            JournalUnreadableError: the requests are not those that were written down.
        """
        if (self._about.base_url, self._about.betas) != (base_url, tuple(betas)):
            raise JournalMismatchError(
                self.path,
                f"its batches are at {self._about.base_url} with the betas {list(self._about.betas)}, not at "
                f"{base_url} with {list(betas)}; use the journal's, or another journal",
            )
        found = Fingerprint(base_url, betas)
        with unreadable(self.path):
            for key, params in self._database.execute("SELECT key, params FROM request ORDER BY number"):
                found.add(key, params)
        if found.text() != self._about.fingerprint:
            raise JournalUnreadableError(self.path, "its requests were changed; restore it, or use another path")

    def name_account(self, account: str) -> None:
        """Write down which workspace the batches are in."""
        self._say(msgspec.structs.replace(self._about, account=account))

    def stop(self) -> None:
        """Write down that nothing more is to be sent, and what runs is to be canceled."""
        if not self._about.stopped:
            self._say(msgspec.structs.replace(self._about, stopped=True))

    # Parcels.

    def parcels(self) -> list[Parcel]:
        """Return all parcels, in the order in which they were planned."""
        return list(self._parcels.values())

    def parcel(self, parcel_id: int) -> Parcel:
        """Return a parcel as it is now."""
        return self._parcels[parcel_id]

    def change(self, parcel: Parcel) -> Parcel:
        """Write down how a parcel stands; when this returns, it lasts."""
        with lasting(self._database):
            self._save(parcel)
        return parcel

    def body(self, parcel: Parcel) -> bytes:
        """Return the body of a parcel's create: the same bytes each time (S4)."""
        rows = self._database.execute(
            "SELECT number, params FROM request WHERE parcel = ? ORDER BY number", (parcel.id,)
        )
        entries = (entry(custom_id(parcel.nonce, number), params) for number, params in rows)
        return b"".join((HEAD, COMMA.join(entries), TAIL))

    def numbers(self, parcel: Parcel) -> list[int]:
        """Return the numbers of a parcel's requests, ascending."""
        rows = self._database.execute("SELECT number FROM request WHERE parcel = ? ORDER BY number", (parcel.id,))
        return [number for (number,) in rows]

    def planned(self) -> Iterator[bytes]:
        """Return the params of all requests that can be sent."""
        return (row[0] for row in self._database.execute("SELECT params FROM request WHERE parcel NOT NULL"))

    def params(self, numbers: Iterable[int]) -> Iterator[bytes]:
        """Return the params of requests."""
        for number in numbers:
            yield self._database.execute("SELECT params FROM request WHERE number = ?", (number,)).fetchone()[0]

    def plan(self, groups: Iterable[Group], *, round_: int, instead_of: Parcel | None = None) -> None:
        """Plan requests anew; ``instead_of`` a parcel that was surely refused, which is then withdrawn."""
        with lasting(self._database):
            for group in groups:
                new = Parcel(
                    id=max(self._parcels, default=0) + 1,
                    round=round_,
                    nonce=group.nonce,
                    count=len(group.numbers),
                    refusals=group.refusals,
                )
                self._save(new)
                moves = ((new.id, number) for number in group.numbers)
                self._database.executemany("UPDATE request SET parcel = ? WHERE number = ?", moves)
            if instead_of is not None:
                self._save(msgspec.structs.replace(instead_of, state="withdrawn"))

    # Outcomes.

    def next_line(self) -> int:
        """Return the id of the next line; lines that no outcome refers to, left by a crash, go."""
        last = self._database.execute("SELECT coalesce(max(line), 0) FROM answer").fetchone()[0]
        self._database.execute("DELETE FROM line WHERE id > ?", (last,))
        return last + 1

    def append(self, first: int, lines: Sequence[bytes]) -> None:
        """Write down lines under consecutive ids."""
        if lines:
            with transaction(self._database):
                self._database.executemany("INSERT INTO line VALUES (?, ?)", enumerate(lines, first))

    def store(self, parcel: Parcel, answers: Iterable[Answer]) -> None:
        """Write down outcomes from a parcel's results."""
        rows = ((number, parcel.id, kind, retryable, line) for number, kind, retryable, line in answers)
        with transaction(self._database):
            self._database.executemany(_PUT, rows)

    def settle(self, parcel: Parcel, kind: Kind, numbers: Iterable[int]) -> None:
        """Write down outcomes for which there is no line."""
        with transaction(self._database):
            self._database.executemany(_PUT, ((number, parcel.id, kind, False, None) for number in numbers))

    def refuse(self, parcel: Parcel, number: int, error_type: str, message: str) -> None:
        """Write down that a request cannot be sent, and why."""
        line = self.next_line()
        self.append(line, [refused_line(error_type, message)])
        self.store(parcel, [(number, Kind.ERRORED, False, line)])

    def answered(self, parcel: Parcel) -> Iterator[tuple[int, int]]:
        """Return the numbers of a parcel's requests whose line is here, and the line's id."""
        return self._database.execute(
            "SELECT number, line FROM answer WHERE parcel = ? AND line NOT NULL", (parcel.id,)
        )

    def line(self, line: int) -> bytes:
        """Return a line."""
        return self._database.execute("SELECT bytes FROM line WHERE id = ?", (line,)).fetchone()[0]

    def again(self, kinds: Sequence[Kind]) -> list[int]:
        """Return the numbers of requests to be sent again: errored ones that are retryable, and those kinds.

        Raises:
            JournalUnreadableError: a line does not say so; a flipped bit shall not make a bill.
        """
        marks = ", ".join("?" * len(kinds))
        rows = self._database.execute(
            "SELECT number, parcel, kind, retryable, line.bytes FROM answer LEFT JOIN line ON line.id = line "
            f"WHERE (kind = {int(Kind.ERRORED)} AND retryable) OR kind IN ({marks}) ORDER BY number",
            tuple(kinds),
        )
        return [self._told_again(*row) for row in rows]

    def _told_again(self, number: int, parcel: int, kind: int, retryable: int, line: bytes | None) -> int:
        sent_in = self._parcels.get(parcel)
        row = read_line(line, sent_in.nonce) if sent_in and line is not None else None
        if row != Row(number, Kind(kind), bool(retryable)):
            raise JournalUnreadableError(self.path, f"the outcome of request {number} is not what its line says")
        return number

    def outcomes(self) -> Iterator[tuple[bytes, int | None, bytes | None]]:
        """Return the key, kind and line of each request, in the order they were given."""
        return self._database.execute(f"{_OUTCOMES} ORDER BY request.number")

    def outcome(self, key: bytes) -> tuple[bytes, int | None, bytes | None] | None:
        """Return the key, kind and line of one request."""
        return self._database.execute(f"{_OUTCOMES} WHERE key = ?", (key,)).fetchone()

    def counts(self) -> Counts:
        """Count the outcomes."""
        rows = self._database.execute("SELECT kind, count(*) FROM answer GROUP BY kind")
        found = {Kind(kind).name.lower(): count for kind, count in rows}
        return Counts(**found, open=self._about.total - sum(found.values()))

    def _say(self, about: About) -> None:
        with lasting(self._database):
            self._database.execute("UPDATE about SET facts = ?", (sealed(about),))
        self._about = about

    def _save(self, parcel: Parcel) -> None:
        self._database.execute("INSERT OR REPLACE INTO parcel VALUES (?, ?)", (parcel.id, sealed(parcel)))
        self._parcels[parcel.id] = parcel

    def _read_about(self) -> About:
        with unreadable(self.path):
            row = self._database.execute("SELECT facts FROM about").fetchone()
            about = unsealed(row[0] if row else None, About, self.path)
        if about.version != VERSION:
            raise JournalUnreadableError(self.path, f"it is of version {about.version}, this is version {VERSION}")
        return about

    def _read_parcels(self) -> dict[int, Parcel]:
        with unreadable(self.path):
            rows = self._database.execute("SELECT facts FROM parcel ORDER BY id").fetchall()
            parcels = [unsealed(facts, Parcel, self.path) for (facts,) in rows]
        return {parcel.id: parcel for parcel in parcels}
