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
from sqaudit.present.words import Labels, Tongue, is_missing, is_said, joined, named, say
from sqaudit.report.reader import BothTongues, Reader

_SPACE = {"zh": "", "en": " "}
_WEAK = ("weak_point", "worse")  # classes worth a table; without any, one sentence says so


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
    if not told:
        return blocks.stack(head, reader.text("categories_found.no_sizes"))
    return blocks.stack(head, reader.text("categories_found.intro", kind="note"), *told)


def _sized(reader: Reader, one: Sized) -> list[Block]:
    title = reader.both(
        lambda tongue: say(
            "categories_found.sizes",
            tongue,
            kind=_kind_name(reader, one.records, tongue),
            by=dimension_name(one.by, reader.labels, tongue),
        )
    )
    naming = _naming(reader, one.by)
    labels = _labels(one.table["category"], naming)
    figure = reader.figure(
        lambda tongue: pareto_bars(one.table, labels, tongue, title[tongue]),
        lambda tongue: _alt(one.table, naming, title[tongue], tongue),
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


def _alt(sizes: pd.DataFrame, naming: Naming, title: str, tongue: Tongue) -> str:
    lines = [
        say(
            "categories_found.alt_line",
            tongue,
            name=naming(row["category"], tongue),
            share=numbers.share(row["share"]),
        )
        for row in sizes[sizes["kind"] == "category"].to_dict("records")
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
    told = [reader.heading("plain.text", 3, text=title), reader.text("plain.text", text=said)]
    if not one.table["class"].isin(_WEAK).any():
        return told
    return [*told, weak_table(one.table, naming, reader.language), _misses(reader, one, naming)]


def _misses(reader: Reader, one: Weak, naming: Naming) -> Block:
    """What the misses are made of, which the share missed in each category does not tell."""
    title = reader.both(
        lambda tongue: say(
            "categories_found.misses",
            tongue,
            indicator=named(reader.labels, one.indicator, tongue),
            by=dimension_name(one.by, reader.labels, tongue),
        )
    )
    labels = _labels(one.misses["category"], naming)
    return reader.figure(
        lambda tongue: pareto_bars(one.misses, labels, tongue, title[tongue]),
        lambda tongue: _alt(one.misses, naming, title[tongue], tongue),
    )


def _weak_lines(table: pd.DataFrame, naming: Naming, tongue: Tongue) -> str:
    said = []
    for kind, key in zip(_WEAK, ("weak_found", "worse_found"), strict=True):
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
    said = said or [say("categories_found.weak_none", tongue, count=len(table))]
    few = int((table["class"] == "too_few").sum())
    said += [say("categories_found.weak_few", tongue, count=few)] if few else []
    return _SPACE[tongue].join(said)


def _grown(reader: Reader, one: Grown, periods: tuple[str, str]) -> list[Block]:
    title = reader.both(
        lambda tongue: say(
            "categories_found.grown",
            tongue,
            kind=_kind_name(reader, one.records, tongue),
            nature=dimension_name(one.nature, reader.labels, tongue),
            severity=dimension_name(one.severity, reader.labels, tongue),
        )
    )
    natures, severities = _naming(reader, one.nature), _naming(reader, one.severity)
    graded = _graded(reader, one.severity)
    said = reader.both(lambda tongue: _trends(one.table, natures, graded, tongue))
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


def _kind_name(reader: Reader, kind: str, tongue: Tongue) -> str:
    """What a reader calls the records that are counted: of complaints and praise, complaints only."""
    key = f"categories_found.{kind}"
    return say(key, tongue) if is_said(key) else named(reader.labels, kind, tongue, "kind")


def _naming(reader: Reader, column: str) -> Naming:
    return lambda value, tongue: value_name(column, value, reader.labels, tongue)


def _graded(reader: Reader, column: str) -> Naming:
    """A severity with the name of its column: a bare 3 says nothing in a sentence."""
    naming = _naming(reader, column)
    return lambda value, tongue: f"{dimension_name(column, reader.labels, tongue)} {naming(value, tongue)}"


def _labels(values: pd.Series, naming: Naming) -> Labels:
    """The names of values under their own texts, as figures look them up."""
    found: dict[str, BothTongues] = {}
    for value in values:
        if not is_missing(value):
            found[str(value)] = {tongue: naming(value, tongue) for tongue in ("zh", "en")}
    return found
