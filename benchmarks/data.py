"""Where the sets that are measured on lie; they are never copied or trained on."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"


def data_directory(name: str) -> Path | None:
    """The folder of that set under `RINGFINDER_DATA` or ../shared/data, None where it is absent."""
    base = Path(os.environ.get("RINGFINDER_DATA", ROOT.parent / "shared" / "data"))
    return base / name if (base / name).is_dir() else None
