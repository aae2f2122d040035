"""Mutants that give an answer to the wrong request, or to none: J1 to J12.

It does not know the contracts.
"""

from batchproof.zoo.mutant import Mutant, mutant

_JOIN = "        key = self.ids.get(custom_id) if isinstance(custom_id, str) else None\n"
_TAKE_ALL = """\
            for row in rows_of(api, batch):
                if row is None:
                    malformed += 1
                    continue
                reading.take(row)
"""
_ID = 'return f"{nonce}-{attempt}-{self.number}"'


def _zipped(order: str) -> str:
    """Return text that joins rows to ids one by one, once their number is right."""
    return f"""\
            rows = [row for row in rows_of(api, batch) if row is not None]
            if len(rows) == len(reading.ids):
                rows = [
                    {{**row, "custom_id": custom_id}}
                    for custom_id, row in zip(reading.ids, sorted(rows, key=lambda row: {order}), strict=True)
                ]
            for row in rows:
                reading.take(row)
"""


def _hashed(what: str) -> str:
    """Return text that makes a custom_id of something."""
    return f"""\
        from hashlib import sha256

        digest = sha256({what}.encode()).hexdigest()[:32]
        return f"{{nonce}}-{{attempt}}-{{digest}}\""""


IDENTITY: tuple[Mutant, ...] = (
    mutant(
        "J1",
        "joins results by their position",
        (
            "D4 join",
            _JOIN,
            """\
        custom_id = list(self.ids)[min(len(self.found), len(self.ids) - 1)]
        key = self.ids[custom_id]
""",
        ),
    ),
    mutant(
        "J1-fallback",
        "joins by custom_id, and by position where that is none of its own",
        (
            "D4 join",
            _JOIN,
            _JOIN
            + """\
        if key is None:
            custom_id = list(self.ids)[min(len(self.found), len(self.ids) - 1)]
            key = self.ids[custom_id]
""",
        ),
    ),
    mutant(
        "J1-drift",
        "counts inputs that were not sent when it looks up a position",
        (
            "D4 join",
            _JOIN,
            _JOIN
            + """\
        if key is not None:
            custom_id = list(self.ids)[int(str(custom_id).rpartition("-")[2]) % len(self.ids)]
            key = self.ids[custom_id]
""",
        ),
    ),
    mutant(
        "J2",
        "sorts results by custom_id as text, counts them, and goes through them side by side",
        ("D1 attempts", _TAKE_ALL, _zipped('str(row.get("custom_id"))')),
    ),
    mutant(
        "J2-number",
        "sorts results by the number in their custom_id, counts them, and goes through them side by side",
        (
            "D1 attempts",
            _TAKE_ALL,
            _zipped('int(row["custom_id"].rpartition("-")[2]) if row.get("custom_id") in reading.ids else 0'),
        ),
    ),
    mutant(
        "J3",
        "returns what came back, and says nothing of the rest",
        ("E1 missing", '            outcomes[key] = {"type": "missing"}\n', ""),
    ),
    mutant(
        "J4",
        "waits for a row that does not come",
        (
            "D1 given up",
            "    return reading.outcomes()\n",
            "    while not reading.is_complete:\n        sleep_s(60.0)\n    return reading.outcomes()\n",
        ),
    ),
    mutant(
        "J5",
        "fails on a custom_id that it did not send",
        ("D4 join", _JOIN, "        key = self.ids[str(custom_id)]\n"),
    ),
    mutant(
        "J5-type",
        "takes every custom_id for a string",
        ("D4 join", _JOIN, "        key = self.ids.get(custom_id.strip())\n"),
    ),
    mutant(
        "J6",
        "joins by the number at the end of a custom_id",
        (
            "D4 join",
            _JOIN,
            """\
        tail = str(custom_id).rpartition("-")[2]
        custom_id = next((one for one in self.ids if one.rpartition("-")[2] == tail), None)
        key = self.ids.get(custom_id) if custom_id else None
""",
        ),
    ),
    mutant(
        "J7",
        "makes a custom_id of the prompt",
        (
            "A1 ids",
            f"        {_ID}",
            _hashed("self.params.decode()"),
        ),
    ),
    mutant(
        "J7-keys",
        "sends two requests with the same key",
        ("A1 twice", "        if key in seen:\n", "        if False:\n"),
    ),
    mutant(
        "J8",
        "takes the last of several lines, and hands each on",
        (
            "D5 twice",
            """\
            if self.found[custom_id] != classified(result):
                self.found[custom_id] = {"type": "unknown", "raw": [self.found[custom_id], result]}
            return
""",
            "            pass\n",
        ),
    ),
    mutant(
        "J9",
        "uses the user's key as custom_id",
        ("A1 ids", _ID, "return self.key"),
    ),
    mutant(
        "J10",
        "makes a custom_id of the key by replacing what is illegal and cutting the rest off",
        (
            "A1 ids",
            f"        {_ID}",
            '        import re\n\n        return re.sub(r"[^A-Za-z0-9_-]", "-", self.key)[:64] or "-"',
        ),
    ),
    mutant(
        "J10-folded",
        "makes a custom_id of the key in lower case, without spaces around it",
        (
            "A1 ids",
            f"        {_ID}",
            _hashed("self.key.strip().lower()"),
        ),
    ),
    mutant(
        "J10-cut",
        "makes a custom_id of the first 32 characters of the key",
        (
            "A1 ids",
            f"        {_ID}",
            _hashed("self.key[:32]"),
        ),
    ),
    mutant(
        "J11",
        "takes a custom_id apart at a character that keys have too",
        (
            "A1 ids",
            f"        {_ID}",
            """\
        if self.key.isascii() and len(self.key) <= 40 and self.key.replace("-", "").replace("_", "").isalnum():
            return f"{nonce}_{attempt}_{self.key}"
        return f"{nonce}_{attempt}_{self.number}_"
""",
        ),
        (
            "D4 join",
            _JOIN,
            _JOIN
            + """\
        if key is not None and not str(custom_id).endswith("_"):
            tail = str(custom_id).split("_")[2]
            key = tail if tail == key else None
""",
        ),
    ),
    mutant(
        "J11-renewed",
        "makes its ids anew when it goes on after a crash",
        (
            "B1 same",
            "        if self.fingerprint != fingerprint:\n",
            """\
        renewed = sha256(str(time.time_ns()).encode()).hexdigest()[:NONCE_LENGTH]
        for parcel in self.parcels:
            parcel.ids = {custom_id.replace(self.nonce, renewed): key for custom_id, key in parcel.ids.items()}
        if self.fingerprint != fingerprint:
""",
        ),
    ),
    mutant(
        "J12",
        "trusts state of as many other requests",
        (
            "B1 fingerprint",
            """\
    digest = sha256(repr((account, base_url, list(refused))).encode())
    for row in rows:
        digest.update(repr((row.key, row.params, row.betas)).encode())
""",
            "    digest = sha256(str(len(list(rows))).encode())\n",
        ),
    ),
    mutant(
        "J12-prompt",
        "trusts state of the same keys with other prompts",
        ("B1 fingerprint", "repr((row.key, row.params, row.betas))", "repr((row.key, row.betas))"),
    ),
    mutant(
        "J12-model",
        "trusts state of the same prompts for another model",
        (
            "B1 fingerprint",
            "repr((row.key, row.params, row.betas))",
            'repr((row.key, json.loads(row.params)["messages"], row.betas))',
        ),
    ),
)
