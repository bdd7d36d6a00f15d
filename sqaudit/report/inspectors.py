"""What an inspection says of itself: its inspectors, its draw, and what was disputed."""

from __future__ import annotations

from collections.abc import Sequence

from sqaudit.present import blocks
from sqaudit.present.blocks import Block
from sqaudit.present.sheets import Make, sheet_block
from sqaudit.present.tables import inspection as tables
from sqaudit.present.words import joined, tongues
from sqaudit.report.inspected import Inspected
from sqaudit.report.reader import Reader

AREA = "inspection_review"
_HELD = (
    ("drawn", "reconciled"),
    ("answered", "reconciled_answered"),
    ("judged", "reconciled_judged"),
)


def agreement(inspected: Inspected) -> Block:
    """How far two inspectors of a case agree, item by item."""
    if inspected.figures is None:
        return blocks.stack()
    reader, (results, form) = inspected.reader, inspected.figures
    head = reader.heading(f"{AREA}.agreement")
    if results.agreement.empty:
        return blocks.stack(head, reader.text(f"{AREA}.no_agreement"))
    unclear = results.agreement.query("clearer_guide == 'yes'")["item"].tolist()
    parts = [head, reader.text(f"{AREA}.agreement_intro", cases=int(results.agreement["cases"].max()))]
    if unclear:
        texts = [form.item(name).text for name in unclear]
        said = reader.both(lambda tongue: joined((one.in_language(tongue) for one in texts), tongue))
        parts.append(reader.text(f"{AREA}.unclear", items=said))
    return blocks.stack(
        *parts, _table(reader, lambda tongue: tables.agreement_sheet(results.agreement, form, tongue))
    )


def inspectors(inspected: Inspected) -> Block:
    """How strict each inspector is, and whether that changes."""
    if inspected.figures is None or inspected.figures[0].severity.empty:
        return blocks.stack()
    reader, (results, _) = inspected.reader, inspected.figures
    severity, drift = results.severity, results.drift
    clear = severity[severity["p_adjusted"] <= 1 - reader.review.run.confidence]
    parts = [reader.heading(f"{AREA}.inspectors"), reader.text(f"{AREA}.severity_intro")]
    parts += _named(reader, "strict", clear[clear["severity"] > 0]["inspector"].tolist())
    parts += _named(reader, "lenient", clear[clear["severity"] < 0]["inspector"].tolist())
    parts.append(_table(reader, lambda tongue: tables.severity_sheet(severity, tongue)))
    if len(drift):
        parts += [reader.heading(f"{AREA}.drift", 3), reader.text(f"{AREA}.drift_intro")]
        parts += _named(reader, "drifting", drift[drift["drifts"].astype(bool)]["inspector"].tolist())
        parts.append(_table(reader, lambda tongue: tables.drift_sheet(drift, tongue)))
    return blocks.stack(*parts)


def proof(inspected: Inspected) -> Block:
    """Drawn cases against the frame, and the sample against the census."""
    reader, results = inspected.reader, inspected.results
    if results is None:
        return blocks.stack()
    integrity, reconciled = results.integrity, results.reconciliation
    bad = integrity[integrity["consistent"].eq(False).fillna(False)]["dimension"].tolist()
    parts = [reader.heading(f"{AREA}.proof"), reader.text(f"{AREA}.integrity_intro")]
    if bad:
        names = reader.both(
            lambda tongue: joined((tables.dimension_name(one, tongue) for one in bad), tongue)
        )
        parts.append(reader.text(f"{AREA}.integrity_bad", names=names))
    elif integrity["consistent"].notna().any():
        parts.append(reader.text(f"{AREA}.integrity_ok"))
    parts.append(_table(reader, lambda tongue: tables.integrity_sheet(integrity, tongue)))
    parts.append(reader.heading(f"{AREA}.reconciliation", 3))
    if reconciled.empty:
        return blocks.stack(*parts, reader.text(f"{AREA}.no_reconciliation"))
    parts.append(reader.text(f"{AREA}.reconciliation_intro"))
    for of, key in _HELD:
        own = reconciled[(reconciled["of"] == of) & reconciled["consistent"].notna()]
        if len(own):
            same = int(own["consistent"].astype(bool).sum())
            parts.append(reader.text(f"{AREA}.{key}", count=same, of=len(own)))
    parts.append(
        _table(reader, lambda tongue: tables.reconciliation_sheet(reconciled, reader.labels, tongue))
    )
    return blocks.stack(*parts)


def disputes(inspected: Inspected) -> Block:
    """Disputes by item and what became of them."""
    if inspected.figures is None:
        return blocks.stack()
    reader, (results, form) = inspected.reader, inspected.figures
    head = reader.heading(f"{AREA}.disputes")
    if results.disputes.empty:
        return blocks.stack(head, reader.text(f"{AREA}.no_disputes"))
    return blocks.stack(
        head, _table(reader, lambda tongue: tables.disputes_sheet(results.disputes, form, tongue))
    )


def _named(reader: Reader, key: str, names: Sequence[str]) -> list[Block]:
    if not names:
        return []
    said = {tongue: joined(names, tongue) for tongue in tongues("both")}
    return [reader.text(f"{AREA}.{key}", names=said)]


def _table(reader: Reader, make: Make) -> Block:
    return sheet_block(make, reader.language)
