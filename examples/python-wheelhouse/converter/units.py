"""Units as (quantity, factor, offset): a value in the base unit is value * factor + offset."""

UNITS = {
    "m": ("length", 1.0, 0.0),
    "km": ("length", 1000.0, 0.0),
    "mi": ("length", 1609.344, 0.0),
    "ft": ("length", 0.3048, 0.0),
    "kg": ("mass", 1.0, 0.0),
    "g": ("mass", 0.001, 0.0),
    "lb": ("mass", 0.45359237, 0.0),
    "K": ("temperature", 1.0, 0.0),
    "C": ("temperature", 1.0, 273.15),
    "F": ("temperature", 5.0 / 9.0, 459.67 * 5.0 / 9.0),
}


class UnknownUnit(ValueError):
    """There is no such unit, or the two units measure different things."""


def convert(value, source, target):
    """`value`, given in `source`, in `target`."""
    for unit in (source, target):
        if unit not in UNITS:
            raise UnknownUnit(f"unknown unit '{unit}'; known are {', '.join(UNITS)}")
    source_quantity, source_factor, source_offset = UNITS[source]
    target_quantity, target_factor, target_offset = UNITS[target]
    if source_quantity != target_quantity:
        raise UnknownUnit(
            f"'{source}' is a {source_quantity} and '{target}' is a {target_quantity}"
        )
    return (value * source_factor + source_offset - target_offset) / target_factor
