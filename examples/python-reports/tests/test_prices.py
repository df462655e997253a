import sys

import pytest

from shop.prices import text, total


@pytest.mark.parametrize(("quantity", "expected"), [(0, 0), (1, 250), (9, 2250), (10, 2250)])
def test_many_pieces_cost_less(quantity, expected):
    assert total(250, quantity) == expected


def test_a_price_has_two_decimals():
    assert text(205) == "2.05 EUR"


@pytest.mark.skipif(sys.platform != "win32", reason="only on Windows")
def test_windows():
    raise AssertionError
