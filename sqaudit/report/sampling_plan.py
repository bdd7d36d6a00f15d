"""The plan of a sample before it is inspected: what it takes and sees, what other rules would come to."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping

import pandas as pd

from sqaudit.drawing import Stratum
from sqaudit.present import blocks, numbers
from sqaudit.present.blocks import Block
from sqaudit.present.figures.sampling import oc_figure, precision_curves
from sqaudit.present.sheets import Make, sheet_block
from sqaudit.present.tables import sampling as tables
from sqaudit.present.words import say
from sqaudit.report.reader import Reader
from sqaudit.sampled import Sampled
from sqaudit.samples.outlook import WANTED, Outlook, outlook
from sqaudit.sampling import (
    PercentageRule,
    achieved,
    allocate,
    lot_plans,
    oc_curve,
    pooled_or_each,
    rate_at_acceptance,
    sight_table,
    width_table,
)

EXPECTED = 0.95  # the share of passes that precision is told for: what service inspections usually find
MOST_ROWS = 30  # strata in a table before they are added up by what they are
AQL_PERCENT = 2.5  # an example: no document names an acceptable level
DRAWN = (0.95, 0.8, 0.5)  # shares that pass, one curve each
POINTS = 40  # of a curve
RATES = (0.005, 0.01, 0.02, 0.05, 0.10)

Sizes = Mapping[Stratum, tuple[int, int]]


def strata(reader: Reader) -> Block:
    """Frame and sample of every stratum, with what its sample alone will tell."""
    found = _plan(reader)
    if isinstance(found, Block):
        return blocks.stack(reader.heading("sampling_plan.strata"), found)
    told, sizes = found, _sizes(found)
    whole = _outlook(reader, told, sizes)
    parts = [
        reader.heading("sampling_plan.strata"),
        reader.text(
            "sampling_plan.strata_intro",
            population=whole.frame_size,
            sample=whole.sample_size,
            share=numbers.share(whole.sample_size / whole.frame_size),
        ),
    ]
    if told.inspection is not None:
        parts.append(reader.text("sampling_plan.drawn_already", kind="note", sample=told.inspection.id))
    grouped = len(sizes) > MOST_ROWS
    if grouped:
        by = reader.both(lambda tongue: reader.name(_group_key(told), "segment")[tongue])
        parts.append(reader.text("sampling_plan.grouped", kind="note", count=len(sizes), by=by))
    groups = _groups(told, sizes) if grouped else {one.name: {one: size} for one, size in sizes.items()}
    frame = pd.DataFrame(
        [_row(name, _outlook(reader, told, own), len(own), total=False) for name, own in groups.items()]
        + [_row("all", whole, len(sizes), total=True)]
    )
    parts.append(
        _table(reader, lambda tongue: tables.strata_sheet(frame, reader.labels, tongue, grouped=grouped))
    )
    return blocks.stack(*parts)


def sight(reader: Reader) -> Block:
    """What the sample finds of rare errors, and what it may not see."""
    found = _plan(reader)
    if isinstance(found, Block):
        return blocks.stack()
    whole = _outlook(reader, found, _sizes(found))
    seen = sight_table(whole.sample_size, whole.frame_size, RATES)
    parts = [reader.heading("sampling_plan.sight")]
    if numbers.is_number(whole.unseen_share):
        parts.append(
            reader.text(
                "sampling_plan.sight_intro",
                share=numbers.share(whole.unseen_share),
                confidence=numbers.share(whole.confidence, digits=0),
            )
        )
    parts.append(_table(reader, lambda tongue: tables.sight_sheet(seen, tongue)))
    return blocks.stack(*parts, reader.text("sampling_plan.sight_note", kind="note"))


def precision(reader: Reader) -> Block:
    """What precision the sample reaches, and what +-3 points would take."""
    found = _plan(reader)
    if isinstance(found, Block):
        return blocks.stack()
    whole = _outlook(reader, found, _sizes(found))
    parts = [reader.heading("sampling_plan.precision")]
    if not numbers.is_number(whole.half_width_points):
        return blocks.stack(*parts, reader.text("sampling_plan.precision_unknown"))
    points = numbers.plain(round(whole.half_width_points, 1))
    expected = numbers.share(whole.expected_share, digits=0)
    parts.append(
        reader.text(
            "sampling_plan.precision_intro", expected=expected, points=points, size=whole.size_for_wanted
        )
    )
    curves = {share: _curve(whole, share) for share in DRAWN}
    planned = (whole.sample_size, whole.half_width_points)
    parts.append(
        reader.figure(
            lambda tongue: precision_curves(curves, whole.frame_size, planned, tongue),
            lambda tongue: say(
                "sampling_plan.figure.precision_alt", tongue, size=whole.sample_size, points=points
            ),
        )
    )
    widths = width_table((WANTED,), populations=(whole.frame_size,), confidence=whole.confidence)
    return blocks.stack(*parts, _table(reader, lambda tongue: tables.widths_sheet(widths, tongue)))


def rules(reader: Reader) -> Block:
    """What 10 % and 20 % of every group come to, and of all together or of each stratum (A31)."""
    found = _plan(reader)
    if isinstance(found, Block):
        return blocks.stack()
    groups = {
        name: sum(size for size, _ in own.values()) for name, own in _groups(found, _sizes(found)).items()
    }
    frame = pd.DataFrame([_by_rules(reader, name, size) for name, size in groups.items()])
    strata = pd.DataFrame(
        [{"stratum": one.name, "population": size} for one, (size, _) in _sizes(found).items()]
    )
    rule = PercentageRule("10%", expected_share=EXPECTED, confidence=str(reader.review.run.confidence))
    readings = pooled_or_each(rule, strata, ["stratum"])
    return blocks.stack(
        reader.heading("sampling_plan.rules"),
        reader.text("sampling_plan.rules_intro"),
        _table(reader, lambda tongue: tables.rules_sheet(frame, reader.labels, tongue)),
        reader.text("sampling_plan.pooled"),
        _table(reader, lambda tongue: tables.pooled_sheet(readings, tongue)),
    )


def acceptance(reader: Reader) -> Block:
    """A single sampling plan that accepts or refuses the lot, with its OC curve."""
    found = _plan(reader)
    if isinstance(found, Block):
        return blocks.stack()
    lot = sum(size for size, _ in _sizes(found).values())
    head = reader.heading("sampling_plan.acceptance")
    plans = lot_plans({"lot": lot}, AQL_PERCENT) if lot >= 2 else pd.DataFrame()  # a lot has two at least
    if plans.empty or plans["inspect_all"].any():
        return blocks.stack(head, reader.text("sampling_plan.acceptance_all"))
    plans = plans.assign(**_points_of(plans, lot))
    chosen = plans.iloc[0]
    size, accept = int(chosen["sample_size"]), int(chosen["accept"])
    curve = oc_curve(size, accept, law="hypergeometric", population=lot)
    marks = {0.95: float(chosen["producer"]), 0.10: float(chosen["consumer"])}
    good, bad = numbers.share(marks[0.95]), numbers.share(marks[0.10])
    return blocks.stack(
        head,
        reader.text(
            "sampling_plan.acceptance_intro",
            lot=lot,
            aql=numbers.share(AQL_PERCENT / 100),
            size=size,
            accept=accept,
        ),
        reader.figure(
            lambda tongue: oc_figure(curve, marks, size, accept, tongue),
            lambda tongue: say("sampling_plan.figure.oc_alt", tongue, good=good, bad=bad),
        ),
        _table(reader, lambda tongue: tables.lot_sheet(plans, tongue)),
        reader.text("sampling_plan.acceptance_note", kind="note"),
    )


def allocation(reader: Reader) -> Block:
    """The same number of cases divided in proportion and in equal parts, beside the plan."""
    found = _plan(reader)
    if isinstance(found, Block):
        return blocks.stack()
    groups = _groups(found, _sizes(found))
    head = reader.heading("sampling_plan.allocation")
    if len(groups) < 2 or found.plan.design not in ("simple", "stratified", "systematic"):
        return blocks.stack()
    sizes: dict[Hashable, int] = {name: sum(N for N, _ in own.values()) for name, own in groups.items()}
    planned = {name: sum(n for _, n in own.values()) for name, own in groups.items()}
    total = sum(planned.values())
    divisions = {"plan": planned}
    for rule in ("proportional", "equal"):
        table = allocate(total, sizes, rule)
        divisions[rule] = dict(zip(map(str, table["stratum"]), table["sample_size"].astype(int), strict=True))
    frame = pd.DataFrame([_division(reader, rule, parts, sizes) for rule, parts in divisions.items()])
    return blocks.stack(
        head,
        reader.text("sampling_plan.allocation_intro"),
        _table(reader, lambda tongue: tables.allocations_sheet(frame, reader.labels, tongue)),
    )


def _plan(reader: Reader) -> Sampled | Block:
    """What the run knows of its sample, or the sentence that says why there is nothing to show."""
    told = reader.review.sampled
    if told is None:
        return reader.text("sampling_plan.no_plan")
    if told.problem:
        return reader.text("sampling_plan.problem", problem=told.problem)
    return told if len(told.strata) else reader.text("sampling_plan.no_cases")


def _sizes(told: Sampled) -> dict[Stratum, tuple[int, int]]:
    names = [name for name in told.plan.dimensions if name in told.strata]
    found = {}
    for row in told.strata.to_dict("records"):
        labels = tuple(str(row[name]) for name in names)
        one = Stratum((*labels, str(row["take_all"])), labels, bool(row["take_all"]))
        found[one] = (int(row["stratum_size"]), int(row["stratum_sample"]))
    return found


def _group_key(told: Sampled) -> str:
    """The column that strata are added up by: the first that is no time, else the first."""
    names = [name for name in told.plan.dimensions if name in told.strata]
    return next((name for name in names if name != told.plan.grain), names[0] if names else "stratum")


def _groups(told: Sampled, sizes: Sizes) -> dict[str, dict[Stratum, tuple[int, int]]]:
    """The strata by the value of that column, in its order."""
    names = [name for name in told.plan.dimensions if name in told.strata]
    key = _group_key(told)
    found: dict[str, dict[Stratum, tuple[int, int]]] = {}
    for one, size in sizes.items():
        name = one.labels[names.index(key)] if key in names else one.name
        found.setdefault(name, {})[one] = size
    return dict(sorted(found.items()))


def _outlook(reader: Reader, told: Sampled, sizes: Sizes) -> Outlook:
    return outlook(sizes, told.plan.design, EXPECTED, reader.review.run.confidence)


def _row(name: str, told: Outlook, strata: int, *, total: bool) -> dict[str, object]:
    return {
        "name": name,
        "strata": strata,
        "population": told.frame_size,
        "sample": told.sample_size,
        "half_width_points": told.half_width_points,
        "unseen_share": told.unseen_share,
        "total": total,
    }


def _curve(whole: Outlook, share: float) -> pd.DataFrame:
    """Half-widths from a small sample to half as much again as the plan, or as +-3 points take."""
    enough = max(1.5 * whole.sample_size, 1.1 * whole.size_for_wanted)
    end = min(whole.frame_size, math.ceil(enough))
    start = min(20, end)
    sizes = sorted({round(start + (end - start) * at / POINTS) for at in range(POINTS + 1)})
    rows = [(n, achieved(n, share, whole.confidence, whole.frame_size).half_width_points) for n in sizes]
    return pd.DataFrame(rows, columns=["sample_size", "half_width_points"])


def _by_rules(reader: Reader, name: str, population: int) -> dict[str, object]:
    """One group under 10 % and 20 %."""
    confidence = reader.review.run.confidence
    row: dict[str, object] = {"name": name, "population": population}
    for percent in (10, 20):
        n = PercentageRule(f"{percent}%").size(population)
        whole = outlook({Stratum((name,), (name,)): (population, n)}, "simple", EXPECTED, confidence)
        row |= {
            f"sample_{percent}": n,
            f"points_{percent}": whole.half_width_points,
            f"unseen_{percent}": whole.unseen_share,
            "wanted": whole.size_for_wanted,
        }
    return row


def _points_of(plans: pd.DataFrame, lot: int) -> dict[str, list[float]]:
    """The rates that each plan accepts 95 and 10 times in 100."""
    found: dict[str, list[float]] = {"producer": [], "consumer": []}
    for row in plans.to_dict("records"):
        size, accept = int(row["sample_size"]), int(row["reject"]) - 1
        for name, chance in (("producer", 0.95), ("consumer", 0.10)):
            found[name].append(float(rate_at_acceptance(size, accept, chance, "hypergeometric", lot)))
    return found


def _division(
    reader: Reader, rule: str, parts: Mapping[str, int], sizes: Mapping[Hashable, int]
) -> dict[str, object]:
    strata = {Stratum((name,), (name,)): (int(sizes[name]), n) for name, n in parts.items()}
    whole = outlook(strata, "stratified", EXPECTED, reader.review.run.confidence)
    worst = float(whole.strata["half_width_points"].max())
    return {"rule": rule, "parts": list(parts.items()), "worst": worst, "whole": whole.half_width_points}


def _table(reader: Reader, make: Make) -> Block:
    return sheet_block(make, reader.language)
