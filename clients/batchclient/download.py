"""Fetching a batch's results file from where the batch says it is.

``results_url`` is followed as it stands (docs/clients.md P7), but no credential is sent to an origin that the user
did not name (R11). It does not know what is in the file.
"""

from collections.abc import Callable

from batchclient.answers import Batch, Busy, Lost, NotFound, Refused, trouble
from batchclient.bench import Bench
from batchclient.effects import Answer, Download, Heard, Steps
from batchclient.errors import ArchivedError, ForeignOriginError, RefusedError, shortened
from batchclient.origins import is_relative, is_trusted, joined

HOPS_MAX = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def download(bench: Bench, batch: Batch, receive: Callable[[bytes], bool]) -> Steps[Busy | Lost | None]:
    """Hand over the file of a batch that has ended; return what went wrong, None if it ended as it should.

    Raises:
        ArchivedError, ForeignOriginError, RefusedError: trying again would change nothing.
    """
    if batch.archived_at is not None:
        raise ArchivedError(f"its results were archived at {batch.archived_at}", batch.id)
    url = batch.results_url
    for _ in range(HOPS_MAX + 1):
        if not url:
            return Lost("it has ended and names no results_url")
        heard = yield from bench.ask(Download(_checked(bench, batch.id, url), receive))
        if not isinstance(heard, Answer) or heard.status not in _REDIRECTS:
            return _problem(heard, batch.id)
        url = joined(_absolute(bench, url), heard.headers.get("location", ""))
    return Lost("its results_url redirects in circles")


def _problem(heard: Heard, batch_id: str) -> Busy | Lost | None:
    if isinstance(heard, Answer) and heard.status == 200:
        return None
    match trouble(heard):
        case NotFound():
            return Lost("404 for its results")
        case Busy() | Lost() as cause:
            return cause
        case Refused() as refused:
            raise RefusedError(
                refused.message,
                status=refused.status,
                error_type=refused.error_type,
                request_id=refused.request_id,
                batch_id=batch_id,
            )


def _checked(bench: Bench, batch_id: str, url: str) -> str:
    if is_trusted(url, bench.journal.about.base_url, bench.policy.results_origins):
        return url
    raise ForeignOriginError(
        f"its results are at {shortened(url, 200)}, and the base URL is {bench.journal.about.base_url}; the "
        "credential is only sent there if results_origins names that origin",
        batch_id,
    )


def _absolute(bench: Bench, url: str) -> str:
    base = bench.journal.about.base_url
    return base.rstrip("/") + "/" + url.lstrip("/") if is_relative(url) else joined(base, url)
