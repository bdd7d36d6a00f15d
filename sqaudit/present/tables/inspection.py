"""The tables of an inspection: estimates, responses, people, inspectors, and whether the draw was random."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from sqaudit.estimates import EstimateGrounds
from sqaudit.inspection_forms import InspectionForm
from sqaudit.inspection_results.cases import STATES
from sqaudit.present import numbers, palette
from sqaudit.present.honesty import estimate_reason, grounds_line
from sqaudit.present.sentences import in_tongue
from sqaudit.present.sheets import Sheet
from sqaudit.present.tables.cells import records_of, unless_dash
from sqaudit.present.tables.markup import Cell, Row, heading, marked, number, words
from sqaudit.present.words import DASH, Labels, Tongue, is_missing, is_said, named, say

AREA = "inspection_review"
MOST_GROUPS = 30  # rows of a table by group; of more (agents) only those that stand out are told
MATRIX = 8  # groups that stand side by side
MOST_FLAGS = 8  # comparisons that are shown though nobody stands out in them
Named = Mapping[str, object]
_VERDICTS = {"flagged": "not_met", "not_told_apart": "monitored", "no_verdict": "not_assessable"}
_YES_NO = {True: ("yes", "met"), False: ("no", "not_met"), None: ("untested", "not_assessable")}
_GUIDE = {"yes": "not_met", "no": "met", "undetermined": "undetermined"}


def estimates_sheet(
    estimates: pd.DataFrame, grounds: EstimateGrounds, form: InspectionForm, tongue: Tongue
) -> Sheet:
    """Every figure for all cases, with its interval and what it would be unadjusted."""
    adjusted = bool(grounds.adjustments)
    head = [_text("figure", tongue), *_heads(["estimate", "n", "population"], tongue)]
    head += [*_heads(["unadjusted"] if adjusted else [], tongue), _text("remark", tongue)]
    rows = []
    for row in records_of(estimates):
        unit = unit_of_figure(row)
        cells = [Cell(figure_name(row, form, tongue)), _estimate(row, unit, tongue)]
        cells += [number(numbers.count(row["n"])), number(numbers.count(round(row["population"])))]
        cells += [number(numbers.amount(row["unadjusted"], unit, tongue))] if adjusted else []
        rows.append(Row([*cells, Cell(estimate_reason(row["reason"], tongue))]))
    return Sheet(head, rows, [grounds_line(grounds, tongue)])


def groups_sheet(
    estimates: pd.DataFrame, by: str, grounds: EstimateGrounds, labels: Labels, tongue: Tongue
) -> Sheet:
    """Score, critical errors and faulty cases of each group, with their intervals."""
    figures = ["score", "critical", "faulty"]
    head = [Cell(named({}, by, tongue, "segment")), *_heads(["n", "population", *figures], tongue)]
    rows = []
    for value, own in estimates.groupby(by, sort=False, dropna=False):
        known = {str(row["item"]): row for row in records_of(own)}
        size = known.get("critical", {})
        cells = [Cell(group_name(value, labels, tongue)), number(numbers.count(size.get("n")))]
        cells.append(number(numbers.count(round(size.get("population", 0)))))
        cells += [
            _estimate(known[name], "share", tongue) if name in known else number(DASH) for name in figures
        ]
        rows.append(Row(cells))
    return Sheet(head, rows, [grounds_line(grounds, tongue)])


def items_by_sheet(
    estimates: pd.DataFrame, by: str, form: InspectionForm, labels: Labels, tongue: Tongue
) -> Sheet:
    """The share that passes, item by item, the groups side by side."""
    passed = estimates[
        (estimates["figure"] == "share") & estimates["item"].isin([one.id for one in form.items])
    ]
    groups = list(dict.fromkeys(passed[by].tolist()))
    head = [_text("item", tongue), *(heading(group_name(one, labels, tongue)) for one in groups)]
    rows = []
    for item in form.items:
        own = {row[by]: row for row in records_of(passed[passed["item"] == item.id])}
        if own:
            cells = [_estimate(own[one], "share", tongue) if one in own else number(DASH) for one in groups]
            rows.append(Row([Cell(item.text.in_language(tongue)), *cells]))
    name = named({}, by, tongue, "segment")
    return Sheet(head, rows, caption=say(f"{AREA}.items_by", tongue, by=name))


def responses_sheet(responses: pd.DataFrame, tongue: Tongue) -> Sheet:
    """What became of the drawn cases, by class, all together last."""
    head = [_text("class", tongue), *_heads(["drawn", *STATES, "answered_share"], tongue)]
    rows = [
        Row(
            [
                Cell(_class(row["class"], tongue)),
                *(number(numbers.count(row[name])) for name in ("drawn", *STATES)),
                number(numbers.share(row["answered_share"])),
            ],
            is_total=row["class"] == "",
        )
        for row in sorted(records_of(responses), key=lambda row: row["class"] == "")
    ]
    return Sheet(head, rows)


def flags_sheet(flags: pd.DataFrame, by: str, form: InspectionForm, labels: Labels, tongue: Tongue) -> Sheet:
    """Comparisons of people (teams, channels) with all: those who stand out, then the nearest to it."""
    head = [_text("who", tongue), _text("failing", tongue)]
    head += [*_heads(["cases", "share", "bound", "reference", "p"], tongue), _text("verdict", tongue)]
    judged = flags[flags["verdict"] != "no_verdict"].sort_values("adjusted_p_value", kind="stable")
    most = max(MOST_FLAGS, int((judged["verdict"] == "flagged").sum()))
    names = {one.id: one.text.in_language(tongue) for one in form.items}
    rows = [
        Row(
            [
                Cell(group_name(row[by], labels, tongue)),
                Cell(names.get(row["figure"]) or say(f"{AREA}.figure.{row['figure']}", tongue)),
                number(numbers.count(row["cases"])),
                *(number(numbers.share(row[name])) for name in ("share", "bound", "reference")),
                number(_p_value(row["adjusted_p_value"])),
                _mark(say(f"estimates.verdict.{row['verdict']}", tongue), _VERDICTS[row["verdict"]]),
            ]
        )
        for row in records_of(judged.head(most))
    ]
    rest = len(judged) - most
    return Sheet(head, rows, [say(f"{AREA}.flags_rest", tongue, count=rest)] if rest > 0 else [])


def agreement_sheet(agreement: pd.DataFrame, form: InspectionForm, tongue: Tongue) -> Sheet:
    """How far inspectors agree on each item, least first."""
    head = [_text("item", tongue), *_heads(["cases", "same", "coefficient", "alpha"], tongue)]
    head += [_text("confused", tongue), _text("guide", tongue)]
    rows = []
    for row in records_of(agreement):
        apart = [_answer(form, row["item"], row[f"answer_{place}"], tongue) for place in (1, 2)]
        reason = reason_words(row["reason"], tongue)
        rows.append(
            Row(
                [
                    Cell(form.item(row["item"]).text.in_language(tongue)),
                    number(numbers.count(row["cases"])),
                    number(numbers.share(row["percent_agreement"])),
                    number(_ratio(row["value"]), _between(row["low"], row["high"]) or reason),
                    number(_ratio(row["alpha"]), _between(row["alpha_low"], row["alpha_high"])),
                    Cell(" / ".join(filter(None, apart)) or DASH),
                    _mark(say(f"{AREA}.value.{row['clearer_guide']}", tongue), _GUIDE[row["clearer_guide"]]),
                ]
            )
        )
    named_by = dict(zip(agreement["level"], agreement["coefficient"], strict=True))
    notes = [
        say(
            "agreement.level_line",
            tongue,
            level=say(f"agreement.level.{level}", tongue),
            coefficient=say(f"agreement.coefficient.{name}", tongue),
        )
        for level, name in sorted(named_by.items())
    ]
    return Sheet(head, rows, [("" if tongue == "zh" else " ").join(notes)] if rows else [])


def severity_sheet(severity: pd.DataFrame, tongue: Tongue) -> Sheet:
    """How strict each inspector is, the strictest first."""
    head = [_text("inspector", tongue), *_heads(["shared", "severity", "shrunk", "p"], tongue)]
    head.append(_text("remark", tongue))
    rows = [
        Row(
            [
                Cell(str(row["inspector"])),
                number(numbers.count(row["cases_shared"])),
                number(_points(row["severity"]), _points_between(row, "low", "high")),
                number(_points(row["shrunk"]), _points_between(row, "shrunk_low", "shrunk_high")),
                number(_p_value(row["p_adjusted"])),
                Cell(reason_words(row["reason"], tongue)),
            ]
        )
        for row in records_of(severity.sort_values("severity", ascending=False, kind="stable"))
    ]
    return Sheet(head, rows)


def drift_sheet(drift: pd.DataFrame, tongue: Tongue) -> Sheet:
    """Whether strictness changes over the weeks, the strongest evidence first."""
    head = [_text("inspector", tongue), *_heads(["weeks", "cases", "per_week", "change", "p"], tongue)]
    head += [_text("drifts", tongue), _text("remark", tongue)]
    rows = []
    for row in records_of(drift):
        answer = _YES_NO[None if is_missing(row["p_adjusted"]) else bool(row["drifts"])][0]
        colour = {"yes": "not_met", "no": "met"}.get(answer, "not_assessable")
        cells = [Cell(str(row["inspector"])), number(numbers.count(row["weeks"]))]
        cells += [number(numbers.count(row["ratings"]))]
        cells += [number(_points(row["severity_per_week"]), _points_between(row, "low", "high"))]
        cells += [number(_points(row["change"])), number(_p_value(row["p_adjusted"]))]
        cells += [
            _mark(say(f"{AREA}.value.{answer}", tongue), colour),
            Cell(reason_words(row["reason"], tongue)),
        ]
        rows.append(Row(cells))
    return Sheet(head, rows)


def integrity_sheet(integrity: pd.DataFrame, tongue: Tongue) -> Sheet:
    """Drawn against frame, dimension by dimension."""
    head = [_text("dimension", tongue), _text("test", tongue), *_heads(["p"], tongue)]
    head += [_text("consistent", tongue), _text("remark", tongue)]
    rows = [
        Row(
            [
                Cell(dimension_name(row["dimension"], tongue)),
                Cell(say(f"estimates.test.{row['test']}", tongue)),
                number(_p_value(row["adjusted_p_value"])),
                _consistent(row["consistent"], tongue),
                Cell(reason_words(row["reason"], tongue)),
            ]
        )
        for row in records_of(integrity)
    ]
    return Sheet(head, rows)


def reconciliation_sheet(reconciled: pd.DataFrame, labels: Labels, tongue: Tongue) -> Sheet:
    """Indicators of all cases, beside what the sample says of them; census and sample in columns apart."""
    head = [_text("of", tongue), _text("indicator", tongue)]
    head += _heads(["census", "sample", "difference", "n", "p"], tongue)
    head += [_text("consistent", tongue), _text("remark", tongue)]
    rows = [
        Row(
            [
                words(say(f"{AREA}.value.{row['of']}", tongue)),
                Cell(named(labels, row["indicator"], tongue)),
                number(numbers.share(row["census"])),
                _estimate(row, "share", tongue),
                number(numbers.difference(row["difference"], "share", tongue)),
                number(numbers.count(row["n"])),
                number(_p_value(row["adjusted_p_value"])),
                _consistent(row["consistent"], tongue),
                Cell(reason_words(row["reason"], tongue)),
            ]
        )
        for row in records_of(reconciled)
    ]
    return Sheet(head, rows)


def disputes_sheet(disputes: pd.DataFrame, form: InspectionForm, tongue: Tongue) -> Sheet:
    """Disputes by item and what became of them."""
    figures = ["disputes", "open", "withdrawn", "rescored", "changed"]
    texts = {one.id: one.text.in_language(tongue) for one in form.items}
    whole = say(f"{AREA}.value.whole_case", tongue)
    rows = [
        Row([Cell(texts.get(row["item"], whole)), *(number(numbers.count(row[name])) for name in figures)])
        for row in records_of(disputes)
    ]
    return Sheet([_text("item", tongue), *_heads(figures, tongue)], rows)


def figure_name(row: Mapping[str, Any], form: InspectionForm, tongue: Tongue) -> str:
    """What a row of estimates is about."""
    name = str(row["item"]).replace(":", "_")
    if row["figure"] == "count":
        name = f"{name}_count"
    if is_said(f"{AREA}.figure.{name}"):
        return say(f"{AREA}.figure.{name}", tongue)
    kind = "passed" if row["figure"] == "share" else "points"
    return say(f"{AREA}.figure.{kind}", tongue, item=form.item(str(row["item"])).text.in_language(tongue))


def unit_of_figure(row: Mapping[str, Any]) -> str:
    """The unit of a row of estimates: cases, or a share."""
    return "count" if row["figure"] == "count" else "share"


def dimension_name(name: object, tongue: Tongue) -> str:
    """What a frame and a sample are compared by."""
    key = f"{AREA}.value.{name}"
    if is_said(key):
        return say(key, tongue)
    known = is_said(f"segment.{name}")
    return named({}, name, tongue, "segment") if known else say(f"{AREA}.value.duration", tongue)


def _estimate(row: Mapping[str, Any], unit: str, tongue: Tongue) -> Cell:
    between = numbers.interval(row.get("low"), row.get("high"), unit, tongue)
    return number(numbers.amount(row.get("estimate"), unit, tongue), unless_dash(between))


def _consistent(value: object, tongue: Tongue) -> Cell:
    answer, colour = _YES_NO[None if is_missing(value) else bool(value)]
    return _mark(say(f"{AREA}.value.{answer}", tongue), colour)


def _mark(text: str, verdict: str) -> Cell:
    return marked(text, palette.VERDICT_MARKS[verdict], palette.verdict_colour(verdict))


def reason_words(code: object, tongue: Tongue) -> str:
    """Why a figure is absent or its interval is as it is; empty where there is nothing to say."""
    if is_missing(code) or code == "":
        return ""
    for area in (AREA, "agreement"):
        if is_said(f"{area}.reason.{code}"):
            return say(f"{area}.reason.{code}", tongue)
    return estimate_reason(str(code), tongue)


def _answer(form: InspectionForm, item: str, answer: object, tongue: Tongue) -> str:
    """An answer as its form words it."""
    if is_missing(answer) or answer == "":
        return ""
    texts = {one.id: in_tongue(one.text.both(), tongue) for one in form.item(item).choices}
    plain = {"yes": "answer_yes", "no": "answer_no", "not_applicable": "not_applicable"}
    if answer in plain:
        return say(f"inspection_form.{plain[str(answer)]}", tongue)
    return texts.get(str(answer), str(answer))


def group_name(value: object, labels: Labels, tongue: Tongue) -> str:
    """What a group is called, also where its records do not say."""
    name = named(labels, value, tongue)
    return say(f"{AREA}.value.missing", tongue) if name in (DASH, "", "(missing)") else name


def _class(name: str, tongue: Tongue) -> str:
    return name or say(f"{AREA}.value.all", tongue)


def _p_value(value: float) -> str:
    """A probability in three digits; one that is nearly 1 needs no more."""
    return numbers.p_value(round(value, 3) if numbers.is_number(value) and value > 0.5 else value)


def _ratio(value: object) -> str:
    return f"{value:.2f}" if numbers.is_number(value) else DASH


def _between(low: object, high: object) -> str:
    return f"{_ratio(low)} – {_ratio(high)}" if numbers.is_number(low) and numbers.is_number(high) else ""


def _points(value: object) -> str:
    return f"{value:+.1f}".replace("-", "−") if numbers.is_number(value) else DASH


def _points_between(row: Mapping[str, Any], low: str, high: str) -> str:
    ends = [_points(row[low]), _points(row[high])]
    return "" if DASH in ends else " – ".join(ends)


def _text(name: str, tongue: Tongue) -> Cell:
    return Cell(say(f"{AREA}.column.{name}", tongue))


def _heads(names: Iterable[str] | Sequence[str], tongue: Tongue) -> list[Cell]:
    return [heading(say(f"{AREA}.column.{name}", tongue)) for name in names]
