import json
from dataclasses import replace

import drawn_results
import pytest

from ringfinder.errors import InputError
from ringfinder.evaluate.benchmark import plots
from ringfinder.evaluate.benchmark.results import Results, read_results, write_results
from ringfinder.evaluate.benchmark.summary import (
    credit,
    line,
    recall_by,
    size_bucket,
    size_buckets,
    smallest_found,
)
from ringfinder.evaluate.benchmark.table import page


@pytest.fixture(scope="module")
def results():
    return drawn_results.drawn()


def test_results_survive_the_file(results, tmp_path):
    write_results(results, tmp_path / "results.json")
    assert read_results(tmp_path / "results.json") == results
    assert json.loads((tmp_path / "results.json").read_text())["schema"] == 1
    (tmp_path / "results.json").write_text('{"schema": 1, "machine": {}}')
    with pytest.raises(InputError, match=r"results\.json"):
        read_results(tmp_path / "results.json")


def test_a_line_is_the_mean_over_seeds(results):
    ours = line(results, "tastes-mixed-300k", "ringfinder")
    assert (ours.worlds, ours.failed) == (2, 0)
    assert ours.ap == pytest.approx(0.9)
    assert ours.cpu_s == pytest.approx(11)
    assert ours.median_jaccard is None
    assert ours.user_ap is None
    peer = line(results, "tastes-mixed-300k", "peer")
    assert peer.false_by_kind == {"fan": 3.0, "live": 0.5}
    assert peer.ap_interval[0] < 0.5 < peer.ap_interval[1]
    late = line(results, "tastes-mixed-300k-camouflage=6", "peer")
    assert (late.worlds, late.failed, late.ap) == (1, 1, 0.5)


def test_a_detector_without_a_finished_cell_has_no_figures(results):
    none = line(results, "tastes-mixed-300k", "absent")
    assert (none.worlds, none.failed, none.ap, none.ap_interval) == (0, 2, None, None)


def test_credits_are_the_precision_at_each_hit(results):
    assert credit(results.cells[1]) == pytest.approx([1, 1, 1, 4 / 60])
    assert credit(results.cells[3]) == pytest.approx([1, 0, 2 / 3, 3 / 4])


@pytest.mark.parametrize(
    ("size", "bucket"),
    [(1, "under 10"), (9, "under 10"), (10, "10-19"), (79, "40-79"), (160, "160+"), (999, "160+")],
)
def test_sizes_fall_into_their_bucket(size, bucket):
    assert size_bucket(size) == bucket
    assert bucket in size_buckets()


def test_recall_and_the_smallest_ring(results):
    cells = results.done("peer", results.at_rest)
    assert recall_by(cells, lambda ring: ring["typology"]) == {"drip|x": (6, 8)}
    by_size = recall_by(cells, lambda ring: size_bucket(ring["size"]))
    assert by_size["under 10"] == (2, 2)
    assert by_size["40-79"] == (1, 2)
    assert [smallest_found(cell) for cell in cells] == [8, 8]
    assert smallest_found(drawn_results.cell(results.worlds[0], "peer", [None, 51, 50])) == 32


def test_the_page_tells_everything(results):
    told = page(results)
    assert "Skipped: absent (igraph not installed)." in told
    assert "2 worlds, 300,001 events in the mean, 8 rings in all." in told
    assert "| peer | 0.500 (" in told
    assert "| fan 3, live 0.5 | 5 (3) | - | 2.0 | 3.0 | 100 |" in told
    assert "| drip\\|x | 8 | 0.88 | 0.75 |" in told
    assert "| peer (1 failed) |" in told
    failures = told.partition("## What failed")[2]
    assert "| tastes-mixed-300k-s2-camouflage=6 | peer | 0.0 | ran past its limit of 9 s |" in (
        failures
    )
    for row in told.splitlines():
        if row.startswith("|"):
            assert row.endswith(" |")


def test_a_world_without_rings_and_without_figures_can_be_told():
    world = drawn_results.facts(1, mix="none")
    cells = (
        drawn_results.cell(world, "peer", [], ap=None),
        drawn_results.failed(world, "ringfinder"),
    )
    bare = Results(drawn_results.MACHINE, "0.0", ("ringfinder", "peer"), {}, (world,), cells)
    assert "| ringfinder | failed |" in page(bare)
    assert "| peer | - | 0.40 |" in page(bare)
    assert "Recall" not in page(bare)


@pytest.mark.parametrize("name", ["full", "bare"])
def test_pictures_are_drawn_alike_twice(results, tmp_path, name):
    pytest.importorskip("matplotlib")
    if name == "bare":
        world = drawn_results.facts(1, mix="none")
        cells = (drawn_results.cell(world, "peer", [], ap=None, false={}),)
        results = Results(drawn_results.MACHINE, "0.0", ("peer", "lost"), {}, (world,), cells)
    written = plots.draw(results, tmp_path / "plots")
    names = {path.name for path in written}
    usual = {"recall-by-size.svg", "smallest-ring.svg", "false-by-kind.svg", "cost.svg"}
    turned = {"ap-camouflage.svg", "evasion-camouflage.svg"} if name == "full" else set()
    assert names == usual | turned
    before = [path.read_bytes() for path in written]
    assert all(b"<svg" in picture for picture in before)
    assert [path.read_bytes() for path in plots.draw(results, tmp_path / "plots")] == before


def test_a_knob_that_rests_at_the_mixs_own_is_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    worlds = (drawn_results.facts(1), drawn_results.facts(1, "clean", 0.5))
    cells = tuple(drawn_results.cell(world, "peer", [1]) for world in worlds)
    results = Results(drawn_results.MACHINE, "0.0", ("peer",), {}, worlds, cells)
    written = plots.draw(results, tmp_path)
    assert "ap-clean.svg" in {path.name for path in written}
    assert "clean=0.5" in page(results)


def test_pictures_of_an_earlier_run_go(results, tmp_path):
    pytest.importorskip("matplotlib")
    (tmp_path / "ap-density.svg").write_text("old")
    plots.draw(results, tmp_path)
    assert not (tmp_path / "ap-density.svg").exists()


def test_cost_is_drawn_over_every_size_and_tells_what_did_not_finish(tmp_path):
    pytest.importorskip("matplotlib")
    worlds = tuple(drawn_results.facts(1, events=n) for n in (100_000, 120_000, 3_000_000))
    cells = [drawn_results.cell(world, "peer", [1], cpu_s=world.events / 1e5) for world in worlds]
    results = Results(drawn_results.MACHINE, "0.0", ("peer",), {}, worlds, tuple(cells))
    plots.draw(results, tmp_path)
    # Matplotlib names each word that it draws in a comment.
    picture = (tmp_path / "cost.svg").read_text()
    assert "<!-- 100k -->" in picture
    assert "<!-- 120k -->" not in picture
    assert "<!-- 3m -->" in picture
    assert "did not finish" not in picture
    late = replace(cells[2], reason="ran past its limit of 9 s", figures=None)
    plots.draw(replace(results, cells=(*cells[:2], late)), tmp_path)
    assert "did not finish" in (tmp_path / "cost.svg").read_text()
