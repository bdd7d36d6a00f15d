"""What would make more indicators assessable: the records and columns that a run lacks."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from sqaudit.kinds import RecordKind
from sqaudit.present import blocks
from sqaudit.present.blocks import Block
from sqaudit.present.tables import plain_table
from sqaudit.present.words import joined, named
from sqaudit.readings import needed_of
from sqaudit.report.reader import Reader

Row = dict[str, object]


def missing(reader: Reader) -> Block:
    """A row for each kind of records that is absent, and each column: what to give, and for what."""
    rows, head = missing_rows(reader), reader.heading("missing.title")
    if not rows:
        return blocks.stack(head, reader.text("missing.nothing"))
    headers = {name: reader.word(f"missing.{name}") for name in rows[0]}
    table = plain_table(pd.DataFrame(rows), reader.language, headers)
    return blocks.stack(head, reader.text("missing.intro", count=len(_lost(reader))), table)


def missing_rows(reader: Reader) -> list[Row]:
    """The rows of that table: `records, columns, instead, indicators`, texts as {zh, en}."""
    lost = _lost(reader)
    return [*_absent_kinds(reader, lost), *_absent_columns(reader, lost)]


def _lost(reader: Reader) -> set[str]:
    return set(reader.review.scorecard.query("verdict == 'not_assessable'")["indicator"])


def _absent_kinds(reader: Reader, lost: set[str]) -> Iterator[Row]:
    """Record kinds that the run does not give, with the columns that would be read of them."""
    review = reader.review
    for kind in review.standard.kinds_used:
        waiting = [one for one in review.standard.indicators if one.id in lost and kind in one.kinds]
        if kind in review.origins or not waiting:
            continue
        wanted = {name for one in waiting for name in needed_of(one, kind)}
        model = review.standard.kind(kind)
        wanted |= {model.time} if model.time else set()
        yield _row(reader, kind, _without_found(model, wanted), "", [one.id for one in waiting])


def _absent_columns(reader: Reader, lost: set[str]) -> Iterator[Row]:
    """Columns that given records lack, with the other records in which they would be found."""
    found = reader.review.results.checks
    for row in found[found["check"] == "missing_column"].to_dict("records"):
        waiting = [name for name in row["indicators"] if name in lost]
        if waiting:
            yield _row(
                reader, row["kind"], [row["column"]], _elsewhere(reader, row["kind"], row["column"]), waiting
            )


def _without_found(model: RecordKind, wanted: set[str]) -> list[str]:
    """The columns that the records themselves have to bring, in the order of the kind."""
    return [name for name in model.columns if name in wanted and model.columns[name].link is None]


def _elsewhere(reader: Reader, kind: str, column: str) -> str | dict[str, str]:
    """The records that would do instead, and by which columns they belong to these."""
    described = reader.review.standard.kind(kind).columns.get(column)
    if described is None or described.link is None:
        return ""
    link = described.link
    by = ", ".join(link.by)
    return reader.both(lambda tongue: f"{named(reader.labels, link.records, tongue)} ({link.records}: {by})")


def _row(reader: Reader, kind: str, columns: list[str], elsewhere: object, indicators: list[str]) -> Row:
    names = reader.both(
        lambda tongue: joined((named(reader.labels, one, tongue) for one in indicators), tongue)
    )
    return {
        "records": reader.both(lambda tongue: f"{named(reader.labels, kind, tongue)} ({kind})"),
        "columns": ", ".join(columns),
        "instead": elsewhere,
        "indicators": names,
    }


__all__ = ["missing", "missing_rows"]
