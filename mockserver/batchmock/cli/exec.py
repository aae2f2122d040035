"""``batchproof exec``: any program on an emulator of its own, whose clock it shares.

It turns flags into settings and what happened into a few lines; it does not know how programs share a clock.
"""

import os
from pathlib import Path
from typing import Any, Literal, cast

import click
import msgspec

from batchmock.cli.environment import set_in_environment
from batchmock.cli.telling import tell
from batchmock.cli.words import DURATION, RefusedError
from batchmock.clock import ClockSetting
from batchmock.errors import UsageError
from batchmock.scenario import Scenario
from batchmock.scenarios.files import find_scenario
from batchmock.settings import Settings
from batchmock.times import write_duration

TimeMode = Literal["coupled", "stepped", "scaled"]
DEFAULT = ClockSetting()


@set_in_environment("BATCHPROOF_EXEC")
@click.command("exec", context_settings={"allow_interspersed_args": False})
@click.option(
    "--scenario",
    "scenario_name",
    metavar="NAME|FILE",
    help="How batches unfold: a name that 'batchproof scenario list' shows, or a TOML or JSON file.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    help="Everything that is drawn is drawn from this.  [default: the scenario's]",
)
@click.option(
    "--time",
    "mode",
    type=click.Choice(("coupled", "stepped", "scaled")),
    default="coupled",
    show_default=True,
    help="What moves the clock: the program's own waiting, in Python and Node; each poll of an unfinished batch; "
    "or real time, --speed times as fast.",
)
@click.option(
    "--speed",
    type=float,
    help=f"Virtual seconds for each real one, with --time scaled.  [default: {DEFAULT.speed:g}]",
)
@click.option(
    "--step",
    type=DURATION,
    help="How far a poll moves the clock, with --time stepped, or when nobody in the program can share it.  "
    f"[default: {write_duration(DEFAULT.step)}]",
)
@click.option(
    "--history",
    "history_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Gets a line of JSON for each exchange once it is over; what is in it stays.",
)
@click.option(
    "--json", "report_file", type=click.Path(path_type=Path), metavar="FILE", help="Gets what happened, as JSON."
)
@click.option("--quiet", is_flag=True, help="Say nothing of what happened.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- PROGRAM [ARGUMENT]...")
@click.pass_context
def exec_command(context: click.Context, **options: Any) -> None:
    """Run a program as it is, on an emulator of its own.

    The program finds the emulator in its environment, and may sleep for as long as it likes: in Python and Node,
    and in the processes they start, waiting takes no time and moves the emulator's clock. Its output and its exit
    code are passed through; what happened is told on stderr.

    \b
      batchproof exec -- python app.py
      batchproof exec --scenario half-expired -- node app.mjs
      batchproof exec --time stepped --step 1h -- bash poll.sh

    Each option can also be set in the environment, as BATCHPROOF_EXEC_TIME or BATCHPROOF_EXEC_SCENARIO.
    """
    # Imported late: --help and mistakes in the options need no server.
    from batchmock.exec.run import ExecRun

    def say(line: str) -> None:
        tell(f"batchproof: {line}")

    report_file: Path | None = options["report_file"]
    try:
        if report_file is not None:
            # Before anything runs: a report that cannot be written must not cost a run.
            report_file.open("ab").close()
        run = ExecRun(_settings(options), history_file=options["history_file"], say=say)
        report = run.of(options["command"], os.environ, is_told=not options["quiet"])
        if report_file is not None:
            report_file.write_bytes(msgspec.json.format(msgspec.json.encode(report)) + b"\n")
    except UsageError as error:
        raise RefusedError(str(error)) from None
    except OSError as error:
        raise RefusedError(f"cannot write the report {report_file}: {error.strerror}") from None
    context.exit(report.exit_code)


def _settings(options: dict[str, Any]) -> Settings:
    mode = cast(TimeMode, options["mode"])
    if options["speed"] is not None and mode != "scaled":
        raise UsageError(f"--speed is for --time scaled; the time is {mode}")
    if options["step"] is not None and mode == "scaled":
        raise UsageError("--step is for --time stepped or coupled; the time is scaled")
    named: str | None = options["scenario_name"]
    scenario = Scenario() if named is None else find_scenario(named)
    if options["seed"] is not None:
        scenario = msgspec.structs.replace(scenario, seed=options["seed"])
    said = {name: options[name] for name in ("speed", "step") if options[name] is not None}
    return Settings(clock=ClockSetting(mode=mode, **said), scenario=scenario, one_clock=True)
