"""Census figures beside the figures of a sample from the same cases: could the sample have been random?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import special

from sqaudit.estimates.bounds import IntervalSettings
from sqaudit.estimates.estimate import estimate
from sqaudit.estimates.hypergeometric import chances
from sqaudit.estimates.items import Item
from sqaudit.estimates.multiplicity import holm
from sqaudit.estimates.survey import Survey

COLUMNS = (
    "indicator", "census", "estimate", "low", "high", "difference", "standard_error", "degrees_of_freedom",
    "n", "missing", "test", "p_value", "adjusted_p_value", "consistent", "reason",
)  # fmt: skip


def reconcile(
    sample: Survey,
    items: Mapping[str, Item],
    census: Mapping[str, float],
    settings: IntervalSettings | None = None,
) -> pd.DataFrame:
    """For each indicator the figures of census and sample, and whether chance explains their difference.

    `items` say how each indicator is computed from the sampled cases, `census` what all cases gave. Columns
    out: `indicator, census, estimate, low, high, difference` (estimate minus census), `standard_error` (of
    the estimate, with the finite population in it: the census has none), `degrees_of_freedom, n, missing,
    test, p_value, adjusted_p_value` (Holm, over the indicators), `consistent, reason`. Rows in the order of
    `items`.

    `test`: hypergeometric for a share in a simple random sample, twice the smaller tail, exact; student_t
    otherwise; interval where the standard error says nothing (then consistent means: the interval holds the
    census figure); census where all cases were taken (consistent means: the same to a billionth).
    `consistent` is whether the adjusted p-value reaches 1 - confidence; missing where there is neither census
    figure nor interval. An inconsistent pair says that the sample was not drawn as the design says, or that
    the two are not computed alike; it does not say which.

    ValueError for indicators in only one of `items` and `census`.

    Source: Cochran (1977), Sampling Techniques, 3rd ed., chapters 2 and 5; Holm (1979), Scand. J. Stat.
    6:65-70.

    >>> from sqaudit.estimates import Share, SurveyDesign, survey
    >>> calls = pd.DataFrame({"in_time": [1] * 30 + [0] * 20, "calls": 1000})
    >>> sample = survey(calls, SurveyDesign(populations="calls"))
    >>> table = reconcile(sample, {"in_time_rate": Share("in_time")}, {"in_time_rate": 0.85})
    >>> table[["difference", "test", "consistent"]].round(3).to_dict("records")
    [{'difference': -0.25, 'test': 'hypergeometric', 'consistent': False}]
    """
    lone = sorted(set(items) ^ set(census))
    if lone:
        raise ValueError(
            f"Indicators need both an item and a census figure; one is missing for {', '.join(lone)}."
        )
    chosen = settings or IntervalSettings()
    rows = [_row(sample, name, item, float(census[name]), chosen) for name, item in items.items()]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table["adjusted_p_value"] = holm(table["p_value"].astype("float64"))
    tested = (table["adjusted_p_value"] >= 1 - chosen.confidence).astype("boolean")
    return table.assign(
        consistent=tested.mask(table["p_value"].isna(), table["consistent"].astype("boolean"))
    )


def _row(
    sample: Survey, name: str, item: Item, truth: float, settings: IntervalSettings
) -> dict[str, object]:
    found = estimate(sample, item, settings=settings).iloc[0]
    difference = float(found["estimate"]) - truth
    row = {
        "indicator": name, "census": truth, "difference": difference,
        **{key: found[key] for key in (
            "estimate", "low", "high", "standard_error", "degrees_of_freedom", "n", "missing", "reason"
        )},
    }  # fmt: skip
    return row | _tested(sample, item, found, truth, difference)


def _tested(
    sample: Survey, item: Item, found: pd.Series, truth: float, difference: float
) -> dict[str, object]:
    if np.isnan(truth) or np.isnan(difference):
        return {"test": "none", "p_value": np.nan, "consistent": pd.NA}
    if found["reason"] == "census":
        same = abs(difference) <= 1e-9 * max(abs(truth), 1.0)  # two ways of adding up the same cases
        return {"test": "census", "p_value": np.nan, "consistent": same}
    if item.figure == "share" and _is_simple(sample) and found["missing"] == 0:
        return {"test": "hypergeometric", "p_value": _exact(sample, found, truth), "consistent": pd.NA}
    error, freedom = float(found["standard_error"]), float(found["degrees_of_freedom"])
    if error > 0 and freedom > 0:
        p_value = float(2 * special.stdtr(freedom, -abs(difference) / error))
        return {"test": "student_t", "p_value": p_value, "consistent": pd.NA}
    if np.isnan(found["low"]):
        return {"test": "none", "p_value": np.nan, "consistent": pd.NA}
    return {"test": "interval", "p_value": np.nan, "consistent": found["low"] <= truth <= found["high"]}


def _is_simple(sample: Survey) -> bool:
    design = sample.design
    return (
        design.kind == "simple"
        and len(design.populations) == 1
        and not sample.adjustments
        and bool(np.ptp(sample.weights) == 0)
    )


def _exact(sample: Survey, found: pd.Series, truth: float) -> float:
    """Twice the smaller tail of the hypergeometric distribution with the census number of successes."""
    size, n = round(float(sample.stages[0].population[0])), int(found["n"])
    marked, x = round(truth * size), round(float(found["estimate"]) * n)
    if not 0 <= marked <= size:
        return 0.0  # no population of this size has such a share
    counts, chance = chances(n, marked, size)
    return float(min(1.0, 2 * min(chance[counts <= x].sum(), chance[counts >= x].sum())))
