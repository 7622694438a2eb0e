"""Which rings a world holds: one row a mix."""

from dataclasses import dataclass

from ringfinder.events.simulator.typologies import TYPOLOGIES


@dataclass(frozen=True)
class Mix:
    """A composition of rings: typologies in turn, with a share of them in the stealthy form.

    `lookalikes` are kinds that a world holds only when they are named here.
    """

    typologies: tuple[str, ...]
    stealth: float
    lookalikes: tuple[str, ...] = ()


MIXES = {
    "mixed": Mix(tuple(name for name in TYPOLOGIES if name != "improvised"), stealth=0.5),
    "bursty": Mix(("device_farm", "lockstep", "empty_parcel", "promo_burst"), stealth=0.0),
    "slow": Mix(("one_merchant", "task_platform", "slow_drip"), stealth=0.5),
    "identifier": Mix(
        ("device_farm", "proxy_pool", "referral_chain", "takeover_fleet"), stealth=0.0
    ),
    "improvised": Mix(("improvised",), stealth=0.4, lookalikes=("gathering",)),
    "none": Mix((), stealth=0.0),
    "gatherings": Mix((), stealth=0.0, lookalikes=("gathering",)),
}
