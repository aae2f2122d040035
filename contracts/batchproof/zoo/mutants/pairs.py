"""Mutants with two bugs that make each other worse, each under the contract that names the first.

It does not know the contracts.
"""

from batchproof.zoo.mutant import Mutant, mutant

PAIRS: tuple[Mutant, ...] = (
    mutant(
        "P3-cancels",
        "takes a batch that is not there yet for lost, and cancels what it cannot see",
        ("C3 permanent", "if answer.is_final:", "if answer.is_final or answer.status == 404:"),
        (
            "F1 interrupted",
            'if isinstance(error, Exception) or on_interrupt == "detach":',
            'if isinstance(error, KeyboardInterrupt) and on_interrupt == "detach":',
        ),
    ),
    mutant(
        "R9-late",
        "takes state that it cannot read for none, and writes its batches down when they have ended",
        ("B1 unreadable", "        raise BatchError(f", "        return None\n        raise BatchError(f"),
        ("B3 submitted", "        self._save()\n", ""),
        (
            "H1 keep",
            "        _write(self._file(parcel)",
            "        self._save()\n        _write(self._file(parcel)",
        ),
    ),
    mutant(
        "R2-appends",
        "takes a file for complete when it has been read to its end, and appends to what it has read before",
        ("D7 enough", "            if reading.is_complete:\n", "            if True:\n"),
        (
            "E2 handed",
            "            self.outcomes[key] = outcome\n",
            """\
            self.outcomes[key] = outcome
            kept = self._journal.outcomes(parcel) or {}
            self._journal.keep(parcel, {**kept, key: outcome})
""",
        ),
    ),
    mutant(
        "T5-forgets",
        "takes a batch that is canceling for one that has ended, and forgets it",
        ("C5 ended", '        if status == "ended":\n', '        if status in ("ended", "canceling"):\n'),
        ("D1 attempts", "            batch = _again(api, batch)\n", "            pass\n"),
        ("F1 told", "        unknown = ", "        self._journal.parcels.clear()\n        unknown = "),
    ),
    mutant(
        "J2-short",
        "sorts results by custom_id as text and goes through them side by side, however many there are",
        (
            "D1 attempts",
            """\
            for row in rows_of(api, batch):
                if row is None:
                    malformed += 1
                    continue
                reading.take(row)
""",
            """\
            rows = [row for row in rows_of(api, batch) if row is not None]
            ordered = sorted(rows, key=lambda row: str(row.get("custom_id")))
            for custom_id, row in zip(reading.ids, ordered, strict=False):
                reading.take({**row, "custom_id": custom_id})
""",
        ),
    ),
)
