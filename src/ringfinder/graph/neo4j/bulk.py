"""Bulk import: a whole log into the empty database of a stopped server, by Neo4j's own importer.

Node ids are given as record ids (`--id-type=actual`), which spares the importer its id map, and
times are whole numbers: dates would take it twice as long (docs/decisions/0011).
"""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from ringfinder.errors import StoreError
from ringfinder.events.progress import Progress
from ringfinder.graph.neo4j.connection import DATABASE
from ringfinder.graph.neo4j.home import Home
from ringfinder.graph.neo4j.load import BULK_PLAN
from ringfinder.graph.neo4j.tables import Nodes, Relationships, SharedTables
from ringfinder.store.workspace import disk_errors_told

HEAP = "2g"
MAIN_CLASS = "org.neo4j.server.startup.Neo4jAdminCommand"

_PERCENT = re.compile(r"(\d+)% ")
_LIST_SEPARATOR = ";"
_TOLD_LINES = 5


@dataclass(frozen=True)
class Importer:
    """What runs an import.

    It takes the `java` program and the folder `lib` of Neo4j's jars; the database under the
    server's `home` is replaced.
    """

    java: Path
    lib: Path
    home: Path

    def mark(self, pid: int) -> None:
        """Note the importer's process, for a start of the server after ours was killed."""
        Home(self.home).importing.write_text(str(pid))


def import_tables(tables: SharedTables, importer: Importer, *, progress: Progress) -> float:
    """Replace the database under the importer's home by `tables`; the server must be stopped.

    Gives the seconds of the importer's own run, without the writing of its files.

    The node `Log` is that of an unfinished load, and `EntityType` nodes are not written: what makes
    the graph whole comes last. Raises `StoreError` where the importer fails or the disk is full;
    the database is of no use then.
    """
    folder = importer.home / "import" / "ringfinder"
    with _folder(folder):
        arguments = list(_files(tables, folder))
        progress("import", 0, 100)
        begun = time.monotonic()
        _run(importer, arguments, progress)
        return time.monotonic() - begun


@contextmanager
def _folder(folder: Path) -> Iterator[None]:
    with disk_errors_told(folder):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            yield
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _files(tables: SharedTables, folder: Path) -> Iterator[str]:
    """Write a file for each label and type and give the importer's arguments for them."""
    offsets = {}
    next_id = 0
    for nodes in tables.nodes:
        offsets[nodes.label] = next_id
        path = folder / f"node-{nodes.label}.csv"
        _write(path, {":ID": pa.array(np.arange(len(nodes.table)) + next_id), **_named(nodes)})
        next_id += len(nodes.table)
        yield f"--nodes={nodes.label}={path}"
    path = folder / "node-Log.csv"
    log = {"name": "events", "target": tables.digest, "plan": BULK_PLAN}
    texts = {f"{name}:string": pa.array([value]) for name, value in log.items()}
    _write(path, {":ID": pa.array([next_id]), **texts})
    yield f"--nodes=Log={path}"
    for links in tables.relationships:
        path = folder / f"link-{links.type}.csv"
        ends = {
            ":START_ID": pa.array(links.start.astype(np.int64) + offsets[links.start_label]),
            ":END_ID": pa.array(links.end.astype(np.int64) + offsets[links.end_label]),
        }
        _write(path, {**ends, **_named(links)})
        yield f"--relationships={links.type}={path}"


def _named(part: Nodes | Relationships) -> dict[str, pa.ChunkedArray]:
    return {
        f"{name}:{_type(part.table[name].type)}": part.table[name]
        for name in part.table.column_names
    }


def _type(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"{_type(kind.value_type)}[]"
    if pa.types.is_integer(kind):
        return "long"
    return "double" if pa.types.is_floating(kind) else "string"


def _write(path: Path, columns: dict[str, pa.Array | pa.ChunkedArray]) -> None:
    ready = {
        name: pc.binary_join(pc.cast(column, pa.list_(pa.string())), _LIST_SEPARATOR)
        if pa.types.is_list(column.type)
        else column
        for name, column in columns.items()
    }
    options = pa_csv.WriteOptions(include_header=False)
    with path.open("wb") as file:
        file.write((",".join(ready) + "\n").encode())
        pa_csv.write_csv(pa.table(ready), file, options)


def _run(importer: Importer, files: Sequence[str], progress: Progress) -> None:
    command = [
        str(importer.java),
        f"-Xmx{HEAP}",
        "-cp",
        str(importer.lib / "*"),
        f"-Dbasedir={importer.home}",
        MAIN_CLASS,
        "database",
        "import",
        "full",
        DATABASE,
        "--overwrite-destination",
        "--id-type=actual",
        "--multiline-fields=true",
        f"--array-delimiter={_LIST_SEPARATOR}",
        f"--report-file={importer.home / 'logs' / 'import.report'}",
        *files,
    ]
    environment = Home(importer.home).environment()
    told: list[str] = []
    with subprocess.Popen(  # noqa: S603 - our own command line, without a shell
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        importer.mark(process.pid)
        stage = 0
        for line in process.stdout or ():
            told = [*told[1 - _TOLD_LINES :], line.strip()]
            stage += line.startswith("(")
            if found := _PERCENT.search(line):
                progress("import", (100 * (stage - 1) + int(found[1])) // 4, 100)
    if process.returncode:
        raise StoreError(
            "the bulk import failed",
            " / ".join(line for line in told if line) or "the importer gave no reason",
            "free disk space if that is what it lacks, run `ringfinder graph start`, then the same "
            "command again",
        )
    progress("import", 100, 100)
