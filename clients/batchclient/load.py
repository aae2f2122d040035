"""Requests → a journal of them, planned in parcels: all of it, or nothing.

It does not know the API; nothing is sent here.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from batchclient.encode import Refusal, encode
from batchclient.errors import DuplicateKeyError, JournalMismatchError
from batchclient.fingerprint import Fingerprint
from batchclient.journal import Journal
from batchclient.keys import decode_key, encode_key
from batchclient.outcomes import Kind, refused_line
from batchclient.pairs import Requests, pairs
from batchclient.parcel import About, Parcel
from batchclient.schema import (
    IN_MEMORY,
    VERSION,
    finish,
    lock,
    new_database,
    publish,
    sealed,
    transaction,
    unlock,
)
from batchclient.split import Limits, Splitter, entry_size


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How requests become a journal: where they go, what one batch may hold, where nonces come from.

    ``admit`` sees a new journal before it is kept, and raises if it is not to be.
    """

    base_url: str
    betas: Sequence[str]
    limits: Limits
    nonce: Callable[[], str]
    admit: Callable[[Journal], None]

    def journal(self, requests: Requests, path: Path | None) -> Journal:
        """Return the journal of these requests: the one at the path if it is theirs, or else a new one.

        Raises:
            UsageError: a request is no pair, or a key no string, or there twice.
            JournalError: what is at the path is in use, damaged, or of other requests.
        """
        if path is None:
            return self._filled(new_database(IN_MEMORY), IN_MEMORY, requests)
        held = lock(str(path))
        try:
            is_new = not path.exists()
            if is_new:
                self._make(path, requests)
            journal = Journal.opened(path, held)
        except BaseException:
            unlock(held)
            raise
        if not is_new:
            self._compare(journal, requests)
        return journal

    def _make(self, path: Path, requests: Requests) -> None:
        """Write a journal under another name, and give it its own when it is whole."""
        draft = path.with_name(f"{path.name}.draft")
        draft.unlink(missing_ok=True)
        try:
            with closing(new_database(str(draft))) as database:
                self._filled(database, str(path), requests)
            publish(draft, path)
        finally:
            draft.unlink(missing_ok=True)

    def _compare(self, journal: Journal, requests: Requests) -> None:
        try:
            journal.check(base_url=self.base_url, betas=self.betas)
            given = Fingerprint(self.base_url, self.betas)
            for key, params in pairs(requests):
                written = encode(params)
                given.add(encode_key(key), b"" if isinstance(written, Refusal) else written)
            if given.text() != journal.about.fingerprint:
                raise JournalMismatchError(
                    journal.path,
                    "it is of other requests; give the same ones in the same order, or another journal",
                )
        except BaseException:
            journal.close()
            raise

    def _filled(self, database: sqlite3.Connection, name: str, requests: Requests) -> Journal:
        filling = _Filling(database, self)
        with transaction(database):
            filling.add_all(requests)
            filling.seal()
        finish(database)
        journal = Journal(name, database, None)
        self.admit(journal)
        return journal


class _Filling:
    def __init__(self, database: sqlite3.Connection, load: Load) -> None:
        self._database = database
        self._load = load
        self._splitter = Splitter(load.limits)
        self._print = Fingerprint(load.base_url, load.betas)
        self._counts: list[int] = []
        self._total = 0

    def add_all(self, requests: Requests) -> None:
        """Write down each request with the number of its parcel; those that cannot be sent have their outcome."""
        rows = self._rows(requests)
        last = b""

        def noted() -> Iterator[tuple[int, bytes, bytes, int | None]]:
            nonlocal last
            for row in rows:
                last = row[1]
                yield row

        try:
            self._database.executemany("INSERT INTO request VALUES (?, ?, ?, ?)", noted())
        except sqlite3.IntegrityError:
            raise DuplicateKeyError(decode_key(last)) from None

    def seal(self) -> None:
        """Write down the parcels, and what the journal says of itself."""
        parcels = (
            Parcel(id=n + 1, round=0, nonce=self._load.nonce(), count=count)
            for n, count in enumerate(self._counts)
        )
        self._database.executemany(
            "INSERT INTO parcel VALUES (?, ?)", ((parcel.id, sealed(parcel)) for parcel in parcels)
        )
        about = About(
            version=VERSION,
            base_url=self._load.base_url,
            betas=tuple(self._load.betas),
            fingerprint=self._print.text(),
            total=self._total,
        )
        self._database.execute("INSERT INTO about VALUES (1, ?)", (sealed(about),))

    def _rows(self, requests: Requests) -> Iterator[tuple[int, bytes, bytes, int | None]]:
        for number, (key, params) in enumerate(pairs(requests)):
            self._total = number + 1
            encoded_key, written = encode_key(key), encode(params)
            body = b"" if isinstance(written, Refusal) else written
            self._print.add(encoded_key, body)
            if not isinstance(written, Refusal):
                written = self._placed(number, body)
            if isinstance(written, Refusal):
                self._refuse(number, written)
            yield number, encoded_key, body, None if isinstance(written, Refusal) else written

    def _placed(self, number: int, body: bytes) -> int | Refusal:
        size = entry_size(number, len(body))
        if not self._load.limits.admits(size):
            largest = self._load.limits.bytes_max
            return Refusal(
                "request_too_large", f"this request alone has {size} bytes; a batch has {largest} at most"
            )
        if self._splitter.begins_another(size):
            self._counts.append(0)
        self._counts[-1] += 1
        return len(self._counts)

    def _refuse(self, number: int, refusal: Refusal) -> None:
        line = refused_line(refusal.type, refusal.message)
        added = self._database.execute("INSERT INTO line (bytes) VALUES (?)", (line,)).lastrowid
        self._database.execute(
            "INSERT INTO answer VALUES (?, NULL, ?, FALSE, ?)", (number, int(Kind.ERRORED), added)
        )
