import re

import numpy as np
from drawn_workspace import CANDIDATE_ID, RING, RING_ID, ring_line

from ringfinder.cases.picture import NODES, Node, picture
from ringfinder.cases.ring_case import ranks_of
from ringfinder.cases.ring_words import facts_of, parts_played
from ringfinder.cases.sweep_record import last_sweep
from ringfinder.cli.told import one_ring
from ringfinder.pipeline.report import write_report
from ringfinder.store.casebook import Decision, append
from ringfinder.store.workspace import Workspace


def test_the_report_is_one_safe_file_and_the_same_each_time(drawn, tmp_path):
    root, snapshot = drawn
    workspace = Workspace(root)
    directory = last_sweep(workspace.sweeps).directory
    page = write_report(workspace, directory, snapshot, tmp_path / "out")
    again = write_report(workspace, directory, snapshot, tmp_path / "again.html")
    assert page == tmp_path / "out" / "index.html"
    assert page.read_bytes() == again.read_bytes()
    html = page.read_text()
    assert html.index("Ranked list") < html.index("Ring by ring")
    assert html.index(f'href="#{RING_ID}"') < html.index(f'href="#{CANDIDATE_ID}"')
    assert "Of the alerts at most 15 % are expected to be false." in html
    assert html.count("What would clear it") == 2
    assert html.count("Without device farm-phone") == 2
    assert "Operator devices:</span> farm-phone" in html
    assert "<img" not in html
    assert "\x1b" not in html
    assert not re.search(r"(src|href)=[\"'](?!#)", html)
    assert str(root) not in html


def test_decisions_stand_in_the_report(drawn, tmp_path):
    root, snapshot = drawn
    workspace = Workspace(tmp_path)
    append(workspace.casebook, Decision(1, "ring", RING_ID, tuple(RING), "confirmed", "x", "me"))
    directory = last_sweep(root / "sweeps").directory
    page = write_report(workspace, directory, snapshot, tmp_path / "r.html")
    assert "decided: confirmed" in page.read_text()


def test_a_ring_on_the_terminal_says_what_would_clear_it_and_lists_borderline_members_apart():
    line = ring_line(1, RING_ID, RING, alert=True)
    told = list(one_ring(line))
    assert facts_of(line) == line["evidence"][:2]
    assert sum("Without device farm-phone" in one for one in told) == 1
    members = next(one for one in told if one.startswith("Members: "))
    borderline = next(one for one in told if one.startswith("Borderline members: "))
    named = members.split(": ")[1].split(", ") + borderline.split(": ")[1].split(", ")
    assert members.count(", ") == 5
    assert len(named) == len(RING)


def test_a_picture_keeps_to_its_nodes_and_collapses_crowds():
    members = [f"m{n:03d}" for n in range(300)]
    private = [Node("device", f"d{n}", frozenset(members[n : n + 3]), hub=False) for n in range(60)]
    crowds = [Node("ip", f"nat{n}", frozenset(members), hub=True) for n in range(5)]
    drawing = picture(members, private + crowds, "a ring")
    assert drawing.count("<circle") + drawing.count("<rect") <= NODES
    assert "5 shared by a crowd" in drawing
    assert "more members" in drawing or "more alike" in drawing
    assert drawing == picture(members[::-1], private + crowds, "a ring")


def test_a_picture_of_members_that_share_nothing_is_drawn():
    assert "<svg" in picture(["a", "b"], [], "nothing")


def test_equal_scores_share_the_better_rank():
    assert ranks_of(np.array([0.1, 0.9, 0.9, 0.5], np.float32)).tolist() == [4, 1, 1, 3]


def test_what_a_ring_shares_is_sorted_by_the_part_it_plays():
    ring = {
        "entities": {"item": ["i1", "i2"], "seller": ["s1"], "device": ["d1", "d2"], "ip": ["d1"]},
        "operators": {"device": ["d2"]},
    }
    assert parts_played(ring) == {
        "target items": ["i1", "i2"],
        "target sellers": ["s1"],
        "shared devices": ["d1"],
        "operator devices": ["d2"],
        "shared ips": ["d1"],
    }
