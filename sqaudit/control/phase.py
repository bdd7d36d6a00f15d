"""One phase of a control chart: the baseline that sets its limits, its lines and its signals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sqaudit.control import attributes, individuals, means, rare_events
from sqaudit.control.design import FIRM_POINTS, TEMPORARY_POINTS, Design
from sqaudit.control.lines import Array, Lines
from sqaudit.control.points import place_of
from sqaudit.control.rules import completed, members


def phase_of(part: pd.DataFrame, number: int, design: Design) -> tuple[pd.DataFrame, list[object]]:
    """One phase with its lines and signals, and its row of the table of phases."""
    inside = _baseline(part, number, design)
    base = part[inside]
    status = _status(len(base))
    reason = design.rebase[number - 1].reason if number else ""
    sigma_z = _sigma_z(base, design)
    method = _method(base, sigma_z, design)
    lines, plain, laney = _lines(part, base, sigma_z, method, design)
    if status == "none":
        lines, plain, laney = (Lines(*(line * np.nan for line in each)) for each in (lines, plain, laney))
    middle = _middle(part, base, method, lines, design)
    frame = part.assign(
        phase=number,
        in_baseline=inside & (status != "none"),
        plain_low=plain.low,
        plain_high=plain.high,
        laney_low=laney.low,
        laney_high=laney.high,
        moving_range=_moving_range(part) if design.kind == "xmr" else np.nan,
        **lines._asdict(),
    )
    first, last = (base["period"].iloc[0], base["period"].iloc[-1]) if len(base) else (None, None)
    range_limit = individuals.moving_range_limit(base["value"]) if design.kind == "xmr" else np.nan
    known = lines.centre[~np.isnan(lines.centre)]
    centre = float(known[0]) if known.size else np.nan
    start = part["period"].iloc[0] if len(part) else None
    row = [number, start, reason, first, last, len(base), status, method, centre]
    return _judged(frame, lines._replace(centre=middle), status, design), [
        *row,
        sigma_z,
        range_limit if status != "none" else np.nan,
    ]


def _baseline(part: pd.DataFrame, number: int, design: Design) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """The points that set the limits of a phase."""
    usable = ((part["skipped"] == "") & ~part["left_out"]).to_numpy()
    if number == 0 and design.baseline:
        first, last = (place_of(part, period, "the baseline") for period in design.baseline)
        place = np.arange(len(part))
        return np.asarray(usable & (place >= first) & (place <= last))
    return np.asarray(usable & (np.cumsum(usable) <= FIRM_POINTS))


def _status(points: int) -> str:
    return "firm" if points >= FIRM_POINTS else "temporary" if points >= TEMPORARY_POINTS else "none"


def _sigma_z(base: pd.DataFrame, design: Design) -> float:
    if design.kind not in ("p", "u"):
        return float("nan")
    return attributes.sigma_z(design.kind, base["numerator"], base["denominator"])


def _method(base: pd.DataFrame, sigma_z: float, design: Design) -> str:
    """Which limits judge: `three_sigma`, `exact` or `laney` for p and u, else the name of the kind."""
    if design.kind not in ("p", "u"):
        return design.kind
    centre = attributes.centre_line(base["numerator"], base["denominator"])
    least = attributes.least_expected(design.kind, centre, base["denominator"])
    whole = bool((base["denominator"] % 1 == 0).all() and (base["numerator"] % 1 == 0).all())
    typical = float(np.median(least)) if least.size else np.nan
    few = typical < attributes.FEW_EXPECTED and whole
    if design.dispersion == "laney":
        return "laney"
    if design.limits == "exact" or (design.limits == "auto" and few):
        return "exact"
    many = typical >= attributes.MANY_EXPECTED
    spread = sigma_z > attributes.SIGMA_Z_RANGE[1]
    return "laney" if design.dispersion == "auto" and many and spread else "three_sigma"


def _lines(
    part: pd.DataFrame, base: pd.DataFrame, sigma_z: float, method: str, design: Design
) -> tuple[Lines, Lines, Lines]:
    """The lines that judge, the plain ones and Laney's; the last two are NaN where the kind has none."""
    points = len(part)
    nothing = Lines(*(np.full(points, np.nan) for _ in range(5)))
    if design.kind in ("p", "u"):
        centre = attributes.centre_line(base["numerator"], base["denominator"])
        over = part["denominator"].where(part["denominator"] > 0)
        plain = attributes.three_sigma_lines(design.kind, centre, over).within(*design.bounds())
        wide = attributes.three_sigma_lines(design.kind, centre, over, sigma_z).within(*design.bounds())
        exact = (
            _exact(design, _inside(design, base, centre), over)._replace(centre=plain.centre)
            if method == "exact"
            else plain
        )
        return {"exact": exact, "laney": wide, "three_sigma": plain}[method], plain, wide
    lines = {
        "xmr": lambda: individuals.individuals_lines(base["value"], points),
        "xbar": lambda: means.means_lines(base["value"], base["variance"], base["n"], part["n"]),
        "g": lambda: rare_events.cases_between_lines(base["value"], points),
        "t": lambda: rare_events.time_between_lines(base["value"], points),
    }[design.kind]()
    return lines.within(*design.bounds()), nothing, nothing


