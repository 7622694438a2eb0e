"""How likely a count is when nothing but chance is at work: the Poisson tail."""

import math

_ENOUGH_TERMS = 10_000
_NEGLIGIBLE = 1e-16


def log10_tail(observed: int, expected: float) -> float:
    """Give the decimal logarithm of P(X >= observed) for X ~ Poisson(expected).

    0.0 when `observed` is 0, minus infinity when `expected` is 0 and something was observed. The
    tail is summed from `observed` upwards relative to its first term, so that it never underflows.
    """
    if observed <= 0:
        return 0.0
    if expected <= 0:
        return -math.inf
    if observed <= expected:
        below = sum(math.exp(_log_term(k, expected)) for k in range(observed))
        return math.log10(max(1.0 - below, _NEGLIGIBLE))
    relative, term = 1.0, 1.0
    for k in range(observed + 1, observed + _ENOUGH_TERMS):
        term *= expected / k
        relative += term
        if term < relative * _NEGLIGIBLE:
            break
    return min(0.0, (_log_term(observed, expected) + math.log(relative)) / math.log(10))


def _log_term(k: int, expected: float) -> float:
    return k * math.log(expected) - expected - math.lgamma(k + 1)
