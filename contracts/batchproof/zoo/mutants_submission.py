"""Mutants that send what they should not, twice, or not at all: S1 to S14.

They know the base client by its labels and its text alone.
"""

from batchproof.zoo.mutant import Mutant, mutant

_CREATE = '            answer = self._api.call("POST", BATCHES, body=body, betas=betas)\n'
_CLEAR = "return answer.is_unsent or answer.status in _CLEAR"
_SAVE = "        self._save()\n"
_SEND = """\
        for group in split([row for row in rows if row.key not in sent], requests_max, bytes_max):
            self._submission.send(attempt, group)
"""
_RETRYABLE = """\
    if outcome.get("type") == "errored":
        return inner_error(outcome).get("type") in _RETRYABLE
    return outcome.get("type") == "expired"
"""
_POLICY = 'if isinstance(error, Exception) or on_interrupt == "detach":'
_WAIT = "        batch = ended(self._api, parcel.batch_id, self._submission.began(parcel.batch_id))\n"
_RETRIED = "open_rows = [row for row in open_rows if _is_retryable(self.outcomes.get(row.key, {}))]"
_SIZE = 'return len(self.body(self.custom_id("x" * NONCE_LENGTH, 1))) + len(",")'

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
        "S6",
        "counts characters instead of bytes",
        ("A2 size", '"x" * NONCE_LENGTH, 1))', '"x" * NONCE_LENGTH, 1)).decode()'),
    ),
    mutant(
        "S6-envelope",
        "counts the bytes of params, and not what is around them",
        ("A2 size", _SIZE, "return len(self.params)"),
    ),
    mutant(
        "S6-count",
        "puts one request too many in a batch",
        ("A2 full", "len(group) == requests_max", "len(group) > requests_max"),
    ),
    mutant(
        "S6-bytes",
        "splits by count alone",
        ("A2 full", ' or size + row.size_bytes - len(",") > bytes_max', ""),
    ),
    mutant(
        "S6-empty",
        "makes a batch of nothing when there is nothing to do",
        (
            "B3 each",
            _SEND,
            f"{_SEND}        if not self._rows and not sent:\n            self._submission.send(attempt, [])\n",
        ),
    ),
    mutant(
        "S6-large",
        "sends a request that is larger than a batch may be",
        ("A3 alone", 'if _ENVELOPE + row.size_bytes - len(",") > bytes_max:', "if False:"),
    ),
    mutant(
        "S7",
        "sends nothing when one request cannot be sent",
        (
            "A3 alone",
            '            refused[key] = failed("unsendable_request", str(error))\n',
            '            raise BatchError(f"{key!r} cannot be sent: {error}") from None\n',
        ),
    ),
    mutant(
        "S7-lax",
        "sends what is no JSON, for the API to refuse it with everything else",
        (
            "A3 strict",
            'return json.dumps(params, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()',
            'return json.dumps(params, separators=(",", ":"), default=repr).encode()',
        ),
    ),
    mutant(
        "S8",
        "tries everything again that failed",
        ("E2 which", _RETRYABLE, '    return outcome.get("type") in ("errored", "expired")\n'),
    ),
    mutant(
        "S8-constant",
        "tells requests that are wrong by a type that does not exist",
        (
            "E2 which",
            'inner_error(outcome).get("type") in _RETRYABLE',
            'inner_error(outcome).get("type") != "invalid_request"',
        ),
    ),
    mutant(
        "S9",
        "waits an hour, and then asks for everything at the full price",
        ("C1 deadline", "began + DEADLINE_S - time.monotonic()", "began + 3600.0 - time.monotonic()"),
        (
            "C1 wait",
            _WAIT,
            f"""\
        try:
    {_WAIT.rstrip()}
        except BatchError:
            rows = [row for row in self._rows if row.key in parcel.ids.values()]
            answers = {{row.key: self._api.call("POST", "/v1/messages", body=row.params).body for row in rows}}
            return {{key: {{"type": "succeeded", "message": answer}} for key, answer in answers.items()}}
""",
        ),
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
        "S11",
        "takes the cache to cost as much in a batch",
        (
            "G1 half",
            "return tokens * BATCH_SHARE / 1e6",
            "return (tokens * BATCH_SHARE + cached * read / 2) / 1e6",
        ),
    ),
    mutant(
        "S11-full",
        "takes a batch to cost as much as single requests",
        ("G1 half", " * BATCH_SHARE", ""),
    ),
    mutant(
        "S11-cache",
        "takes the cache for free",
        ("G1 cached", ") + cached) * read", ")) * read"),
    ),
    mutant(
        "S11-twice",
        "counts a line each time that it comes",
        (
            "D5 twice",
            "            return\n        outcome = classified(result)\n",
            """\
            self.found[custom_id]["times"] = self.found[custom_id].get("times", 1) + 1
            return
        outcome = classified(result)
""",
        ),
        ("D5 twice", "self.found[custom_id] != classified(result)", "False"),
        ("G1 billed", "        total += cost\n", '        total += cost * outcome.get("times", 1)\n'),
    ),
    mutant(
        "S12",
        "sends the betas of its last request",
        (
            "B2 betas",
            "betas = sorted({beta for row in rows for beta in row.betas})",
            "betas = rows[-1].betas",
        ),
    ),
    mutant(
        "S12-params",
        "sends betas in params",
        (
            "A1 twice",
            'request["params"]',
            '{**request["params"], **({"betas": list(betas[key])} if betas.get(key) else {})}',
        ),
    ),
    mutant(
        "S13",
        "takes it for an outage when everything has failed, and sends it all again",
        (
            "E2 retried",
            _RETRIED,
            f"""\
{_RETRIED}
            if all(outcome["type"] == "errored" for outcome in self.outcomes.values()):
                open_rows = list(self._rows)""",
        ),
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
