"""Weak spots of a standard: what is refused, what cannot be computed, what is allowed but will mislead.

Findings are data; `sqaudit.present.findings` puts them into words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from sqaudit.engines.duckdb import DuckDBEngine
from sqaudit.lint.columns import column_findings, kind_findings
from sqaudit.lint.file import read_in_part, standard_files
from sqaudit.lint.finding import RANKS, Finding
from sqaudit.lint.names import name_findings
from sqaudit.lint.scores import score_findings
from sqaudit.lint.units import unit_findings
from sqaudit.standards import Indicator, Standard, read_assumptions


def lint(standard: Standard) -> list[Finding]:
    """The findings of a standard, errors first; expressions are tried on the columns described, not on data.

    >>> from sqaudit.standards import read_standard
    >>> {one.check for one in lint(read_standard("params/standards/incident_management.yaml"))}
    {'monitored'}
    """
    with DuckDBEngine() as engine:
        return _ordered(_found(engine, standard))


def lint_file(path: Path) -> tuple[str, list[Finding]]:
    """The id of the standard in a file and its findings: every fault of the file, then those of the rest.

    A file with faults is called by its own name.
    """
    standard, faults = read_in_part(path)
    others = lint(standard) if standard is not None else []
    if faults:  # what was refused has a weight too
        others = [one for one in others if one.check != "weights"]
    found = _ordered([*faults, *others])
    return path.stem if standard is None or faults else standard.standard, found


def _found(engine: DuckDBEngine, standard: Standard) -> Iterator[Finding]:
    yield from score_findings(standard)
    yield from name_findings(standard)
    yield from kind_findings(standard)
    yield from _unknown_assumptions(standard)
    for indicator in standard.indicators:
        own = list(_of_figure(engine, standard, indicator))
        yield from own
        for number, reading in (
            (name, one) for name, several in indicator.readings.items() for one in several
        ):
            found = _of_figure(engine, standard, indicator.read_as(reading))
            yield from (replace(one, reading=number) for one in found if one not in own)


def _of_figure(engine: DuckDBEngine, standard: Standard, indicator: Indicator) -> Iterator[Finding]:
    """What keeps the figure of an indicator from coming about, or from meaning what it says."""
    yield from unit_findings(standard, indicator)
    yield from column_findings(engine, standard, indicator)


def _unknown_assumptions(standard: Standard) -> Iterator[Finding]:
    """Numbers that the ledger of readings does not hold."""
    known = set(read_assumptions())
    for one in standard.indicators:
        for number in sorted({*one.assumptions, *one.readings} - known):
            yield Finding("error", one.id, "unknown_assumption", {"number": number})
    for rule in standard.rules:
        for number in sorted(set(rule.assumptions) - known):
            yield Finding("error", rule.id, "unknown_assumption", {"number": number})
    for number in sorted(set(standard.readings) - known):
        yield Finding("error", "", "unknown_assumption", {"number": number})


def _ordered(found: Iterable[Finding]) -> list[Finding]:
    return sorted(found, key=lambda one: RANKS[one.severity])


__all__ = ["Finding", "lint", "lint_file", "standard_files"]
