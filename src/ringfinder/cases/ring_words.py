"""A ring in words, from its line of rings.jsonl alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from ringfinder.cases.plain_text import visible
from ringfinder.rings.lineage import RETURNED
from ringfinder.rings.ring import ALERT_FALSE_SHARE, CLEARING, OPERATOR

_CHECK_ORDER = {"supported": 0, "ruled out": 1, "not tested": 2}


def ring_verdict(ring: Mapping[str, Any]) -> str:
    """Say in one sentence whether the ring is an alert, and the strongest fact for it."""
    word = "Suspicious" if ring["alert"] else "Below the alert line"
    return f"{word}: {strongest_fact(ring)}"


def checks_in_order(ring: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Order the look-alike checks: first the innocent explanations that the data support."""
    return sorted(ring["lookalike_checks"], key=lambda check: _CHECK_ORDER.get(check["verdict"], 3))


def what_clears(ring: Mapping[str, Any]) -> list[str]:
    """Say without what the ring would not stand out: one sentence, or none."""
    return [str(fact["text"]) for fact in ring["evidence"] if fact["kind"] == CLEARING]


def facts_of(ring: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List the facts against the ring, the most telling first."""
    return [fact for fact in ring["evidence"] if fact["kind"] != CLEARING]


def operators_of(ring: Mapping[str, Any]) -> Mapping[str, Sequence[str]]:
    """Give the identifiers most of whose users are members, by type; a former version told none."""
    operators: Mapping[str, Sequence[str]] = ring.get("operators", {})
    return operators


def parts_played(ring: Mapping[str, Any]) -> dict[str, list[str]]:
    """Sort what the ring shares by the part it plays, in plural words, the most telling first.

    Items and sellers are targets. An identifier is an operator's where most of its users are
    members, else it is shared.
    """
    parts: dict[str, list[str]] = {}
    for kind, ids in ring["entities"].items():
        operators = operators_of(ring).get(kind, ())
        for one in ids:
            shared = OPERATOR if one in operators else "shared"
            part = "target" if kind in ("item", "seller") else shared
            parts.setdefault(f"{part} {kind}s", []).append(one)
    return parts


def strongest_fact(ring: Mapping[str, Any]) -> str:
    """Give the first sentence of the ring's evidence, or what proposed it when there is none."""
    evidence = facts_of(ring)
    return str(evidence[0]["text"]) if evidence else f"found by {', '.join(ring['channels'])}"


def alerts_words() -> str:
    """Say how many of the alerts may be false."""
    return f"Of the alerts at most {100 * ALERT_FALSE_SHARE:.0f} % are expected to be false."


def lineage_words(ring: Mapping[str, Any]) -> str:
    """Say what became of the ring since the last sweep, in words."""
    lineage = ring["lineage"]
    before = ", ".join(visible(name) for name in lineage["previous"])
    if lineage["status"] == "new" or not before:
        return "new"
    if lineage["status"] == "same":
        return "unchanged"
    if lineage["status"].startswith(RETURNED):
        return f"{lineage['status']}, before {before}"
    word = {"merged": "merged from", "split": "split off"}.get(
        lineage["status"], f"{lineage['status']} from"
    )
    return f"{word} {before} ({lineage['overlap']:.0%} in common)"
