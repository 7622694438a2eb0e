import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from drawn_workspace import (
    AS_OF,
    CANDIDATE_ID,
    HOSTILE,
    HOUR,
    RING,
    RING_ID,
    START,
    Row,
    event_table,
    write_snapshot,
)

from ringfinder.cases.company import cells_of_user, company_of
from ringfinder.cases.investigation import investigate
from ringfinder.cases.lockstep import COMPARED, lockstep
from ringfinder.cases.names import Names
from ringfinder.cases.plain_text import cells_of
from ringfinder.cases.snapshot_source import SnapshotSource
from ringfinder.cases.sweep_record import last_sweep, sweep_as_of
from ringfinder.cases.terminal import screen
from ringfinder.cases.verdict import user_verdict
from ringfinder.errors import InputError, StoreError
from ringfinder.features.load import code_of, load_snapshot
from ringfinder.features.trading_cells import SLOT
from ringfinder.vocabulary import ACTIONS, TRADING


@pytest.fixture(scope="module")
def case_of(drawn):
    root, _ = drawn
    record = last_sweep(root / "sweeps")
    snapshot = load_snapshot(root / "snapshots" / "k1")
    with SnapshotSource(snapshot, record) as source:
        yield lambda user: investigate(source, user)


def test_a_ring_member_is_told_why(case_of):
    case = case_of("ring03")
    assert case.level == "suspicious"
    assert case.verdict[0] == "User ring03 is suspicious: score 0.93, rank 5 of 248 users."
    assert "farm-phone" in case.verdict[1]
    assert case.ring.ring_id == RING_ID
    phone = next(one for one in case.shared if one.kind == "device")
    assert (phone.entity, phone.holders, phone.in_ring, phone.weak) == ("farm-phone", 6, 5, False)
    assert set(phone.users) == {f"ring{n:02d}" for n in range(6)} - {"ring03"}
    assert phone.expected == pytest.approx(5 * 7 / 247)
    assert phone.one_in == 243


def test_a_carriers_address_is_weak_evidence_and_comes_last(case_of):
    case = case_of("ring03")
    assert [one.entity for one in case.shared if one.weak] == ["carrier-nat"]
    assert case.shared[-1].weak
    assert any("carrier-nat" in line and "weak" in line for line in screen(case))


def test_lockstep_counts_cells_against_chance(case_of):
    case = case_of("ring03")
    assert case.own_cells == 4
    assert case.partners_beyond_chance == 7
    assert {partner.cells for partner in case.partners} == {4}
    assert all(partner.in_ring and partner.beyond_chance for partner in case.partners)


