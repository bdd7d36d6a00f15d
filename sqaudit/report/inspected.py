"""The inspection of a run with its results, made once for all parts of a page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sqaudit.inspection_forms import InspectionForm
from sqaudit.inspection_results import Inspection, InspectionResults, inspection_results
from sqaudit.report.reader import Reader

PEOPLE = ("agent", "team", "channel")  # whom figures are told of, beside the segments of the run


@dataclass(frozen=True)
class Inspected:
    """The inspection of a run with its results, made once for all parts of a page."""

    reader: Reader

    @cached_property
    def inspection(self) -> Inspection | None:
        """The sample of the period, or None."""
        told = self.reader.review.sampled
        return None if told is None else told.inspection

    @cached_property
    def results(self) -> InspectionResults | None:
        """What it found, or None where nothing was answered yet."""
        if self.inspection is None:
            return None
        run = self.reader.review.run
        by = list(dict.fromkeys([*PEOPLE, *run.segments]))
        return inspection_results(self.inspection, by, run.confidence, run.minimum_cases)

    @property
    def form(self) -> InspectionForm | None:
        """What was asked."""
        return None if self.inspection is None else self.inspection.form

    @property
    def figures(self) -> tuple[InspectionResults, InspectionForm] | None:
        """Results and form where there is something to estimate from."""
        results, form = self.results, self.form
        if results is None or form is None or results.population.empty:
            return None
        return results, form