def _exact(design: Design, centre: float, over: pd.Series) -> Lines:
    """Exact lines where there are cases, NaN elsewhere."""
    known = over.notna().to_numpy()
    lines = Lines(*(np.where(known, centre, np.nan) for _ in range(5)))
    if known.any() and not np.isnan(centre):
        found = attributes.exact_lines("p" if design.kind == "p" else "u", centre, over[known])
        for line, values in zip(lines, found, strict=True):
            line[known] = values
    return lines


def _inside(design: Design, base: pd.DataFrame, centre: float) -> float:
    """The centre for exact limits: half a case off where the baseline has no event at all, or nothing else.

    Twenty faultless months do not show that faults are impossible; the first one is no signal by itself.
    """
    total = float(base["denominator"].sum())
    least = 0.5 / (total + 1) if total > 0 else np.nan
    return float(np.clip(centre, least, 1 - least if design.kind == "p" else None))


def _middle(part: pd.DataFrame, base: pd.DataFrame, method: str, lines: Lines, design: Design) -> Array:
    """What runs are counted around: the centre, or the median where counts are small."""
    if method != "exact" or design.kind not in ("p", "u") or np.isnan(lines.centre).all():
        return lines.centre
    centre = _inside(design, base, attributes.centre_line(base["numerator"], base["denominator"]))
    middle, known = lines.centre.copy(), (part["denominator"] > 0).to_numpy()
    middle[known] = attributes.exact_middle(
        "p" if design.kind == "p" else "u", centre, part["denominator"][known]
    )
    return middle


def _moving_range(part: pd.DataFrame) -> pd.Series:
    judged = part["value"].where(part["skipped"] == "").dropna()
    return judged.diff().abs().reindex(part.index)


def _judged(frame: pd.DataFrame, lines: Lines, status: str, design: Design) -> pd.DataFrame:
    """The frame with `signal`, `alarm` and `side`; the rules see the judged points as neighbours."""
    judged = (frame["skipped"] == "").to_numpy() & (status != "none")
    values = frame["value"].to_numpy(dtype=np.float64)[judged]
    seen = Lines(*(np.asarray(line, dtype=np.float64)[judged] for line in lines))
    marked, came_true = members(values, seen, design.rules), completed(values, seen, design.rules)
    result = frame.assign(signal="", alarm="", side="")
    for column, flags in (("signal", marked), ("alarm", came_true)):
        words = [
            ",".join(name for name in design.rules.names if flags[name, "high"][at] or flags[name, "low"][at])
            for at in range(len(values))
        ]
        result.loc[judged, column] = words
    result.loc[judged, "side"] = [
        ",".join(
            side for side in ("high", "low") if any(marked[name, side][at] for name in design.rules.names)
        )
        for at in range(len(values))
    ]
    return result
