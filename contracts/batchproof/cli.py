"""The one ``batchproof`` command: it mounts the commands of emulator, client, contract suite and demo.

It does not know what they do, and loads none but the one that is asked for: a server need not wait for a client.
"""

from collections.abc import Mapping
from importlib import import_module

import click

from batchmock.cli.words import OneLineGroup

# In the order in which help lists them.
COMMANDS: Mapping[str, str] = {
    "serve": "batchmock.cli.serve:serve",
    "exec": "batchmock.cli.exec:exec_command",
    "scenario": "batchmock.cli.scenario:scenario",
    "check": "batchmock.cli.check:check",
    "run": "batchclient.cli.run:run",
    "status": "batchclient.cli.begun:status",
    "cancel": "batchclient.cli.begun:cancel",
    "results": "batchclient.cli.begun:results",
    "verify": "batchproof.commands.verify:verify",
    "replay": "batchproof.commands.replay:replay",
    "contracts": "batchproof.commands.contracts:contracts",
    "report": "batchproof.commands.report:report",
    "demo": "batchproof.demo.command:demo",
    "zoo": "batchproof.zoo.command:zoo",
}


class MountedGroup(OneLineGroup):
    """The commands above, by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return their names."""
        return [*COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the one of a name, if there is one."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command


@click.group(cls=MountedGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="batchproof")
def main() -> None:
    """Test code that uses Anthropic's Message Batches API.

    \b
      batchproof demo                        all of it, in a few seconds
      batchproof verify path/file.py:run     the smallest batch it gets wrong
      batchproof serve                       the emulator; --help teaches the rest
      batchproof exec -- python app.py       a program on one, without waiting
      batchproof scenario list               what can happen to a batch
      batchproof check in.jsonl              what of a batch would be refused
      batchproof run in.jsonl -o out.jsonl   sends it, and writes the answers
    """
