"""Converts lengths, masses and temperatures; the web service is in `converter.app`."""

from converter.units import UnknownUnit, convert

__all__ = ["UnknownUnit", "convert"]
