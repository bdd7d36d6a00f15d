"""Measuring: the one crossing from records in an engine to a tidy frame of figures."""

from sqaudit.measure.crossing import listings, measure, queries, refusals
from sqaudit.measure.proof import CaseProof, case_proofs
from sqaudit.measure.question import Clock, Question

__all__ = ["CaseProof", "Clock", "Question", "case_proofs", "listings", "measure", "queries", "refusals"]
