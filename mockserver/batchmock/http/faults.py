"""An exchange that faults strike: what the client gets instead of the right answer, or not at all.

The right answer comes from the handler as ever; each fault changes it, replaces it, or ends the connection. It
does not know which faults strike, or when.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

from msgspec.structs import replace
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from batchmock.errors import STATUS_OF_TYPE, ApiError, ErrorType
from batchmock.exchanges.strike import Strike
from batchmock.faults import (
    Answer,
    AnyFault,
    Close,
    Delay,
    Drip,
    Ending,
    HalfClose,
    Headers,
    Lines,
    Patch,
    Reset,
    Rows,
    Stale,
    Stall,
)
from batchmock.http.body import drain
from batchmock.http.body_edits import BodyEdit, ChosenRows, Fill, PatchedJson, Watched, WrittenLines
from batchmock.http.call import Call
from batchmock.http.endings import Cut, Dripping, end
from batchmock.http.origin import origin
from batchmock.http.responses import BytesResponse, RawHeader
from batchmock.http.wire_faults import Wire, wire_of
from batchmock.times import SECOND

FaultT = TypeVar("FaultT", bound=AnyFault)
_TYPE_OF_STATUS: dict[int, ErrorType] = {status: error for error, status in STATUS_OF_TYPE.items()}
_ENDINGS = (Reset, Close, HalfClose, Stall)


@dataclass(frozen=True, slots=True)
class Struck:
    """One exchange and the faults that strike it, each of which is told when it bites.

    ``refused`` makes a response of an error; ``packed`` packs an answer if the client takes it so.
    """

    call: Call
    strikes: Sequence[Strike]
    refused: Callable[[ApiError], ASGIApp]
    packed: Callable[[ASGIApp], ASGIApp]

    async def answer(
        self, handler: Callable[[Call], Awaitable[ASGIApp]], scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer as the faults have it."""
        wire = wire_of(scope)
        await self._wait("before", wire)
        response = await self._instead(wire) or await self._worked(handler)
        await self._wait("after", wire)
        for strike, ending in self._endings(after=True):
            strike.has_bitten = True
            await end(ending, wire)
        await self._send(response, wire, scope, receive, send)

    async def _instead(self, wire: Wire) -> ASGIApp | None:
        """Take the request and do nothing about it, if a fault wants that."""
        endings = self._endings(after=False)
        answers = [(strike, answer) for strike, answer in self._of(Answer) if answer.when == "instead"]
        if endings or answers:
            await drain(self.call.receive)
        for strike, ending in endings:
            strike.has_bitten = True
            await end(ending, wire)
        return self._other(*answers[0]) if answers else None

    async def _worked(self, handler: Callable[[Call], Awaitable[ASGIApp]]) -> ASGIApp:
        call = replace(self.call, now=self.call.workspace.clock.now())
        for strike, stale in self._of(Stale):
            strike.has_bitten = True
            call = replace(call, now=max(0, call.now - stale.by))
        try:
            response = await handler(call)
        except ApiError as error:
            response = self.refused(error)
        for strike, answer in [*self._of(Answer)][-1:]:
            response = self._other(strike, answer)
        return response

    async def _wait(self, when: str, wire: Wire) -> None:
        for strike, delay in self._of(Delay):
            if delay.when == when:
                strike.has_bitten = True
                await wire.wait(delay.by / SECOND)

    async def _send(self, response: ASGIApp, wire: Wire, scope: Scope, receive: Receive, send: Send) -> None:
        for strike, drip in self._of(Drip):
            send = Dripping(strike, drip, wire, send)
        for strike in self.strikes:
            fault = strike.fault
            if isinstance(fault, _ENDINGS) and fault.has_position:
                send = Cut(strike, fault, wire, send)
                # Lines can be told apart only where they are not packed.
                scope = scope if fault.after_lines is None else _plain(scope)
        await self.packed(_Edited(response, [*self._edits()], self._headers()))(scope, receive, send)

    def _edits(self) -> Iterator[BodyEdit]:
        for strike in self.strikes:
            match strike.fault:
                case Patch() as fault:
                    yield Watched(PatchedJson(fault, self._fill), strike)
                case Rows() as fault:
                    yield Watched(ChosenRows(fault, self._fill), strike)
                case Lines() as fault:
                    yield Watched(WrittenLines(fault), strike)
                case _:
                    pass

    def _headers(self) -> Callable[[list[RawHeader]], list[RawHeader]]:
        def changed(headers: list[RawHeader]) -> list[RawHeader]:
            for strike, fault in self._of(Headers):
                gone = {name.lower().encode("latin-1") for name in (*fault.set, *fault.drop)}
                kept = [header for header in headers if header[0].lower() not in gone]
                before, headers = headers, kept + _raw(fault.set, self._fill)
                strike.has_bitten = sorted(before) != sorted(headers)
            return headers

        return changed

    def _other(self, strike: Strike, answer: Answer) -> ASGIApp:
        strike.has_bitten = True
        headers = _raw(answer.headers, self._fill)
        if answer.body is not None:
            return BytesResponse(self._fill(answer.body).encode(), status=answer.status, headers=headers)
        if answer.status < HTTPStatus.BAD_REQUEST:
            return BytesResponse(b"", status=answer.status, headers=headers)
        error_type = answer.error or _TYPE_OF_STATUS.get(answer.status, "api_error")
        phrase = answer.message or _phrase(answer.status)
        details = {"error_code": answer.error_code} if answer.error_code else None
        error = ApiError(error_type, phrase, status=answer.status, details=details, headers=answer.headers)
        return self.refused(error)

    def _endings(self, *, after: bool) -> list[tuple[Strike, Ending]]:
        wanted = "after" if after else "instead"
        return [
            (strike, strike.fault)
            for strike in self.strikes
            if isinstance(strike.fault, _ENDINGS) and not strike.fault.has_position and strike.fault.when == wanted
        ]

    def _of(self, kind: type[FaultT]) -> Iterator[tuple[Strike, FaultT]]:
        return ((strike, strike.fault) for strike in self.strikes if isinstance(strike.fault, kind))

    @property
    def _fill(self) -> Fill:
        scope = self.call.scope
        said = {
            "{path}": scope["path"],
            "{origin}": origin(scope, self.call.headers, self.call.emulator.settings.public_url),
            "{id}": scope["path_params"].get("batch_id", ""),
        }

        def fill(text: str) -> str:
            for mark, value in said.items():
                text = text.replace(mark, value)
            return text

        return fill


