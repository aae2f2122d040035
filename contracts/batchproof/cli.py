"""The one ``batchproof`` command: it mounts the emulator's commands, the client's and the demo.

It does not know what they do.
"""

import click

from batchclient.cli.begun import cancel, results, status
from batchclient.cli.run import run
from batchmock.cli.check import check
from batchmock.cli.scenario import scenario
from batchmock.cli.serve import serve
from batchmock.cli.words import OneLineGroup
from batchproof.demo.command import demo


@click.group(cls=OneLineGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="batchproof")
def main() -> None:
    """Test code that uses Anthropic's Message Batches API.

    `batchproof demo` shows it all in a few seconds.
    `batchproof serve` starts the emulator; `batchproof serve --help` teaches the rest.
    `batchproof scenario list` shows what can happen to a batch.
    `batchproof check requests.jsonl` tells what of a batch would be refused.
    `batchproof run requests.jsonl -o results.jsonl` sends it, waits, and writes the answers.
    """


main.add_command(serve)
main.add_command(scenario)
main.add_command(check)
for command in (run, status, cancel, results, demo):
    main.add_command(command)
