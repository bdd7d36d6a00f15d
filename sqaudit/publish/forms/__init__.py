"""Inspection forms as Excel workbooks, one for each inspector."""

from sqaudit.publish.forms.write import Written, write_forms

__all__ = ["Written", "write_forms"]