class _Edited:
    """A response whose body goes through edits, and whose headers are changed."""

    def __init__(
        self,
        response: ASGIApp,
        edits: list[BodyEdit],
        headers: Callable[[list[RawHeader]], list[RawHeader]],
    ) -> None:
        self._response = response
        self._edits = edits
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        held: Message = {}

        async def sending(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start":
                held = message
                return
            is_last = not message.get("more_body", False)
            body = self._edited(message.get("body", b""), is_last=is_last)
            if held:
                await send(
                    {**held, "headers": self._headers(self._framed(held["headers"], body, is_last=is_last))}
                )
                held = {}
            await send({**message, "body": body})

        await self._response(scope, receive, sending)

    def _edited(self, body: bytes, *, is_last: bool) -> bytes:
        for edit in self._edits:
            body = edit.feed(body)
            if is_last:
                body += edit.end()
        return body

    def _framed(self, headers: list[RawHeader], body: bytes, *, is_last: bool) -> list[RawHeader]:
        if not self._edits:
            return headers
        bare = [header for header in headers if header[0] != b"content-length"]
        return [*bare, (b"content-length", b"%d" % len(body))] if is_last else bare


def _raw(headers: dict[str, str], fill: Fill) -> list[RawHeader]:
    return [(name.lower().encode("latin-1"), fill(value).encode("latin-1")) for name, value in headers.items()]


def _plain(scope: Scope) -> Scope:
    return {**scope, "headers": [header for header in scope["headers"] if header[0] != b"accept-encoding"]}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Overloaded"
