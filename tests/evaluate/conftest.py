import json
from pathlib import Path

import pandas as pd
import pytest

from ringfinder.events.simulator.simulate import simulate


@pytest.fixture
def tiny(tmp_path) -> Path:
    """A drawn world: ring r1 of a, b, c; r2 of c, d (c is in both); e, f honest; ghost unseen."""
    world = tmp_path / "tiny"
    world.mkdir()
    users = "user_id,ring_id,typology,role\na,r1,lockstep,member\nb,r1,lockstep,member\n"
    users += "c,r1,lockstep,member\nc,r2,slow_drip,member\nd,r2,slow_drip,member\n"
    users += "ghost,r2,slow_drip,member\nghost,r3,slow_drip,member\ne,,,\nf,,,\n"
    (world / "truth_users.csv").write_text(users)
    (world / "benign_groups.csv").write_text("group_id,kind,user_id\ng1,family,e\ng1,family,f\n")
    (world / "labels_train.csv").write_text(
        "user_id,label,observed_at\na,1,2026-03-03T00:00:00Z\ne,0,2026-03-03T00:00:00Z\n"
    )
    rows = [
        (f"{user}{n}", user, "order", 10.0 * n)
        for user, count in {"a": 2, "b": 1, "c": 1, "d": 1, "e": 3, "f": 1}.items()
        for n in range(1, count + 1)
    ]
    log = pd.DataFrame(rows, columns=["event_id", "user_id", "action", "amount"])
    log.to_parquet(world / "events.parquet")
    work = pd.DataFrame(
        {
            "event_id": ["a1", "a2", "b1", "c1", "d1"],
            "ring_id": ["r1", "r1", "r1", "r1", "r2"],
            "is_camouflage": [False, True, False, False, False],
        }
    )
    work.to_parquet(world / "truth_events.parquet")
    return world


@pytest.fixture
def written(tmp_path):
    """Write rings.jsonl and scores.csv; give their paths."""

    def write(rings: list[dict[str, object]], scores: dict[str, float]) -> tuple[Path, Path]:
        lines = "".join(json.dumps(ring) + "\n" for ring in rings)
        (tmp_path / "rings.jsonl").write_text(lines)
        table = pd.Series(scores, name="score", dtype=float).rename_axis("user_id")
        table.reset_index().to_csv(tmp_path / "scores.csv", index=False)
        return tmp_path / "rings.jsonl", tmp_path / "scores.csv"

    return write


@pytest.fixture(scope="session")
def simulated(tmp_path_factory) -> Path:
    world = tmp_path_factory.mktemp("simulated")
    simulate(world, events=30_000, seed=8, mix="mixed")
    return world


@pytest.fixture(scope="session")
def ring_free(tmp_path_factory) -> Path:
    world = tmp_path_factory.mktemp("ring-free")
    simulate(world, events=5_000, seed=8, mix="none")
    return world
