"""What every row of the feature catalogue obeys."""

import re

import ibis
import pytest

from ringfinder.features.catalogue import catalogue, themes
from ringfinder.features.feature import Feature, Inputs, Theme

DECLARED = ("card", "phone")
THEMES = themes(DECLARED)


@pytest.mark.parametrize("feature", catalogue(DECLARED), ids=lambda feature: feature.name)
def test_a_feature_is_named_and_told(feature: Feature) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", feature.name)
    assert len(feature.words) > 10
    assert feature.words[0] == feature.words[0].lower()
    assert "\n" not in feature.words


def test_names_and_words_stand_once() -> None:
    features = catalogue(DECLARED)
    assert len({feature.name for feature in features}) == len(features)
    assert len({feature.words for feature in features}) == len(features)


def test_a_declared_identifier_adds_columns_behind_the_others() -> None:
    plain = [feature.name for feature in catalogue()]
    more = [feature.name for feature in catalogue(DECLARED)]
    assert more[: len(plain)] == plain
    assert all("card" in name or "phone" in name for name in more[len(plain) :])


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.features[0].name)
@pytest.mark.parametrize("large", [False, True])
def test_a_theme_gives_one_row_of_float64_a_user(theme: Theme, large: bool) -> None:
    table = theme.table(Inputs.unbound(DECLARED, large=large))
    assert table.columns == ("user", *(feature.name for feature in theme.features))
    assert {str(table[feature.name].type()) for feature in theme.features} == {"float64"}


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.features[0].name)
def test_a_theme_sums_integers_only(theme: Theme) -> None:
    """Sums of floats depend on the order of rows, and so on threads."""
    operations = (
        theme.table(Inputs.unbound(DECLARED))
        .op()
        .find((ibis.expr.operations.Sum, ibis.expr.operations.Mean))
    )
    assert all(isinstance(found, ibis.expr.operations.Sum) for found in operations)
    assert all(found.arg.dtype.is_integer() or found.arg.dtype.is_boolean() for found in operations)
