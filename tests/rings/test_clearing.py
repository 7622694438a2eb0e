"""What would clear a ring: checked by taking the things out of the log and weighing it anew."""

import numpy as np
import pytest
from stories import honest, lockstep, snapshot_of
from test_beside import measured
from test_membership import codes_of

from ringfinder.features.load import ids
from ringfinder.rings.channels.protocol import read_log
from ringfinder.rings.clearing import MOST, clearing, clearing_fact
from ringfinder.rings.evidence import inspect
from ringfinder.rings.weighing import scratch

COLUMN = {"item": "item_id", "seller": "seller_id", "device": "device_id", "ip": "ip"}


def cleared(snapshot, prefix):
    log, members = read_log(snapshot), codes_of(snapshot, prefix)
    dossier = inspect(log, members, scratch(log.deals, log.idents))
    found = clearing(log, dossier, len(members))
    names = {kind: ids(snapshot, kind) for kind in ("user", *COLUMN)}
    fact = clearing_fact(found, dossier, names, len(members))
    return found, named(snapshot, found.things), fact


def named(snapshot, things):
    return [(kind, ids(snapshot, kind)[code]) for kind, code in things]


def apart(rows, things):
    """The log as if everybody had a thing of their own in the place of each of the things."""
    return [
        row
        | {
            COLUMN[kind]: f"own_{kind}_{row['user_id']}"
            for kind in COLUMN
            if (kind, row[COLUMN[kind]]) in things
            or (kind == "item" and ("seller", row["seller_id"]) in things)
        }
        for row in rows
    ]


def farm(size=16):
    return [
        row | {"device_id": f"farm{n % 2}"} for n, row in enumerate(lockstep("r", size, 5, (3, 9)))
    ]


@pytest.mark.parametrize("ring", [lockstep("r", 18, 6, (4, 9, 17)), farm()])
def test_the_ring_stands_out_until_the_things_are_taken_out_of_the_log(tmp_path, ring):
    rows = honest(1) + ring
    whole = snapshot_of(tmp_path / "whole", rows)
    found, things, fact = cleared(whole, "r")
    assert found.cleared
    assert ("seller", "s_r") in things
    assert measured(whole, codes_of(whole, "r"))["net_nats"] > 0
    left = snapshot_of(tmp_path / "left", apart(rows, things))
    assert measured(left, codes_of(left, "r"))["net_nats"] <= 0
    some = snapshot_of(tmp_path / "some", apart(rows, things[:-1]))
    assert measured(some, codes_of(some, "r"))["net_nats"] > 0
    assert fact.text.startswith("Without ")
    assert "seller s_r" in fact.text
    assert fact.observed > fact.expected
    assert fact.event_ids == ()


def test_an_item_is_named_rather_than_the_seller_of_nothing_else(tmp_path):
    ring = [row | {"seller_id": f"s{row['item_id']}"} for row in lockstep("r", 18, 2, (4,))]
    _, things, _ = cleared(snapshot_of(tmp_path, honest(1) + ring), "r")
    assert things
    assert {kind for kind, _ in things} == {"item"}


def test_a_group_without_net_evidence_needs_no_clearing(town):
    strangers = np.asarray(codes_of(town, "h")[:6])
    log = read_log(town)
    dossier = inspect(log, strangers, scratch(log.deals, log.idents))
    assert clearing(log, dossier, len(strangers)) is None


def test_where_too_much_is_shared_it_says_so(tmp_path):
    ring = [
        row | {"seller_id": f"s{row['item_id']}"} for row in lockstep("r", 40, 14, (2, 9, 16, 23))
    ]
    found, things, fact = cleared(snapshot_of(tmp_path, honest(1) + ring), "r")
    assert not found.cleared
    assert len(things) == MOST
    assert fact.text.startswith("Even without the 8 items ")
    assert fact.text.endswith("would still stand out from chance.")
