"""The protocol between the suite and a program, as values: what the suite says, and what a program may answer.

One JSON object a line each way; ``protocol.schema.json`` says the same to authors. It does not know processes.
"""

import json
import re
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType

from batchproof.shapes import looks

PROTOCOL = 1

# What a program may offer beside ``run``. Not *stream*, as pipes and sockets hide when it hands an outcome on; not
# *poison*, as JSON cannot say it.
ProgramCapability = Literal["resume", "split", "interrupt", "cost", "betas"]

Told = TypeVar("Told", "Greeting", "Answer", "Done")

_HALF_A_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")


class Hello(Struct, frozen=True, kw_only=True, tag_field="verb", tag="hello"):
    """The first thing that a new process is asked: whether it speaks this protocol, and what it offers."""

    id: int
    protocol: int = PROTOCOL


class _Work(Struct, frozen=True, kw_only=True, tag_field="verb"):
    """One call of the client.

    - ``requests``: in the API's own form; their keys are their ``custom_id``.
    - ``state_dir``: a folder for what has to outlive the process.
    - ``requests_max``, ``bytes_max``: the limits of one batch, where they are not the API's.
    - ``on_interrupt``: what to do with running batches when the call is interrupted.
    - ``betas``: by key, what the create call's ``anthropic-beta`` has to name; only where ``betas`` is offered.
    - ``sleep_s``: how long to sleep between polls, where the program's own waiting does not move the clock.
    """

    id: int
    requests: list[dict[str, Any]]
    base_url: str
    api_key: str
    state_dir: str
    requests_max: int | None = None
    bytes_max: int | None = None
    on_interrupt: Literal["detach", "cancel"] = "detach"
    betas: dict[str, list[str]] = {}
    sleep_s: float | None = None


class Run(_Work, frozen=True, kw_only=True, tag="run"):
    """Bring requests to their outcomes."""


class Resume(_Work, frozen=True, kw_only=True, tag="resume"):
    """Do so with what an earlier process left in ``state_dir``."""


class Cancel(Struct, frozen=True, kw_only=True, tag_field="verb", tag="cancel"):
    """Interrupt the call that is under way; sent in place of SIGINT, and answered by that call's answer."""

    id: int


class Reset(Struct, frozen=True, kw_only=True, tag_field="verb", tag="reset"):
    """Forget everything that is not in files, as a new process would have."""

    id: int


Asked = Hello | Run | Resume | Cancel | Reset


class _Reply(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: int


class Greeting(_Reply, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answer to ``hello``; ``interrupted_by`` says how to interrupt the program, if it offers that."""

    protocol: int
    name: str
    capabilities: list[ProgramCapability] = []
    interrupted_by: Literal["signal", "cancel"] = "signal"


class Failure(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A call that failed, as a raised error tells of it, with the outcomes that are known all the same."""

    message: str
    outcomes: dict[str, Any] | None = None
    interrupted: bool = False


class Answer(_Reply, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answer to ``run`` and ``resume``: outcomes by key, or an error.

    - ``usd``: what the client says it cost.
    - ``changed``: what the client did to the requests that it was given.
    """

    outcomes: dict[str, Any] | UnsetType = UNSET
    error: Failure | UnsetType = UNSET
    usd: float | None = None
    changed: str = ""

    def __post_init__(self) -> None:
        if (self.outcomes is UNSET) == (self.error is UNSET):
            raise ValueError("Object has to have one of the fields `outcomes` and `error`")


class Done(_Reply, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answer to ``reset``."""


class ProtocolError(Exception):
    """What a program said is no answer; the message is the end of a sentence about the program."""


def written(said: Struct) -> bytes:
    """Return a message as a line; all ASCII, so that no language reads it wrongly."""
    return json.dumps(msgspec.to_builtins(said), allow_nan=False).encode("ascii") + b"\n"


def read_asked(line: bytes) -> Asked:
    """Return what the suite asks, in a program's place.

    Raises:
        ProtocolError: it is nothing that the suite says.
    """
    return _converted(_document(line), Asked, "a line that is none of the protocol")


def read_reply(line: bytes, shape: type[Told], number: int) -> Told:
    """Return what a program answered to the message with a number.

    Raises:
        ProtocolError: it is no answer of that shape, or to another message.
    """
    reply: Told = _converted(_document(line), shape, f"{_shown(line)}, which is no answer")
    if reply.id != number:
        raise ProtocolError(f"said {_shown(line)}, which answers message {reply.id} and not {number}")
    return reply


def _converted(document: object, shape: Any, what: str) -> Any:
    try:
        return msgspec.convert(document, shape)
    except msgspec.ValidationError as error:
        raise ProtocolError(f"said {what}: {error}") from None


def _document(line: bytes) -> object:
    try:
        document = json.loads(line.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
        if _HALF_A_CHARACTER.search(line):
            json.dumps(document, ensure_ascii=False).encode("utf-8")
    except UnicodeDecodeError as error:
        raise ProtocolError(f"said {_shown(line)}, which is no UTF-8 at byte {error.start}") from None
    except UnicodeEncodeError:
        raise ProtocolError(f"said {_shown(line)}, in which half of a surrogate pair is missing") from None
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"said {_shown(line)}, which is no JSON: {error}") from None
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ProtocolError(f"said an object in which the key {looks(twice)} is there {names.count(twice)} times")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"JSON has no {name}")


def _shown(line: bytes) -> str:
    text = line[:200].decode("utf-8", "backslashreplace").rstrip("\n")
    return text if len(line) <= 200 else f"{text}…"
