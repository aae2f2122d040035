"""Mutants that make a batch twice, forget one, or end one that they should not: S1 to S5, S10 and S14.

It does not know the contracts.
"""

from batchproof.zoo.mutant import Mutant, mutant

_CREATE = '            answer = self._api.call("POST", BATCHES, body=body, betas=betas)\n'
_CLEAR = "return answer.is_unsent or answer.status in _CLEAR"
_SAVE = "        self._save()\n"
_SEND = """\
        for group in split([row for row in rows if row.key not in sent], requests_max, bytes_max):
            self._submission.send(attempt, group)
"""
_POLICY = 'if isinstance(error, Exception) or on_interrupt == "detach":'
_RETRIED = "open_rows = [row for row in open_rows if _is_retryable(self.outcomes.get(row.key, {}))]"

SUBMISSION: tuple[Mutant, ...] = (
    mutant(
        "S1",
        "repeats a create twice, as an SDK does by default",
        (
            "B2 create",
            _CREATE,
            f"""\
            for _ in range(3):
    {_CREATE.rstrip()}
                if 0 < answer.status < 500:
                    break
""",
        ),
    ),
    mutant(
        "S1-reset",
        "repeats a create whose answer was lost",
        ("B2 clear", _CLEAR, "return answer.status in (0, 429, 503)"),
    ),
    mutant(
        "S1-gateway",
        "repeats a create that a gateway gave up on",
        ("B2 clear", _CLEAR, f"{_CLEAR} or answer.status in (500, 502, 504, 529)"),
    ),
    mutant(
        "S1-half",
        "repeats a create whose answer makes no sense",
        ("B2 clear", _CLEAR, f"{_CLEAR} or answer.status == 200"),
    ),
    mutant(
        "S2",
        "writes down which batch it made when that has ended",
        ("B1 intent", f"{_SAVE}        return", "        return"),
        ("B3 submitted", _SAVE, ""),
        ("H1 keep", "        _write(self._file(parcel)", f"{_SAVE}        _write(self._file(parcel)"),
    ),
    mutant(
        "S2-intent",
        "writes nothing down before it makes a batch",
        ("B1 intent", f"{_SAVE}        return", "        return"),
    ),
    mutant(
        "S2-blind",
        "makes a batch again when it does not know whether it did before the crash",
        (
            "B1 open",
            "                self._submission.settle(parcel)\n",
            "                self._submission._post(parcel)\n",
        ),
    ),
    mutant(
        "S3",
        "sends everything again when something has failed",
        ("E2 retried", _RETRIED, f"{_RETRIED}\n            open_rows = list(self._rows) if open_rows else []"),
    ),
    mutant(
        "S3-anew",
        "begins anew after a run that failed late",
        (
            "F1 told",
            "        unknown = ",
            """\
        if isinstance(error, BatchError):
            self._journal._path.unlink(missing_ok=True)
        unknown = """,
        ),
    ),
    mutant(
        "S4",
        "takes the params out of the user's own requests",
        ("A1 twice", 'request["params"]', 'request.pop("params")'),
    ),
    mutant(
        "S4-betas",
        "forgets the betas when it tries again",
        ("B2 create", "betas=betas", "betas=betas if failures == 1 else ()"),
    ),
    mutant(
        "S4-body",
        "writes a create anew when it tries again",
        (
            "B2 create",
            "body=body",
            "body=body if failures == 1 else body.replace(b'{\"custom_id\"', b'{ \"custom_id\"')",
        ),
    ),
    mutant(
        "S5",
        "forgets the batches that it made when the next one is refused",
        (
            "B3 each",
            _SEND,
            """\
        before = list(self._journal.parcels)
        try:
            for group in split([row for row in rows if row.key not in sent], requests_max, bytes_max):
                self._submission.send(attempt, group)
        except BatchError:
            self._journal.parcels[:] = before
            self._journal._save()
            raise
""",
        ),
    ),
    mutant(
        "S5-late",
        "writes down its batches when it has made them all",
        ("B1 intent", f"{_SAVE}        return", "        return"),
        ("B3 submitted", _SAVE, ""),
        ("B3 each", _SEND, f"{_SEND}        self._journal._save()\n"),
    ),
    mutant(
        "S10",
        "catches errors, and interruptions are none",
        ("F1 interrupted", "except BaseException as error:", "except Exception as error:"),
    ),
    mutant(
        "S10-error",
        "cancels what it cannot see",
        ("F1 interrupted", _POLICY, 'if isinstance(error, KeyboardInterrupt) and on_interrupt == "detach":'),
    ),
    mutant(
        "S10-detach",
        "leaves batches running that were to be canceled",
        ("F1 interrupted", _POLICY, "if True:"),
    ),
    mutant(
        "S10-cancel",
        "cancels batches that were to be left running",
        ("F1 interrupted", _POLICY, "if isinstance(error, Exception):"),
    ),
    mutant(
        "S14",
        "repeats a create that was refused for good",
        ("B2 final", "        if answer.is_final or answer.status == 404:\n", "        if False:\n"),
        ("B2 clear", _CLEAR, f"{_CLEAR} or answer.status >= 400"),
    ),
    mutant(
        "S14-spent",
        "repeats a create that an account without money was refused",
        ("C3 final", "            return True\n", "            return False\n"),
    ),
)
