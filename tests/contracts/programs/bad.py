"""A program under test that goes wrong in the way that its argument names; up to there it speaks the protocol.

On the standard library alone, as it is started often. It does not know what should come of it.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

OUTCOMES = {"a": {"type": "expired"}, "b": {"type": "canceled"}}


def raw(text: bytes) -> None:
    os.write(1, text)


def say(**reply: Any) -> None:
    raw(json.dumps(reply).encode() + b"\n")


def sleep_for_ever() -> None:
    while True:
        time.sleep(3600)


def fork(*, holding: bool) -> None:
    """Leave a child behind, which holds this process's pipes; its number is on stderr."""
    pipes = None if holding else subprocess.DEVNULL
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"], stdout=pipes, stderr=pipes)
    sys.stderr.write(f"child {child.pid}\n")


def forks(number: int) -> None:
    fork(holding=True)
    say(id=number, outcomes=OUTCOMES)


def forks_and_dies(number: int) -> None:
    fork(holding=True)
    os._exit(3)


def floods_in_one_line(number: int) -> None:
    while True:
        raw(b"x" * 65536)


def floods_in_lines(number: int) -> None:
    while True:
        raw(b"still working\n" * 4096)


def floods_its_error_output(number: int) -> None:
    sys.stderr.write("warning\n" * 500_000)
    say(id=number, outcomes=OUTCOMES)


def dies(number: int) -> None:
    sys.stderr.write("out of luck\n")
    raw(b'{"id": ')
    os._exit(7)


def closes_its_output(number: int) -> None:
    os.close(1)
    sleep_for_ever()


def speaks_twice(number: int) -> None:
    raw(json.dumps({"id": number, "outcomes": OUTCOMES}).encode() + b"\nand one more thing\n")


def ends_by_itself(number: int) -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def line(text: str) -> Callable[[int], None]:
    """Answer with a line, in which # is the number of the message."""
    return lambda number: raw(text.replace("#", str(number)).encode("latin-1") + b"\n")


WAYS: dict[str, Callable[[int], None]] = {
    "good": line('{"id": #, "outcomes": {"a": {"type": "expired"}, "b": {"type": "canceled"}}}'),
    "hangs": lambda number: sleep_for_ever(),
    "forks": forks,
    "forks and dies": forks_and_dies,
    "floods in one line": floods_in_one_line,
    "floods in lines": floods_in_lines,
    "floods its error output": floods_its_error_output,
    "dies": dies,
    "ends by itself": ends_by_itself,
    "closes its output": closes_its_output,
    "speaks twice": speaks_twice,
    "prints": line("Submitting 2 requests..."),
    "says nothing": line(""),
    "list": line('[{"id": #}]'),
    "other number": line('{"id": 99, "outcomes": {}}'),
    "no number": line('{"outcomes": {}}'),
    "neither": line('{"id": #}'),
    "both": line('{"id": #, "outcomes": {}, "error": {"message": "no"}}'),
    "outcomes in a list": line('{"id": #, "outcomes": [{"type": "expired"}]}'),
    "misspelt": line('{"id": #, "outcome": {}}'),
    "extra": line('{"id": #, "outcomes": {}, "took_s": 3}'),
    "cost in words": line('{"id": #, "outcomes": {}, "usd": "a lot"}'),
    "key twice": line('{"id": #, "outcomes": {"a": {"type": "expired"}, "a": {"type": "canceled"}}}'),
    "field twice": line('{"id": #, "id": #, "outcomes": {}}'),
    "no utf-8": line('{"id": #, "outcomes": {"\xff": null}}'),
    "half a character": line('{"id": #, "outcomes": {"a": "\\ud83d"}}'),
    "no number at all": line('{"id": #, "outcomes": {}, "usd": NaN}'),
    "nested without end": lambda number: raw(b"[" * 100_000 + b"\n"),
    "odd outcomes": line('{"id": #, "outcomes": {"a": 17, "b": ["expired"], "c": null}}'),
    "error": line('{"id": #, "error": {"message": "no credit", "outcomes": {"a": {"type": "expired"}}}}'),
}


def main() -> None:
    at, way = sys.argv[1:]
    for text in sys.stdin:
        message = json.loads(text)
        if message["verb"] == at or (at == "run" and message["verb"] == "resume"):
            WAYS[way](message["id"])
        elif message["verb"] == "hello":
            say(id=message["id"], protocol=1, name="bad", capabilities=["resume"])
        elif message["verb"] == "reset":
            say(id=message["id"])


main()
