"""What a report rests on: sources, faults of the data, definitions, assumptions, parameters."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pandas as pd

from sqaudit.lint import lint
from sqaudit.params import RunFile
from sqaudit.present import blocks
from sqaudit.present.blocks import Block
from sqaudit.present.definitions import definitions
from sqaudit.present.tables import (
    checks_table,
    definitions_table,
    lint_table,
    plain_table,
    row_account_table,
    scorecard_table,
)
from sqaudit.present.words import joined
from sqaudit.report.reader import Reader
from sqaudit.review import shown_parameters
from sqaudit.standards import Standard, read_assumptions

_ALWAYS_SHOWN = ("period", "compare", "timezone", "interval", "confidence", "minimum_cases")


def sources(reader: Reader) -> Block:
    """Where the records came from, and where every row of them went."""
    review = reader.review
    account = review.results.row_account
    read = account[account["step"] == "read"]
    files = pd.DataFrame(
        {
            "kind": [reader.name(kind) for kind in review.origins],
            "source": [_short(origin) for origin in review.origins.values()],
        }
    )
    run = review.run
    spans = [str(span) for span in (run.chosen_period, run.compared_period) if span is not None]
    periods = reader.both(lambda tongue: joined(spans, tongue))
    return blocks.stack(
        reader.heading("data_quality.sources"),
        reader.text("data_quality.sources_intro", kinds=len(read), rows=int(read["rows"].sum())),
        plain_table(files, reader.language, {"source": reader.word("plain.source")}),
        reader.heading("data_quality.row_account"),
        reader.text("data_quality.row_account_intro", periods=periods),
        row_account_table(account, reader.labels, reader.language),
    )


def checks(reader: Reader) -> Block:
    """Every fault of the data, what to do about it, and which indicators it touches."""
    found = reader.review.results.checks
    counts = found["severity"].value_counts()
    if found.empty:
        return blocks.stack(reader.heading("data_quality.checks"), reader.text("data_quality.no_checks"))
    return blocks.stack(
        reader.heading("data_quality.checks"),
        reader.text(
            "data_quality.checks_intro",
            errors=int(counts.get("error", 0)),
            warnings=int(counts.get("warning", 0)),
            notes=int(counts.get("note", 0)),
        ),
        checks_table(found, reader.labels, reader.language),
    )


def affected(reader: Reader) -> Block:
    """The indicators that cannot be assessed."""
    card = reader.review.scorecard
    lost = card[card["verdict"] == "not_assessable"]
    head = reader.heading("data_quality.affected")
    if lost.empty:
        return blocks.stack(head, reader.text("data_quality.not_affected"))
    intro = reader.text("data_quality.affected_intro", count=len(lost))
    return blocks.stack(head, intro, scorecard_table(lost, reader.labels, reader.language))


def settings(reader: Reader) -> Block:
    """How the sources were read: the parameters of the run."""
    return blocks.stack(reader.heading("data_quality.settings"), parameters(reader))


def appendix(reader: Reader, parts: Sequence[Reader]) -> Block:
    """Definitions, clauses carried out elsewhere, assumptions, methods and parameters."""
    return blocks.stack(
        reader.heading("quarterly_review.appendix"),
        reader.heading("quarterly_review.definitions", 3),
        reader.text("quarterly_review.definitions_intro"),
        *(block for part in parts for block in _definitions(part)),
        *_rules(reader),
        *_findings(parts),
        *_assumptions(reader),
        reader.heading("quarterly_review.methods", 3),
        *_methods(reader),
        reader.heading("quarterly_review.parameters", 3),
        reader.text("quarterly_review.parameters_intro"),
        parameters(reader),
    )


def _definitions(reader: Reader) -> list[Block]:
    standard = reader.review.standard
    head = [reader.heading("plain.text", 4, text=standard.title.both())] if reader.among_others else []
    note = (
        [reader.text("plain.text", kind="note", text=standard.note.both())]
        if any(standard.note.both().values())
        else []
    )
    return [*head, *note, definitions_table(definitions(standard), reader.labels, reader.language)]


def parameters(reader: Reader) -> Block:
    """The parameters of the run as a table."""
    rows = parameter_rows(reader.review.run)
    frame = pd.DataFrame({"parameter": list(rows), "value": list(rows.values())})
    return plain_table(frame, reader.language)


def parameter_rows(run: RunFile) -> dict[str, str]:
    """The parameters of a run as texts, those of nested blocks as JSON; what was left out is not shown."""
    stated = shown_parameters(run)
    stated |= {name: getattr(run, name) for name in _ALWAYS_SHOWN}
    records = stated.pop("records", {})
    rows = {name: _shown(value) for name, value in stated.items()}
    return rows | {f"records.{kind}": _shown(source) for kind, source in records.items()}


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _rules(reader: Reader) -> list[Block]:
    frame = rules_of(reader.review.standard)
    if frame.empty:
        return []
    headers = {name: reader.word(f"rules.{name}") for name in ("name", "requirement", "carried_out_by")}
    return [reader.heading("rules.title", 3), plain_table(frame, reader.language, headers)]


def rules_of(standard: Standard) -> pd.DataFrame:
    """The clauses that are no figure and what does them: `name, clause, requirement, carried_out_by`."""
    columns = ("name", "clause", "requirement", "carried_out_by")
    rows = [[getattr(rule, column).both() for column in columns] for rule in standard.rules]
    return pd.DataFrame(rows, columns=list(columns))


def _findings(parts: Sequence[Reader]) -> list[Block]:
    """What a check of the standards finds: it comes from the documents, not from the data."""
    reader, head = parts[0], parts[0].heading("findings.title", 3)
    found = [(part, lint(part.review.standard)) for part in parts]
    tables = [
        block
        for part, findings in found
        if findings
        for block in (
            part.heading("plain.text", 4, text=part.review.standard.title.both()),
            lint_table(findings, part.labels, part.language),
        )
    ]
    if not tables:
        return [head, reader.text("findings.none")]
    return [head, reader.text("findings.intro"), *tables]


def _assumptions(reader: Reader) -> list[Block]:
    head, frame = reader.heading("quarterly_review.assumptions", 3), assumptions_used(reader.review.standard)
    if frame.empty:
        return [head, reader.text("quarterly_review.no_assumptions")]
    headers = {name: reader.word(f"assumptions.{name}") for name in frame.columns}
    intro = reader.text("quarterly_review.assumptions_intro")
    return [head, intro, plain_table(frame, reader.language, headers)]


def assumptions_used(standard: Standard) -> pd.DataFrame:
    """What a standard leaves open and how it was read: `number, question, reading`."""
    ledger = read_assumptions()
    rows = [
        [number, ledger[number].question.both(), ledger[number].reading.both()]
        for number in standard.assumptions_used
    ]
    return pd.DataFrame(rows, columns=["number", "question", "reading"])


def _methods(reader: Reader) -> list[Block]:
    used = [name for name in reader.review.scorecard["method"].unique() if name != "none"]
    keys = [*(f"methods.{name}" for name in used), "methods.difference", "methods.census", "honesty.rounding"]
    return [reader.text(key) for key in keys]


def _short(origin: str) -> str:
    """The names of files without their folders, which differ from machine to machine."""
    return ", ".join(part.rsplit("/", 1)[-1] for part in origin.split(", "))
