"""How far two lists of groups agree: between seeds, or with one more day of data."""

from collections.abc import Sequence

from ringfinder.evaluate.matching import match

TOP = 50


def stability(
    first: Sequence[frozenset[str]], second: Sequence[frozenset[str]], *, top: int = TOP
) -> float | None:
    """Mean Jaccard of the best `top` groups of both lists, matched one to one.

    Groups are matched for the greatest total Jaccard; one without a partner counts as 0, so a list
    that is longer than the other is not stable. None where both are empty.
    """
    ours, theirs = first[:top], second[:top]
    longer = max(len(ours), len(theirs))
    if not longer:
        return None
    matching = match(ours, theirs)
    total = 0.0
    for group, partner in enumerate(matching.ring_of.tolist()):
        if partner >= 0:
            shared = int(matching.shared[group, partner])
            total += shared / (len(ours[group]) + len(theirs[partner]) - shared)
    return total / longer
