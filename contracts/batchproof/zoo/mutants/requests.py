"""Mutants that send what they should not, or count it wrongly: S6 to S9 and S11 to S13.

It does not know the contracts.
"""

from batchproof.zoo.mutant import Mutant, mutant

_SEND = """\
        for group in split([row for row in rows if row.key not in sent], requests_max, bytes_max):
            self._submission.send(attempt, group)
"""
_RETRYABLE = """\
    if outcome.get("type") == "errored":
        return inner_error(outcome).get("type") in _RETRYABLE
    return outcome.get("type") == "expired"
"""
_WAIT = "        batch = ended(self._api, parcel.batch_id, self._submission.began(parcel.batch_id))\n"
_RETRIED = "open_rows = [row for row in open_rows if _is_retryable(self.outcomes.get(row.key, {}))]"
_SIZE = 'return len(self.body(self.custom_id("x" * NONCE_LENGTH, 1))) + len(",")'

REQUESTS: tuple[Mutant, ...] = (
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
)
