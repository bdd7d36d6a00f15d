"""Puts the grounds of a table of estimates into words: how it was drawn, how sure, what it leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqaudit.estimates.honesty import EstimateGrounds
from sqaudit.present.numbers import is_number, plain, score, share
from sqaudit.present.sentences import short_list
from sqaudit.present.words import Tongue, is_said, joined, placeholders, say

__all__ = ["design_check", "estimate_method", "estimate_reason", "grounds_line", "grounds_sentences"]


def grounds_line(grounds: EstimateGrounds, language: Tongue) -> str:
    """All sentences in one line.

    >>> import pandas as pd
    >>> from sqaudit.estimates import Share, SurveyDesign, estimate, survey
    >>> from sqaudit.estimates.honesty import grounds
    >>> calls = pd.DataFrame({"good": [1, 1, 0, 1], "calls": 8})
    >>> sample = survey(calls, SurveyDesign(populations="calls"))
    >>> grounds_line(grounds(sample, estimate(sample, Share("good"))), "en")  # doctest: +ELLIPSIS
    'Simple random sample: 4 cases, standing for 8. Intervals: Korn-Graubard interval; each by...'
    """
    return ("" if language == "zh" else " ").join(grounds_sentences(grounds, language))


def grounds_sentences(grounds: EstimateGrounds, language: Tongue) -> list[str]:
    """What a reader has to know, a sentence each: the draw, the intervals, then what is missing or doubtful.

    What does not apply is not said: one comparison is none, a design effect of one says nothing, and no
    sentence speaks of non-response where nobody recorded it.
    """
    return [*_draw(grounds, language), *_intervals(grounds, language), *_limits(grounds, language)]


def estimate_method(method: str, language: Tongue) -> str:
    """How an interval of an estimate was made.

    >>> estimate_method("korn_graubard", "zh")
    'Korn-Graubard 区间'
    """
    return say(f"estimates.method.{method}", language)


def estimate_reason(reason: str, language: Tongue) -> str:
    """Why an estimate has no interval, or exact bounds; empty where there is nothing to say.

    >>> estimate_reason("nothing_found", "en"), estimate_reason("", "en")
    ('None in the sample; exact bounds', '')
    """
    return say(f"estimates.reason.{reason}", language) if reason else ""


def design_check(finding: Mapping[str, Any], language: Tongue) -> str:
    """A row of the table of `design_findings` in one sentence.

    >>> design_check({"check": "stratum_missing", "column": "team", "count": 2, "examples": ["7", "9"]}, "en")
    'team: rows without a stratum: 2 (7, 9).'
    """
    key = f"estimates.check.{finding['check']}"
    shown = {"column": finding["column"], "count": finding["count"]}
    shown["examples"] = short_list(finding["examples"], language)
    return say(key, language, **{name: shown[name] for name in placeholders(key)})


def _draw(grounds: EstimateGrounds, language: Tongue) -> Iterator[str]:
    design = say(f"estimates.design.{grounds.design}", language)
    if is_number(grounds.population):
        population = round(grounds.population)
        yield _said("drawn", language, design=design, cases=grounds.cases, population=population)
    else:
        yield _said("drawn_alone", language, design=design, cases=grounds.cases)
    if grounds.strata:
        yield _said("strata", language, strata=grounds.strata)
    if grounds.clusters:
        yield _said("clusters", language, clusters=grounds.clusters)
    for adjustment in grounds.adjustments:
        key = "adjusted_nonresponse" if adjustment == "nonresponse" else adjustment
        yield _said(key, language)


def _intervals(grounds: EstimateGrounds, language: Tongue) -> Iterator[str]:
    if not grounds.methods:
        yield _said("no_intervals", language)
        return
    methods = joined(dict.fromkeys(estimate_method(method, language) for method in grounds.methods), language)
    yield _said("intervals", language, methods=methods, confidence=share(grounds.confidence, digits=0))
    low, high = score(grounds.design_effect_low), score(grounds.design_effect_high)
    if is_number(grounds.design_effect_low) and (low, high) != (score(1.0), score(1.0)):
        if low == high:
            yield _said("design_effect", language, low=low)
        else:
            yield _said("design_effects", language, low=low, high=high)
    if grounds.comparisons > 1:
        missed = plain(round(grounds.comparisons * (1 - grounds.confidence), 1))
        yield _said("comparisons", language, comparisons=grounds.comparisons, false=missed)


def _limits(grounds: EstimateGrounds, language: Tongue) -> Iterator[str]:
    if is_number(grounds.nonresponse):
        yield _said("nonresponse", language, share=share(grounds.nonresponse))
    if grounds.missing:
        yield _said("missing", language, missing=grounds.missing)
    if grounds.strata_not_sampled:
        yield _said("not_sampled", language, strata=short_list(grounds.strata_not_sampled, language))
    if grounds.undefined:
        yield _said("undefined", language, undefined=grounds.undefined)
    if not grounds.census_kept_apart:
        yield _said("mixed", language)
    for warning in dict.fromkeys(grounds.warnings):
        if is_said(f"estimates.grounds.{warning}"):
            yield _said(warning, language)


def _said(key: str, language: Tongue, **fields: object) -> str:
    return say(f"estimates.grounds.{key}", language, **fields)
