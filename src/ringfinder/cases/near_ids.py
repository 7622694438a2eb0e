"""Ids that look like one that nobody has, for a person who mistyped it."""

import difflib
import string

from ringfinder.cases.source import CaseSource

_SHOWN = 5
_AROUND = 100
_LONGEST = 64
_TYPED = string.ascii_lowercase + string.digits + "_-.@"


def near_ids(source: CaseSource, user: str) -> list[str]:
    """Offer up to five ids that look most like `user`, best first.

    Looked at are the ids one slip of the finger away, and the neighbours in the order of ids. So
    the search costs the same in a log of any length.
    """
    sound = user.encode("utf-8", "replace").decode()
    pool = set(source.near(sorted(_slips(sound)), sound, around=_AROUND))

    def unlike(name: str) -> tuple[float, int, str]:
        alike = difflib.SequenceMatcher(None, sound, name).ratio()
        return (-alike, -_same_start(sound, name), name)

    return sorted(pool, key=unlike)[:_SHOWN]


def _slips(user: str) -> set[str]:
    """Texts one letter more, less, other or swapped away, or in another case (Norvig 2007)."""
    if len(user) > _LONGEST:
        return set()
    letters = sorted({*_TYPED, *user})
    cuts = [(user[:i], user[i:]) for i in range(len(user) + 1)]
    return {
        user.strip(),
        user.lower(),
        user.upper(),
        *(left + right[1:] for left, right in cuts if right),
        *(left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1),
        *(left + letter + right[1:] for left, right in cuts if right for letter in letters),
        *(left + letter + right for left, right in cuts for letter in letters),
    }


def _same_start(left: str, right: str) -> int:
    return next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), len(left))
