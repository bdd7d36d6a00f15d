"""The tables of a sampling plan: what strata give, what a sample sees, what other rules would come to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from sqaudit.present import numbers
from sqaudit.present.sheets import Sheet
from sqaudit.present.tables.cells import records_of
from sqaudit.present.tables.markup import Cell, Row, heading, number
from sqaudit.present.words import DASH, Labels, Tongue, is_said, joined, named, say

AREA = "sampling_plan"
NEARLY = 0.999


def strata_sheet(strata: pd.DataFrame, labels: Labels, tongue: Tongue, *, grouped: bool) -> Sheet:
    """Frame, sample and reach of each stratum (or group of strata), all together last.

    In: `name, strata, population, sample, half_width_points, unseen_share, total`.
    """
    names = ["population", "sample", "share", "precision", "unseen"]
    head = [_text("stratum", tongue), *_heads([*(["strata"] if grouped else []), *names], tongue)]
    rows = []
    for row in records_of(strata):
        share = row["sample"] / row["population"] if row["population"] else float("nan")
        cells = [Cell(_name(row["name"], labels, tongue))]
        cells += [number(numbers.count(row["strata"]))] if grouped else []
        cells += [number(numbers.count(row[name])) for name in ("population", "sample")]
        cells += [number(numbers.share(share)), number(_points(row["half_width_points"]))]
        rows.append(Row([*cells, number(numbers.share(row["unseen_share"]))], is_total=row["total"]))
    return Sheet(head, rows)


def sight_sheet(sight: pd.DataFrame, tongue: Tongue) -> Sheet:
    """The chance to find an error, by how frequent errors are: the frame of `sight_table`."""
    rows = [
        Row(
            [
                Cell(numbers.share(row["rate_share"])),
                number(numbers.plain(round(row["expected_in_sample"], 1))),
                number(_chance(row["chance_to_find_one"])),
            ]
        )
        for row in records_of(sight)
    ]
    return Sheet([_text("rate", tongue), *_heads(["expected", "chance"], tongue)], rows)


def widths_sheet(widths: pd.DataFrame, tongue: Tongue) -> Sheet:
    """How many cases reach +-3 points, by the share that passes: the frame of `width_table`."""
    rows = [
        Row(
            [
                Cell(numbers.share(row["expected_share"], digits=0)),
                number(numbers.count(row["size_by_width"])),
                number(numbers.share(row["sampling_share"])),
            ]
        )
        for row in records_of(widths)
    ]
    return Sheet([_text("expected_share", tongue), *_heads(["size", "share"], tongue)], rows)


def rules_sheet(rules: pd.DataFrame, labels: Labels, tongue: Tongue) -> Sheet:
    """10 % and 20 % of each group side by side, and what +-3 points would take.

    In: `name, population, sample_10, points_10, unseen_10, sample_20, points_20, unseen_20, wanted`.
    """
    head = [_text("stratum", tongue), *_heads(["population"], tongue)]
    for words in ("ten", "twenty"):
        head += [*_heads([words, "precision", "unseen"], tongue)]
    head += _heads(["wanted"], tongue)
    rows = []
    for row in records_of(rules):
        cells = [Cell(_name(row["name"], labels, tongue)), number(numbers.count(row["population"]))]
        for percent in (10, 20):
            cells.append(number(numbers.count(row[f"sample_{percent}"])))
            cells.append(number(_points(row[f"points_{percent}"])))
            cells.append(number(numbers.share(row[f"unseen_{percent}"])))
        rows.append(Row([*cells, number(numbers.count(row["wanted"]))]))
    return Sheet(head, rows)


def pooled_sheet(readings: pd.DataFrame, tongue: Tongue) -> Sheet:
    """The two readings of one percentage: the frame of `pooled_or_each`."""
    rows = [
        Row(
            [
                Cell(say(f"{AREA}.value.{row['reading']}", tongue)),
                *(number(numbers.count(row[name])) for name in ("strata", "sample_size", "smallest_sample")),
                number(_points(row["half_width_points"])),
            ]
        )
        for row in records_of(readings)
    ]
    return Sheet([_text("reading", tongue), *_heads(["strata", "sample", "smallest", "whole"], tongue)], rows)


def lot_sheet(plans: pd.DataFrame, tongue: Tongue) -> Sheet:
    """Single sampling plans for a lot: normal, tightened and reduced, with two points of their OC curves.

    In: `severity, sample_size, accept, reject, producer, consumer`.
    """
    rows = [
        Row(
            [
                Cell(say(f"{AREA}.value.{row['severity']}", tongue)),
                *(number(numbers.count(row[name])) for name in ("sample_size", "accept", "reject")),
                *(number(numbers.share(row[name])) for name in ("producer", "consumer")),
            ]
        )
        for row in records_of(plans)
    ]
    names = ["sample", "accept", "reject", "producer", "consumer"]
    return Sheet([_text("severity", tongue), *_heads(names, tongue)], rows)


def allocations_sheet(allocations: pd.DataFrame, labels: Labels, tongue: Tongue) -> Sheet:
    """One number of cases divided by several rules. In: `rule, parts, worst, whole`; `parts` by name."""
    rows = [
        Row(
            [
                Cell(say(f"{AREA}.value.{row['rule']}", tongue)),
                Cell(_parts(row["parts"], labels, tongue)),
                number(_points(row["worst"])),
                number(_points(row["whole"])),
            ]
        )
        for row in records_of(allocations)
    ]
    return Sheet([_text("rule", tongue), _text("parts", tongue), *_heads(["worst", "whole"], tongue)], rows)


def _parts(parts: Any, labels: Labels, tongue: Tongue) -> str:
    return joined((f"{_name(name, labels, tongue)} {numbers.count(n)}" for name, n in parts), tongue)


def _name(name: object, labels: Labels, tongue: Tongue) -> str:
    """A stratum by its parts; `all` in words."""
    if is_said(f"{AREA}.value.{name}"):
        return say(f"{AREA}.value.{name}", tongue)
    return " | ".join(named(labels, part, tongue) for part in str(name).split(" | "))


def _chance(value: float) -> str:
    """A chance; what is nearly certain needs no further digits."""
    return f"> {numbers.share(NEARLY)}" if NEARLY < value < 1 else numbers.share(value)


def _points(value: object) -> str:
    return f"{value:.1f}" if numbers.is_number(value) else DASH


def _text(name: str, tongue: Tongue) -> Cell:
    return Cell(say(f"{AREA}.column.{name}", tongue))


def _heads(names: Sequence[str], tongue: Tongue) -> list[Cell]:
    return [heading(say(f"{AREA}.column.{name}", tongue)) for name in names]
