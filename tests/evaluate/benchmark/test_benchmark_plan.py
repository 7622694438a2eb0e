import subprocess
import sys
from pathlib import Path

import pytest

from ringfinder.errors import InputError, StoreError
from ringfinder.evaluate.benchmark import detectors, source
from ringfinder.evaluate.benchmark.detectors import chosen, detector
from ringfinder.evaluate.benchmark.worlds import Choice, asked, named, simulated
from ringfinder.evaluate.peers.registry import PEERS
from ringfinder.pipeline import benchmark as verb
from ringfinder.pipeline.benchmark import benchmark
from ringfinder.store.workspace import locked


def names(choice):
    return [world.name for world in simulated(choice)]


def test_worlds_are_every_choice_with_every_other():
    assert names(Choice()) == ["tastes-mixed-300k-s1"]
    found = names(Choice(("slow", "none"), ("tastes", "city"), (2_000, 2_000_000), (3, 4)))
    assert len(found) == len(set(found)) == 16
    assert "city-none-2m-s4" in found
    assert names(Choice(events=(2_345,), seeds=(1, 1))) == ["tastes-mixed-2345-s1"]


def test_knobs_are_turned_one_at_a_time_and_rest_is_not_turned():
    found = simulated(Choice(seeds=(1, 2), vary=("camouflage=0,1,4", "rotation=.5")))
    assert [world.recipe.value for world in found] == [None, 0, 4, 0.5] * 2
    assert found[2].name == "tastes-mixed-300k-s1-camouflage=4"
    assert found[2].setting == "tastes-mixed-300k-camouflage=4"
    assert found[0].setting == found[2].recipe.base == "tastes-mixed-300k"
    assert found[2].recipe.command(Path("w"))[-2:] == ["--knob", "camouflage=4"]
    assert len({world.key for world in found}) == len(found)


@pytest.mark.parametrize(
    ("choice", "word"),
    [
        (Choice(mixes=("odd",)), "mix 'odd'"),
        (Choice(engines=("steam",)), "engine 'steam'"),
        (Choice(vary=("camouflage",)), "cannot vary"),
        (Choice(vary=("camouflage=",)), "cannot vary"),
        (Choice(vary=("volume=1,2",)), "knob 'volume'"),
        (Choice(vary=("camouflage=1,x",)), "knob camouflage"),
        (Choice(vary=("rotation=2",)), "knob rotation"),
    ],
)
def test_what_nobody_knows_is_refused(choice, word):
    with pytest.raises(InputError, match=word):
        simulated(choice)


def test_nothing_asked_is_no_choice():
    assert asked(mixes=None, seeds=[]) is None
    assert asked(mixes=None, seeds=[2]) == Choice(seeds=(2,))


def test_a_directory_is_known_by_its_content(tiny):
    (before,) = named([tiny, tiny / ".." / tiny.name])
    assert before.name == before.setting == "tiny"
    (tiny / "notes.txt").write_text("no part of a world")
    assert named([tiny]) == [before]
    (tiny / "benign_groups.csv").write_text("group_id,kind,user_id\n")
    assert named([tiny])[0].key != before.key


@pytest.mark.parametrize(
    ("absent", "what"), [("truth_users.csv", "truth"), ("events.parquet", "log")]
)
def test_a_directory_that_is_no_world_is_refused(tiny, absent, what):
    (tiny / absent).unlink()
    with pytest.raises(InputError, match=f"holds no {what}"):
        named([tiny])


def test_ringfinder_and_the_fast_peers_run_unless_told_otherwise(monkeypatch):
    monkeypatch.setattr(detectors, "missing", lambda _: ())
    fast = [name for name, row in PEERS.items() if row.fast]
    assert [one.name for one in _chosen(monkeypatch, ()).detectors] == ["ringfinder", *fast]
    assert [one.name for one in _chosen(monkeypatch, (), every=True).detectors] == [
        "ringfinder",
        *PEERS,
    ]
    assert [one.name for one in chosen(["time-cells", "time-cells"], every=False).detectors] == [
        "time-cells"
    ]


def _chosen(monkeypatch, wanted, *, every=False):
    monkeypatch.setattr(detectors, "version", lambda _: "1")
    return chosen(wanted, every=every)


