"""The inspection of a sample: what it says of all cases, of groups and of people."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sqaudit.inspection_forms import InspectionForm
from sqaudit.inspection_results import Inspection, InspectionResults
from sqaudit.present import blocks, numbers
from sqaudit.present.blocks import Block
from sqaudit.present.figures.estimates import estimate_dots
from sqaudit.present.honesty import design_check
from sqaudit.present.sheets import Make, sheet_block
from sqaudit.present.tables import inspection as tables
from sqaudit.present.tables.cells import records_of
from sqaudit.present.words import Tongue, joined, say
from sqaudit.report.inspected import Inspected
from sqaudit.report.reader import Reader

AREA = "inspection_review"
MOST_DRAWN = 15  # groups that one figure can show


def front(inspected: Inspected) -> Block:
    """Score and critical errors of all cases, and how the sample was drawn."""
    reader, inspection = inspected.reader, inspected.inspection
    head = reader.heading(f"{AREA}.front")
    if inspection is None:
        return blocks.stack(head, _nothing(reader))
    parts = [head]
    if inspected.figures is None:
        parts.append(reader.text(f"{AREA}.no_answers", kind="lead"))
    else:
        parts.append(_lead(reader, inspected.figures[0]))
    settings = inspection.settings
    design = reader.both(lambda tongue: say(f"estimates.design.{_design(inspection)}", tongue))
    parts.append(
        reader.text(
            f"{AREA}.sample_line",
            sample=inspection.id,
            design=design,
            seed=str(settings["seed"]),
            frame=int(settings["frame_size"]),
            hash=str(settings["frame_hash"])[:16],
        )
    )
    return blocks.stack(*parts, reader.text(f"{AREA}.sample_only", kind="note"))


def response(inspected: Inspected) -> Block:
    """How many of the drawn cases were inspected, by class, and why others were not."""
    reader, results = inspected.reader, inspected.results
    if results is None:
        return blocks.stack()
    total = results.responses.iloc[0]
    parts = [
        reader.heading(f"{AREA}.response"),
        reader.text(
            f"{AREA}.response_intro",
            drawn=int(total["drawn"]),
            answered=int(total["answered"]),
            share=numbers.share(total["answered_share"]),
        ),
        _table(reader, lambda tongue: tables.responses_sheet(results.responses, tongue)),
    ]
    if len(results.reasons):
        rows = records_of(results.reasons)
        said = reader.both(
            lambda tongue: joined((say(f"{AREA}.reason_of", tongue, **row) for row in rows), tongue)
        )
        parts.append(reader.text(f"{AREA}.reasons", reasons=said))
    if len(results.classes):
        parts.append(reader.text(f"{AREA}.adjusted", kind="note"))
    return blocks.stack(*parts)


def estimates(inspected: Inspected) -> Block:
    """Every figure for all cases, as a picture of the items and as a table."""
    if inspected.figures is None:
        return blocks.stack()
    reader, (results, form) = inspected.reader, inspected.figures
    population = results.population
    return blocks.stack(
        reader.heading(f"{AREA}.estimates"),
        reader.text(f"{AREA}.estimates_intro"),
        _items_figure(reader, population, form),
        _table(
            reader,
            lambda tongue: tables.estimates_sheet(population, results.grounds["population"], form, tongue),
        ),
    )


def groups(inspected: Inspected) -> Block:
    """Score, critical errors and items of every group with few enough values to be shown."""
    if inspected.figures is None:
        return blocks.stack()
    reader, (results, form) = inspected.reader, inspected.figures
    parts = [reader.heading(f"{AREA}.groups"), reader.text(f"{AREA}.groups_note", kind="note")]
    for name, frame in results.domains.items():
        size = frame[name].nunique(dropna=False)
        if 1 < size <= tables.MOST_GROUPS:
            parts += _group(reader, results, form, name, frame, size)
    return blocks.stack(*parts)


def people(inspected: Inspected) -> Block:
    """Who can be told apart from all, and how many have too few cases for a verdict."""
    if inspected.figures is None:
        return blocks.stack()
    reader, (results, form) = inspected.reader, inspected.figures
    fewest = reader.review.run.minimum_cases
    parts = [
        reader.heading(f"{AREA}.people"),
        reader.text(f"{AREA}.people_intro", kind="note", fewest=fewest),
    ]
    for name, frame in results.flags.items():
        if frame.empty:
            continue
        judged = frame["verdict"] != "no_verdict"
        few = frame[name].nunique(dropna=False) - frame.loc[judged, name].nunique(dropna=False)
        flagged = int((frame["verdict"] == "flagged").sum())
        key = "flagged" if flagged else "nobody"
        said: dict[str, object] = {"by": reader.name(name, "segment"), "few": few}
        said |= {"count": flagged} if flagged else {}
        parts.append(reader.text(f"{AREA}.{key}", kind="", **said))
        if judged.any():
            parts.append(_table(reader, _flags(reader, frame, name, form)))
    if len(parts) == 2:
        parts.append(reader.text(f"{AREA}.no_flags"))
    return blocks.stack(*parts)


def grounds(inspected: Inspected) -> Block:
    """What was notable about the sample under its design, and where methods are described."""
    reader = inspected.reader
    parts = [reader.heading(f"{AREA}.grounds")]
    findings = inspected.results.findings if inspected.results is not None else pd.DataFrame()
    for row in records_of(findings):
        text = reader.both(lambda tongue, row=row: design_check(row, tongue))  # type: ignore[misc]
        parts.append(reader.text("plain.text", kind="note", text=text))
    return blocks.stack(*parts, reader.text(f"{AREA}.methods", kind="note"))


def _nothing(reader: Reader) -> Block:
    told = reader.review.sampled
    if told is None:
        return reader.text("sampling_plan.no_plan")
    if told.problem:
        return reader.text("sampling_plan.problem", problem=told.problem)
    return reader.text(f"{AREA}.no_sample")


def _design(inspection: Inspection) -> str:
    """The design by its name in the words of estimates."""
    several = inspection.cases["stratum"].nunique() > 1
    name = {"cluster": "cluster", "proportional_to_size": "unequal"}.get(inspection.design, "simple")
    if not several:
        return name
    return "stratified" if name == "simple" else f"stratified_{name}"


def _lead(reader: Reader, results: InspectionResults) -> Block:
    """Score and critical errors in one sentence; where there are none, what may be unseen."""
    rows = records_of(results.population)
    score: dict[str, Any] = next((row for row in rows if row["item"] == "score"), {})
    critical = next(row for row in rows if (row["item"], row["figure"]) == ("critical", "share"))
    said: dict[str, object] = {
        "population": round(critical["population"]),
        "score": numbers.share(score.get("estimate")),
    }
    if critical["estimate"] == 0:
        said |= {"cases": int(critical["n"]), "high": numbers.share(critical["high"])}
        return reader.text(f"{AREA}.lead_none", kind="lead", **said)
    said |= {
        "low": numbers.share(score.get("low")),
        "high": numbers.share(score.get("high")),
        "critical": numbers.share(critical["estimate"]),
        "critical_low": numbers.share(critical["low"]),
        "critical_high": numbers.share(critical["high"]),
    }
    return reader.text(f"{AREA}.lead", kind="lead", **said)


def _items_figure(reader: Reader, population: pd.DataFrame, form: InspectionForm) -> Block:
    passed = population[
        (population["figure"] == "share") & population["item"].isin([one.id for one in form.items])
    ]
    confidence = numbers.share(reader.review.run.confidence, digits=0)

    def rows(tongue: Tongue) -> pd.DataFrame:
        named = [form.item(name).text.in_language(tongue) for name in passed["item"]]
        return passed.assign(name=named).sort_values("estimate", ascending=False, kind="stable")

    return reader.figure(
        lambda tongue: estimate_dots(
            rows(tongue),
            tongue,
            say(f"{AREA}.dots.title", tongue),
            say(f"{AREA}.dots.reading_alone", tongue, confidence=confidence),
        ),
        lambda tongue: _alt(rows(tongue), tongue),
    )


def _group(
    reader: Reader,
    results: InspectionResults,
    form: InspectionForm,
    name: str,
    frame: pd.DataFrame,
    size: int,
) -> list[Block]:
    title = reader.heading("plain.text", 3, text=reader.segment_title(name))
    parts = [title]
    if size <= MOST_DRAWN:
        parts.append(_group_figure(reader, results, name, frame))
    grounds = results.grounds[name]
    parts.append(
        _table(reader, lambda tongue: tables.groups_sheet(frame, name, grounds, reader.labels, tongue))
    )
    if size <= tables.MATRIX:
        parts.append(
            _table(reader, lambda tongue: tables.items_by_sheet(frame, name, form, reader.labels, tongue))
        )
    return parts


def _group_figure(reader: Reader, results: InspectionResults, by: str, frame: pd.DataFrame) -> Block:
    """The mean score of each group beside that of all."""
    own = frame[frame["item"] == "score"]
    population = results.population
    overall = population.loc[population["item"] == "score", "estimate"]
    reference = float(overall.iloc[0]) if len(overall) else None
    confidence = numbers.share(reader.review.run.confidence, digits=0)

    def rows(tongue: Tongue) -> pd.DataFrame:
        names = [tables.group_name(value, reader.labels, tongue) for value in own[by]]
        return own.assign(name=names).sort_values("estimate", ascending=False, kind="stable")

    def title(tongue: Tongue) -> str:
        figure = say(f"{AREA}.figure.score", tongue)
        return say(f"{AREA}.dots.title_by", tongue, figure=figure, by=reader.name(by, "segment")[tongue])

    return reader.figure(
        lambda tongue: estimate_dots(
            rows(tongue),
            tongue,
            title(tongue),
            say(f"{AREA}.dots.reading", tongue, confidence=confidence),
            reference,
        ),
        lambda tongue: _alt(rows(tongue), tongue),
    )


def _alt(rows: pd.DataFrame, tongue: Tongue) -> str:
    known = rows[rows["estimate"].notna()].sort_values("estimate", kind="stable")
    if known.empty:
        return say("figure.no_data", tongue)
    lowest, highest = known.iloc[0], known.iloc[-1]
    return say(
        f"{AREA}.dots.alt",
        tongue,
        count=len(known),
        lowest=lowest["name"],
        low=numbers.share(lowest["estimate"]),
        highest=highest["name"],
        high=numbers.share(highest["estimate"]),
    )


def _flags(reader: Reader, frame: pd.DataFrame, name: str, form: InspectionForm) -> Make:
    return lambda tongue: tables.flags_sheet(frame, name, form, reader.labels, tongue)


def _table(reader: Reader, make: Make) -> Block:
    return sheet_block(make, reader.language)
