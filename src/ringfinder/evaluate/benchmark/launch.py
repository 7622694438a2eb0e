"""Run one command and measure it; a program of its own that needs nothing but Python.

A child process counts its parent's memory as its own peak, so what is measured has this small
process for a parent: `python -I -S launch.py LIMIT_S STDERR_FILE COMMAND...`. It prints one JSON
object: `wall_s`, `cpu_s` and `peak_mib` of the command and all its descendants (the greatest of
them, for the peak), `status` (negative: the signal that ended it) and `timed_out`. The command
is ended, with all it started, when it runs past the limit and when this process's standard input
closes, as it does when whoever asked dies.
"""

import json
import os
import select
import signal
import sys
import threading
import time
from contextlib import suppress


def main(limit_s: float, stderr: str, command: list[str]) -> None:
    """Run the command in a session of its own and print what it took."""
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:  # noqa: PTH123 - small
        file.write("800")  # where memory runs out, this run is to end and not who started it
    begun = time.perf_counter()
    nothing = os.open(os.devnull, os.O_RDWR)
    told = os.open(stderr, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    pid = os.posix_spawn(
        command[0],
        command,
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_DUP2, nothing, 0),
            (os.POSIX_SPAWN_DUP2, nothing, 1),
            (os.POSIX_SPAWN_DUP2, told, 2),
        ],
        setsid=True,
    )
    timed_out = threading.Event()
    threading.Thread(target=_guard, args=(pid, limit_s, timed_out), daemon=True).start()
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - begun
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)  # what it started and left behind
    result = {
        "wall_s": wall,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_mib": usage.ru_maxrss / 1024,
        "status": os.waitstatus_to_exitcode(status),
        "timed_out": timed_out.is_set(),
    }
    print(json.dumps(result))  # noqa: T201 - a program of its own


def _guard(pid: int, limit_s: float, timed_out: threading.Event) -> None:
    """End the command at its limit, or when standard input closes."""
    closed, _, _ = select.select([0], [], [], limit_s)
    if not closed:
        timed_out.set()
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2], sys.argv[3:])
