"""Opens a log by its kind and streams its rows."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ringfinder.errors import InputError
from ringfinder.events.batch import Choose, RawBatch
from ringfinder.events.columns import is_plain
from ringfinder.events.csv_rows import read_csv
from ringfinder.events.jsonl_rows import read_jsonl

PARQUET_BATCH_ROWS = 131_072
WORLD_LOG = "events.parquet"
SUFFIXES = (".parquet", ".csv", ".csv.gz", ".jsonl", ".jsonl.gz")


def read_rows(path: Path, choose: Choose) -> Iterator[RawBatch]:
    """Stream the rows of a CSV, JSONL (either may be gzipped) or Parquet file.

    `choose` says which columns are read, and raises where one is missing. Raises `InputError` for a
    file of another kind, an empty, truncated or damaged one.
    """
    kind = _kind(path)
    try:
        if path.stat().st_size == 0:
            why = "the file is empty"
            raise InputError(f"cannot read {path}", why, "check how the file was written")
        if kind == ".parquet":
            yield from _read_parquet(path, choose)
        elif kind.startswith(".csv"):
            yield from read_csv(path, choose)
        else:
            yield from read_jsonl(path, choose)
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(f"cannot read {path}", why, "check the file and its rights") from error


def log_files(paths: Iterable[Path]) -> list[Path]:
    """Give the files themselves and, by name, the logs in each directory and below it.

    A directory that holds `events.parquet`, as a simulated world does, gives that file alone.
    Raises `InputError` for a path that does not exist or a directory without a log.
    """
    files = []
    for path in paths:
        if not path.is_dir():
            _kind(path)
            if not path.exists():
                why = "there is no such file"
                raise InputError(f"cannot read {path}", why, "name a file that exists")
            files.append(path)
        elif (path / WORLD_LOG).is_file():
            files.append(path / WORLD_LOG)
        else:
            found = (file for file in path.rglob("*") if file.name.lower().endswith(SUFFIXES))
            logs = sorted(file for file in found if file.is_file())
            if not logs:
                why = f"no file in it ends in {', '.join(SUFFIXES)}"
                raise InputError(f"cannot read {path}", why, "name a file or another directory")
            files += logs
    return files


def _kind(path: Path) -> str:
    for suffix in SUFFIXES:
        if path.name.lower().endswith(suffix):
            return suffix
    why = f"its name does not end in {', '.join(SUFFIXES)}"
    raise InputError(f"cannot read {path}", why, "rename it after what it holds, or convert it")


def _read_parquet(path: Path, choose: Choose) -> Iterator[RawBatch]:
    try:
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
            sources = choose(schema.names)
            for column in sources.values():
                if not is_plain(schema.field(column).type):
                    why = f"the column {column} holds {schema.field(column).type}, no plain values"
                    raise InputError(f"cannot read {path}", why, "map another column with --map")
            total = file.metadata.num_rows
            if not total:
                why = "it has columns but no rows"
                raise InputError(f"cannot read {path}", why, "check how the file was written")
            done = 0
            columns = sorted(set(sources.values()))
            for batch in file.iter_batches(PARQUET_BATCH_ROWS, columns=columns):
                table = pa.table({name: batch[column] for name, column in sources.items()})
                line = np.arange(done + 1, done + 1 + batch.num_rows, dtype=np.int64)
                done += batch.num_rows
                yield RawBatch(table, line, (), sources, done / total)
    except (pa.ArrowException, OSError) as error:
        why = f"it is no whole Parquet file ({str(error).splitlines()[0]})"
        raise InputError(f"cannot read {path}", why, "fetch or write the file again") from error
