"""Measuring: the one crossing from records in an engine to a tidy frame of figures."""

from sqaudit.measure.crossing import listing, measure, queries
from sqaudit.measure.question import Question

__all__ = ["Question", "listing", "measure", "queries"]
