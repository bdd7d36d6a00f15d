"""Measuring: the one crossing from records in an engine to a tidy frame of figures."""

from sqaudit.measure.crossing import Question, listing, measure, queries

__all__ = ["Question", "listing", "measure", "queries"]
