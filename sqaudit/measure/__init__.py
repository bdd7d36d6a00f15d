"""Measuring: the one crossing from records in an engine to a tidy frame of figures."""

from sqaudit.measure.crossing import Question, listing, measure, queries
from sqaudit.measure.reading import needed_columns

__all__ = ["Question", "listing", "measure", "needed_columns", "queries"]
