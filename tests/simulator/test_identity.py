import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfinder.events.simulator.identity import addresses, hashed_ids, scramble


@settings(max_examples=25, deadline=None)
@given(salt=st.integers(0, 2**40), bits=st.sampled_from([8, 12, 16]))
def test_scramble_is_a_bijection(salt, bits):
    values = scramble(np.arange(2**bits), bits=bits, salt=salt)
    assert np.array_equal(np.sort(values), np.arange(2**bits, dtype=np.uint64))


def test_ids_are_distinct_and_their_order_carries_nothing():
    ids, number = hashed_ids(np.arange(5_000), kind="u", digits=8, salt=3)
    names = ids.to_pylist()
    assert len(set(names)) == 5_000
    assert all(len(name) == 10 and name.startswith("u_") for name in names)
    assert np.argsort(number).tolist() == np.argsort(names).tolist()
    assert abs(np.corrcoef(np.argsort(np.argsort(number)), np.arange(5_000))[0, 1]) < 0.05


def test_addresses_are_distinct_and_public():
    found = addresses(np.arange(3_000), salt=1).to_pylist()
    assert len(set(found)) == 3_000
    assert all(60 <= int(one.split(".")[0]) <= 123 for one in found)


@pytest.mark.parametrize("kind", ["u", "e"])
def test_another_salt_another_id(kind):
    one, _ = hashed_ids(np.arange(100), kind=kind, digits=11, salt=1)
    two, _ = hashed_ids(np.arange(100), kind=kind, digits=11, salt=2)
    assert not set(one.to_pylist()) & set(two.to_pylist())
