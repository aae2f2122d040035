"""A file of requests as the user gave it: where it is, how its rows are read, and with which options.

It does not know what becomes of the requests.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from batchclient.cli.rows import Row, Table, read_rows
from batchclient.encode import Params
from batchclient.errors import UsageError


@dataclass(frozen=True, slots=True)
class Source:
    """A file of requests; ``given`` are the options of prompts that the user gave, by their names."""

    file: Path
    table: Table
    given: tuple[str, ...] = ()

    def rows(self) -> Iterator[Row]:
        """Yield the rows of the file.

        Raises:
            UsageError: it cannot be read, or a row is no request.
        """
        return read_rows(self.file, self.table)

    def requests(self) -> Iterator[tuple[str, Params]]:
        """Yield the requests of the file.

        Raises:
            UsageError: as of ``rows``; or options speak of prompts, and there are none.
        """
        row, has_prompts = None, False
        for row in self.rows():
            has_prompts |= row.is_prompt
            yield row.key, row.params
        if self.given and row and not has_prompts:
            raise UsageError(
                f"{' and '.join(self.given)} would change nothing: all requests in {self.file} have params of "
                "their own, and options of prompts are not for them"
            )
