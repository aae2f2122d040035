"""How the official SDK's answers and failures read as ours; what both drivers share of it.

Every call goes through the SDK's client, with its credential, its connections and its middleware, exactly once and
without following a redirect: whether to do more is decided in the flow (docs/clients.md S1, R11). It does not know
flows.
"""

import re
from collections.abc import Mapping
from typing import TypeVar, cast

import httpx2
from anthropic import Anthropic, APIConnectionError, APIStatusError, AsyncAnthropic, RequestOptions

from batchclient.effects import Answer, Call, Download, NoAnswer

Sdk = TypeVar("Sdk")

CONNECT_TIMEOUT_S = 10.0
# Failures that can only happen before a request has left.
_UNSENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.InvalidURL,
    httpx2.PoolTimeout,
    httpx2.UnsupportedProtocol,
)
_ERRNO = re.compile(r"^\[Errno -?\d+\] ")
_DRIVERS: Mapping[type, str] = {
    Anthropic: "batchclient.sync.BatchClient",
    AsyncAnthropic: "batchclient.aio.AsyncBatchClient",
}
_BATCHES = "/v1/messages/batches"
_ROUTES = {
    "create": _BATCHES,
    "list": _BATCHES,
    "retrieve": f"{_BATCHES}/{{message_batch_id}}",
    "cancel": f"{_BATCHES}/{{message_batch_id}}/cancel",
    "results": f"{_BATCHES}/{{message_batch_id}}/results",
}
# What opening a URL that the SDK did not make, and reading a body, can raise; none of it is the SDK's own (R3).
BODY_ERRORS = (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL)


def checked(sdk: object, wanted: type[Sdk]) -> Sdk:
    """Return the official client, if it is of the kind that a driver can drive.

    Raises:
        TypeError: it is not.
    """
    if isinstance(sdk, wanted):
        return sdk
    others = [driver for kind, driver in _DRIVERS.items() if isinstance(sdk, kind)]
    fix = f"use {others[0]}" if others else f"give it anthropic.{wanted.__name__}(), or nothing"
    raise TypeError(f"{_DRIVERS[wanted]} takes an anthropic.{wanted.__name__}, not {type(sdk).__name__}; {fix}")


def options(effect: Call | Download) -> RequestOptions:
    """Return the SDK's options of an exchange."""
    headers: Mapping[str, str] = (
        {"accept": "application/binary"} if isinstance(effect, Download) else effect.headers
    )
    idle_s = effect.idle_timeout_s if isinstance(effect, Download) else effect.timeout_s
    how: RequestOptions = {
        "headers": headers,
        "max_retries": 0,
        "follow_redirects": False,
        "timeout": httpx2.Timeout(idle_s, connect=CONNECT_TIMEOUT_S),
    }
    return cast("RequestOptions", how | _span("results" if isinstance(effect, Download) else effect.operation))


def _span(operation: str) -> dict[str, str]:
    """Return the options with which the SDK's own methods name their spans.

    They are not in its typed options; an SDK without them makes no span, and all else goes on.
    """
    return {"span_name": f"anthropic.messages.batches.{operation}", "span_route": _ROUTES[operation]}


def answer(response: httpx2.Response, *, with_body: bool = True) -> Answer:
    """Return a response as the flow hears it."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, headers, response.content if with_body else b"")


def refusal(error: APIStatusError) -> Answer:
    """Return the response that the SDK raised for its status."""
    return answer(error.response)


def no_answer(error: Exception) -> NoAnswer:
    """Return a failure as the flow hears it: whether the server can have seen the request is what matters."""
    cause = error.__cause__ or error
    sent = not isinstance(cause, _UNSENT)
    if not sent and isinstance(error, APIConnectionError):
        url = error.request.url
        return NoAnswer(f"cannot reach {url.scheme}://{url.netloc.decode()}: {_why(cause)}", sent=False)
    return NoAnswer(f"{type(cause).__name__}: {cause}".rstrip(": "), sent=sent)


def _why(cause: BaseException) -> str:
    """Return what a failure says, without the system's number for it, as it may stand in a sentence."""
    said = _ERRNO.sub("", str(cause)) or type(cause).__name__
    return said[:1].lower() + said[1:]
