"""Mutants that misread what became of a request or of a batch: T1 to T10.

It does not know the contracts.
"""

from batchproof.zoo.mutant import Mutant, mutant

_FOUND = "        self.found[custom_id] = outcome\n"
_ENDED = '        if status == "ended":\n'
_AGAIN = "            batch = _again(api, batch)\n"
_READ = """\
            for parcel in waiting:
                if parcel.batch_id is None:
                    self._submission.settle(parcel, is_wanted=False)
            self._collect(self._journal.parcels)
"""

OUTCOMES: tuple[Mutant, ...] = (
    mutant(
        "T1",
        "has nothing to say of a request that did not succeed",
        (
            "D6 classified",
            _FOUND,
            _FOUND
            + """\
        if outcome["type"] != "succeeded":
            self.found[custom_id] = {"type": "missing"}
""",
        ),
    ),
    mutant(
        "T1-empty",
        "makes an empty answer of a request that did not succeed",
        (
            "D6 classified",
            _FOUND,
            _FOUND
            + """\
        if outcome["type"] != "succeeded":
            self.found[custom_id] = {"type": "succeeded", "message": {"content": []}}
""",
        ),
    ),
    mutant(
        "T1-reason",
        "says that a request failed, and not why",
        ("D6 errored", "return told if inner_error(told) else None", 'return {"type": "errored", "error": {}}'),
    ),
    mutant(
        "T2",
        "throws everything away when one request has not succeeded",
        ("D6 classified", _FOUND, f'        assert outcome["type"] == "succeeded", key\n{_FOUND}'),
    ),
    mutant(
        "T3",
        "reads type and message of the envelope around an error",
        (
            "D6 errored",
            "return told if inner_error(told) else None",
            """\
error = {name: told["error"].get(name) for name in ("type", "message")}
        return {"type": "errored", "error": {"type": "error", "error": error}}""",
        ),
    ),
    mutant(
        "T4",
        "gives a batch up once its time is over",
        (
            "C5 ended",
            _ENDED,
            f"""\
        from datetime import UTC, datetime

        if datetime.now(UTC) > datetime.fromisoformat(str(answer.body["expires_at"])):
            raise BatchError(f"{{self.batch_id}} has expired")
{_ENDED}""",
        ),
    ),
    mutant(
        "T4-any",
        "gives a batch up in which something has expired",
        (
            "C5 ended",
            _ENDED,
            f"""\
        if status == "ended" and answer.body["request_counts"]["expired"]:
            raise BatchError(f"{{self.batch_id}} has expired")
{_ENDED}""",
        ),
    ),
    mutant(
        "T5",
        "takes everything in a batch that was canceled for canceled",
        (
            "D1 attempts",
            "    for attempt in",
            """\
    if batch.get("cancel_initiated_at"):
        return dict.fromkeys(reading.ids.values(), {"type": "canceled"})
    for attempt in""",
        ),
    ),
    mutant(
        "T5-own",
        "takes everything for canceled once it has called cancel",
        (
            "F1 read",
            _READ,
            """\
            for parcel in waiting:
                self.outcomes.update(dict.fromkeys(parcel.ids.values(), {"type": "canceled"}))
""",
        ),
    ),
    mutant(
        "T5-canceling",
        "takes a batch that is canceling for one that has ended",
        ("C5 ended", _ENDED, '        if status in ("ended", "canceling"):\n'),
        ("D1 attempts", _AGAIN, "            pass\n"),
    ),
    mutant(
        "T6",
        "waits for as long as a batch is in progress, and no longer",
        ("C5 ended", _ENDED, '        if status != "in_progress":\n'),
        ("D1 attempts", _AGAIN, "            pass\n"),
    ),
    mutant(
        "T6-spelling",
        "knows a batch that is cancelling, and no other",
        (
            "C5 ended",
            _ENDED,
            f"""\
        if status not in ("in_progress", "cancelling", "ended"):
            raise ValueError(f"{{self.batch_id}} has the status {{status}}")
{_ENDED}""",
        ),
    ),
    mutant(
        "T7",
        "takes a result of a type that it does not know for an answer",
        (
            "D6 unknown",
            'return {"type": "unknown", "raw": told} if isinstance(kind, str) else None',
            'return {"type": "succeeded", "message": told.get("message") or {"content": []}}',
        ),
    ),
    mutant(
        "T7-raises",
        "fails on a result of a type that it does not know",
        (
            "D6 unknown",
            'return {"type": "unknown", "raw": told} if isinstance(kind, str) else None',
            'raise ValueError(f"a result of type {kind}")',
        ),
    ),
    mutant(
        "T7-status",
        "fails on a batch whose status it does not know",
        (
            "C5 ended",
            _ENDED,
            f"""\
        if status not in ("in_progress", "canceling", "ended"):
            raise ValueError(f"{{self.batch_id}} has the status {{status}}")
{_ENDED}""",
        ),
    ),
    mutant(
        "T8",
        "takes a batch for failed when a request in it has failed",
        (
            "C5 ended",
            _ENDED,
            f"""\
        if status == "ended" and answer.body["request_counts"]["errored"]:
            raise BatchError(f"{{self.batch_id}} has failed")
{_ENDED}""",
        ),
    ),
    mutant(
        "T8-good",
        "takes all requests of a batch that has ended for good ones",
        (
            "D6 classified",
            _FOUND,
            """\
        self.found[custom_id] = outcome
        if outcome["type"] != "succeeded":
            self.found[custom_id] = {"type": "succeeded", "message": {"content": [], "stop_reason": None}}
""",
        ),
    ),
    mutant(
        "T9",
        "takes a batch for ended when its counts have nothing that is processing",
        (
            "C5 ended",
            _ENDED,
            """\
        counts = answer.body.get("request_counts") or {}
        if status == "ended" or counts.get("processing") == 0:
""",
        ),
        ("D1 attempts", _AGAIN, "            pass\n"),
    ),
    mutant(
        "T9-total",
        "fails when counts do not add up",
        (
            "C5 ended",
            _ENDED,
            f"""\
        done = sum(answer.body["request_counts"].values())
        if not 1 / done:
            raise ValueError(f"{{self.batch_id}} has done {{done}}")
{_ENDED}""",
        ),
    ),
    mutant(
        "T10",
        "reads the text of the first block of each answer",
        (
            "D6 succeeded",
            'return told if isinstance(told.get("message"), dict) else None',
            """\
message = told["message"]
        first = {"type": "text", "text": message["content"][0]["text"]}
        return {**told, "message": {**message, "content": [first]}}""",
        ),
    ),
    mutant(
        "T10-stop",
        "takes every answer for a finished one",
        (
            "D6 succeeded",
            'return told if isinstance(told.get("message"), dict) else None',
            'return {**told, "message": {**told["message"], "stop_reason": "end_turn"}}',
        ),
    ),
)
