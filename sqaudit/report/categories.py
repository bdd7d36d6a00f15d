"""Cases by category in a report: which are the largest, which are weak, and which grow in which severity."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sqaudit.causes.severity import LEAST_EVENTS
from sqaudit.inquiry.categories import Grown, Sized, Weak
from sqaudit.present import blocks, numbers
from sqaudit.present.blocks import Block
from sqaudit.present.figures.pareto import pareto_bars
from sqaudit.present.inquiry_words import dimension_name, value_name
from sqaudit.present.tables.patterns import Naming, severity_table, sizes_table, weak_table
from sqaudit.present.words import Labels, Tongue, is_missing, joined, named, say
from sqaudit.report.reader import BothTongues, Reader

_SPACE = {"zh": "", "en": " "}


def categories(reader: Reader) -> Block:
    """Categories by size, weak points of indicators that call for it, and nature by severity."""
    head = reader.heading("categories_found.title")
    patterns = reader.review.patterns
    if patterns is None:
        return blocks.stack(head, reader.text("patterns.absent"))
    found = patterns.categories
    told = [block for one in found.sizes for block in _sized(reader, one)]
    told += [block for one in found.weak for block in _weak(reader, one)]
    periods = (str(found.compared), found.period)
    told += [block for one in found.grown for block in _grown(reader, one, periods)]
    return blocks.stack(head, *(told or [reader.text("categories_found.no_sizes")]))


def _sized(reader: Reader, one: Sized) -> list[Block]:
    title = reader.both(
        lambda tongue: say(
            "categories_found.sizes",
            tongue,
            kind=named(reader.labels, one.records, tongue, "kind"),
            by=dimension_name(one.by, reader.labels, tongue),
        )
    )
    naming = _naming(reader, one.by)
    labels = _labels(one.table["category"], naming)
    figure = reader.figure(
        lambda tongue: pareto_bars(one.table, labels, tongue, title[tongue]),
        lambda tongue: _alt(one, naming, title[tongue], tongue),
    )
    said = reader.both(lambda tongue: _largest(one, naming, tongue))
    table = sizes_table(one.table, naming, reader.language)
    return [
        reader.heading("plain.text", 3, text=title),
        reader.text("plain.text", text=said),
        figure,
        table,
    ]


def _largest(one: Sized, naming: Naming, tongue: Tongue) -> str:
    """The largest category, and those that counts cannot tell from it."""
    ranked = one.table[one.table["kind"] == "category"].to_dict("records")
    if not ranked:
        return say("categories_found.no_sizes", tongue)
    first = ranked[0]
    said = say(
        "categories_found.largest",
        tongue,
        name=naming(first["category"], tongue),
        share=numbers.share(first["share"]),
        interval=numbers.interval(first["low"], first["high"], "share", tongue),
    )
    like = [naming(row["category"], tongue) for row in ranked[1:] if row["rank_low"] == 1]
    more = (
        say("categories_found.largest_unsure", tongue, names=joined(like, tongue))
        if like
        else say("categories_found.largest_sure", tongue)
    )
    return said + _SPACE[tongue] + more


def _alt(one: Sized, naming: Naming, title: str, tongue: Tongue) -> str:
    lines = [
        say(
            "categories_found.alt_line",
            tongue,
            name=naming(row["category"], tongue),
            share=numbers.share(row["share"]),
        )
        for row in one.table[one.table["kind"] == "category"].to_dict("records")
    ]
    return say("categories_found.alt_sizes", tongue, name=title, lines=joined(lines, tongue))


def _weak(reader: Reader, one: Weak) -> list[Block]:
    naming = _naming(reader, one.by)
    title = reader.both(
        lambda tongue: say(
            "categories_found.weak",
            tongue,
            indicator=named(reader.labels, one.indicator, tongue),
            by=dimension_name(one.by, reader.labels, tongue),
        )
    )
    said = reader.both(lambda tongue: _weak_lines(one.table, naming, tongue))
    return [
        reader.heading("plain.text", 3, text=title),
        reader.text("plain.text", text=said),
        weak_table(one.table, naming, reader.language),
    ]


def _weak_lines(table: pd.DataFrame, naming: Naming, tongue: Tongue) -> str:
    said = []
    for kind, key in (("weak_point", "weak_found"), ("worse", "worse_found")):
        rows = table[table["class"] == kind].to_dict("records")
        names = [
            say(
                "categories_found.weak_line",
                tongue,
                name=naming(row["category"], tongue),
                value=numbers.share(row["value"]),
                rest=numbers.share(row["rest"]),
            )
            for row in rows
        ]
        if names:
            said.append(say(f"categories_found.{key}", tongue, names=joined(names, tongue)))
    return _SPACE[tongue].join(said) or say("categories_found.weak_none", tongue)


def _grown(reader: Reader, one: Grown, periods: tuple[str, str]) -> list[Block]:
    title = reader.both(
        lambda tongue: say(
            "categories_found.grown",
            tongue,
            kind=named(reader.labels, one.records, tongue, "kind"),
            nature=dimension_name(one.nature, reader.labels, tongue),
            severity=dimension_name(one.severity, reader.labels, tongue),
        )
    )
    natures, severities = _naming(reader, one.nature), _naming(reader, one.severity)
    said = reader.both(lambda tongue: _trends(one.table, natures, severities, tongue))
    few = int(((one.table["level"] == "cell") & (one.table["trend"] == "too_few")).sum())

    def notes(tongue: Tongue) -> list[str]:
        return [say("categories_found.grown_few", tongue, count=few, least=LEAST_EVENTS)] if few else []

    head = reader.both(lambda tongue: dimension_name(one.nature, reader.labels, tongue))
    table = severity_table(one.table, natures, severities, periods, head, reader.language, notes)
    return [reader.heading("plain.text", 3, text=title), reader.text("plain.text", text=said), table]


def _trends(table: pd.DataFrame, natures: Naming, severities: Naming, tongue: Tongue) -> str:
    said = []
    for trend in ("up", "down"):
        rows = table[table["trend"] == trend].to_dict("records")
        lines = [_trend(row, natures, severities, tongue) for row in rows]
        if lines:
            between = {"zh": "；", "en": "; "}[tongue]
            said.append(say(f"categories_found.grown_{trend}", tongue, lines=between.join(lines)))
    return _SPACE[tongue].join(said) or say("categories_found.grown_none", tongue)


def _trend(row: dict[Any, Any], natures: Naming, severities: Naming, tongue: Tongue) -> str:
    level = row["level"]
    parts = [natures(row["nature"], tongue)] if level in ("cell", "nature") else []
    parts += [severities(row["severity"], tongue)] if level in ("cell", "severity") else []
    name = " · ".join(parts) or say("categories_found.sums", tongue)
    counts = {"name": name, "before": int(row["count_before"]), "now": int(row["count_now"])}
    if row["count_before"] == 0:
        low = numbers.amount(row["low"], "ratio", tongue)
        return say("categories_found.grown_new", tongue, low=low, **counts)
    return say(
        "categories_found.grown_line",
        tongue,
        ratio=numbers.amount(row["ratio"], "ratio", tongue),
        interval=numbers.interval(row["low"], row["high"], "ratio", tongue),
        **counts,
    )


def _naming(reader: Reader, column: str) -> Naming:
    return lambda value, tongue: value_name(column, value, reader.labels, tongue)


def _labels(values: pd.Series, naming: Naming) -> Labels:
    """The names of values under their own texts, as figures look them up."""
    found: dict[str, BothTongues] = {}
    for value in values:
        if not is_missing(value):
            found[str(value)] = {tongue: naming(value, tongue) for tongue in ("zh", "en")}
    return found
