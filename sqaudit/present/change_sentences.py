"""Words for tests of change: by how much, how sure, and of how many comparisons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sqaudit.present import numbers
from sqaudit.present.words import Labels, Tongue, is_said, named, say
from sqaudit.tests_of_change.strata import StratifiedChange

__all__ = ["change_sentence", "family_sentence", "strata_sentence"]


def change_sentence(
    row: Mapping[Any, Any], labels: Labels, language: Tongue, unit: str, confidence: float = 0.95
) -> str:
    """One row of `period_changes` as a sentence: the change, its interval, and whether chance could do it.

    The number of comparisons in the family is said wherever there is more than one.

    >>> row = {"indicator": "on_time", "difference": -0.051, "low": -0.07, "high": -0.032, "p_value": 0.0001,
    ...        "p_adjusted": 0.004, "family_size": 40, "clear": True, "reason": ""}
    >>> change_sentence(row, {"on_time": {"en": "On-time arrival"}}, "en", "share")
    'On-time arrival fell by 5.1 pp (95 % interval 3.2 to 7.0 pp); of 40 comparisons made, this one is clear
    even so (adjusted p 0.004).'
    """
    name = named(labels, row["indicator"], language)
    key = f"change_test.reason.{row['reason']}"
    if row["reason"] and is_said(key):
        return say(key, language, name=name)
    change = _change(name, row["difference"], row["low"], row["high"], unit, language, confidence)
    clearness = "clear" if row["clear"] else "unclear"
    if not numbers.is_number(row["p_value"]):
        return say(f"change_test.interval_{clearness}", language, change=change)
    family = int(row["family_size"])
    if family < 2:
        return say(
            f"change_test.alone_{clearness}", language, change=change, p=numbers.p_value(row["p_value"])
        )
    return say(
        f"change_test.family_{clearness}",
        language,
        change=change,
        count=family,
        p=numbers.p_value(row["p_adjusted"]),
    )


def family_sentence(changes: pd.DataFrame, language: Tongue, confidence: float = 0.95) -> str:
    """How many comparisons were made, how many are clear, and what share of these may be false.

    In: a frame of `period_changes`, adjusted by Benjamini and Hochberg.

    >>> family_sentence(pd.DataFrame({"p_value": [0.001, 0.6], "clear": [True, False]}), "en")
    '2 comparisons made, 1 clear; of those that are clear, no more than 5 % are expected to be false.'
    """
    tested = changes[changes["p_value"].notna()]
    share = f"{numbers.plain(round(100 * (1 - confidence), 6))} %"
    return say(
        "change_test.family", language, count=len(tested), clear=int(tested["clear"].sum()), share=share
    )


def strata_sentence(
    change: StratifiedChange, name: str, strata: str, language: Tongue, confidence: float = 0.95
) -> str:
    """The common change inside strata, and a warning where the strata did not move alike.

    >>> from sqaudit.tests_of_change.strata import mantel_haenszel
    >>> change = mantel_haenszel([20, 80], [100, 100], [30, 90], [100, 100])
    >>> strata_sentence(change, "on-time arrival", "queue", "en")
    'Compared inside each queue, on-time arrival changed by +10.0 pp (95 % interval +2.3 to +17.7 pp;
    p 0.012); a shift of the mix plays no part.'
    """
    sentence = say(
        "change_test.strata.common",
        language,
        strata=strata,
        name=name,
        size=numbers.difference(change.risk_difference, "share", language),
        interval=numbers.difference_interval(
            change.risk_difference_low, change.risk_difference_high, "share", language
        ),
        confidence=_percent(confidence),
        p=numbers.p_value(change.p_value),
    )
    if not change.homogeneity_p < 1 - confidence:
        return sentence
    differ = say("change_test.strata.differ", language, p=numbers.p_value(change.homogeneity_p))
    return sentence + ("" if language == "zh" else " ") + differ


def _change(
    name: str, difference: float, low: float, high: float, unit: str, language: Tongue, confidence: float
) -> str:
    """A change whose interval leaves out zero has a direction; another is given with its sign."""
    if low > 0 or high < 0:
        key, ends = ("rose", (low, high)) if low > 0 else ("fell", (-high, -low))
        size = numbers.difference(abs(difference), unit, language).removeprefix("+")
        interval = numbers.difference_interval(*ends, unit, language).replace("+", "")
    else:
        key = "about"
        size = numbers.difference(difference, unit, language)
        interval = numbers.difference_interval(low, high, unit, language)
    return say(
        f"change_test.{key}",
        language,
        name=name,
        size=size,
        interval=interval,
        confidence=_percent(confidence),
    )


def _percent(confidence: float) -> str:
    return f"{numbers.plain(round(100 * confidence, 6))} %"
