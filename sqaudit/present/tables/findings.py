"""The table of weak spots of a standard."""

from __future__ import annotations

from collections.abc import Sequence

from sqaudit.lint import Finding
from sqaudit.present import palette
from sqaudit.present.blocks import Block, bilingual
from sqaudit.present.findings import finding_remedy, finding_sentence
from sqaudit.present.tables.cells import heads
from sqaudit.present.tables.markup import Cell, Row, marked, table
from sqaudit.present.words import DASH, Labels, Language, Tongue, named


def lint_table(findings: Sequence[Finding], labels: Labels, language: Language) -> Block:
    """Every finding about a standard as a sentence with what to do about it; given order is kept.

    `labels` holds the names of the indicators by id.
    """

    def cells(finding: Finding, tongue: Tongue) -> list[Cell]:
        return [
            marked(
                named({}, finding.severity, tongue, "severity"),
                palette.SEVERITY_MARKS[finding.severity],
                palette.SEVERITY_COLOURS[finding.severity],
            ),
            Cell(named(labels, finding.indicator, tongue) if finding.indicator else DASH, finding.reading),
            Cell(finding_sentence(finding, tongue), finding_remedy(finding, tongue)),
        ]

    def render(tongue: Tongue) -> str:
        rows = [Row(cells(finding, tongue)) for finding in findings]
        return table(heads(["severity", "indicator", "check"], tongue), rows, tongue)

    return bilingual(render, language)


__all__ = ["lint_table"]
