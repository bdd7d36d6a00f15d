"""Inspections: who inspects what, forms read back, readings kept, disputes, and the scores that follow."""

from sqaudit.inspections.assignment import assign
from sqaudit.inspections.collect import Collected, collect
from sqaudit.inspections.current import answer_history, answers, case_scores, open_cases, section_scores
from sqaudit.inspections.disputes import Entry, disputes, record
from sqaudit.inspections.entries import read_entries
from sqaudit.inspections.issue import Issue, keep_issue, read_issue
from sqaudit.inspections.pairs import answer_pairs
from sqaudit.inspections.reading import Reading, read_file
from sqaudit.inspections.sample import CaseList, DrawnSample

__all__ = [
    "CaseList",
    "Collected",
    "DrawnSample",
    "Entry",
    "Issue",
    "Reading",
    "answer_history",
    "answer_pairs",
    "answers",
    "assign",
    "case_scores",
    "collect",
    "disputes",
    "keep_issue",
    "open_cases",
    "read_entries",
    "read_file",
    "read_issue",
    "record",
    "section_scores",
]
