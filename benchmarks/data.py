"""Where the sets that are measured on lie, never copied or trained on, and where results go."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ringfinder.evaluate.benchmark.machine import machine

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"


def data_directory(name: str) -> Path | None:
    """The folder of that set under `RINGFINDER_DATA` or ../shared/data, None where it is absent."""
    base = Path(os.environ.get("RINGFINDER_DATA", ROOT.parent / "shared" / "data"))
    return base / name if (base / name).is_dir() else None


def write_result(name: str, result: Mapping[str, Any]) -> None:
    """Write benchmarks/results/NAME.json: the machine it was measured on, then the result."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps({"machine": machine(), **result}, indent=1) + "\n"
    (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")
