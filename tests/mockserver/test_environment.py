"""What can be said with an option can be said in the environment, by the option's own name."""

import re

import click
import pytest
from click.core import ParameterSource
from click.testing import CliRunner

from batchmock.cli.exec import exec_command
from batchmock.cli.serve import serve
from tests.programs import run

ARGUMENTS: dict[str, list[str]] = {"BATCHPROOF": [], "BATCHPROOF_EXEC": ["true"]}
COMMANDS = {"BATCHPROOF": serve, "BATCHPROOF_EXEC": exec_command}
OPTIONS = [
    (prefix, option)
    for prefix, command in COMMANDS.items()
    for option in command.params
    if isinstance(option, click.Option)
]
# A value of each type of option, other than any default.
VALUES = {
    "integer range": "7",
    "integer": "7",
    "float": "2.5",
    "duration": "7s",
    "instant": "2031-01-31T09:00:00Z",
}


def value_of(option: click.Option) -> str:
    if isinstance(option.type, click.Choice):
        return str(option.type.choices[-1])
    return VALUES.get(option.type.name, "7")


def context(prefix: str, arguments: list[str], **env: str) -> click.Context:
    with CliRunner().isolation(env=env):
        return COMMANDS[prefix].make_context(prefix, [*arguments, *ARGUMENTS[prefix]])


@pytest.mark.parametrize(("prefix", "option"), OPTIONS, ids=[f"{one} {option.opts[0]}" for one, option in OPTIONS])
def test_each_option_has_a_variable_of_its_own_name(prefix: str, option: click.Option) -> None:
    (flag,) = option.opts
    variable = f"{prefix}_{flag.removeprefix('--').replace('-', '_').upper()}"
    value = "1" if option.is_flag else value_of(option)

    by_flag = context(prefix, [flag] if option.is_flag else [flag, value])
    by_variable = context(prefix, [], **{variable: value})

    assert by_variable.get_parameter_source(option.name) is ParameterSource.ENVIRONMENT
    assert by_variable.params == by_flag.params


def test_a_repeatable_option_takes_several_values() -> None:
    assert context("BATCHPROOF", [], BATCHPROOF_KEY="a=team b=team").params["keys"] == ("a=team", "b=team")


@pytest.mark.parametrize("prefix", COMMANDS)
def test_help_names_only_variables_that_there_are(prefix: str) -> None:
    told = CliRunner().invoke(COMMANDS[prefix], ["--help"]).output
    named = set(re.findall(r"\bBATCHPROOF_[A-Z_]+", told))

    assert named
    assert named <= {str(option.envvar) for of, option in OPTIONS if of == prefix}


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("PORT", "70000", "70000 is not in the range"),
        ("SPEED", "0", "speed is 0; it is more than 0"),
        ("STEP", "soon", "'soon' is not a duration"),
        ("SCENARIO", "half-expird", "there is no scenario 'half-expird'; did you mean 'half-expired'?"),
        ("SWITCH", "timestamps", "--switch 'timestamps' says no value"),
        ("KEY", "=x", "--key '=x' names no key"),
        ("MODEL", ":5", "--model ':5' is neither ID nor ID:MAX_TOKENS"),
        ("HISTORY", "/nowhere/x", "cannot write the history /nowhere/x"),
        ("JSON", "maybe", "'maybe' is not a valid boolean"),
        ("PUBLIC_URL", "http://h?x", "public URL 'http://h?x' names no host"),
    ],
)
def test_a_mistake_in_the_environment_is_one_line_that_names_the_variable(
    variable: str, value: str, said: str
) -> None:
    ended = run("serve", env={"BATCHPROOF_PORT": "0"} | {f"BATCHPROOF_{variable}": value})

    assert ended.returncode == 2
    assert [line.startswith("batchproof: ") for line in ended.stderr.splitlines()] == [True]
    assert said in ended.stderr
    assert re.search(f"set in the environment: .*BATCHPROOF_{variable}", ended.stderr)


def test_a_mistake_in_an_option_blames_no_variable() -> None:
    ended = run("serve", "--port", "x", env={"BATCHPROOF_SPEED": "5"})

    assert "environment" not in ended.stderr
