import itertools

import pytest

from converter import UnknownUnit, convert
from converter.units import UNITS


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (1, "km", "m", 1000),
        (26.2188, "mi", "km", 42.195),
        (1, "lb", "g", 453.59237),
        (100, "C", "F", 212),
        (-40, "F", "C", -40),
        (0, "K", "C", -273.15),
    ],
)
def test_known_values(value, source, target, expected):
    assert convert(value, source, target) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("source", "target"), itertools.permutations(UNITS, 2))
def test_there_and_back(source, target):
    if UNITS[source][0] != UNITS[target][0]:
        with pytest.raises(UnknownUnit):
            convert(1, source, target)
        return
    assert convert(convert(7, source, target), target, source) == pytest.approx(7)


def test_an_unknown_unit_is_named():
    with pytest.raises(UnknownUnit, match="unknown unit 'parsec'"):
        convert(1, "parsec", "m")
