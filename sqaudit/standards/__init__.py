"""Standards: written rules of service quality as versioned, validated data."""

from sqaudit.standards.model import Indicator, Measure, Standard
from sqaudit.standards.read import read_assumptions, read_standard

__all__ = ["Indicator", "Measure", "Standard", "read_assumptions", "read_standard"]
