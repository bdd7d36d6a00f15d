"""The search of an inquiry: what lasted through the period first, then what held for a month of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import log, nan, sqrt
from typing import Any

import pandas as pd

from sqaudit.causes.explain import explain_change, explain_level
from sqaudit.causes.segments.explanation import Explanation
from sqaudit.causes.segments.settings import Settings
from sqaudit.inquiry.baseline import held_against
from sqaudit.inquiry.dimensions import Dimension

# Two searches share the chance of a false segment. With earlier periods at hand, cells need not be doubted
# beyond what they show, and the bound on p replaces draws: cases at a discount are fractions, which cannot
# be drawn anew. The bound counts every look, so the price asked on top may be low.
ALPHA = 0.025
SETTINGS = Settings(cell_spread=0.1, cell_spread_before=0.1, base_price=1.5, draws=0, alpha=ALPHA)
# Inside a segment the question is whether it is one thing: finer answers are preferred to coarser ones.
INSIDE = replace(SETTINGS, merge=0.7, split=0.2)
LEAST_BESIDE = 10.0  # cases in each period, to see whether the rest moved along
APART = 2.0  # standard deviations by which a segment must differ from the rest, where the rest moved too
CLEARLY = 3.0  # log likelihood by which finer segments must say more than the one: e^3 is 20 to 1
SHARED = 0.98  # of the cases of a segment that also fulfil another one's conditions: it is a part of that one


@dataclass(frozen=True)
class Searched:
    """What is searched: the cells of all periods, which are compared, and what is measured."""

    found: pd.DataFrame
    now: str
    compared: str
    earlier: tuple[str, ...]
    columns: Mapping[str, Any]

    def explained(self, dimensions: Sequence[Dimension], settings: Settings = SETTINGS) -> Explanation:
        """The explanation of the change by some dimensions."""
        now = self.found[self.found["period"] == self.now]
        before = held_against(self.found, self.compared, self.earlier, dimensions)
        names = [one.name for one in dimensions]
        return explain_change(before, now, names, settings=settings, **self.columns)

    def inside(self, conditions: Sequence[tuple[str, Any]]) -> Searched:
        """The same within a segment."""
        return replace(self, found=self.found[_fulfil(self.found, conditions)])

    def outside(self, segments: Sequence[Sequence[tuple[str, Any]]]) -> Searched:
        """The same without some segments."""
        kept = pd.Series(True, index=self.found.index)
        for conditions in segments:
            kept &= ~_fulfil(self.found, conditions)
        return replace(self, found=self.found[kept])


def search_change(searched: Searched, dimensions: Sequence[Dimension]) -> Explanation:
    """Where a figure changed: lasting segments, finer ones where these say more, then those of a month.

    The explanation is that of the first search, with the segments of both; p-values allow for both.
    """
    lasting = [one for one in dimensions if one.origin != "stretch"]
    stretches = [one for one in dimensions if one.origin == "stretch"]
    first = searched.explained(lasting)
    rows: list[dict[str, Any]] = []
    for one in _apart(searched, first, _absorbed(searched, _rows(first))):
        rows += _finer(searched.outside([row["conditions"] for row in rows]), one, lasting)
    if stretches:
        rest = searched.outside([row["conditions"] for row in rows])
        second = _second(rest, lasting, stretches)
        rows += [row for row in _rows(second) if _of_a_stretch(row, stretches)] if second else []
        looks = first.looks + (second.looks if second else 0)
        first = replace(first, looks=looks)
    if not rows:
        return (
            replace(first, outcome="general", segments=first.segments.head(0))
            if len(first.segments)
            else first
        )
    frame = pd.DataFrame(rows, columns=list(first.segments.columns))
    frame["p_adjusted"] = (2 * frame["p_adjusted"]).clip(upper=1.0) if stretches else frame["p_adjusted"]
    return replace(first, outcome="segments", segments=frame)


def search_level(
    now: pd.DataFrame, dimensions: Sequence[Dimension], columns: Mapping[str, Any], target: float | None
) -> Explanation:
    """Who lies off a target, or off the rest."""
    names = [one.name for one in dimensions if one.origin != "stretch"]
    return explain_level(now, names, target=target, settings=SETTINGS, **columns)


def _second(
    rest: Searched, lasting: Sequence[Dimension], stretches: Sequence[Dimension]
) -> Explanation | None:
    if not (rest.found["period"] == rest.now).any() or not (rest.found["period"] == rest.compared).any():
        return None
    try:
        return rest.explained([*lasting, *stretches])
    except ValueError:  # too little is left
        return None


def _finer(searched: Searched, row: dict[str, Any], dimensions: Sequence[Dimension]) -> list[dict[str, Any]]:
    """The segment, or finer ones inside it if together they say more than it does.

    Several causes that have one thing in common look like a weak shift of all that has it.
    """
    conditions = [(str(name), value) for name, value in row["conditions"]]
    others = [one for one in dimensions if one.name not in dict(conditions)]
    own = searched.inside(conditions)
    if len(conditions) > 2 or not others or not (own.found["period"] == own.compared).any():
        return [row]
    try:
        inner = own.explained(others, INSIDE)
    except ValueError:
        return [row]
    parts = _rows(inner)
    alike = [part for part in parts if part["excess"] * row["excess"] > 0]
    if len(alike) < 2 or sum(part["score"] for part in alike) <= row["score"] + CLEARLY:
        return [row]
    return [_widened(searched, row, part) for part in alike]


def _widened(searched: Searched, row: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
    """A finer segment under all its conditions, or under its own alone if the rest of these moved as far."""
    own, both = tuple(part["conditions"]), (*row["conditions"], *part["conditions"])
    beside = replace(searched, found=searched.found[_fulfil(searched.found, own)]).outside([both])
    conditions = own if _moved_along(beside, float(part["shift"])) else both
    figures = _figures(searched.inside(conditions)) if conditions == own else {}
    share = part["excess"] / row["excess"] * row["share_of_change"]
    return {
        **part,
        **figures,
        "conditions": conditions,
        "segment": part["segment"] if conditions == own else f"{row['segment']} & {part['segment']}",
        "depth": len(conditions),
        "share_of_change": share,
        "p_adjusted": max(part["p_adjusted"], row["p_adjusted"]),
        "alternatives": (),
    }


def _moved_along(beside: Searched, shift: float) -> bool:
    """Whether what lies beside a segment is enough to see, and moved at least as far as merging asks."""
    told = _figures(beside)
    if told["count_now"] < LEAST_BESIDE or told["count_before"] < LEAST_BESIDE:
        return False
    logits = [_logit(told[f"observed_{side}"], told[f"count_{side}"]) for side in ("before", "now")]
    return bool((logits[1] - logits[0]) * shift >= INSIDE.merge * shift**2)


def _figures(part: Searched) -> dict[str, float]:
    """Cases and bad cases of what is searched, before (the compared period) and now."""
    observed = part.columns.get("bad") or part.columns.get("value") or part.columns["count"]
    told: dict[str, float] = {}
    for side, label in (("before", part.compared), ("now", part.now)):
        rows = part.found[part.found["period"] == label]
        count, bad = float(rows[part.columns["count"]].sum()), float(rows[observed].sum())
        told |= {
            f"count_{side}": count,
            f"observed_{side}": bad,
            f"rate_{side}": bad / count if count else nan,
        }
    return told


def _logit(bad: float, count: float) -> float:
    """The logit of a share, half a case added to both sides; of a rate above one, its logarithm."""
    return log((bad + 0.5) / (count - bad + 0.5)) if bad <= count else log((bad + 0.5) / (count + 0.5))


def _apart(searched: Searched, explanation: Explanation, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The segments that moved otherwise than the rest, where the rest moved too.

    The p-value of a segment tells of no change anywhere. If everything moves alike, the largest groups show
    it most clearly, and none of them is a place where it happened.
    """
    if "general_shift" not in explanation.notes or "bad" not in searched.columns:
        return rows
    rest = _figures(searched.outside([row["conditions"] for row in rows]))
    return [row for row in rows if _distance(_figures(searched.inside(row["conditions"])), rest) >= APART]