def test_cells_and_their_total_match_a_slow_count(drawn):
    _, snapshot = drawn
    events = snapshot.events
    slow = {
        (int(item), int(ts) // SLOT, int(user))
        for item, ts, user, action in zip(
            events.entity["item"], events.ts, events.user, events.action, strict=True
        )
        if item >= 0 and ACTIONS[action] in TRADING
    }
    code = code_of(snapshot, "user", "user000003")
    own = {cell[:2] for cell in slow if cell[2] == code}
    cells = cells_of_user(snapshot, code)
    found = zip(cells.item.tolist(), cells.slot.tolist(), cells.user.tolist(), strict=True)
    assert cells.total == len(slow)
    assert set(found) == {cell for cell in slow if cell[:2] in own}
    with Names(snapshot) as names:
        company = company_of(snapshot, names, code, limit=COMPARED)
    assert {item: one.own for item, one in company.items.items()} == Counter(
        item for item, _ in own
    )
    met = sum(cell[:2] in own for cell in slow) - len(own)
    assert sum(one.others for one in company.items.values()) == met
    steps = lockstep(company, snapshot.n_users)
    for partner in steps.partners:
        theirs = {cell[:2] for cell in slow if cell[2] == partner.code}
        assert partner.cells == len(theirs & own) > 1
        assert partner.expected == pytest.approx(met * len(theirs) / len(slow))


def test_what_would_change_is_counted(case_of):
    changes = case_of("ring03").what_would_change
    assert changes[0] == "Without device farm-phone, 0 of 8 members share an identifier (now 6)."
    assert "of 7 lockstep partners" in changes[1]
    assert case_of("user000200").what_would_change == ()


def test_an_honest_user_is_left_in_peace(case_of):
    case = case_of("user000200")
    assert (case.level, case.ring, case.lookalike_checks) == ("not suspicious", None, ())
    assert "is not suspicious" in case.verdict[0]


def test_a_candidate_ring_alone_makes_nobody_suspicious(case_of):
    case = case_of("user000003")
    assert case.ring.ring_id == CANDIDATE_ID
    assert case.level == "not suspicious"


def test_every_ring_of_a_user_is_named(drawn, case_of):
    root, _ = drawn
    record = last_sweep(root / "sweeps")
    first, second = record.rings
    rings = [first] + [
        {**second, "rank": rank, "ring_id": f"r_{rank}", "members": ["ring03", "user000001"]}
        for rank in (2, 3, 4)
    ]
    with SnapshotSource(
        load_snapshot(root / "snapshots" / "k1"), replace(record, rings=rings)
    ) as source:
        case = investigate(source, "ring03")
    assert case.ring.ring_id == first["ring_id"]
    assert [(one.ring_id, one.rank) for one in case.other_rings] == [
        ("r_2", 2),
        ("r_3", 3),
        ("r_4", 4),
    ]
    assert f"Also in ring 2 (r_2, {second['size']} users) and 2 more rings." in screen(case)
    assert len(screen(case)) <= 23
    assert case_of("ring03").other_rings == ()


@pytest.mark.parametrize("user", ["ring03", "user000003", "user000200", HOSTILE])
def test_the_screen_fits_and_is_printable(case_of, user):
    lines = screen(case_of(user))
    assert lines[0].startswith("User ")
    assert lines[:2] == list(case_of(user).verdict)
    assert len(lines) <= 23
    assert all(cells_of(line) <= 80 and line.isprintable() for line in lines)


def test_the_timeline_resolves_to_stored_events(case_of):
    story = case_of("ring03").timeline
    assert story.by_action == {"order": 4, "pay": 4, "review": 4}
    assert story.events_total == len(story.events) == 12
    assert story.events[0].entities["item"] == "pushed0"
    assert story.first_seen == "2026-03-21T14:03:01Z"
    assert len({event.event_id for event in story.events}) == 12


def test_hostile_ids_survive_into_json(case_of):
    case = case_of(HOSTILE)
    text = json.dumps(case.to_dict())
    assert "\x1b" not in text
    assert json.loads(text)["user"] == HOSTILE


def test_unknown_users_are_offered_near_ids(case_of):
    with pytest.raises(InputError) as problem:
        case_of("ring0")
    assert problem.value.exit_code == 2
    assert "ring00" in problem.value.hint
    with pytest.raises(InputError, match=r"\\x1b"):
        case_of("\x1b[2J")


def test_a_slip_of_the_finger_anywhere_finds_the_user(case_of):
    for slip in ("rng03", "rinng03", "r1ng03", "irng03", "RING03", " ring03"):
        with pytest.raises(InputError) as problem:
            case_of(slip)
        assert problem.value.hint.startswith("did you mean ring03"), slip


def test_bytes_that_are_no_text_name_nobody(case_of):
    with pytest.raises(InputError, match=r"there is no user"):
        case_of("ring03\udcff")


def test_strangers_are_named_only_where_few_hold_an_identifier(case_of):
    case = case_of("ring03")
    assert {one.entity for one in case.shared if not one.identifier} == {
        "pushed0",
        "pushed1",
        "pushed2",
        "pushed3",
        "shop-x",
    }
    for one in case.shared:
        assert set(one.users) <= set(RING) - {"ring03"}
    lone = case_of("user000200")
    assert all(one.users == () for one in lone.shared if one.weak)


def test_a_user_without_items_or_company_works(tmp_path):
    rows = [Row(START + HOUR, "alone", "login", ip="10.9.9.9")]
    snapshot = write_snapshot(tmp_path / "k", event_table(rows))
    with Names(snapshot) as names:
        assert names.near(["alone"], "alon", 5) == ["alone", "alone"]
        company = company_of(snapshot, names, 0, limit=COMPARED)
    assert (company.total, lockstep(company, 1).partners) == (0, ())


def test_renaming_users_changes_no_figure(drawn, tmp_path, case_of):
    root, snapshot = drawn
    record = last_sweep(root / "sweeps")
    with Names(snapshot, whole=True) as names:
        codes = names.codes(RING)
        assert names.ids("user", codes) == sorted(
            RING, key=lambda one: int(one[4:6]) if one[:4] == "ring" else 99
        )
    shuffled = replace(record, rings=[{**record.rings[0], "members": RING[::-1]}])
    with SnapshotSource(snapshot, shuffled) as source:
        again = investigate(source, "ring03")
    assert again.shared == case_of("ring03").shared


def test_sweeps_are_found_by_time(drawn, tmp_path):
    root, _ = drawn
    assert sweep_as_of(root / "sweeps", as_of=AS_OF).sweep_id == "s1"
    with pytest.raises(InputError, match="no sweep"):
        sweep_as_of(root / "sweeps", as_of=AS_OF - 1)
    with pytest.raises(InputError, match="no sweep"):
        last_sweep(tmp_path)
    (tmp_path / "LAST").write_text("gone")
    with pytest.raises(StoreError):
        last_sweep(tmp_path)


def test_scores_stay_mapped(drawn):
    root, _ = drawn
    assert isinstance(last_sweep(root / "sweeps").scores, np.memmap)


def test_a_supported_innocent_explanation_comes_first(drawn):
    root, snapshot = drawn
    record = last_sweep(root / "sweeps")
    ring = record.rings[0]
    checks = [*ring["lookalike_checks"], {**ring["lookalike_checks"][0], "verdict": "supported"}]
    told = replace(record, rings=[{**ring, "lookalike_checks": checks}])
    with SnapshotSource(snapshot, told) as source:
        case = investigate(source, "ring03")
    assert [check["verdict"] for check in case.lookalike_checks] == [
        "supported",
        "ruled out",
        "ruled out",
        "not tested",
    ]
    assert any("supported" in line for line in screen(case))


def test_repeat_orders_within_hours_are_told_first_of_a_user_in_no_ring():
    said = "Ordered 7 times at seller s in 3 hours, 7 of 8 orders there."
    level, (first, second) = user_verdict(
        "u", score=0.4, rank=1, users=1_000, ring=None, shared=[], lockstep=[], bursts=[said]
    )
    assert level == "worth a look"
    assert first.startswith("User u is worth a look")
    assert second == said
