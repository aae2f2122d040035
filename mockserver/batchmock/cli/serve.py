"""``batchproof serve``: the emulator in the foreground.

It turns flags into settings and errors into one line; it does not know how anything is served until asked to.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import click
from msgspec.structs import replace

from batchmock.canned_file import load_canned
from batchmock.cli.environment import set_in_environment
from batchmock.cli.greeting import greeting, json_greeting
from batchmock.cli.telling import tell
from batchmock.cli.words import DURATION, INSTANT, RefusedError
from batchmock.clock import CLOCK_MODES, ClockMode, ClockSetting
from batchmock.errors import UsageError
from batchmock.limits import TierName
from batchmock.models import Model
from batchmock.ready_file import clear_ready_file, write_ready_file
from batchmock.scenario import Scenario
from batchmock.scenarios.document import dump, read
from batchmock.scenarios.files import find_scenario
from batchmock.settings import Settings
from batchmock.times import write_duration

DEFAULT_PORT = 4010
DEFAULT_CLOCK = ClockSetting()
# What it exits with when the scenario could not be brought about.
IDLE = 1


@set_in_environment("BATCHPROOF")
@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="Port to listen on; 0 picks a free one.",
)
@click.option(
    "--clock",
    type=click.Choice(CLOCK_MODES),
    default=DEFAULT_CLOCK.mode,
    show_default=True,
    help="How time passes: --speed times as fast, by --step after each poll of an unfinished batch, "
    "only when told through the control plane, as on the wall, or as the programs wait that join it.",
)
@click.option(
    "--speed",
    type=float,
    help="Virtual seconds for each real one, on a scaled clock; 3600 makes a day of 24 s.  "
    f"[default: {DEFAULT_CLOCK.speed:g}]",
)
@click.option(
    "--step",
    type=DURATION,
    help="How far a stepped clock moves, or a coupled one that nobody holds.  "
    f"[default: {write_duration(DEFAULT_CLOCK.step)}]",
)
@click.option("--start", type=INSTANT, help="Where clocks start; by default the real time.")
@click.option(
    "--scenario",
    "scenario_name",
    metavar="NAME|FILE",
    help="How batches unfold: a name that 'batchproof scenario list' shows, or a TOML or JSON file.",
)
@click.option(
    "--strict-scenario",
    is_flag=True,
    help="Exit with 1, and name it, if one of the scenario's faults found nothing to bite on.",
)
@click.option(
    "--canned",
    type=click.Path(path_type=Path),
    help="Answers by custom_id: a results file of the API, or JSON lines of your own.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    help="Everything that is drawn is drawn from this.  [default: the scenario's]",
)
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="KEY[=WORKSPACE]",
    help="An API key and the workspace it opens, one of its own if none is named. Repeatable.",
)
@click.option("--strict-keys", is_flag=True, help="Refuse every other key with a 401.")
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="ID[:MAX_TOKENS]",
    help="A model to know beside the real ones, with the largest max_tokens it takes. Repeatable.",
)
@click.option("--public-url", help="Where clients reach the emulator, if not at the host they ask for.")
@click.option(
    "--tier",
    type=click.Choice(get_args(TierName)),
    help="The rate and the queue of an account's tier, for each workspace.  [default: the scenario's]",
)
@click.option("--rpm", type=int, help="HTTP requests a minute for each workspace; more get a 429.")
@click.option("--queue", type=int, help="Requests of one workspace that may wait at once; more get a 429.")
@click.option(
    "--switch",
    "switches",
    multiple=True,
    metavar="NAME=VALUE",
    help="How the API behaves where that is not known: timestamps=z, cancel_of_ended=ignore. Repeatable.",
)
@click.option(
    "--history",
    "history_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Gets a line of JSON for each exchange once it is over; what is in it stays.",
)
@click.option("--control-token", help="What calls of the control plane must send as x-emulator-token.")
@click.option("--ready-file", type=click.Path(path_type=Path), help="Gets the base URL once it is reachable.")
@click.option("--quiet", is_flag=True, help="No line for each request.")
@click.option("--verbose", is_flag=True, help="More in each line.")
@click.option("--json", "as_json", is_flag=True, help="Each line as a JSON object, the first with the URL.")
def serve(*, quiet: bool, verbose: bool, as_json: bool, **options: Any) -> None:
    """Serve the Message Batches API on this machine.

    Point any SDK at it with ANTHROPIC_BASE_URL and any API key: each key opens a workspace of its own, with its
    own batches and its own clock.

    \b
      batchproof serve                        a day passes in 24 seconds
      batchproof serve --clock stepped        ten minutes pass at each poll of an
                                              unfinished batch, however fast
      batchproof serve --clock manual         time moves when you say so:
        curl -H 'x-api-key: test' -H 'content-type: application/json' \\
             -d '{"by": "24h"}' http://127.0.0.1:4010/_emulator/clock/advance

    Each option can also be set in the environment, as BATCHPROOF_PORT or BATCHPROOF_READY_FILE; a repeatable one
    takes several values, separated by spaces.
    """
    # Imported late: --help and mistakes in the options need no server.
    from batchmock.cli.watching import Watching, complain, json_complain, line_of
    from batchmock.server import serve as run

    line = line_of(quiet=quiet, verbose=verbose, as_json=as_json)
    ready_file: Path | None = options["ready_file"]

    def on_listening(url: str) -> None:
        if ready_file is not None:
            write_ready_file(ready_file, url)
        greet = json_greeting if as_json else greeting
        tell(greet(url, settings, options["host"]))

    try:
        settings = _settings(options)
        if ready_file is not None:
            clear_ready_file(ready_file)
        watching = Watching(
            line,
            options["history_file"],
            is_strict=options["strict_scenario"],
            complain=json_complain if as_json else complain,
        )
        run(
            settings,
            host=options["host"],
            port=options["port"],
            observe=watching,
            on_listening=on_listening,
        )
    except UsageError as error:
        raise RefusedError(str(error)) from None
    if not watching.is_content():
        sys.exit(IDLE)


def _settings(options: dict[str, Any]) -> Settings:
    return Settings(
        clock=_clock(options),
        start=options["start"],
        scenario=_scenario(options),
        keys=dict(_key(text) for text in options["keys"]),
        strict_keys=options["strict_keys"],
        control_token=options["control_token"],
        models=tuple(_model(text) for text in options["models"]),
        public_url=options["public_url"],
    )


def _clock(options: dict[str, Any]) -> ClockSetting:
    """Return the clock that is asked for, with no option that it would not heed."""
    mode: ClockMode = options["clock"]
    if options["speed"] is not None and mode != "scaled":
        raise UsageError(f"--speed is for --clock scaled; the clock is {mode}")
    if options["step"] is not None and mode not in ("stepped", "coupled"):
        raise UsageError(f"--step is for --clock stepped or coupled; the clock is {mode}")
    said = {name: options[name] for name in ("speed", "step") if options[name] is not None}
    return ClockSetting(mode=mode, **said)


def _scenario(options: dict[str, Any]) -> Scenario:
    """Return the scenario that is named, and what flags say instead of it."""
    named: str | None = options["scenario_name"]
    scenario = Scenario() if named is None else find_scenario(named)
    if options["canned"] is not None:
        scenario = replace(scenario, answers=replace(scenario.answers, canned=load_canned(options["canned"])))
    limits = {
        "tier": options["tier"],
        "http_requests_per_minute": options["rpm"],
        "queued_requests_max": options["queue"],
    }
    said = _overlaid(
        Scenario(limits=scenario.limits, switches=scenario.switches),
        limits={name: value for name, value in limits.items() if value is not None},
        switches=dict(_switch(text) for text in options["switches"]),
    )
    seed: int = scenario.seed if options["seed"] is None else options["seed"]
    return replace(scenario, seed=seed, limits=said.limits, switches=said.switches)


def _overlaid(scenario: Scenario, **tables: Mapping[str, object]) -> Scenario:
    """Return a scenario with other values in its tables, as if its document had them."""
    document: dict[str, Any] = dump(scenario)
    return read(document | {name: document.get(name, {}) | table for name, table in tables.items()})


def _switch(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--switch {text!r} says no value; write it as NAME=VALUE")
    return name, value


def _key(text: str) -> tuple[str, str]:
    key, _, workspace = text.partition("=")
    if not key:
        raise UsageError(f"--key {text!r} names no key; write it as KEY or KEY=WORKSPACE")
    return key, workspace or f"of key {key}"


def _model(text: str) -> Model:
    id_, separator, ceiling = text.rpartition(":")
    if not separator:
        return Model(text)
    if not (id_ and ceiling.isascii() and ceiling.isdecimal() and len(ceiling) <= 9):
        raise UsageError(f"--model {text!r} is neither ID nor ID:MAX_TOKENS, as in claude-of-tomorrow:64000")
    return Model(id_, int(ceiling))
