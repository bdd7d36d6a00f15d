"""Words for an assessment: who is on the list and why, who is not, and how far a ranking can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sqaudit.assessment import Assessment, AssessmentRules
from sqaudit.present import numbers
from sqaudit.present.words import Labels, Tongue, joined, named, say

__all__ = [
    "candidate_sentence",
    "candidate_sentences",
    "consequence_sentences",
    "expected_sentence",
    "group_sentence",
    "naive_sentences",
    "names_of",
    "note_sentences",
    "rule_sentences",
    "same_cases_sentences",
    "stacked_sentences",
    "withheld_sentence",
]

Row = Mapping[Any, Any]


def names_of(rules: AssessmentRules) -> dict[str, dict[str, str]]:
    """What a reader calls the indicators, rules and consequences of an assessment."""
    texts = {one.indicator: one.name for one in rules.lines}
    texts |= {rule.id: rule.name for rule in rules.rules}
    texts |= {rule.consequence.id: rule.consequence.name for rule in rules.rules}
    return {key: text.both() for key, text in texts.items() if text.in_language("en")}


def candidate_sentences(done: Assessment, language: Tongue) -> list[str]:
    """What the list is for, and a sentence for each name on it; or that there is none."""
    labels = names_of(done.rules)
    rows = [candidate_sentence(row, labels, language) for row in done.candidates.to_dict("records")]
    return [say("assessment.purpose", language), *(rows or [say("assessment.nobody", language)])]


def candidate_sentence(row: Row, labels: Labels, language: Tongue) -> str:
    """One row of the list as a sentence: the figure, what chance could do, and how likely it is wrong.

    >>> row = {"unit": "A07", "kind": "missed", "indicator": "on_time", "numerator": 22.0, "value": 22 / 32,
    ...        "denominator": 32.0, "line": 0.9, "months": "2026-09", "chance_at_line": 0.00092,
    ...        "chance_mix": float("nan"), "probability_wrong": 0.0212}
    >>> candidate_sentence(row, {"on_time": {"en": "on time"}}, "en")
    'A07: on time 68.8 % (22 of 32), line 90 %, 2026-09. A unit just on the line would show this or worse
    with probability < 0.001; that its true level is on the good side of the line has a probability of about
    2.1 %.'
    """
    kind = str(row["kind"])
    if kind == "major_complaint":
        count = round(float(row["numerator"]))
        return say(f"assessment.{kind}", language, unit=row["unit"], period=row["months"], count=count)
    figure = _figure(row, labels, language)
    if kind == "clean_quarter":
        chance = numbers.p_value(row["chance_at_organisation"])
        return say(f"assessment.{kind}", language, figure=figure, period=row["period"], chance=chance)
    months = joined(str(row["months"]).split(", "), language)
    wrong = numbers.share(row["probability_wrong"])
    chance = numbers.p_value(row["chance_at_line" if kind == "missed" else "chance_at_organisation"])
    fields = {"figure": figure, "months": months, "chance": chance, "wrong": wrong}
    if kind == "top":
        return say("assessment.top", language, **fields)
    sentences = [say("assessment.missed", language, line=_percent(row["line"]), **fields)]
    if numbers.is_number(row["chance_mix"]):
        sentences.append(say("assessment.mix", language, chance=numbers.p_value(row["chance_mix"])))
    return ("" if language == "zh" else " ").join(sentences)


def withheld_sentence(row: Row, labels: Labels, language: Tongue) -> str:
    """Why somebody whose bare figure lies beyond a line is not on the list."""
    figure, line = _figure(row, labels, language), _percent(row["line"])
    return say(f"assessment.withheld.{row['reason']}", language, figure=figure, line=line)


def expected_sentence(row: Row, labels: Labels, language: Tongue) -> str:
    """How many names of a list are to be expected wrong, beside those of a list of bare figures."""
    if not numbers.is_number(row["false_at_most"]):
        return say(
            "assessment.expected_top",
            language,
            indicator=named(labels, row["indicator"], language),
            judged=int(row["judged"]),
            listed=int(row["listed"]),
            innocent=_about(row["false_expected"]),
        )
    return say(
        "assessment.expected",
        language,
        indicator=named(labels, row["indicator"], language),
        judged=int(row["judged"]),
        listed=int(row["listed"]),
        most=_about(row["false_at_most"]),
        by_point=int(row["listed_by_point"]),
        innocent=_about(row["false_by_point"]),
    )


def rule_sentences(done: Assessment, labels: Labels, language: Tongue) -> list[str]:
    """For each rule how many were judged and named, or why nobody could be.

    A rule whose levels the records lack is told with whatever else they lack.
    """
    rows = done.per_rule[done.per_rule["reason"] != "no_level"].to_dict("records")
    return [_rule_sentence(row, done, labels, language) for row in rows]


def _rule_sentence(row: Row, done: Assessment, labels: Labels, language: Tongue) -> str:
    rule, level = named(labels, row["rule"], language), named(labels, row["level"], language, "segment")
    what = say(
        f"assessment.per_rule.{row['reason'] or 'judged'}",
        language,
        judged=int(row["judged"]),
        named=int(row["named"]),
        minimum=done.rules.minimum,
        month=done.period,
        quarter=done.quarter,
    )
    return say("assessment.per_rule.of", language, rule=rule, level=level, what=what)


def same_cases_sentences(done: Assessment, labels: Labels, language: Tongue) -> list[str]:
    """That rows of several levels tell of the same complaints; nothing where there is one level only."""
    rows = done.candidates[done.candidates["kind"] == "major_complaint"]
    levels = [str(level) for level in rows["level"].unique()]
    if len(levels) < 2:
        return []
    names = joined([str(unit) for unit in rows["unit"]], language)
    whose = joined([named(labels, level, language, "segment") for level in levels], language)
    return [say("assessment.same_cases", language, units=names, levels=whose)]


def consequence_sentences(done: Assessment, labels: Labels, language: Tongue) -> list[str]:
    """What the document names for those on the list, rule by rule, and what changes of pay add up to."""
    sentences = [
        say(
            "assessment.names_consequence",
            language,
            rule=named(labels, rule, language),
            consequence=named(labels, consequence, language),
            units=joined([str(unit) for unit in rows["unit"].unique()], language),
        )
        for (rule, consequence), rows in done.candidates.groupby(["rule", "consequence"], sort=False)
    ]
    if sentences and done.consequences.empty:
        return [*sentences, say("assessment.no_pay", language)]
    return [*sentences, *stacked_sentences(done.consequences, language)]


def naive_sentences(lists: pd.DataFrame, labels: Labels, language: Tongue) -> list[str]:
    """What a table of bare figures would have said, and of how many wrongly; lists of nobody are left out."""
    sentences = []
    for row in lists[lists["named"] > 0].to_dict("records"):
        words = [
            say(
                f"assessment.naive.{row['list']}",
                language,
                indicator=named(labels, row["indicator"], language),
                named=int(row["named"]),
                innocent=_about(row["innocent"]),
            )
        ]
        if row["list"] == "bottom":
            chance = numbers.p_value(row["chance_worst_if_alike"])
            words.append(say("assessment.naive.alike", language, units=int(row["units"]), chance=chance))
        sentences.append(("" if language == "zh" else " ").join(words))
    return sentences


def group_sentence(comparison: pd.DataFrame, language: Tongue) -> str:
    """Whether the units of one group of a comparison can be told apart at all.

    >>> group_sentence(pd.DataFrame({"group": ["alike", "alike", "alike", ""]}), "en")
    'None of the 3 units can be told apart from all others together; ranks mean roughly nothing here.'
    """
    counts = comparison["group"].value_counts()
    alike, worse, better = (int(counts.get(word, 0)) for word in ("alike", "worse", "better"))
    count = alike + worse + better
    if count < 2:
        return say("assessment.groups.none", language)
    if worse + better == 0:
        return say("assessment.groups.one", language, count=count)
    fields = {"alike": alike, "worse": worse, "better": better}
    return say("assessment.groups.several", language, count=count, **fields)


def stacked_sentences(consequences: pd.DataFrame, language: Tongue) -> list[str]:
    """What the document's consequences would add up to for each candidate, and under other readings."""
    sentences = []
    for _, rows in consequences.groupby(["level", "unit"]):
        taken = rows[rows["taken"]].iloc[0]
        others = sorted({float(one) for one in rows.loc[~rows["taken"].astype(bool), "pay_percent"]})
        sentences.append(
            say(
                "assessment.stacked",
                language,
                unit=taken["unit"],
                percent=_pay(taken["pay_percent"]),
                others=joined(map(_pay, others), language),
            )
        )
    return sentences


def note_sentences(done: Assessment, language: Tongue) -> list[str]:
    """What a reader must know beside an assessment."""
    return [say(f"assessment.note.{code}", language) for code in done.notes]


def _figure(row: Row, labels: Labels, language: Tongue) -> str:
    return say(
        "assessment.unit_figure",
        language,
        unit=row["unit"],
        indicator=named(labels, row["indicator"], language),
        value=numbers.share(row["value"], beside=row["line"]),
        numerator=numbers.count(row["numerator"]),
        denominator=numbers.count(row["denominator"]),
    )


def _percent(line: float) -> str:
    return f"{numbers.plain(100 * line)} %"


def _pay(percent: float) -> str:
    return f"{numbers.plain(percent)} %"


def _about(number: float) -> str:
    """An expected number of people, with one digit."""
    return numbers.plain(round(number, 1))
