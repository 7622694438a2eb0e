from pathlib import Path

import pandas as pd
import pytest

from ringfinder.events.simulator.simulate import simulate


@pytest.fixture(scope="session")
def worlds(tmp_path_factory) -> list[Path]:
    """Three mixed worlds of 60,000 events."""
    found = []
    for seed in (1, 2, 3):
        directory = tmp_path_factory.mktemp(f"mixed-{seed}")
        simulate(directory, events=60_000, seed=seed, mix="mixed")
        found.append(directory)
    return found


@pytest.fixture(scope="session")
def logs(worlds) -> list[pd.DataFrame]:
    return [pd.read_parquet(directory / "events.parquet") for directory in worlds]


@pytest.fixture(scope="session")
def culprits(worlds) -> list[set[str]]:
    tables = [pd.read_csv(directory / "truth_users.csv") for directory in worlds]
    return [set(table.user_id[table.ring_id.notna()]) for table in tables]