def test_a_peer_without_its_packages_is_skipped_by_name(monkeypatch):
    monkeypatch.setattr(
        detectors, "missing", lambda name: ("igraph",) if name == "leiden-cpm" else ()
    )
    found = chosen(["leiden-cpm", "time-cells"], every=False)
    assert [one.name for one in found.detectors] == ["time-cells"]
    assert found.skipped == {"leiden-cpm": "igraph not installed"}
    with pytest.raises(InputError, match="no detector can run"):
        chosen(["leiden-cpm"], every=False)
    with pytest.raises(InputError, match="detector 'oracle'"):
        chosen(["oracle"], every=False)


def test_no_command_names_a_truth():
    for name in ("ringfinder", "time-cells", "fraudar"):
        words = " ".join(word for command in detector(name).commands for word in command)
        assert "truth" not in words
        assert "events.parquet" in words


def test_a_digest_follows_what_is_imported(tmp_path, monkeypatch):
    package = tmp_path / "ringfinder"
    (package / "room").mkdir(parents=True)
    files = {
        "__init__.py": "",
        "room/__init__.py": "",
        "room/first.py": "import numpy\ndef f():\n    from ringfinder.room import second\n",
        "room/second.py": "from ringfinder.third import x\n",
        "third.py": "x = 1\n",
        "apart.py": "",
    }
    for name, text in files.items():
        (package / name).write_text(text)
    monkeypatch.setattr(source, "_ROOT", package)

    def both():
        source.code_digest.cache_clear()
        source.package_digest.cache_clear()
        return source.code_digest("ringfinder.room.first"), source.package_digest(("room",))

    try:
        first = both()
        (package / "apart.py").write_text("y = 2\n")
        second = both()
        (package / "third.py").write_text("x = 2\n")
        third = both()
        (package / "room" / "second.py").write_text("from ringfinder.third import x as y\n")
        fourth = both()
    finally:
        source.code_digest.cache_clear()
        source.package_digest.cache_clear()
    assert [a == b for a, b in zip(first, second, strict=True)] == [True, False]
    assert [a == b for a, b in zip(second, third, strict=True)] == [False, False]
    assert [a == b for a, b in zip(third, fourth, strict=True)] == [False, True]


def test_a_place_that_is_in_use_is_refused(tiny, tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("mine")
    for place in (tmp_path / "letters", tmp_path / "letters" / "dear.txt"):
        with pytest.raises(InputError, match="cannot keep a benchmark"):
            benchmark(place, worlds=[tiny], detectors=["identifier-rule"])
    assert (tmp_path / "letters" / "dear.txt").read_text() == "mine"


def test_two_runs_in_one_place_are_refused(tiny, tmp_path):
    out = tmp_path / "out"
    with (
        locked(out / "benchmark.lock"),
        pytest.raises(StoreError, match="another benchmark works") as caught,
    ):
        benchmark(out, worlds=[tiny], detectors=["identifier-rule"])
    assert "holds" in caught.value.why


def test_two_worlds_of_one_name_are_refused(tiny, tmp_path):
    tiny.rename(tmp_path / "tastes-mixed-2k-s1")
    with pytest.raises(InputError, match="two worlds are called tastes-mixed-2k-s1"):
        benchmark(
            tmp_path / "out",
            worlds=[tmp_path / "tastes-mixed-2k-s1"],
            choice=Choice(events=(2_000,)),
            detectors=["identifier-rule"],
        )


def test_pictures_are_left_out_where_they_cannot_be_drawn(monkeypatch, tmp_path):
    import drawn_results  # noqa: PLC0415 - from this directory

    def absent(*_):
        raise ModuleNotFoundError("matplotlib")

    monkeypatch.setattr(verb, "draw", absent)
    result = verb._written(drawn_results.drawn(), tmp_path)
    assert [path.name for path in result.pages] == ["results.json", "results.md"]
    assert any("ringfinder[plots]" in warning for warning in result.warnings)
    assert "skipped absent: igraph not installed" in result.warnings


def test_planning_imports_nothing_large():
    program = (
        "import sys\nimport ringfinder.evaluate.benchmark.worlds as w\n"
        "import ringfinder.evaluate.benchmark.detectors as d\n"
        "d.chosen((), every=True), w.simulated(w.Choice())\n"
        "print([m for m in ('torch', 'igraph', 'numba', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
