"""The model card: what a bundle is, for the person who must decide whether to trust it."""

from collections.abc import Mapping
from typing import Any

from ringfinder.nn.model import Dimensions

_METRICS = (("users", "hybrid, users"), ("flat", "flat baseline, users"), ("groups", "groups"))


def card(dimensions: Dimensions, version: str, training: Mapping[str, Any]) -> str:
    """Write the Markdown text of a card; `training` as `nn.train` fills it."""
    rows = [
        f"| {name} | {found['examples']} | {_number(found['base_rate'])} "
        f"| {_number(found['ap'])} | {_number(found['auroc'])} |"
        for key, name in _METRICS
        if (found := training["metrics"].get(key)) is not None
    ]
    stats = f"{dimensions.stats} group statistics" if dimensions.stats else "no group statistics"
    begun = f"bundle {training['started_from']}" if training["started_from"] else "random weights"
    apart = training.get("group_snapshots")  # of a group head that was trained apart
    of = "" if apart is None else f" of {apart} other snapshot(s)"
    return f"""# Ring-finding hybrid {version}

An LSTM over each user's last {dimensions.length} events (width {dimensions.lstm}) feeding a
relation-wise, hub-weighted GraphSAGE over users and what they touch (two hops, width
{dimensions.hidden}), with a head for users and one for groups. It reads
{len(dimensions.features)} user features and {stats}.

## Trained on

{training["snapshots"]} snapshot(s), {training["users"]} users by {training["method"]} (targets sum
to {_number(training["positives"])}), {training["groups"]} groups{of}; started from {begun}, seed
{training["seed"]}, best epoch {training["best_epoch"]} of {training["epochs"]}.

## Measured on a held-out part of the same

| held out | examples | base rate | AP | AUROC |
|---|---|---|---|---|
{chr(10).join(rows)}

Users who share a known ring were held out together.

## Limits

- Held-out figures are for logs like those it was trained on; on a foreign log expect less, and
  check its first rings by hand.
- A score is a reason to look, never proof: coordinated is not malicious.
- Features are ranked within a snapshot, so scores of two marketplaces do not compare.
- Identifiers that a mapping declares are treated as devices are.
- It sees the last events and the links of the snapshot only; a very small log gives it little to
  rank by.
"""


def _number(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.4g}"
