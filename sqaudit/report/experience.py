"""What customers experienced and wrote, in a report: drivers of low scores and complaints, and words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sqaudit.causes.drivers import LEAST_OUTCOMES
from sqaudit.causes.reasons import LEAST_REMARKS
from sqaudit.inquiry.experience import DriversFound
from sqaudit.inquiry.reasons import ReasonsFound
from sqaudit.present import blocks, numbers
from sqaudit.present.blocks import Block
from sqaudit.present.figures.drivers import driver_dots
from sqaudit.present.inquiry_words import dimension_name, value_name
from sqaudit.present.tables.patterns import drivers_table, words_table
from sqaudit.present.words import Labels, Tongue, is_said, joined, named, say
from sqaudit.report.reader import BothTongues, Reader

_SPACE = {"zh": "", "en": " "}


def drivers(reader: Reader) -> Block:
    """What customers experienced who scored low or complained, each fact adjusted for the others."""
    head = reader.heading("drivers_found.title")
    patterns = reader.review.patterns
    if patterns is None:
        return blocks.stack(head, reader.text("patterns.absent"))
    both = (patterns.low_scores, patterns.complaints)
    told = [block for one in both for block in _of_outcome(reader, one)]
    return blocks.stack(head, reader.text("drivers_found.intro"), *told)


def _of_outcome(reader: Reader, found: DriversFound) -> list[Block]:
    head = reader.heading(f"drivers_found.heading.{found.outcome}", 3)
    if found.status == "no_records":
        return [head, reader.text(f"drivers_found.no_records.{found.outcome}")]
    fields: dict[str, Any] = {"indicator": reader.name(found.indicator)} if found.indicator else {}
    lead = reader.text(
        f"drivers_found.lead.{found.outcome}",
        span=span_name(reader, found.span),
        cases=found.cases,
        outcomes=found.outcomes,
        share=numbers.share(found.outcomes / found.cases) if found.cases else None,
        **fields,
    )
    outcome = reader.word(f"drivers_found.outcome.{found.outcome}")
    if found.status == "too_few":
        few = reader.text("drivers_found.too_few", outcome=outcome, least=LEAST_OUTCOMES)
        return [head, lead, few, *_set_aside(reader, found)]
    names = _fact_names(reader, found)
    facts = _ordered(found.table[~found.table["context"]])
    figure = reader.figure(
        lambda tongue: driver_dots(facts, names, tongue, outcome[tongue]),
        lambda tongue: _alt(facts, names, outcome[tongue], tongue),
    )
    told = reader.both(lambda tongue: _clear_lines(facts, names, outcome[tongue], tongue))
    table = drivers_table(
        facts, names, reader.language, found.outcome, lambda tongue: _notes(found, names, tongue)
    )
    return [head, lead, reader.text("plain.text", text=told), figure, table, *_set_aside(reader, found)]


def _ordered(facts: pd.DataFrame) -> pd.DataFrame:
    """The clear ones first, then the estimated ones, each by size."""
    order = facts.assign(_size=-facts["effect"].fillna(-2), _told=facts["status"] != "estimated")
    kept = order.sort_values(["_told", "clear", "_size", "fact"], ascending=[True, False, True, True])
    return kept.drop(columns=["_size", "_told"]).reset_index(drop=True)


def _clear_lines(facts: pd.DataFrame, names: Labels, outcome: str, tongue: Tongue) -> str:
    clear = facts[facts["clear"].astype(bool)]
    lines = [
        say(
            "drivers_found.clear",
            tongue,
            fact=named(names, row["fact"], tongue),
            outcome=outcome,
            effect=numbers.difference(row["effect"], "share", tongue),
            interval=numbers.difference_interval(row["low"], row["high"], "share", tongue),
            **{"with": numbers.share(row["share_with"]), "without": numbers.share(row["share_without"])},
        )
        for row in clear.to_dict("records")
    ]
    if not lines:
        lines = [say("drivers_found.none_clear", tongue, outcome=outcome)]
    rest = facts[(facts["status"] == "estimated") & ~facts["clear"].astype(bool)]
    if len(rest):
        unclear = joined([named(names, fact, tongue) for fact in rest["fact"]], tongue)
        lines.append(say("drivers_found.unclear", tongue, facts=unclear))
    return _SPACE[tongue].join(lines)


def _alt(facts: pd.DataFrame, names: Labels, outcome: str, tongue: Tongue) -> str:
    lines = [
        say(
            "drivers_found.alt_line",
            tongue,
            fact=named(names, row["fact"], tongue),
            effect=numbers.difference(row["effect"], "share", tongue),
        )
        for row in facts[facts["effect"].notna()].to_dict("records")
    ]
    return say("drivers_found.alt", tongue, outcome=outcome, lines=joined(lines, tongue))


def _notes(found: DriversFound, names: Labels, tongue: Tongue) -> list[str]:
    said = [
        say(f"cause_note.{code}", tongue, **({"count": found.left_out} if code == "left_out" else {}))
        for code in found.notes
    ]
    context = found.table.loc[found.table["context"], "fact"]
    if len(context):
        facts = joined([named(names, fact, tongue) for fact in context], tongue)
        said.append(say("drivers_found.adjusted", tongue, facts=facts))
    return said


def _set_aside(reader: Reader, found: DriversFound) -> list[Block]:
    """The facts that were not compared, and why."""
    names = _fact_names(reader, found)
    told = {why: getattr(found, why) for why in ("unknown", "never", "absent") if getattr(found, why)}
    return [
        reader.text(f"drivers_found.{why}", kind="note", facts=_listed(reader, facts, names))
        for why, facts in told.items()
    ]


def _listed(reader: Reader, facts: tuple[str, ...], names: Labels) -> BothTongues:
    return reader.both(lambda tongue: joined([named(names, one, tongue) for one in facts], tongue))


def _fact_names(reader: Reader, found: DriversFound) -> Labels:
    """What facts are called; values of a context column with the name of the column."""
    names: dict[str, Mapping[str, str]] = dict(found.names)
    for fact in found.table["fact"] if len(found.table) else []:
        column, sign, value = str(fact).partition("=")
        if sign:
            names[str(fact)] = _value_named(reader, column, value)
    return names


def _value_named(reader: Reader, column: str, value: str) -> BothTongues:
    return reader.both(
        lambda tongue: say(
            "drivers_found.value",
            tongue,
            column=dimension_name(column, reader.labels, tongue),
            value=value_name(column, value, reader.labels, tongue),
        )
    )


def span_name(reader: Reader, span: tuple[str, ...]) -> BothTongues:
    """The periods that cases were taken from, as a reader would say it."""
    if not span:
        return reader.both(lambda _: "—")
    key = "until" if span[0] == "until" else "two" if len(span) > 1 else "one"
    fields: dict[str, Any] = {"last": span[-1], **({"first": span[0]} if key == "two" else {})}
    return reader.both(lambda tongue: say(f"patterns.span.{key}", tongue, **fields))


def reasons(reader: Reader) -> Block:
    """The words that remarks with low scores and complaints use more often than all others."""
    head = reader.heading("reasons_found.title")
    patterns = reader.review.patterns
    if patterns is None:
        return blocks.stack(head, reader.text("patterns.absent"))
    told = [block for one in patterns.reasons for block in _of_column(reader, one)]
    if not told:
        return blocks.stack(head, reader.text("reasons_found.none_at_all"))
    return blocks.stack(head, reader.text("reasons_found.intro"), *told)


def _of_column(reader: Reader, found: ReasonsFound) -> list[Block]:
    parts = [reader.heading("plain.text", 3, text=_remarks_name(reader, found))]
    if found.status == "no_group":
        return [*parts, reader.text("reasons_found.no_group")]
    span = span_name(reader, found.span)
    parts.append(reader.text("reasons_found.lead", span=span, remarks=found.remarks, rest=found.rest))
    if found.status == "too_few":
        return [*parts, reader.text("reasons_found.too_few", least=LEAST_REMARKS)]
    if found.status == "none":
        return [*parts, reader.text("reasons_found.none")]
    words = found.table[found.table["telling"].astype(bool)].reset_index(drop=True)
    return [*parts, words_table(words, reader.language, lambda tongue: _word_notes(found, tongue))]


def _remarks_name(reader: Reader, found: ReasonsFound) -> BothTongues:
    key = f"reasons_found.of.{found.records}"
    if is_said(key):
        return reader.word(key)
    return reader.both(
        lambda tongue: say(
            "reasons_found.other",
            tongue,
            kind=named(reader.labels, found.records, tongue, "kind"),
            column=dimension_name(found.column, reader.labels, tongue),
        )
    )


def _word_notes(found: ReasonsFound, tongue: Tongue) -> list[str]:
    read = found.remarks + found.rest + found.left_out
    said = [say("cause_note.evidence_never_alone", tongue), say("reasons_found.together", tongue)]
    if read < found.all_remarks:
        said.append(say("reasons_found.read", tongue, all=found.all_remarks, read=read))
    return said
