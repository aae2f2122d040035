"""Mutants that lose or leak something between the results file and the disk: R1 to R13.

It does not know the contracts.
"""

from batchproof.zoo.mutant import Mutant, mutant

_SPLIT = """\
        *ended, rest = piece.split(b"\\n")
        for line in ended:
            yield _trimmed(b"".join([*pending, line]), at_start)
            pending, at_start = [], False
        pending.append(rest)
"""
_LINES = "        for line in jsonl(response.iter_bytes()):\n"
_BLANK = """\
            if line:
                yield _row(line)
"""
_NO_ROW = "        return None\n    return cast"
_KEEP = "        _write(self._file(parcel), dict(outcomes))\n"
_DAMAGED = "    if sha256(text).hexdigest().encode() != digest:\n"
_COMPLETE = "            if reading.is_complete:\n"
_BROKEN = "            cause, wait_s = str(error), error.wait_s\n"

RESULTS: tuple[Mutant, ...] = (
    mutant(
        "R1",
        "takes a CR at the end of a piece for the end of a line, and fails on the empty one after it",
        (
            "D3 lines",
            _SPLIT,
            """\
        for part in piece.splitlines(keepends=True):
            pending.append(part)
            if part.endswith((b"\\n", b"\\r")):
                yield _trimmed(b"".join(pending), at_start)
                pending, at_start = [], False
    if not pending:
        return
""",
        ),
        ("D3 blank", _BLANK, "            yield json.loads(line)\n"),
    ),
    mutant(
        "R1-blank",
        "takes a blank line for the end of the file",
        ("D3 blank", _BLANK, "            if not line:\n                break\n            yield _row(line)\n"),
    ),
    mutant(
        "R1-last",
        "drops a last line that has no line end",
        ("D3 last", '    yield _trimmed(b"".join(pending), at_start)\n', ""),
    ),
    mutant(
        "R1-mark",
        "knows no byte order mark",
        ("D3 trim", "(line.removeprefix(_BYTE_ORDER_MARK) if is_first else line)", "line"),
    ),
    mutant(
        "R2",
        "takes a file for complete when it has been read to its end",
        ("D7 enough", _COMPLETE, "            if True:\n"),
    ),
    mutant(
        "R3",
        "fails when a download breaks off",
        (
            "D1 family",
            '            raise UnreadError(f"{type(error).__name__}: {error}") from error\n',
            "            raise error\n",
        ),
    ),
    mutant(
        "R3-kept",
        "takes what came before a download broke off for all there is",
        ("D1 broken", _BROKEN, f"{_BROKEN}            if reading.found:\n                break\n"),
    ),
    mutant(
        "R4",
        "gives a download two minutes",
        (
            "D3 blank",
            _BLANK,
            f"""\
            if time.monotonic() > began + 120:
                raise UnreadError("it took too long")
{_BLANK}""",
        ),
        ("D2 status", _LINES, f"        import time\n\n        began = time.monotonic()\n{_LINES}"),
    ),
    mutant(
        "R5",
        "splits text into lines wherever Unicode sees one",
        (
            "D2 status",
            "jsonl(response.iter_bytes())",
            '[line.encode() for line in b"".join(response.iter_bytes()).decode(errors="replace").splitlines()]',
        ),
    ),
    mutant(
        "R5-piece",
        "decodes a file piece by piece",
        (
            "D2 status",
            "jsonl(response.iter_bytes())",
            'jsonl(piece.decode(errors="replace").encode() for piece in response.iter_bytes())',
        ),
    ),
    mutant(
        "R5-charset",
        "reads a file without a charset as Latin-1",
        (
            "D2 status",
            "jsonl(response.iter_bytes())",
            'jsonl(piece.decode("latin-1").encode() for piece in response.iter_bytes())',
        ),
    ),
    mutant(
        "R6",
        "ends at a line that is longer than its buffer",
        ("D3 blank", _BLANK, f"            if len(line) > 65_536:\n                break\n{_BLANK}"),
        ("D7 enough", _COMPLETE, "            if True:\n"),
    ),
    mutant(
        "R6-skip",
        "skips a line that is longer than a megabyte",
        ("D3 blank", _BLANK, f"            if len(line) > 1_000_000:\n                continue\n{_BLANK}"),
    ),
    mutant(
        "R7",
        "reads a whole file before it hands anything on",
        ("D1 attempts", "in rows_of(api, batch):", "in list(rows_of(api, batch)):"),
    ),
    mutant(
        "R8",
        "appends outcomes to a file as they come, and takes what is in it for all of them",
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
        "R9",
        "takes state that it cannot read for none",
        ("B1 unreadable", "        raise BatchError(f", "        return None\n        raise BatchError(f"),
    ),
    mutant(
        "R9-empty",
        "takes an empty file for none",
        ("B1 unreadable", _DAMAGED, f"    if not digest:\n        return None\n{_DAMAGED}"),
    ),
    mutant(
        "R10",
        "deletes a batch before its outcomes are safe",
        (
            "H1 durable",
            "        self._journal.keep(parcel, outcomes)\n",
            """\
        self._api.call("DELETE", f"{BATCHES}/{parcel.batch_id}")
        self._journal.keep(parcel, outcomes)
""",
        ),
    ),
    mutant(
        "R10-archived",
        "takes results that are gone for results that are empty",
        (
            "D2 archived",
            '    if batch.get("archived_at"):\n',
            '    if batch.get("archived_at"):\n        return\n    if False:\n',
        ),
    ),
    mutant(
        "R11",
        "sends its key to whoever has the results",
        ("D2 origin", "if _origin(url) == _origin(self._base_url):", "if True:"),
    ),
    mutant(
        "R11-redirect",
        "sends its key to whoever it is sent on to",
        (
            "D2 redirects",
            'self._http.stream("GET", url, headers=self._headers(url))',
            'self._http.stream("GET", url, headers=self._headers(urljoin(self._base_url + "/", location)))',
        ),
    ),
    mutant(
        "R12",
        "reads nothing from a file whose content type it does not know",
        (
            "D2 status",
            _LINES,
            f"""\
        if "jsonl" not in response.headers.get("content-type", ""):
            return
{_LINES}""",
        ),
    ),
    mutant(
        "R12-page",
        "takes every answer for JSON",
        (
            "C2 shape",
            """\
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return {}
""",
            "    value = json.loads(content)\n",
        ),
    ),
    mutant(
        "R12-read",
        "takes a file without a single row for the results",
        (
            "D7 enough",
            _COMPLETE,
            "            if not reading.found:\n                return {}\n            if reading.is_complete:\n",
        ),
    ),
    mutant(
        "R13",
        "skips a line that it cannot read",
        ("D7 enough", _COMPLETE, "            if reading.is_complete or malformed:\n"),
    ),
    mutant(
        "R13-raises",
        "throws a whole file away for a line that it cannot read",
        (
            "D3 malformed",
            _NO_ROW,
            '        raise BatchError(f"a line is no JSON: {line[:40]!r}") from None\n    return cast',
        ),
    ),
    mutant(
        "R13-shape",
        "takes every line for a row",
        (
            "D3 malformed",
            "    return cast(",
            '    row = {"custom_id": row["custom_id"], "result": {**row["result"]}}\n    return cast(',
        ),
    ),
)
