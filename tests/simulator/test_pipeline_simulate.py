import pytest

from ringfinder.errors import InputError
from ringfinder.pipeline.simulate import simulate


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"events": 10}, "10 events"),
        ({"events": 10**9}, "1000000000 events"),
        ({"seed": -1}, "seed -1"),
        ({"mix": "stew"}, "stew"),
        ({"engine": "steam"}, "steam"),
    ],
)
def test_bad_arguments_are_told_and_nothing_is_written(tmp_path, arguments, word):
    out = tmp_path / "world"
    with pytest.raises(InputError, match=word):
        simulate(out, **{"events": 5_000, "seed": 1, "mix": "mixed", **arguments})
    assert not out.exists()


def test_a_target_in_use_is_left_alone(tmp_path):
    (tmp_path / "letter").write_text("dear")
    for out in (tmp_path, tmp_path / "letter"):
        with pytest.raises(InputError, match="cannot write a world"):
            simulate(out, events=5_000, seed=1)
    assert [path.name for path in tmp_path.iterdir()] == ["letter"]


def test_a_world_is_written_whole_and_progress_is_told(tmp_path):
    told = []
    out = tmp_path / "new" / "world"
    result = simulate(out, events=5_000, seed=1, progress=lambda *step: told.append(step))
    assert result.directory == out
    assert (out / "meta.json").exists()
    assert sorted(path.name for path in out.parent.iterdir()) == ["world"]
    phases = ["gathering crowds", "simulating", "writing events"]
    assert list(dict.fromkeys(word for word, _, _ in told)) == phases
    for phase in phases:
        steps = [(done, total) for word, done, total in told if word == phase]
        assert steps == sorted(steps)
        assert len({total for _, total in steps}) == 1
    assert told[0][1] == 0
    assert told[-1][1:] == (result.meta["events"], result.meta["events"])


def test_a_failure_leaves_nothing(tmp_path, monkeypatch):
    def fail(directory, **_):
        (directory / "events.parquet").write_text("half")
        raise MemoryError

    monkeypatch.setattr("ringfinder.pipeline.simulate.write_world", fail)
    with pytest.raises(MemoryError):
        simulate(tmp_path / "world", events=5_000, seed=1)
    assert not list(tmp_path.iterdir())
