import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from ringfinder.cases.chance import log10_tail
from ringfinder.cases.plain_text import cells_of, clip, count, fit, one_in, pad, small, visible


@settings(max_examples=60)
@given(st.text(max_size=60), st.integers(4, 40))
def test_text_is_printable_and_never_wider_than_asked(text, width):
    assert all(char.isprintable() for char in visible(text))
    assert cells_of(fit(text, width)) <= width
    assert cells_of(pad(text, width)) == width
    assert cells_of(clip(visible(text), width)) <= width


def test_hostile_characters_are_spelled_out():
    assert visible("a\nb\x1b[31m\u202ec") == "a\\nb\\x1b[31m\\u202ec"
    assert visible("naïve 用户 'quoted' <b>") == "naïve 用户 'quoted' <b>"


@pytest.mark.parametrize(
    ("observed", "expected"), [(1, 0.01), (4, 0.1), (3, 5.0), (50, 40.0), (9, 0.002), (0, 1.0)]
)
def test_tail_is_the_poisson_tail(observed, expected):
    truth = poisson.logsf(observed - 1, expected) / math.log(10)
    assert log10_tail(observed, expected) == pytest.approx(truth, abs=1e-9)


def test_tail_of_the_impossible_and_of_the_far():
    assert log10_tail(1, 0.0) == -math.inf
    assert -2135 < log10_tail(500, 0.01) < -2134


def test_numbers_in_words():
    assert one_in(-0.1) == "likely by chance"
    assert one_in(-2) == "1 in 100"
    assert one_in(math.log10(1 / 3e6)) == "1 in 3 million"
    assert one_in(-40) == "beyond any chance"
    assert (small(0.0), small(0.00001), small(0.0234), small(3.44), small(1234.5)) == (
        "0",
        "under 0.001",
        "0.023",
        "3.4",
        "1,234",
    )
    assert (count(1, "user"), count(2000, "user")) == ("1 user", "2,000 users")
