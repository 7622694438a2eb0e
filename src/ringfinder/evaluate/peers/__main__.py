"""Run one peer: `python -m ringfinder.evaluate.peers NAME EVENTS.parquet OUT.jsonl`."""

import json
import sys
from pathlib import Path

from ringfinder.errors import InputError, RingfinderError, WorkError
from ringfinder.evaluate.peers.log import read_log
from ringfinder.evaluate.peers.registry import PEERS, load

_ARGUMENTS = 3


def main(arguments: list[str]) -> int:
    """Write the groups a peer finds, best first, one JSON object a line; give the exit code."""
    try:
        if len(arguments) != _ARGUMENTS:
            raise InputError(
                "cannot run a peer",
                f"it takes {_ARGUMENTS} arguments, not {len(arguments)}",
                f"NAME EVENTS.parquet OUT.jsonl; the names are {', '.join(PEERS)}",
            )
        name, events, out = arguments
        _run(name, Path(events), Path(out))
    except RingfinderError as error:
        told = f"error: {error.what}\n  why: {error.why}\n  try: {error.hint}"
        print(told, file=sys.stderr)  # noqa: T201 - a command of its own
        return error.exit_code
    return 0


def _run(name: str, events: Path, out: Path) -> None:
    peer = load(name)
    log = read_log(events)
    lines = [
        json.dumps({"members": log.users.take(group).to_pylist()}) + "\n"
        for group in peer.groups(log)
    ]
    try:
        out.write_text("".join(lines), "utf-8")
    except OSError as error:
        raise WorkError(f"cannot write {out}", str(error), "name a file that can be") from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
