"""Inspection forms as data: what an inspector is asked, how it is answered, and what an answer is worth."""

from sqaudit.inspection_forms.form import InspectionForm, Section, form_hash
from sqaudit.inspection_forms.item import Choice, Choices, Critical, Item
from sqaudit.inspection_forms.read import find_form, read_form
from sqaudit.inspection_forms.score import Answer, CaseScore, SectionScore, score_case

__all__ = [
    "Answer",
    "CaseScore",
    "Choice",
    "Choices",
    "Critical",
    "InspectionForm",
    "Item",
    "Section",
    "SectionScore",
    "find_form",
    "form_hash",
    "read_form",
    "score_case",
]
