"""The weighing kernel against a slow oracle that follows its definition step by step."""

import math

import numpy as np
import pytest
from stories import HOUR, Row, order, snapshot_of

from ringfinder.rings.channels.protocol import Log, read_log
from ringfinder.rings.deals import WIDTHS
from ringfinder.rings.weighing import MIN_SHARE, PRIOR, choose, clear, scratch, weigh


def small_log(tmp_path, seed: int) -> Log:
    draw = np.random.default_rng(seed)
    rows: list[Row] = []
    for user in range(40):
        for _ in range(int(draw.integers(1, 6))):
            item = int(draw.integers(12)) if user > 7 else int(draw.integers(3))
            hours = draw.integers(600) if user > 7 else draw.integers(5)
            device = f"d{int(draw.integers(30))}" if user > 7 else "d_shared"
            rows.append(order(f"u{user}", int(hours) * HOUR, f"i{item}", device_id=device))
    return read_log(snapshot_of(tmp_path / str(seed), rows))


def gain(k: int, n: int, q: float) -> float:
    rate = (k - 1 + q) / n
    if rate <= q:
        return 0.0
    return k * math.log(rate / q) + (n - k) * math.log((1 - rate) / (1 - q))


def oracle(log: Log, members: set[int]) -> tuple[dict[int, float], float]:
    """Likelihood of every user who touches something kept, and the base; dictionaries only."""
    deals, idents = log.deals, log.idents
    n, n_users = len(members), len(deals.ptr) - 1
    dealt = {
        v: dict(
            zip(
                deals.target[deals.ptr[v] : deals.ptr[v + 1]].tolist(),
                deals.ts[deals.ptr[v] : deals.ptr[v + 1]].tolist(),
                strict=True,
            )
        )
        for v in range(n_users)
    }
    holds = {
        v: set(idents.entity[idents.ptr[v] : idents.ptr[v + 1]].tolist()) for v in range(n_users)
    }
    browsed = {v: {x for x in dealt[v] if x >= deals.browsed} for v in dealt}
    llr: dict[int, float] = {}
    base = 0.0
    for x in range(len(deals.target_ptr) - 1):
        customers = {v for v in dealt if x in dealt[v]}
        k, outside = len(customers & members), len(customers - members)
        browsing = x >= deals.browsed
        of_kind = {v: browsed[v] if browsing else dealt[v].keys() - browsed[v] for v in dealt}
        n_deals = sum(len(of_kind[v]) for v in dealt)
        every_ts = [dealt[v][y] for v in dealt for y in of_kind[v]]
        mean = sum(len(of_kind[v]) for v in members) / n

        def rate(own: float, outside: int = outside, n_deals: int = n_deals) -> float:
            return min(0.9, max(own, 1) * (outside + PRIOR) / n_deals)

        if k < 2 or k < MIN_SHARE * n or gain(k, n, rate(mean)) <= math.log(len(deals.target_ptr)):
            continue
        absent = math.log((1 - (k - 1) / n) / (1 - rate(mean)))
        base += absent
        for v in customers:
            ks, ns = (k - 1, n - 1) if v in members else (k, n)
            q = rate(len(of_kind[v]))
            nats = math.log((ks + PRIOR * q) / (ns + PRIOR) / q)
            step = 0.0
            for width in WIDTHS:
                low, high = dealt[v][x] - width // 2, dealt[v][x] + width // 2
                near = {w for w in customers - {v} if low <= dealt[w][x] <= high}
                inside = len(near & members)
                everywhere = sum(low <= ts <= high for ts in every_ts) / n_deals
                theirs = (len(near - members) + everywhere) / (outside + 1)
                ours = (inside + theirs) / (ks + 1)
                step = max(step, math.log(ours / theirs) - math.log(len(WIDTHS) + 1))
            llr[v] = llr.get(v, 0.0) + nats - absent + step
    for x in range(len(idents.entity_ptr) - 1):
        holders = {v for v in holds if x in holds[v]}
        k, outside = len(holders & members), len(holders - members)
        q = (outside + PRIOR) / (n_users - n + 1)
        if k < 2 or gain(k, n, q) <= math.log(len(idents.entity_ptr)):
            continue
        absent = math.log((1 - (k - 1) / n) / (1 - q))
        base += absent
        for v in holders:
            ks, ns = (k - 1, n - 1) if v in members else (k, n)
            llr[v] = llr.get(v, 0.0) + math.log((ks + PRIOR * q) / (ns + PRIOR) / q) - absent
    return llr, base


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_kernel_weighs_as_its_definition_says(tmp_path, seed):
    log = small_log(tmp_path, seed)
    cells = scratch(log.deals, log.idents)
    draw = np.random.default_rng(seed)
    weighed = 0
    for size in (4, 8, 15):
        members = np.sort(draw.choice(40, size, replace=False)).astype(np.int32)
        if size == 8:
            members = np.sort(log.idents.user[: log.idents.entity_ptr[1]])
            members = members if len(members) >= 4 else np.arange(8, dtype=np.int32)
        wanted, wanted_base = oracle(log, set(members.tolist()))
        seen_t, seen_e, kept_t, kept_e, mean = choose(members, log.deals, log.idents, cells)
        m, base = weigh(len(members), kept_t, kept_e, mean, log.deals, log.idents, cells)
        got = {int(v): float(cells.llr[v]) for v in cells.touched[:m]}
        clear(members, seen_t, seen_e, kept_t, m, log.deals, cells)
        assert got.keys() == wanted.keys()
        for v, nats in wanted.items():
            assert got[v] == pytest.approx(nats, abs=1e-9)
        assert base == pytest.approx(wanted_base, abs=1e-9)
        weighed += len(got)
    assert weighed > 0


def test_the_scratch_is_zero_again_after_use(found):
    for name, cells in found.cells._asdict().items():
        if name not in ("touched", "before"):
            assert not cells.any(), name
