"""Every knob moves what it names, in both engines, and leaves the rest about where it was."""

from dataclasses import fields
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest

from ringfinder.errors import InputError
from ringfinder.events.simulator.engine import ENGINES
from ringfinder.events.simulator.knobs import AT_REST, FACTORS, SHARES, Knobs, parse_knobs
from ringfinder.events.simulator.simulate import simulate

SEEDS = (4, 5)
EVENTS = 40_000
TRAITS = ("rings", "size", "orders", "density", "camouflage", "days")


@cache
def measured(engine: str, mix: str = "mixed", seed: int = 4, **knobs: float) -> dict[str, float]:
    """What the files of a world say of its rings, over ten of them."""
    with TemporaryDirectory() as name:
        directory = Path(name)
        knobs = {"rings": 3.4, **knobs}
        meta = simulate(
            directory, events=EVENTS, seed=seed, mix=mix, engine=engine, knobs=Knobs(**knobs)
        )
        rings = pd.read_csv(directory / "truth_rings.csv", parse_dates=["start", "end"])
        users = pd.read_csv(directory / "truth_users.csv").dropna(subset=["ring_id"])
        truth = pd.read_parquet(directory / "truth_events.parquet")
        log = pd.read_parquet(directory / "events.parquet")
    assert meta["knobs"] == Knobs(**knobs).told()
    if not len(rings):
        return {"rings": 0}
    told = log[log.action == "order"].merge(truth, on="event_id", how="left")
    work = told[(told.is_camouflage == False).fillna(False)]  # noqa: E712 absent for honest ones
    honest = told[~told.user_id.isin(users.user_id)]
    passing = 0
    for ring in rings.itertuples():
        items = work.item_id[work.ring_id == ring.ring_id].unique()
        while_it_works = honest.ts.between(ring.start, ring.end) & honest.item_id.isin(items)
        passing += int(while_it_works.sum())
    uses = work.dropna(subset=["device_id", "ip"])
    sharers = log.merge(truth, on="event_id").groupby("device_id").user_id.nunique()
    lines = log.merge(truth, on="event_id").groupby("ip").user_id.nunique()
    return {
        "rings": len(rings),
        "size": rings.n_users.mean(),
        "orders": len(work) / rings.n_users.sum(),
        "density": rings.density.mean(),
        "camouflage": told.is_camouflage.sum() / len(work),
        "days": np.mean(
            [float(np.ptp(t.astype("int64"))) / 86.4e9 for _, t in work.groupby("ring_id").ts]
        ),
        "device": (uses.device_id.map(sharers) > 1).mean(),
        "ip": (uses.ip.map(lines) > 1).mean(),
        "clean": rings.stealth.mean(),
        "overlap": users.user_id.duplicated(keep=False).mean(),
        "organic": passing / len(work),
    }


def ratio(engine: str, trait: str, **knobs: float) -> float:
    turned = [measured(engine, seed=seed, **knobs)[trait] for seed in SEEDS]
    return float(np.mean(turned) / np.mean([measured(engine, seed=seed)[trait] for seed in SEEDS]))


def rest_stays(engine: str, moved: tuple[str, ...], **knobs: float) -> None:
    for trait in TRAITS:
        if trait not in moved:
            assert 0.75 < ratio(engine, trait, **knobs) < 1.33, trait


@pytest.fixture(params=list(ENGINES))
def engine(request) -> str:
    return request.param


def test_rings_counts_them_and_at_least_one_is_left(engine):
    assert [measured(engine, rings=r)["rings"] for r in (0.0, 0.01, 1.0, 4.0)] == [0, 1, 3, 12]
    rest_stays(engine, ("rings", "size", "density", "camouflage", "days", "orders"), rings=1.0)


def test_no_more_than_about_half_of_all_users_are_guilty(engine):
    crowded = measured(engine, rings=20.0, size=6.0)
    assert crowded["rings"] < 100
    assert 0.4 < crowded["rings"] * crowded["size"] / (EVENTS / 23) < 0.75


def test_size_counts_accounts(engine):
    assert 0.35 < ratio(engine, "size", size=0.4) < 0.5
    assert 2.4 < ratio(engine, "size", size=2.5) < 2.6
    rest_stays(engine, ("size",), size=2.5)


