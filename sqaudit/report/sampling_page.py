"""The parts of a page that tell of samples: their plan, and their inspection."""

from __future__ import annotations

from functools import cached_property

from sqaudit.present.blocks import Block
from sqaudit.report import inspection, inspectors, sampling_plan
from sqaudit.report.inspected import Inspected
from sqaudit.report.reader import Reader


class SamplingPage:
    """Parts of the notebooks `sampling_plan` and `inspection_review`; see the modules of the same name."""

    _reader: Reader

    def sample_strata(self) -> Block:
        """Frame and sample of every stratum, with what its sample alone will tell."""
        return sampling_plan.strata(self._reader)

    def sample_sight(self) -> Block:
        """What the sample finds of rare errors, and what it may not see."""
        return sampling_plan.sight(self._reader)

    def sample_precision(self) -> Block:
        """What precision the sample reaches, and what +-3 points would take."""
        return sampling_plan.precision(self._reader)

    def sample_rules(self) -> Block:
        """What 10 % and 20 % come to, group by group."""
        return sampling_plan.rules(self._reader)

    def sample_acceptance(self) -> Block:
        """A plan that accepts or refuses the lot as a whole, with its OC curve."""
        return sampling_plan.acceptance(self._reader)

    def sample_allocation(self) -> Block:
        """The same number of cases divided by other rules."""
        return sampling_plan.allocation(self._reader)

    def inspection_front(self) -> Block:
        """Score and critical errors of all cases, and how the sample was drawn."""
        return inspection.front(self._inspected)

    def inspection_response(self) -> Block:
        """What was inspected, by class, and why the rest was not."""
        return inspection.response(self._inspected)

    def inspection_estimates(self) -> Block:
        """Every figure for all cases, with interval and grounds."""
        return inspection.estimates(self._inspected)

    def inspection_groups(self) -> Block:
        """Figures by team, channel and the segments of the run."""
        return inspection.groups(self._inspected)

    def inspection_people(self) -> Block:
        """Who can be told apart from all."""
        return inspection.people(self._inspected)

    def inspection_agreement(self) -> Block:
        """How far inspectors agree on each item."""
        return inspectors.agreement(self._inspected)

    def inspection_inspectors(self) -> Block:
        """How strict inspectors are, and whether that changes."""
        return inspectors.inspectors(self._inspected)

    def inspection_proof(self) -> Block:
        """Whether the sample could have been drawn at random."""
        return inspectors.proof(self._inspected)

    def inspection_disputes(self) -> Block:
        """Disputes and re-scores."""
        return inspectors.disputes(self._inspected)

    def inspection_grounds(self) -> Block:
        """What was notable about the sample, and where methods are described."""
        return inspection.grounds(self._inspected)

    @cached_property
    def _inspected(self) -> Inspected:
        return Inspected(self._reader)
