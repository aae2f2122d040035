"""A journal that exists is what was written, or it stops the run: it never leads to a second create."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from batchclient.errors import JournalBusyError, JournalError, JournalUnreadableError, UsageError
from batchclient.journal import Journal
from batchclient.outcomes import Kind
from batchclient.parcel import About
from batchclient.policy import Policy
from batchclient.run import UnfinishedError
from batchclient.schema import sealed
from tests.clients.world import Driver, Request, World, some

crashing = settings(deadline=None, max_examples=60)


@pytest.fixture(scope="module")
def submitted(url: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Path]:
    """A run that was submitted, and whose process is gone."""
    world, journal = World(url), tmp_path_factory.mktemp("journal") / "run.db"
    world.do("submit", some(5), journal=journal).close()
    return world, journal


def damaged(journal: Path, folder: str, change: Callable[[bytes], bytes]) -> Path:
    copy = Path(folder, "run.db")
    shutil.copy(journal, copy)
    copy.write_bytes(change(copy.read_bytes()))
    return copy


def flipped(data: bytes, at: int, bit: int) -> bytes:
    changed = bytearray(data)
    changed[at % len(data)] ^= 1 << bit
    return bytes(changed)


def resumed(world: World, journal: Path) -> None:
    """Resume and run again; either stops with a typed error, or gives the answers."""
    for attempt in (lambda: world.resume(journal), lambda: world.run(some(5), journal)):
        try:
            with attempt() as run:
                assert run.counts.succeeded == 5
        except (JournalError, UnfinishedError) as error:
            if isinstance(error, UnfinishedError):
                error.run.close()
    assert world.wire.count("create") == 1


@crashing
@given(at=st.integers(-1_000_000, 1_000_000))
@example(at=0)
@example(at=16_384)
@example(at=-1)
@example(at=-12)
@example(at=-16_384)
def test_a_journal_cut_anywhere_never_leads_to_a_create(submitted: tuple[World, Path], at: int) -> None:
    world, journal = submitted
    with TemporaryDirectory() as folder:
        resumed(world, damaged(journal, folder, lambda data: data[: at % len(data)]))


@crashing
@given(at=st.integers(0, 1_000_000), bit=st.integers(0, 7))
@example(at=15_837, bit=0)
def test_a_flipped_bit_never_leads_to_a_create(submitted: tuple[World, Path], at: int, bit: int) -> None:
    world, journal = submitted

    with TemporaryDirectory() as folder:
        resumed(world, damaged(journal, folder, lambda data: flipped(data, at, bit)))


@pytest.fixture(scope="module")
def expired(expiring_url: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Path]:
    """A run of which some requests were answered and some expired, read to its end without another round."""
    world, journal = World(expiring_url), tmp_path_factory.mktemp("journal") / "run.db"
    world.policy = Policy(retries=0)
    # Ids hold the run's nonce, so chance decides which expire: of so many never all, and never none.
    with world.run(some(40), journal) as run:
        assert 0 < run.counts.expired < 40
    world.policy = Policy(retries=1)
    return world, journal


@pytest.mark.parametrize(
    "change",
    [
        f"UPDATE answer SET kind = {int(Kind.EXPIRED)}",
        f"UPDATE answer SET kind = {int(Kind.ERRORED)}, retryable = 1",
        "UPDATE answer SET parcel = 7",
        "UPDATE answer SET line = (SELECT max(id) FROM line)",
        "UPDATE line SET bytes = CAST('{}' AS BLOB)",
    ],
)
def test_an_outcome_that_is_not_what_its_line_says_sends_nothing_again(
    expired: tuple[World, Path], tmp_path: Path, change: str
) -> None:
    world, journal = expired
    copy = tmp_path / "run.db"
    shutil.copy(journal, copy)
    with sqlite3.connect(copy) as database:
        database.execute(change)
    database.close()

    with pytest.raises(JournalUnreadableError, match="not what its line says"):
        world.resume(copy)
    assert world.wire.count("create") == 1


@pytest.mark.parametrize("driver", ["sync", "async"])
def test_of_many_that_begin_one_run_at_once_one_does_it(url: str, tmp_path: Path, driver: Driver) -> None:
    world, together = World(url, driver), Barrier(6)

    def begin() -> str:
        together.wait()
        try:
            world.run(some(3), tmp_path / "run.db").close()
        except JournalBusyError:
            return "busy"
        return "done"

    with ThreadPoolExecutor(6) as threads:
        ended = [future.result() for future in [threads.submit(begin) for _ in range(6)]]
    assert "done" in ended
    assert world.wire.count("create") == 1
    assert set(world.billed().values()) == {1}


def test_a_journal_is_the_same_by_whichever_name_it_is_called(world: World, tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "run.db")

    with world.do("submit", some(2), journal=tmp_path / "run.db"), pytest.raises(JournalBusyError):
        world.run(some(2), tmp_path / "link.db")


@pytest.mark.parametrize("content", [b"", b"{}", b"SQLite format 3\x00"], ids=["empty", "JSON", "a header"])
def test_a_file_that_is_no_journal_is_not_taken_for_a_beginning(
    world: World, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "run.db").write_bytes(content)

    with pytest.raises(JournalUnreadableError):
        world.run(some(2), tmp_path / "run.db")
    assert world.wire.seen == []


def test_a_journal_of_a_newer_version_is_not_gone_on_with(submitted: tuple[World, Path], tmp_path: Path) -> None:
    world, journal = submitted
    copy = tmp_path / "run.db"
    shutil.copy(journal, copy)
    opened = Journal.open(copy, read_only=True)
    newer = msgspec.structs.replace(opened.about, version=opened.about.version + 1)
    opened.close()
    with sqlite3.connect(copy) as database:
        database.execute("UPDATE about SET facts = ?", (sealed(newer),))
    database.close()

    with pytest.raises(JournalUnreadableError, match="version"):
        world.resume(copy)


def test_a_journal_whose_requests_were_changed_is_not_gone_on_with(
    submitted: tuple[World, Path], tmp_path: Path
) -> None:
    world, journal = submitted
    copy = tmp_path / "run.db"
    shutil.copy(journal, copy)
    with sqlite3.connect(copy) as database:
        database.execute("UPDATE request SET params = CAST(replace(params, 'nonce-1', 'nonce-2') AS BLOB)")
    database.close()

    with pytest.raises(JournalUnreadableError, match="requests were changed"):
        world.resume(copy)


def test_a_journal_is_one_file_that_can_be_moved(world: World, tmp_path: Path) -> None:
    world.do("submit", some(3), journal=tmp_path / "run.db").close()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run.db").rename(tmp_path / "elsewhere" / "other.db")

    with world.resume(tmp_path / "elsewhere" / "other.db") as run:
        assert run.counts.succeeded == 3


def test_requests_that_end_in_an_error_leave_nothing(world: World, tmp_path: Path) -> None:
    def broken() -> Iterator[Request]:
        yield from some(2)
        raise OSError("the disk with the requests is gone")

    with pytest.raises(OSError, match="the disk"):
        world.do("run", broken(), journal=tmp_path / "run.db")
    assert not (tmp_path / "run.db").exists()
    with world.run(some(2), tmp_path / "run.db") as run:
        assert run.counts.succeeded == 2


@pytest.mark.parametrize("path", ["nowhere/run.db", "nothing.db"])
def test_what_is_not_there_cannot_be_resumed(world: World, tmp_path: Path, path: str) -> None:
    with pytest.raises(JournalUnreadableError):
        world.resume(tmp_path / path)


def test_a_journal_can_be_looked_at_while_someone_works_on_it(world: World, tmp_path: Path) -> None:
    with world.do("submit", some(3), journal=tmp_path / "run.db"):
        looking = Journal.open(tmp_path / "run.db", read_only=True)
        assert looking.counts().open == 3
        assert isinstance(looking.about, About)
        looking.close()


def test_a_key_that_is_no_string_is_named(world: World) -> None:
    with pytest.raises(UsageError, match="7' is int"):
        world.do("run", [(7, some(1)[0][1])])


def test_a_journal_holds_no_credential(world: World, tmp_path: Path) -> None:
    world.run(some(2), tmp_path / "run.db").close()

    assert world.key.encode() not in (tmp_path / "run.db").read_bytes()
