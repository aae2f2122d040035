"""The journal's file: made whole, opened once, and trusted only if it is sound.

One SQLite file. It is written under another name and appears, complete, under its own: so a journal that exists
and cannot be read is damage, never a beginning (docs/clients.md R9). A second file beside it is locked for as long
as someone works (P9); the system frees it when its process dies. It does not know what the tables are for.
"""

import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

import msgspec

from batchclient.errors import JournalBusyError, JournalFullError, JournalUnreadableError

VERSION = 1
IN_MEMORY = ":memory:"

# Keys and lines as bytes: half a surrogate pair is a key like any other. Strict, so that a damaged type is seen.
_TABLES = """
    PRAGMA page_size = 16384;
    CREATE TABLE about (id INTEGER PRIMARY KEY CHECK (id = 1), facts BLOB NOT NULL) STRICT;
    CREATE TABLE parcel (id INTEGER PRIMARY KEY, facts BLOB NOT NULL) STRICT;
    CREATE TABLE request (
        number INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, params BLOB NOT NULL, parcel INTEGER
    ) STRICT;
    CREATE TABLE line (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
    CREATE TABLE answer (
        number INTEGER PRIMARY KEY, parcel INTEGER, kind INTEGER NOT NULL, retryable INTEGER NOT NULL, line INTEGER
    ) STRICT;
"""
_INDEX = "CREATE INDEX request_parcel ON request (parcel)"
_CACHE_KIB = 16_384
# 32 MB of new lines, before they are copied into the file proper.
_WAL_PAGES = 2_000
_SEAL_BYTES = 16

T = TypeVar("T")


def new_database(path: str) -> sqlite3.Connection:
    """Return a database with empty tables; ``finish`` it when it is filled."""
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    database.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_TABLES}")
    return database


def finish(database: sqlite3.Connection) -> None:
    """Have the tables ready for work."""
    database.execute(_INDEX)


def publish(draft: Path, path: Path) -> None:
    """Give a finished file its name, durably."""
    with open(draft, "rb") as file:
        os.fsync(file.fileno())
    draft.replace(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def open_database(path: str) -> sqlite3.Connection:
    """Open an existing file.

    Raises:
        JournalUnreadableError: it is empty, damaged, of another kind or of another version.
    """
    with unreadable(path):
        database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            problem = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if problem == "ok" and _made_of(database) != _sound():
                problem = "its tables are not a journal's"
            if problem != "ok":
                raise JournalUnreadableError(path, f"{problem}{_ADVICE}")
            work_on(database)
        except BaseException:
            database.close()
            raise
    return database


@cache
def _sound() -> set[str]:
    with closing(new_database(IN_MEMORY)) as database:
        finish(database)
        return _made_of(database)


def _made_of(database: sqlite3.Connection) -> set[str]:
    return {sql for (sql,) in database.execute("SELECT sql FROM sqlite_master WHERE sql NOT NULL")}


def work_on(database: sqlite3.Connection) -> None:
    """Keep memory within bounds, and have commits outlive the process; ``lasting`` ones outlive the machine."""
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    database.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")


_ADVICE = (
    "; it is not gone on with, as nobody would know what was submitted. Restore it, or start with another path"
)


@contextmanager
def unreadable(path: str) -> Generator[None]:
    """Name the journal in whatever is wrong with its file."""
    try:
        yield
    except (sqlite3.DatabaseError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise JournalUnreadableError(path, f"{error}{_ADVICE}") from error


@contextmanager
def transaction(database: sqlite3.Connection) -> Generator[None]:
    """Do all of it or none.

    Raises:
        JournalFullError: none of it, as the disk takes no more.
    """
    try:
        database.execute("BEGIN IMMEDIATE")
        yield
        database.execute("COMMIT")
    except BaseException as error:
        if database.in_transaction:
            database.execute("ROLLBACK")
        if isinstance(error, sqlite3.OperationalError):
            raise JournalFullError(_path(database), str(error)) from error
        raise


@contextmanager
def lasting(database: sqlite3.Connection) -> Generator[None]:
    """Do all of it or none, on the disk itself before anything else is done, and in the one file."""
    database.execute("PRAGMA synchronous = FULL")
    try:
        with transaction(database):
            yield
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        database.execute("PRAGMA synchronous = NORMAL")


def _path(database: sqlite3.Connection) -> str:
    return database.execute("PRAGMA database_list").fetchone()[2] or IN_MEMORY


def lock(path: str) -> sqlite3.Connection:
    """Keep everyone else from working on a journal, until the connection is closed.

    Raises:
        JournalBusyError: someone does. JournalUnreadableError: its folder is not there, or not writable.
    """
    try:
        # Beside the file itself: two names of one journal are one journal.
        held = sqlite3.connect(
            f"{os.path.realpath(path)}.lock", isolation_level=None, timeout=0, check_same_thread=False
        )
    except sqlite3.Error as error:
        raise JournalUnreadableError(path, f"cannot be written: {error}") from None
    try:
        held.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        held.close()
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise JournalBusyError(path, "another process is working on it") from None
        raise JournalUnreadableError(path, f"cannot be locked: {error}") from None
    return held


def unlock(held: sqlite3.Connection) -> None:
    """Let others work."""
    with suppress(sqlite3.Error):
        held.execute("ROLLBACK")
    held.close()


def sealed(facts: object) -> bytes:
    """Return facts as they are written down: with a digest, so that a flipped bit is seen."""
    body = msgspec.json.encode(facts)
    return blake2b(body, digest_size=_SEAL_BYTES).digest() + body


def unsealed(data: object, shape: type[T], path: str) -> T:
    """Return the facts that were written down.

    Raises:
        JournalUnreadableError: they are not what was written.
    """
    body = data[_SEAL_BYTES:] if isinstance(data, bytes) else b""
    if not isinstance(data, bytes) or blake2b(body, digest_size=_SEAL_BYTES).digest() != data[:_SEAL_BYTES]:
        raise JournalUnreadableError(path, f"damaged{_ADVICE}")
    return msgspec.json.decode(body, type=shape)
