"""Crowds that need no occasion: those who share a home, a desk, a school, a mast or a cafe."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ringfinder.events.simulator.city.circles import Circles, circles
from ringfinder.events.simulator.city.town import Town

Ints = NDArray[np.int64]

STANDING = ("family", "office", "campus", "dormitory", "carrier_nat", "cafe", "kiosk")
_FAMILY, _CROWD = 3, 5
"""The fewest people of a home, and of any other place, that are worth a record."""


def standing_crowds(town: Town) -> Iterator[tuple[str, Ints]]:
    """The kind and the people of each."""
    ties, networks = town.people.ties, town.people.networks
    yield from _of("family", ties.home, _FAMILY)
    yield from _of("office", ties.work, _CROWD)
    yield from _of("campus", ties.school, _CROWD)
    yield from _of("dormitory", circles(networks.dormitory), _CROWD)
    yield from _of("carrier_nat", circles(networks.gateway), _CROWD)
    kiosk = (networks.cafe >= 0) & (networks.kiosk[networks.cafe] >= 0)
    yield from _of("kiosk", circles(np.where(kiosk, networks.cafe, -1)), _CROWD)
    yield from _of("cafe", circles(np.where(kiosk, -1, networks.cafe)), _CROWD)


def _of(kind: str, places: Circles, fewest: int) -> Iterator[tuple[str, Ints]]:
    for place in np.flatnonzero(places.sizes >= fewest):
        yield kind, places.members(int(place))
