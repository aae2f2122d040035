"""``batchproof demo``: what this is all about, in a few seconds.

It does not know what happens in the night.
"""

import logging
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click
import msgspec

from batchclient.cli.summary import as_text, figures
from batchmock.cli.words import RefusedError, not_installed
from batchmock.errors import UsageError
from batchmock.scenario import Scenario
from batchmock.scenarios.files import find_scenario

if TYPE_CHECKING:
    from batchproof.demo.night import Morning

LOG = logging.getLogger("batchclient")


@click.command(short_help="Score tickets on a bad day, and account for each of them.")
@click.option("--tickets", type=click.IntRange(5, 500_000), default=50_000, show_default=True, help="How many.")
@click.option("--scenario", default="bad-day", show_default=True, metavar="NAME|FILE", help="How batches unfold.")
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Everything is drawn from this."
)
@click.option("--plain", is_flag=True, help="A line for each change, as in a log.")
@click.option("--json", "as_json", is_flag=True, help="Nothing but the summary, as a JSON object.")
def demo(tickets: int, scenario: str, seed: int, *, plain: bool, as_json: bool) -> None:
    """Have support tickets scored by batches, on a bad day, and account for each of them.

    The reference client runs them through batches of the emulator, all in this process: results come shuffled,
    some are errored, some expire, calls fail, a create's answer is lost, and the client crashes and is resumed.
    Its waiting moves the emulator's clock. No key is needed, and nothing is sent anywhere.

    The exit code is 0 when every ticket has exactly one outcome, and each answer is its own ticket's.
    """
    try:
        unfolding = msgspec.structs.replace(find_scenario(scenario), seed=seed)
    except UsageError as error:
        raise RefusedError(str(error)) from None
    sys.exit(_show(unfolding, tickets, plain=plain, as_json=as_json))


def _show(scenario: Scenario, count: int, *, plain: bool, as_json: bool) -> int:
    try:
        from batchproof.demo.display import board
        from batchproof.demo.night import Night
    except ImportError as error:
        raise RefusedError(not_installed(str(error.name), "client")) from None
    began = time.perf_counter()
    night = Night(scenario, count)
    with board(night.emulator.clock.now, plain=plain, silent=as_json) as shown, _counting(shown.trouble):
        shown.say(f"{count:,} tickets to be scored for intent, urgency and sentiment")
        night.watch = shown.look
        night.crashed = lambda: shown.say("the client crashed; another one resumes from the journal")
        with TemporaryDirectory() as folder:
            morning = night.run(Path(folder, "night.db"))
    took_s = time.perf_counter() - began
    told = _json(morning, shown.troubles, took_s) if as_json else _text(morning, shown.troubles, took_s)
    click.echo(told)
    return 0 if morning.is_right else 1


@contextmanager
def _counting(trouble: Callable[[], None]) -> Generator[None]:
    """Count what the client warns of, rather than print it, for as long as the block lasts."""
    handler = _Counting(trouble)
    propagated, LOG.propagate = LOG.propagate, False
    LOG.addHandler(handler)
    try:
        yield
    finally:
        LOG.removeHandler(handler)
        LOG.propagate = propagated


class _Counting(logging.Handler):
    def __init__(self, trouble: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self._trouble = trouble

    def emit(self, record: logging.LogRecord) -> None:
        self._trouble()


def _text(morning: "Morning", troubles: int, took_s: float) -> str:
    counts = morning.summary.counts
    checks = [
        ("without an outcome", f"{counts.open:,}"),
        ("answers that are their own ticket's", f"{morning.joined:,} of {counts.succeeded:,}"),
        ("batches made that nobody knows of", f"{morning.made - morning.summary.batches:,}"),
        ("warnings survived", f"{troubles:,}"),
        ("crashes survived", f"{morning.crashes:,}"),
        ("time", f"{morning.virtual_s / 3600:.1f} hours in {took_s:.1f} seconds"),
    ]
    return as_text([*figures(morning.summary), *checks])


def _json(morning: "Morning", troubles: int, took_s: float) -> str:
    summary = morning.summary
    told = {
        "tickets": summary.counts.total,
        "outcomes": {
            name: getattr(summary.counts, name) for name in ("succeeded", "errored", "expired", "canceled")
        },
        "open": summary.counts.open,
        "joined": morning.joined,
        "sent_again": summary.resent,
        "batches": summary.batches,
        "batches_unknown": morning.made - summary.batches,
        "warnings": troubles,
        "crashes": morning.crashes,
        "usd": round(summary.cost.usd, 6),
        "virtual_hours": round(morning.virtual_s / 3600, 3),
        "seconds": round(took_s, 3),
        "is_right": morning.is_right,
    }
    return msgspec.json.encode(told).decode()
