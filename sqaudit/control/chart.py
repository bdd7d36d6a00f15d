"""A control chart: points with their lines and signals, the phases behind them, and what to know about it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sqaudit.control import attributes
from sqaudit.control.design import FIRM_POINTS, Design
from sqaudit.control.false_alarms import FalseAlarms, LimitsFrom, false_alarms
from sqaudit.control.phase import phase_of
from sqaudit.control.points import place_of, prepared

POINTS = (
    "period", "value", "numerator", "denominator", "phase", "in_baseline", "skipped", "centre", "low", "high",
    "near_low", "near_high", "plain_low", "plain_high", "laney_low", "laney_high", "moving_range", "signal",
    "alarm", "side",
)  # fmt: skip
PHASES = (
    "phase", "from", "reason", "baseline_first", "baseline_last", "baseline_points", "status", "method",
    "centre", "sigma_z", "moving_range_limit",
)  # fmt: skip


@dataclass(frozen=True)
class ControlChart:
    """A control chart as frames: `points` (columns POINTS), `phases` (PHASES), and what chance would do.

    `notes` are codes of what a reader must know: `temporary_limits`, `no_limits`, `small_counts`,
    `overdispersed`, `underdispersed`, `laney_limits`, `no_cases`, `artefacts`, `rebased`, `left_out`,
    `seasonally_adjusted`.
    """

    design: Design
    points: pd.DataFrame
    phases: pd.DataFrame
    false_alarms: FalseAlarms
    notes: tuple[str, ...]

    @property
    def signals(self) -> pd.DataFrame:
        """The points that are part of a signal."""
        return self.points[self.points["signal"] != ""].reset_index(drop=True)


def control_chart(points: pd.DataFrame, design: Design) -> ControlChart:
    """The control chart of one figure over its periods, whatever the order of the rows.

    Columns in: `period` (texts or dates that sort in time), and by kind: `numerator, denominator` (p: cases
    that count and cases; u: events and exposure), `value` (xmr, g, t), or `value, variance, n` (xbar).
    Optional: `artefact`, a word for each period whose records are incomplete; such points are drawn but
    neither judged nor part of a baseline. `seasonal`: a column left by the adjustment, only noted.

    Points without cases have no value; they neither break nor lengthen a run. The limits come from the
    baseline of the design and stay as they are until a re-basing with its reason. 20 baseline points give
    firm limits, 12 temporary ones, fewer none and then no signals. Limits never leave what the figure can be.

    p and u charts: exact limits, and runs around the median, where fewer than 10 cases of the rarer outcome
    are expected at the median point of the baseline; else three-sigma limits. Laney's are always beside them
    (`laney_low`, `laney_high`), and they judge where at least 50 of the rarer outcome are expected and
    sigma_z is above 1.2. `low` and `high` judge.

    `signal` names the rules whose pattern a point is part of, `alarm` those that become true at it, both
    joined by commas; `side` is `high`, `low` or both. ValueError for a period named twice or one that is not
    there, or impossible counts; FrameError for missing columns.

    >>> frame = pd.DataFrame({"period": range(1, 31), "numerator": [12, 9, 13, 10] * 5 + [30] + [11] * 9})
    >>> chart = control_chart(frame.assign(denominator=100), Design("p"))
    >>> chart.points.loc[20, "high"].round(4), chart.signals["period"].tolist()
    (np.float64(0.2039), [21])
    """
    ready = prepared(points, design)
    starts = [0, *(place_of(ready, one.start, "the re-basing") for one in design.rebase)]
    if starts != sorted(set(starts)):
        raise ValueError("re-basings must follow each other in time, none at the first period.")
    ends = [*starts[1:], len(ready)]
    parts, phases = [], []
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        part, phase = phase_of(ready.iloc[start:end], number, design)
        parts.append(part)
        phases.append(phase)
    drawn = pd.concat(parts)[list(POINTS)].reset_index(drop=True)
    table = pd.DataFrame(phases, columns=list(PHASES))
    return ControlChart(
        design, drawn, table, _alarms(drawn, table, design), _notes(ready, drawn, table, design)
    )


def _alarms(points: pd.DataFrame, phases: pd.DataFrame, design: Design) -> FalseAlarms:
    """What chance alone would do on the judged points of the chart, the limits learnt as they were."""
    judged = points["centre"].notna() & (points["skipped"] == "")
    base = phases.loc[phases["status"] != "none", "baseline_points"]
    learnt: LimitsFrom = (
        "individuals" if design.kind in ("xmr", "t") or (phases["method"] == "laney").any() else "centre"
    )
    return false_alarms(
        int(judged.sum()), design.rules, int(base.min()) if len(base) else FIRM_POINTS, learnt
    )


def _notes(
    ready: pd.DataFrame, points: pd.DataFrame, phases: pd.DataFrame, design: Design
) -> tuple[str, ...]:
    least, most = attributes.SIGMA_Z_RANGE
    said = (
        ("temporary_limits", (phases["status"] == "temporary").any()),
        ("no_limits", (phases["status"] == "none").any()),
        ("small_counts", (phases["method"] == "exact").any()),
        ("overdispersed", (phases["sigma_z"] > most).any()),
        ("underdispersed", (phases["sigma_z"] < least).any()),
        ("laney_limits", (phases["method"] == "laney").any()),
        ("no_cases", points["skipped"].isin(["no_cases", "missing"]).any()),
        ("artefacts", (~points["skipped"].isin(["", "no_cases", "missing"])).any()),
        ("rebased", len(phases) > 1),
        ("left_out", bool(design.left_out)),
        ("seasonally_adjusted", "seasonal" in ready),
    )
    return tuple(name for name, holds in said if holds)
