"""The verb `evaluate`: the figures of a sweep against a world whose truth is known."""

from pathlib import Path

from ringfinder.cases.sweep_record import last_sweep
from ringfinder.evaluate.report import EvaluateResult, report
from ringfinder.evaluate.reported import read_groups, read_scores
from ringfinder.evaluate.truth import read_truth
from ringfinder.store.workspace import Workspace


def evaluate(workspace: Workspace, *, truth: Path) -> EvaluateResult:
    """Measure the last sweep of the workspace against the truth of the world `truth`.

    Raises `InputError` when there was no sweep, or the world holds no truth.
    """
    sweep = last_sweep(workspace.sweeps).directory
    return evaluate_files(sweep / "rings.jsonl", sweep / "scores.csv", truth=truth)


def evaluate_files(rings: Path, scores: Path | None, *, truth: Path) -> EvaluateResult:
    """Measure a rings.jsonl and a scores.csv of any tool; without scores no user is measured.

    Raises `InputError` for files that cannot be read.
    """
    known = read_truth(truth)
    return report(known, read_groups(rings), None if scores is None else read_scores(scores))