def test_strength_counts_orders_of_an_account(engine):
    small, large = (ratio(engine, "orders", strength=s) for s in (0.5, 3.0))
    assert 0.35 < small < 0.7
    assert 2.0 < large < 3.2
    rest_stays(engine, ("orders",), strength=3.0)


def test_density_is_the_share_of_the_list(engine):
    thin, thick = (ratio(engine, "density", density=d) for d in (0.5, 1.6))
    assert thin < 0.8
    assert thick > 1.15
    rest_stays(engine, ("density",), density=0.5)
    rest_stays(engine, ("density",), density=1.6)


def test_camouflage_counts_cover_visits(engine):
    assert measured(engine, camouflage=0.0)["camouflage"] == 0
    assert 3.2 < ratio(engine, "camouflage", camouflage=4.0) < 4.8
    rest_stays(engine, ("camouflage",), camouflage=4.0)


def test_pace_stretches_the_time_of_the_work_within_the_log(engine):
    quick, slow = (ratio(engine, "days", pace=p) for p in (0.3, 4.0))
    assert quick < 0.5
    assert slow > 1.2
    rest_stays(engine, ("days",), pace=0.3)
    rest_stays(engine, ("days",), pace=4.0)
    bursts = [measured(engine, mix="bursty", pace=p)["days"] for p in (1.0, 2.0, 4.0)]
    assert bursts[0] < bursts[1] < bursts[2] < 28


def test_rotation_hides_shared_devices_and_addresses(engine):
    for thing in ("device", "ip"):
        kept, half, none = (
            measured(engine, mix="identifier", rotation=r)[thing] for r in (0.0, 0.5, 1.0)
        )
        assert kept > 0.3
        assert 0.25 * kept < half < 0.8 * kept
        assert none < 0.5 * half
    rest_stays(engine, (), rotation=0.5)


def test_clean_is_the_share_of_stealthy_rings(engine):
    assert [measured(engine, clean=c)["clean"] for c in (0.0, 0.5, 1.0)] == [0.0, 0.5, 1.0]
    for trait in ("rings", "size"):
        assert measured(engine, clean=1.0)[trait] == measured(engine)[trait]


def test_overlap_is_the_share_of_accounts_with_a_second_ring(engine):
    some, many = (measured(engine, mix="slow", overlap=o)["overlap"] for o in (0.2, 0.6))
    assert measured(engine, mix="slow")["overlap"] < 0.1
    assert 0.1 < some < 0.3
    assert 0.4 < many < 0.75
    rest_stays(engine, (), overlap=0.2)


def test_organic_counts_honest_orders_on_the_items_of_rings(engine):
    at_rest = measured(engine)["organic"]
    for asked in (1.0, 4.0):
        more = measured(engine, organic=asked)["organic"] - at_rest
        assert 0.75 * asked < more < 1.2 * asked
    rest_stays(engine, (), organic=4.0)


def test_factors_and_shares_name_every_knob_but_one():
    assert (*FACTORS, *SHARES, "organic") == tuple(field.name for field in fields(Knobs))
    assert all(getattr(AT_REST, name) == 1 for name in FACTORS)


def test_knobs_are_read_from_words():
    assert parse_knobs([]) == AT_REST
    assert parse_knobs(["camouflage=4", "clean=0.5", "camouflage=2"]) == Knobs(
        camouflage=2.0, clean=0.5
    )
    assert parse_knobs(["pace=2"]).told() == {"pace": 2.0}
    assert parse_knobs(["rings=0"]).told() == {"rings": 0.0}


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("speed=2", "no knob 'speed'"),
        ("camouflage", "camouflage to ''"),
        ("camouflage=much", "camouflage to 'much'"),
        ("camouflage=nan", "camouflage to 'nan'"),
        ("camouflage=-1", "camouflage to '-1'"),
        ("overlap=1", "overlap to '1'"),
        ("rings=inf", "rings to 'inf'"),
    ],
)
def test_a_knob_that_cannot_be_set_is_told(word, told):
    with pytest.raises(InputError, match=told) as caught:
        parse_knobs([word])
    name, _, value = caught.value.hint.removeprefix("write it as ").partition("=")
    if name == word.split("=")[0]:
        assert np.isfinite(getattr(parse_knobs([f"{name}={value}"]), name))
