"""What a sample will be able to tell, before a case is drawn: precision, and what may stay unseen."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sqaudit.drawing import Stratum
from sqaudit.intervals import normal_quantile
from sqaudit.sampling.allocation import stratified_variance
from sqaudit.sampling.discovery import sight
from sqaudit.sampling.precision import achieved, size_by_width

COLUMNS = (
    "stratum", "take_all", "stratum_size", "stratum_sample", "sampling_share", "half_width_points",
    "unseen_share",
)  # fmt: skip
WANTED = 0.03  # +-3 percentage points, the precision managers ask for most


@dataclass(frozen=True)
class Outlook:
    """What a sample will tell of a share of which `expected_share` are expected to pass.

    `strata`: `stratum, take_all, stratum_size` (N), `stratum_sample` (n), `sampling_share`,
    `half_width_points` (half the interval of the stratum alone, in percentage points) and `unseen_share` (the
    largest share of failures that n cases without one leave possible). The other figures are those of all
    strata together; `size_for_wanted` cases, drawn at random from all, would reach +-3 points. For clusters
    and chances by size, what is reached depends on how alike cases are: NaN.
    """

    strata: pd.DataFrame
    frame_size: int
    sample_size: int
    half_width_points: float
    unseen_share: float
    size_for_wanted: int
    expected_share: float
    confidence: float
    unit: str

    def as_dict(self) -> dict[str, Any]:
        """The outlook for a program to read, the strata as rows."""
        figures = {name: value for name, value in vars(self).items() if name != "strata"}
        return {**figures, "strata": self.strata.to_dict("records")}


def outlook(
    sizes: Mapping[Stratum, tuple[int, int]],
    design: str = "stratified",
    expected_share: float = 0.95,
    confidence: float = 0.95,
) -> Outlook:
    """The outlook on a sample with N and n of every stratum; see `Outlook`.

    >>> phone, chat = Stratum(("phone",), ("phone",)), Stratum(("chat",), ("chat",))
    >>> told = outlook({phone: (600, 60), chat: (60, 6)})
    >>> told.sample_size, round(told.half_width_points, 1), told.size_for_wanted
    (66, 5.0, 178)
    >>> told.strata[["stratum", "unseen_share"]].round(3).values.tolist()
    [['phone', 0.045], ['chat', 0.367]]
    """
    predicted = design in ("simple", "stratified", "systematic")
    rows = [
        {
            "stratum": one.name,
            "take_all": one.take_all,
            "stratum_size": size,
            "stratum_sample": n,
            "sampling_share": n / size,
            "half_width_points": achieved(n, expected_share, confidence, size).half_width_points
            if predicted
            else math.nan,
            "unseen_share": sight(n, size, confidence).rate_if_none_found if predicted else math.nan,
        }
        for one, (size, n) in sizes.items()
    ]
    strata = pd.DataFrame(rows, columns=list(COLUMNS))
    total, drawn = int(strata["stratum_size"].sum()), int(strata["stratum_sample"].sum())
    return Outlook(
        strata,
        total,
        drawn,
        _half_width_points(sizes, expected_share, confidence) if predicted else math.nan,
        _unseen_share(sizes, confidence) if predicted else math.nan,
        size_by_width(WANTED, expected_share, confidence, total) if total else 0,
        expected_share,
        confidence,
        "clusters" if design == "cluster" else "cases",
    )


def _unseen_share(sizes: Mapping[Stratum, tuple[int, int]], confidence: float) -> float:
    """The largest share of failures over all strata that a sample without one leaves possible.

    Of one stratum exactly. Of several, failures may all lie where the fewest are drawn: each then escapes
    with a chance of at most 1 - f, f the smallest share drawn, so D of them do with at most (1 - f)^D.
    """
    total = sum(size for size, _ in sizes.values())
    if len(sizes) == 1:
        ((size, n),) = sizes.values()
        return sight(n, size, confidence).rate_if_none_found
    shares = [n / size for size, n in sizes.values()]
    smallest = min(shares, default=math.nan)
    if not 0 < smallest < 1:
        return 0.0 if smallest == 1 else math.nan
    left = sum(size - n for size, n in sizes.values())
    return min(left, math.floor(math.log(1 - confidence) / math.log1p(-smallest))) / total


def _half_width_points(
    sizes: Mapping[Stratum, tuple[int, int]], expected_share: float, confidence: float
) -> float:
    """Half the interval of the share over all strata, weighted by their size, if all have the same share."""
    populations: dict[Hashable, int] = {one.name: size for one, (size, _) in sizes.items()}
    samples: dict[Hashable, int] = {one.name: n for one, (_, n) in sizes.items()}
    spread = math.sqrt(expected_share * (1 - expected_share))
    deviations: dict[Hashable, float] = dict.fromkeys(populations, spread)
    variance = stratified_variance(populations, deviations, samples) if populations else math.nan
    return float(100 * normal_quantile(confidence) * math.sqrt(variance))
