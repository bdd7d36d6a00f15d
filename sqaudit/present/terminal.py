"""Results on a terminal: rich tables, rounded like everything a reader sees, in English."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from rich.markup import escape
from rich.table import Table

from sqaudit.present import numbers
from sqaudit.present.definitions import formula, labels_of
from sqaudit.present.sentences import check_remedy, check_sentence
from sqaudit.present.words import DASH, is_missing, named, say
from sqaudit.scoring import Score
from sqaudit.standards import Indicator, Standard

_COLOURS = {
    "met": "green",
    "not_met": "red",
    "undetermined": "yellow",
    "error": "red",
    "warning": "yellow",
    "note": "dim",
}


def measurement_table(frame: pd.DataFrame, standard: Standard) -> Table:
    """A judged measurement frame as a table."""
    columns = list(frame.columns)
    segments = columns[columns.index("period") + 1 : columns.index("numerator")]
    table = _table(
        f"{standard.title.in_language('en')} {standard.version}", ["indicator", "period", *segments]
    )
    for name in ("value", "interval", "numerator", "denominator", "pending", "excluded", "target"):
        table.add_column(name, justify="right")
    table.add_column("verdict")
    for row in frame.to_dict("records"):
        unit = str(row["unit"])
        table.add_row(
            *(_plain(row[name]) for name in ("indicator", "period", *segments)),
            numbers.amount(row["value"], unit, "en", beside=_real(row["target"])),
            numbers.interval(row["low"], row["high"], unit, "en"),
            *(_count(row[name]) for name in ("numerator", "denominator", "pending", "excluded")),
            numbers.target(row["target"], unit, row["direction"], "en"),
            _verdict(row["verdict"]),
        )
    return table


def scorecard_table(card: pd.DataFrame, standard: Standard) -> Table:
    """A scorecard as a table: figure, target, points raw and capped, verdict."""
    labels = labels_of(standard)
    table = _table(f"{standard.title.in_language('en')} {standard.version}", ["indicator"])
    for name in ("value", "target", "weight", "raw", "capped"):
        table.add_column(name, justify="right")
    table.add_column("verdict")
    table.add_column("note")
    for row in card.to_dict("records"):
        unit = str(row["unit"])
        table.add_row(
            escape(named(labels, row["indicator"], "en")),
            numbers.amount(row["value"], unit, "en", beside=_real(row["target"])),
            numbers.target(row["target"], unit, row["direction"], "en"),
            numbers.plain(row["weight"]),
            numbers.score(row["raw_score"]),
            numbers.score(row["capped_score"]),
            _verdict(row["verdict"]),
            escape(str(row.get("note") or "")),
        )
    return table


def score_lines(score: Score, standard: Standard) -> Iterator[str]:
    """The score and grade in a few lines, with what has to be said beside them."""
    if not score.weight_assessed:
        yield "No indicator could be scored."
        return
    assessed = numbers.score(score.weight_assessed)
    yield f"Points: {numbers.score(score.raw)} raw, {numbers.score(score.capped)} capped, of {assessed}."
    yield f"Score of 100: {numbers.score(score.score)}. Grade: {score.grade_en} ({score.grade_zh})."
    yield f"Targets met: {score.targets_met} of {score.targets_judged}."
    if score.not_assessed:
        labels = labels_of(standard)
        missing = ", ".join(named(labels, name, "en") for name in score.not_assessed)
        key = (
            "honesty.weights_spread"
            if standard.scoring.not_assessable == "renormalise"
            else "honesty.weights_zero"
        )
        yield say(key, "en", missing=missing)


def checks_lines(checks: pd.DataFrame, standard: Standard) -> Iterator[str]:
    """Every fault of the data as a line: severity, sentence, rows, and what to do."""
    labels = labels_of(standard)
    if checks.empty:
        yield "No faults were found in the data."
    for row in checks.to_dict("records"):
        colour = _COLOURS[str(row["severity"])]
        places = f" Rows {', '.join(map(str, row['rows']))}." if len(row["rows"]) else ""
        found = {str(name): value for name, value in row.items()}
        sentence = escape(check_sentence(found, labels, "en") + places)
        remedy = escape(check_remedy(found, labels, "en"))
        yield f"[{colour}]{row['severity']:<8}[/] {sentence} [dim]{remedy}[/]"


def account_table(account: pd.DataFrame, standard: Standard) -> Table:
    """Where every row of every source went."""
    labels = labels_of(standard)
    table = _table("Where the rows went", ["records", "step", "reason"])
    table.add_column("rows", justify="right")
    for row in account.to_dict("records"):
        step = named({}, row["step"], "en", "row_step")
        table.add_row(
            named(labels, row["kind"], "en"), step, escape(str(row["detail"])), numbers.count(row["rows"])
        )
    return table


def standard_table(standard: Standard) -> Table:
    """The indicators of a standard with formula, target and weight."""
    table = _table(
        f"{standard.title.in_language('en')} {standard.version}",
        ["id", "name", "clause", "records", "formula"],
    )
    for name in ("target", "weight"):
        table.add_column(name, justify="right")
    for one in standard.indicators:
        table.add_row(
            one.id,
            escape(one.name.in_language("en")),
            escape(one.clause.in_language("en")),
            ", ".join(one.kinds),
            escape(formula(one, "en")),
            _targets(one) or DASH,
            numbers.plain(one.weight),
        )
    return table


def _targets(indicator: Indicator) -> str:
    """Every target of an indicator, each with the scope it is for."""
    shown = []
    for target in indicator.all_targets:
        text = numbers.target(target.value, indicator.shown_unit, indicator.direction, "en")
        scope = ", ".join(f"{name} {value}" for name, value in target.scope.items())
        shown.append(escape(f"{text} ({scope})" if scope else text))
    return "\n".join(shown)


def plain_table(frame: pd.DataFrame, title: str) -> Table:
    """Any frame as a table of texts."""
    table = _table(f"{title}: {len(frame):,}", [str(name) for name in frame.columns])
    for row in frame.itertuples(index=False):
        table.add_row(*(_plain(value) for value in row))
    return table


def _table(title: str, columns: list[str]) -> Table:
    table = Table(title=escape(title), title_justify="left", box=None, header_style="bold", pad_edge=False)
    for name in columns:
        table.add_column(escape(name))
    return table


def _verdict(verdict: object) -> str:
    return f"[{_COLOURS.get(str(verdict), 'dim')}]{named({}, verdict, 'en', 'verdict')}[/]"


def _plain(value: object) -> str:
    return DASH if is_missing(value) else escape(str(value))


def _count(value: object) -> str:
    if not numbers.is_number(value):
        return DASH
    return numbers.count(value) if float(value).is_integer() else numbers.plain(value)


def _real(value: float) -> float | None:
    return None if is_missing(value) else value
