"""What machine a figure comes from, in words that name no host."""

import os
import platform
from typing import Any

import psutil


def machine() -> dict[str, Any]:
    """Processor architecture, cores, memory in GiB and Python version."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "architecture": platform.machine(),
        "python": platform.python_version(),
    }
