"""A command in a process of its own: what it took, and why it failed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LAUNCHER = str(Path(__file__).with_name("launch.py"))
_STDERR = "stderr.txt"
_TOLD = 300


@dataclass(frozen=True)
class Measured:
    """One or more processes, one after the other, in seconds and MiB; `reason` where one failed.

    `peak_mib` is the greatest resident memory of any process.
    """

    wall_s: float
    cpu_s: float
    peak_mib: float
    reason: str | None


def run(commands: Sequence[Sequence[str]], place: Path, *, limit_s: float) -> Measured:
    """Run commands in the directory `place` until one fails; `limit_s` seconds for all of them.

    They meet the house's default settings: no variable `RINGFINDER_*` reaches them. Killed with
    whoever called, however that ends.
    """
    wall = cpu = peak = 0.0
    reason = None
    for command in commands:
        answer = _launched(command, place, max(0.1, limit_s - wall))
        if isinstance(answer, str):
            reason = f"cannot be started: {answer}"[:_TOLD]
            break
        wall += answer["wall_s"]
        cpu += answer["cpu_s"]
        peak = max(peak, answer["peak_mib"])
        if answer["timed_out"] or answer["status"]:
            late = f"ran past its limit of {limit_s:g} s"
            reason = late if answer["timed_out"] else _reason(answer["status"], place / _STDERR)
            break
    return Measured(wall, cpu, peak, reason)


def _launched(command: Sequence[str], place: Path, limit_s: float) -> dict[str, Any] | str:
    """What launch.py told of a command, or the last word of a launch that failed."""
    words = [sys.executable, "-I", "-S", _LAUNCHER, f"{limit_s:.3f}", _STDERR, *command]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RINGFINDER_")}
    pipe = subprocess.PIPE
    with subprocess.Popen(  # noqa: S603 - the commands are ours
        words,
        cwd=place,
        env=environment,
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        text=True,
        start_new_session=True,
    ) as process:
        # Standard input stays open until all is read: its closing would end the command.
        told = process.stdout.read() if process.stdout else ""
        problem = process.stderr.read() if process.stderr else ""
    if process.returncode or not told:
        return (problem.strip().splitlines() or ["it said nothing"])[-1]
    answer: dict[str, Any] = json.loads(told)
    return answer


def _reason(status: int, stderr: Path) -> str:
    """Why a command failed, from how it ended and the last it said."""
    if status < 0:
        name = signal.Signals(-status).name
        return f"killed by {name}" + (", perhaps for want of memory" if name == "SIGKILL" else "")
    lines = [line.strip() for line in stderr.read_text("utf-8", "replace").splitlines()]
    lines = [line for line in lines if line]
    for position, line in enumerate(lines):
        if line.startswith("error: "):
            why = " ".join(line for line in lines[position + 1 :] if line.startswith("why: "))
            return f"{line.removeprefix('error: ')}: {why.removeprefix('why: ')}"[:_TOLD]
    return (lines[-1] if lines else f"ended with status {status} and said nothing")[:_TOLD]
