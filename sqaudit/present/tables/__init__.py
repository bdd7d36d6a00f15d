"""The tables of a report: frames of results in, tables for a reader out, in one language or two.

Every function returns a `Block`. A column that a frame lacks, or a value that is missing, is shown as a dash;
an empty frame becomes one quiet sentence.
"""

from sqaudit.present.tables.findings import lint_table
from sqaudit.present.tables.grounds import checks_table, definitions_table, plain_table, row_account_table
from sqaudit.present.tables.results import LEAST_CASES, changes_table, scorecard_table, segment_table
from sqaudit.present.tables.segments import segment_matrix

__all__ = [
    "LEAST_CASES",
    "changes_table",
    "checks_table",
    "definitions_table",
    "lint_table",
    "plain_table",
    "row_account_table",
    "scorecard_table",
    "segment_matrix",
    "segment_table",
]
