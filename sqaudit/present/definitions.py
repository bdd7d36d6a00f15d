"""The definitions a report prints: every indicator's formula, clause and target in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sqaudit.kinds import catalogue
from sqaudit.present.words import Labels, Tongue, joined, say
from sqaudit.standards import Indicator, Standard
from sqaudit.standards.methods import methods
from sqaudit.standards.model import LimitBy, Measure, Piece, ShareOfCounts, Side, Within

_UNITS = (("hours", 3600), ("minutes", 60), ("seconds", 1))


def labels_of(standard: Standard) -> Labels:
    """What a reader calls the ids of a standard: its indicators, dimensions and record kinds."""
    names: dict[str, Mapping[str, str]] = {one.id: one.name.both() for one in standard.indicators}
    names |= {identifier: text.both() for identifier, text in standard.dimensions.items()}
    names |= {kind: model.name.both() for kind, model in {**catalogue(), **standard.record_kinds}.items()}
    return names


def definitions(standard: Standard) -> pd.DataFrame:
    """One row per indicator, for the table of definitions.

    Columns: `indicator, name, clause, requirement, remark, formula, records, target, unit, direction,
    evidence`.
    Texts are {zh, en} mappings.
    """
    return pd.DataFrame([_definition(standard, indicator) for indicator in standard.indicators])


def formula(indicator: Indicator, tongue: Tongue) -> str:
    """How the figure comes about, in one line; of a named method, its own formula first.

    >>> from sqaudit.standards import read_standard
    >>> standard = read_standard("params/standards/after_sales_evaluation.yaml")
    >>> formula(standard.indicator("response_30s_rate"), "en")
    'Share with answered_at at most 30 s after offered_at'
    """
    if indicator.method is not None:
        method = methods()[indicator.method]
        name, words = method.name.in_language(tongue), method.formula.in_language(tongue)
        return say("formula.method", tongue, name=name, formula=words, chosen=indicator.definition)
    lines = dict.fromkeys(_of_piece(piece, tongue) for piece in indicator.pieces if piece.side != "per")
    return say("formula.and_then", tongue).join(lines)


def _of_piece(piece: Piece, tongue: Tongue) -> str:
    line = _measured(piece.measure, tongue)
    if not piece.eligible or piece.side:
        return line
    return say("formula.where", tongue, formula=line, condition=piece.eligible)


def _remark(indicator: Indicator, tongue: Tongue) -> str:
    """What a reader should know beside the requirement: the name turned round, remarks, open readings."""
    positive = indicator.positive_name.in_language(tongue)
    told = [say("formula.positive", tongue, name=positive)] if positive else []
    told += [remark] if (remark := indicator.remark.in_language(tongue)) else []
    told += (
        [say("formula.read_by", tongue, numbers=", ".join(indicator.assumptions))]
        if indicator.assumptions
        else []
    )
    return " ".join(told)


def _definition(standard: Standard, indicator: Indicator) -> dict[str, Any]:
    targets = [target.value for target in indicator.all_targets if not target.scope]
    missing = (
        {tongue: say("formula.truncated", tongue) for tongue in ("zh", "en")} if indicator.truncated else None
    )
    return {
        "indicator": indicator.id,
        "name": indicator.name.both(),
        "clause": {
            tongue: " · ".join(filter(None, (indicator.row, indicator.clause.in_language(tongue))))
            for tongue in ("zh", "en")
        },
        "requirement": indicator.requirement.both(),
        "remark": {tongue: _remark(indicator, tongue) for tongue in ("zh", "en")},
        "formula": {tongue: formula(indicator, tongue) for tongue in ("zh", "en")},
        "records": {
            tongue: joined((standard.kind(kind).name.in_language(tongue) for kind in indicator.kinds), tongue)
            for tongue in ("zh", "en")
        },
        "target": targets[-1] if targets else missing,
        "unit": indicator.shown_unit,
        "direction": indicator.direction,
        "evidence": indicator.evidence,
    }


def _measured(measure: Measure, tongue: Tongue) -> str:
    if measure.within is not None:
        return _within(measure.within, tongue)
    if isinstance(measure.share, ShareOfCounts):
        return say("formula.share_of_counts", tongue, met=measure.share.met, of=measure.share.of)
    if measure.share is not None:
        return say("formula.share", tongue, condition=measure.share)
    if measure.quantile is not None:
        return say("formula.quantile", tongue, expression=measure.quantile.of, q=f"{measure.quantile.q:g}")
    if measure.ratio is not None:
        return say("formula.ratio", tongue, top=measure.ratio.sum, base=measure.ratio.over)
    if measure.complete is not None:
        return say("formula.complete", tongue, columns=joined(measure.complete, tongue))
    if measure.rate is not None:
        events, per = (_side(side, tongue) for side in (measure.rate.events, measure.rate.per))
        return say("formula.rate", tongue, events=events, per=per)
    if measure.balance is not None:
        return say("formula.balance", tongue, plus=measure.balance.plus, minus=measure.balance.minus)
    if measure.gap is not None:
        every = duration(measure.gap.every, tongue)
        return say(
            "formula.gap",
            tongue,
            every=every,
            start=measure.gap.from_,
            end=measure.gap.to,
            times=measure.gap.times,
        )
    if measure.count is not None:
        key = "formula.count_all" if measure.count == "true" else "formula.count"
        return say(key, tongue, condition=measure.count)
    kind = "mean" if measure.mean is not None else "maximum"
    return say(f"formula.{kind}", tongue, expression=measure.mean or measure.maximum)


def _within(within: Within, tongue: Tongue) -> str:
    missed = "_missed" if within.counts == "missed" else ""
    if within.deadline is not None:
        return say(f"formula.within_deadline{missed}", tongue, end=within.to, deadline=within.deadline)
    limit = limit_words(within.limit or 0, tongue)
    if within.clock == "business":
        limit = say("formula.business", tongue, limit=limit)
    line = say(f"formula.within{missed}", tongue, start=within.from_, end=within.to, limit=limit)
    return say("formula.matured", tongue, formula=line) if within.matured else line


def limit_words(limit: LimitBy | float, tongue: Tongue) -> str:
    """A limit in words: a length of time, or what it is for each value of the column it depends on.

    >>> limit_words(LimitBy(by="zone", when={"core": "30min"}, otherwise="2h"), "en")
    'a limit by zone (core: 30 min, otherwise: 2 h)'
    """
    if not isinstance(limit, LimitBy):
        return duration(limit, tongue)
    cases = [f"{value}: {limit_words(own, tongue)}" for value, own in limit.when.items()]
    if limit.otherwise is not None:
        cases.append(f"{say('formula.otherwise', tongue)}: {duration(limit.otherwise, tongue)}")
    return say("formula.by_column", tongue, column=limit.by, cases=joined(cases, tongue))


def _side(side: Side, tongue: Tongue) -> str:
    """One side of a rate in words: what is counted or added up of which records."""
    names = {**catalogue()}
    kinds = joined(
        (names[kind].name.in_language(tongue) if kind in names else kind for kind in side.records), tongue
    )
    line = say("formula.sum_of", tongue, expression=side.sum, records=kinds) if side.sum else kinds
    return say("formula.where", tongue, formula=line, condition=side.where) if side.where else line


def duration(seconds: float, tongue: Tongue) -> str:
    """A length of time as a person writes it.

    >>> duration(30, "en"), duration(86400, "en"), duration(5400, "zh")
    ('30 s', '24 h', '90 分钟')
    """
    fitting = (one for one in _UNITS if seconds >= one[1] and seconds % one[1] == 0)
    unit, size = next(fitting, ("seconds", 1))
    return f"{seconds / size:g} {say(f'unit.{unit}', tongue)}"
