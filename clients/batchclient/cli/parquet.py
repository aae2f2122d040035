"""Parquet files as rows: each a JSON object, read a few thousand at a time.

It does not know what is in the rows.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from batchclient.errors import UsageError
from batchclient.shapes import Json

# Rows in memory at once, whatever the size of the file's own groups.
_ROWS = 4_096


def parquet_rows(path: Path) -> Iterator[Json]:
    """Yield the rows of a file.

    Raises:
        UsageError: it is no Parquet, or the library to read it is not installed.
    """
    try:
        # By name: it has no types of its own.
        arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        raise UsageError(
            f"{path} is Parquet, and pyarrow is not installed; install batchproof[parquet] "
            "(in a checkout: pip install -e '.[parquet]'), or make it JSON lines"
        ) from None
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(_ROWS):
                yield from batch.to_pylist()
    except arrow.ArrowException as error:
        raise UsageError(f"{path} is no Parquet: {str(error).splitlines()[0]}") from None