def _distance(own: Mapping[str, float], rest: Mapping[str, float]) -> float:
    """How many standard deviations lie between two shifts of a logit."""
    shift, variance = 0.0, 0.0
    for told, sign in ((own, 1.0), (rest, -1.0)):
        for side, direction in (("now", 1.0), ("before", -1.0)):
            bad, count = told[f"observed_{side}"], told[f"count_{side}"]
            shift += sign * direction * _logit(bad, count)
            variance += 1 / (bad + 0.5) + 1 / (max(count - bad, 0.0) + 0.5)
    return abs(shift) / sqrt(variance)


def _absorbed(searched: Searched, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The segments without those that are parts of another one which moved the same way.

    The clearest corner of a segment may be found first, and the segment itself in what is left.
    """
    now = searched.found[searched.found["period"] == searched.now]
    weight = now["count"].fillna(0)
    kept: list[dict[str, Any]] = []
    for place, row in enumerate(rows):
        own = _fulfil(now, row["conditions"])
        cases = float(weight[own].sum())
        wider = next(
            (
                other
                for other in rows[place + 1 :]
                if other["excess"] * row["excess"] > 0
                and float(weight[own & _fulfil(now, other["conditions"])].sum()) >= SHARED * cases > 0
            ),
            None,
        )
        if wider is None:
            kept.append(row)
        else:
            _take_up(wider, row)
    return kept


def _take_up(wider: dict[str, Any], part: Mapping[str, Any]) -> None:
    """Add the figures of a part to the segment that it is a part of."""
    for name in ("count_before", "observed_before", "count_now", "observed_now", "expected", "excess"):
        wider[name] += part[name]
    for side in ("before", "now"):
        count = wider[f"count_{side}"]
        wider[f"rate_{side}"] = wider[f"observed_{side}"] / count if count else float("nan")
    wider["share_of_change"] += part["share_of_change"]
    wider["score"] = max(wider["score"], part["score"])
    wider["p_adjusted"] = min(wider["p_adjusted"], part["p_adjusted"])


def _rows(explanation: Explanation) -> list[dict[str, Any]]:
    return [
        {str(name): value for name, value in row.items()} for row in explanation.segments.to_dict("records")
    ]


def _of_a_stretch(row: Mapping[str, Any], stretches: Sequence[Dimension]) -> bool:
    return bool({name for name, _ in row["conditions"]} & {one.name for one in stretches})


def _fulfil(found: pd.DataFrame, conditions: Sequence[tuple[str, Any]]) -> pd.Series:
    kept = pd.Series(True, index=found.index)
    for name, value in conditions:
        missing = value is None or value != value
        kept &= found[name].isna() if missing else found[name] == value
    return kept
