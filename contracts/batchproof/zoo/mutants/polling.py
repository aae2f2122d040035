"""Mutants that wait too little, too long, too eagerly, or for the wrong thing: P1 to P12.

It does not know the contracts.
"""

from batchproof.zoo.mutant import Mutant, mutant

_TRANSIENT = "        wait_s = backoff_s(self.failures, answer.wait_s)\n"
_GIVEN_UP = 'raise BatchError(f"{self.batch_id} cannot be looked at: {answer}")'
_WAIT = "        batch = ended(self._api, parcel.batch_id, self._submission.began(parcel.batch_id))\n"
_DEADLINE = "while (left_s := began + DEADLINE_S - time.monotonic()) > 0:"
_FOR_EVER = "while left_s := max(600.0, began + DEADLINE_S - time.monotonic()):"
_PERMANENT = """\
        if answer.is_final:
            raise BatchError(f"{self.batch_id} cannot be looked at any more, and goes on: {answer}")
"""
_PACE = "delay = min(max(10.0, waited_s / 10), 900.0)"
_LOCATION = 'location = batch.get("results_url")'
_ENDED = '        if status == "ended":\n'

POLLING: tuple[Mutant, ...] = (
    mutant(
        "P1",
        "gives up when a poll fails",
        ("C4 transient", _TRANSIENT, f"        {_GIVEN_UP}\n"),
    ),
    mutant(
        "P1-three",
        "gives up when three polls fail in a row",
        ("C4 transient", _TRANSIENT, f"{_TRANSIENT}        if self.failures == 3:\n            {_GIVEN_UP}\n"),
    ),
    mutant(
        "P1-total",
        "gives up when six polls have failed, however far apart",
        ("C4 healed", "self.failures = self.absences = 0", "self.absences = 0"),
        ("C4 transient", _TRANSIENT, f"{_TRANSIENT}        if self.failures == 6:\n            {_GIVEN_UP}\n"),
    ),
    mutant(
        "P2",
        "polls on, whatever the API says, and without end",
        ("C3 permanent", _PERMANENT, ""),
        ("C1 deadline", _DEADLINE, _FOR_EVER),
    ),
    mutant(
        "P2-absent",
        "polls on for a batch that is not there, and without end",
        ("C3 absent", "        self._check_absence(answer)\n", ""),
        ("C1 deadline", _DEADLINE, _FOR_EVER),
    ),
    mutant(
        "P3",
        "takes a batch that is not there yet for one that never will be",
        ("C3 permanent", "if answer.is_final:", "if answer.is_final or answer.status == 404:"),
    ),
    mutant(
        "P3-results",
        "takes results that are not there yet for results that never will be",
        ("D2 status", "response.status_code in _FINAL", "response.status_code in (*_FINAL, 404)"),
    ),
    mutant(
        "P4",
        "polls twice a second",
        ("C6 pace", _PACE, f"return 0.5\n    {_PACE}"),
    ),
    mutant(
        "P4-guide",
        "polls each five seconds, for as long as it takes",
        ("C6 pace", _PACE, f"return 5.0\n    {_PACE}"),
    ),
    mutant(
        "P5",
        "waits for ever",
        ("C1 deadline", _DEADLINE, _FOR_EVER),
    ),
    mutant(
        "P6",
        "downloads once, and returns nothing when that fails",
        ("D1 attempts", "range(1, DOWNLOADS_MAX + 1)", "range(1, 2)"),
        (
            "D1 given up",
            "    if cause and not reading.found:\n",
            "    if cause:\n        return {}\n    if False:\n",
        ),
    ),
    mutant(
        "P6-endless",
        "downloads without end",
        ("D1 attempts", "range(1, DOWNLOADS_MAX + 1)", "range(1, 1_000_000)"),
    ),
    mutant(
        "P7",
        "fetches results from where they have always been",
        ("D2 where", _LOCATION, "location = f\"{BATCHES}/{batch['id']}/results\""),
    ),
    mutant(
        "P7-relative",
        "takes every URL for an absolute one",
        (
            "D2 where",
            f"    {_LOCATION}\n",
            f"""\
    {_LOCATION}
    if not str(location).startswith("http"):
        raise BatchError(f"{{batch['id']}} has its results at {{location}}, which is no URL")
""",
        ),
    ),
    mutant(
        "P8",
        "reads the first page of a list",
        ("B2 pages", 'if not page.get("has_more") or not new:', "if True:"),
    ),
    mutant(
        "P8-cursor",
        "asks for the second page again and again",
        ("B2 pages", 'after = f"', 'after = after or f"'),
    ),
    mutant(
        "P9",
        "lets two runs use the same state",
        ("B1 lock", "fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)", "fcntl.flock(lock, fcntl.LOCK_UN)"),
    ),
    mutant(
        "P10",
        "takes one of three permits for each batch, and gives none back",
        (
            "C1 wait",
            _WAIT,
            f"""\
        import threading

        vars(self).setdefault("permits", threading.Semaphore(3)).acquire()
{_WAIT}""",
        ),
    ),
    mutant(
        "P11",
        "compares its own clock with the server's",
        (
            "C5 ended",
            _ENDED,
            f"""\
        from datetime import datetime, timedelta

        expires_at = datetime.fromisoformat(str(answer.body["expires_at"])).replace(tzinfo=None)
        if datetime.now() > expires_at + timedelta(hours=1):
            raise BatchError(f"{{self.batch_id}} has not ended in its time")
{_ENDED}""",
        ),
    ),
    mutant(
        "P11-form",
        "reads an instant in the one form that it has seen",
        (
            "C5 ended",
            _ENDED,
            f"""\
        from datetime import datetime

        datetime.strptime(str(answer.body["created_at"]), "%Y-%m-%dT%H:%M:%S.%f+00:00")
{_ENDED}""",
        ),
    ),
    mutant(
        "P12",
        "never looks at Retry-After",
        (
            "C6 forms",
            '    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):\n',
            "    return None\n    for name, unit in ():\n",
        ),
    ),
    mutant(
        "P12-date",
        "does not know that Retry-After may be a date",
        ("C6 forms", "    try:\n        date: Any", "    return None\n    try:\n        date: Any"),
    ),
    mutant(
        "P12-crash",
        "fails on a Retry-After that is no number",
        (
            "C6 forms",
            "        except ValueError:\n            continue\n",
            "        except KeyError:\n            continue\n",
        ),
        ("C6 forms", 'headers.get(name, "")', 'headers.get(name, "nan")'),
    ),
    mutant(
        "P12-absurd",
        "waits as long as it is told to, be that years",
        ("C6 sleep", "sleep_s(min(delay_s, left_s))", "sleep_s(delay_s)"),
    ),
)
