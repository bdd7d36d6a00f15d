"""Turns rows of results into sentences: faults of the data, what intervals mean, periods compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import pandas as pd

from sqaudit.present.words import DASH, Labels, Tongue, is_missing, is_said, joined, named, placeholders, say

MOST_SHOWN = 5  # examples and row numbers beyond this are counted, not listed

__all__ = [
    "check_remedy",
    "check_sentence",
    "in_tongue",
    "interval_note",
    "period_pair",
    "rows_used",
    "short_list",
    "targets_met",
]


def check_sentence(check: Mapping[str, Any], labels: Labels, language: Tongue) -> str:
    """A fault of the data in one sentence, made from its code, its counts and its `detail`.

    An unknown code gets a general sentence that names it; a field the check did not give becomes a dash.

    >>> found = {"check": "missing_id", "kind": "visit", "column": "visit_id", "count": 3, "of": 1200}
    >>> check_sentence(found, {}, "en")
    'On-site visits: 3 rows of 1,200 carry no visit_id.'
    """
    return _worded(check, "text", labels, language)


def check_remedy(check: Mapping[str, Any], labels: Labels, language: Tongue) -> str:
    """What to do about a fault of the data."""
    return _worded(check, "todo", labels, language)


def interval_note(frame: pd.DataFrame, language: Tongue) -> str:
    """What the intervals of a frame of measurements mean; empty when it shows none from a census.

    >>> interval_note(pd.DataFrame({"evidence": ["sample"], "low": [0.1]}), "en")
    ''
    """
    if not {"evidence", "low"} <= set(frame.columns):
        return ""
    census = (frame["evidence"] == "census") & frame["low"].notna()
    return say("honesty.census", language) if census.any() else ""


def period_pair(changes: pd.DataFrame, language: Tongue) -> str:
    """Which period is compared with which, when all rows compare the same two."""
    pairs = changes[["period_now", "period_before"]].drop_duplicates() if len(changes) else changes
    if len(pairs) != 1:
        return say("caption.changes_plain", language)
    now, before = pairs.iloc[0]
    return say("caption.changes", language, period_now=now, period_before=before)


def targets_met(scorecard: pd.DataFrame, language: Tongue) -> str:
    """How many of the indicators that were judged met their target, and how many could not be judged."""
    aimed = scorecard[scorecard["target"].notna()]
    if aimed.empty:
        return say("honesty.no_targets", language)
    judged = aimed[aimed["verdict"] != "not_assessable"]
    if judged.empty:
        return say("honesty.none_assessable", language, n=len(aimed))
    line = say("honesty.targets_met", language, k=int((judged["verdict"] == "met").sum()), n=len(judged))
    lost = len(aimed) - len(judged)
    return line + (" " + say("honesty.not_assessable", language, n=lost) if lost else "")


def rows_used(row_account: pd.DataFrame, language: Tongue) -> str:
    """How many rows were read and how many were used, all kinds together."""
    totals = row_account.groupby("step")["rows"].sum()
    read, used = (int(totals.get(step, 0)) for step in ("read", "used"))
    return say("caption.row_account", language, read=read, used=used)


def short_list(items: Iterable[object], language: Tongue, most: int = MOST_SHOWN) -> str:
    """The first few items in one line, and how many more there are.

    >>> short_list([1, 2, 3], "en", most=2), short_list([], "en")
    ('1, 2 and 1 more', '—')
    """
    every = list(items)
    line = joined(islice(every, most), language)
    return f"{line} {say('table.more', language, count=len(every) - most)}" if len(every) > most else line


def in_tongue(value: object, language: Tongue) -> str:
    """A text in one language: from a {zh, en} mapping, from a list, or as it is; empty when missing.

    >>> in_tongue({"zh": "甲", "en": "A"}, "en"), in_tongue(None, "en"), in_tongue(["a", "b"], "zh")
    ('A', '', 'a、b')
    """
    if isinstance(value, Mapping):
        return str(value.get(language) or next(iter(value.values()), ""))
    if isinstance(value, list | tuple):
        return joined(value, language)
    return "" if is_missing(value) else str(value)


def _worded(check: Mapping[str, Any], part: str, labels: Labels, language: Tongue) -> str:
    code = str(check.get("check"))
    key = f"check.{code}.{part}"
    if not is_said(key):
        key = f"check.other.{part}"
    detail = check.get("detail")
    given: dict[str, Any] = {**(detail if isinstance(detail, Mapping) else {}), **check, "check": code}
    given["kind"] = named(labels, check.get("kind"), language, "kind")
    lists = {name: short_list(value, language) for name, value in given.items() if _is_listed(value)}
    fields = {name: lists.get(name, given.get(name)) for name in placeholders(key)}
    sentence = say(key, language, **{name: _in_words(value, language) for name, value in fields.items()})
    return re.sub(rf"\s?[(（](such as )?{DASH}[)）]", "", sentence)  # no examples: no empty brackets


def _in_words(value: object, language: Tongue) -> object:
    if isinstance(value, Mapping):
        return in_tongue(value, language) or DASH
    return (
        DASH if value == "" else named({}, value, language, "date_order") if isinstance(value, str) else value
    )


def _is_listed(value: object) -> bool:
    return isinstance(value, list | tuple | set)
