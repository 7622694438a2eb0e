"""Who trades the same items in the same hours as a user, against what chance would give.

A cell is an item in a slot of three hours. Under the configuration model, each of the user's cells
holding n users meets a partner with d of all D user-cell pairs with probability (n - 1) d / D, so
that the shared cells are near Poisson with the sum as their mean (Newman, *Networks*, ch. 12).
"""

import math
from dataclasses import dataclass

from ringfinder.cases.chance import log10_tail
from ringfinder.cases.source import Company

COMPARED = 500
"""Companions that are compared at most: those that share most cells."""

_LOG10_LIMIT = -2.0
_LEAST_LOG10 = -300.0


@dataclass(frozen=True)
class Partner:
    """Another user: `cells` shared, `expected` by chance, `log10_p` of at least so many.

    `beyond_chance` says that the probability, times the number of users that could have been
    compared, is below 0.01.
    """

    user: str
    code: int
    cells: int
    expected: float
    log10_p: float
    beyond_chance: bool


@dataclass(frozen=True)
class Lockstep:
    """`own_cells` of the user, and everybody who shares two or more, least likely first."""

    own_cells: int
    partners: tuple[Partner, ...]

    @property
    def beyond_chance(self) -> tuple[Partner, ...]:
        """The partners that chance does not explain."""
        return tuple(partner for partner in self.partners if partner.beyond_chance)


def lockstep(company: Company, n_users: int, *, without_item: int | None = None) -> Lockstep:
    """Compare a user with its companions, leaving out one item's cells where asked."""
    kept = [cells for code, cells in company.items.items() if code != without_item]
    met = sum(cells.others for cells in kept)
    correction = math.log10(max(1, n_users - 1))
    partners = []
    for one in company.companions:
        count = sum(one.shared.values())
        if without_item is not None:
            count -= one.shared.get(without_item, 0)
        if count > 1:
            expected = met * one.cells / max(1, company.total)
            tail = max(log10_tail(count, expected), _LEAST_LOG10)
            beyond = tail + correction < _LOG10_LIMIT
            partners.append(Partner(one.user, one.code, count, expected, tail, beyond))
    partners.sort(key=lambda partner: (partner.log10_p, -partner.cells, partner.code))
    return Lockstep(sum(cells.own for cells in kept), tuple(partners))
