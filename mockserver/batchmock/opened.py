"""The emulators that a test has open, or had open last: whom to ask what happened when it fails.

It does not know tests.
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager

from batchmock.exchanges.timeline import timeline
from batchmock.handle import EmulatorHandle

# So that a test which opens thousands under one that stays open does not keep them all.
CLOSED_KEPT = 3


class Opened:
    """Emulators in use, and those that were used since the last time there was none."""

    def __init__(self) -> None:
        self._open: list[_Told] = []
        self._closed: list[_Told] = []

    @contextmanager
    def watch(self, emulator: EmulatorHandle) -> Generator[None]:
        """Remember an emulator; if the block fails, as it is then."""
        told = _Told(emulator)
        if not self._open:
            self._closed.clear()
        self._open.append(told)
        try:
            yield
        except BaseException:
            told.write()
            raise
        finally:
            self._open.remove(told)
            self._closed = [*self._closed, told][-CLOSED_KEPT:]

    def forget(self) -> None:
        """Remember only what is in use."""
        self._closed.clear()

    def timelines(self) -> Sequence[str]:
        """Return what happened in each, in the order in which they were opened."""
        return [told.text or told.write() for told in (*self._closed, *self._open)]


class _Told:
    """An emulator, and what happened in it; that outlives an emulator which ends with its block."""

    def __init__(self, emulator: EmulatorHandle) -> None:
        self._emulator = emulator
        self.text = ""

    def write(self) -> str:
        self.text = timeline(self._emulator)
        return self.text


OPENED = Opened()
