"""What a run has to know after a crash: what it meant to send, which batch that became, and the outcomes it has.

Every write is whole or not there at all, and what cannot be read stops the run. It does not know the network.
"""

import fcntl
import json
import os
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from batchproof.zoo.base.errors import BatchError
from batchproof.zoo.base.rows import NONCE_LENGTH, Json


@dataclass(slots=True)
class Parcel:
    """One create: which key each id stands for, and the batch that it made, once that is known."""

    number: int
    attempt: int
    ids: dict[str, str]
    batch_id: str | None = None


@contextmanager
def locked(state_dir: Path) -> Generator[None]:
    """Keep a second run away from the same state.

    Raises:
        BatchError: there is another run.
    """
    state_dir.mkdir(parents=True, exist_ok=True)
    with (state_dir / "lock").open("w") as lock:
        try:
            # B1 lock: of the kernel, which lets go of it when the process dies
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BatchError(f"another run is at work on {state_dir}; wait for its end") from None
        yield


class Journal:
    """The state of one run on disk."""

    def __init__(self, state_dir: Path, fingerprint: str) -> None:
        self._folder = state_dir
        self._path = state_dir / "journal"
        state: Json | None = _read(self._path)
        if state is None:
            # Of this run alone: no two have the same requests at the same instant.
            nonce = sha256(f"{fingerprint}{time.time_ns()}".encode()).hexdigest()[:NONCE_LENGTH]
            state = {"fingerprint": fingerprint, "nonce": nonce, "parcels": []}
        self.nonce: str = state["nonce"]
        self.fingerprint: str = state["fingerprint"]
        self.parcels = [Parcel(**parcel) for parcel in state["parcels"]]
        # B1 same: answers of other requests are none of ours
        if self.fingerprint != fingerprint:
            raise BatchError(
                f"{state_dir} holds other requests, sent as {self.batch_ids}; use another folder for these"
            )

    @property
    def batch_ids(self) -> list[str]:
        """All batches that are known to be ours."""
        return [parcel.batch_id for parcel in self.parcels if parcel.batch_id]

    def intend(self, attempt: int, ids: Mapping[str, str]) -> Parcel:
        """Write down what is about to be sent."""
        parcel = Parcel(len(self.parcels), attempt, dict(ids))
        self.parcels.append(parcel)
        # B1 intent: before the create, so that a crash in it is seen
        self._save()
        return parcel

    def withdraw(self, parcel: Parcel) -> None:
        """Forget what was refused."""
        self.parcels.remove(parcel)
        self._save()

    def submitted(self, parcel: Parcel, batch_id: str) -> None:
        """Write down which batch was made."""
        parcel.batch_id = batch_id
        # B3 submitted: before anything else is done
        self._save()

    def outcomes(self, parcel: Parcel) -> dict[str, Json] | None:
        """Return the outcomes that were kept of a batch; None if there are none, or they are spoilt."""
        try:
            return _read(self._file(parcel))
        except BatchError:
            # Nothing is lost: the results are downloaded again.
            return None

    def keep(self, parcel: Parcel, outcomes: Mapping[str, Json]) -> None:
        """Write down all outcomes of a batch."""
        # H1 keep: whole, under a name that nobody reads before
        _write(self._file(parcel), dict(outcomes))

    def _file(self, parcel: Parcel) -> Path:
        return self._folder / f"outcomes-{parcel.number}"

    def _save(self) -> None:
        parcels = [asdict(parcel) for parcel in self.parcels]
        _write(self._path, {"fingerprint": self.fingerprint, "nonce": self.nonce, "parcels": parcels})


def _read(path: Path) -> Any:
    """Return what a file holds; None if there is no such file.

    Raises:
        BatchError: there is, and it is not what was written.
    """
    if not path.exists():
        return None
    digest, _, text = path.read_bytes().partition(b"\n")
    # B1 unreadable: "I do not know" is not "nothing was sent"
    if sha256(text).hexdigest().encode() != digest:
        raise BatchError(f"{path} is damaged, so what was sent is not known; look for its batches, then remove it")
    return json.loads(text)


def _write(path: Path, value: object) -> None:
    """Replace a file at once, or not at all."""
    text = json.dumps(value).encode()
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    with beside.open("wb") as file:
        file.write(sha256(text).hexdigest().encode() + b"\n" + text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
