"""Results held against results that should be the same: every figure, verdict, reading, score and grade."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sqaudit.frames import segments_of

TOLERANCE = 1e-9  # relative, absolute below 1: sums of floats in another order differ by less
DIFFERENCES = ("part", "indicator", "period", "grouping", "segment", "figure", "stored", "computed")
PARTS = ("score", "figure", "reading", "rows")  # what tables of results hold; see `beside` for the rest
PRESENT, ABSENT = "present", "absent"  # stand for a row that only one of the two has
_WORDS = ("verdict", "method", "definition", "unit", "grade_zh", "grade_en")
_NUMBERS = (
    "numerator", "denominator", "pending", "excluded", "value", "low", "high", "target", "score",
    "targets_met", "rows",
)  # fmt: skip


def figures_differing(stored: pd.DataFrame, computed: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Two measurement frames with `grouping`: what differs, as DIFFERENCES, and the cells compared."""
    return _compared("figure", _keyed(stored), _keyed(computed))


def readings_differing(stored: pd.DataFrame, computed: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Two ledgers of other readings; `segment` names the assumption and the number of the reading."""
    return _compared("reading", *(_of_readings(frame) for frame in (stored, computed)))


def rows_differing(stored: pd.DataFrame, computed: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Two accounts of rows; `grouping` is the record kind, `segment` the step and its reason."""
    return _compared("rows", *(_of_account(frame) for frame in (stored, computed)))


def scores_differing(
    stored: Mapping[str, Mapping[str, Any]], computed: Mapping[str, Mapping[str, Any]]
) -> tuple[pd.DataFrame, int]:
    """Scores and grades by standard; `grouping` names the standard."""
    return _compared("score", *(_of_scores(scores) for scores in (stored, computed)))


def same_numbers(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Whether numbers are the same within TOLERANCE; two that are missing are."""
    scale = np.maximum(1.0, np.fmax(np.abs(one), np.abs(other)))
    with np.errstate(invalid="ignore"):
        near = (np.abs(one - other) <= TOLERANCE * scale) | (one == other)
    return np.asarray(near | (np.isnan(one) & np.isnan(other)))


def _keyed(frame: pd.DataFrame) -> pd.DataFrame:
    """One text for the segments of a row, so that frames with unlike segment columns can be compared."""
    names = segments_of(frame)
    labels = [
        "; ".join(f"{name}={value}" for name, value in zip(names, row, strict=True) if _there(value))
        for row in frame[names].itertuples(index=False)
    ] if names else [""] * len(frame)  # fmt: skip
    keyed = frame.assign(segment=labels, grouping=frame["grouping"].astype("object"))
    return _indexed(keyed)


def _of_readings(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame[frame["reading"] > 0]  # the one taken is told by figures and scores
    segment = frame["assumption"].astype(str) + " " + frame["reading"].astype(str)
    return _indexed(frame.assign(period="", grouping=frame["standard"], segment=segment.str.strip()))


def _of_account(frame: pd.DataFrame) -> pd.DataFrame:
    segment = frame["step"].astype(str) + " " + frame["detail"].fillna("").astype(str)
    return _indexed(
        frame.assign(indicator="", period="", grouping=frame["kind"], segment=segment.str.strip())
    )


def _of_scores(scores: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    rows = [
        {
            "indicator": "", "period": "", "grouping": name, "segment": "",
            **{key: one.get(key) for key in ("score", "targets_met", "grade_zh", "grade_en")},
        }
        for name, one in scores.items()
    ]  # fmt: skip
    columns = ["indicator", "period", "grouping", "segment", "score", "targets_met", "grade_zh", "grade_en"]
    return _indexed(pd.DataFrame(rows, columns=columns))


def _indexed(frame: pd.DataFrame) -> pd.DataFrame:
    keys = ["indicator", "period", "grouping", "segment"]
    keyed = frame.assign(**{name: frame[name].fillna("").astype(str) for name in keys})
    number = keyed.groupby(keys, sort=False).cumcount()  # several rows with one key stay apart
    return keyed.assign(_number=number).set_index([*keys, "_number"])


def _compared(part: str, stored: pd.DataFrame, computed: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    every = stored.index.append(computed.index[~computed.index.isin(stored.index)])
    old, new = stored.reindex(every), computed.reindex(every)
    alone = ~every.isin(stored.index) | ~every.isin(computed.index)
    found: list[tuple[int, int, dict[str, Any]]] = []
    cells = 0
    names = [name for name in (*_NUMBERS, *_WORDS) if name in stored and name in computed]
    for order, name in enumerate(names):
        cells += int((~alone).sum())
        found += [(place, order, row) for place, row in _unlike(name, old, new, alone)]
    for place in np.flatnonzero(alone).tolist():
        sides = [_side(every[place] in frame.index) for frame in (stored, computed)]
        found.append((int(place), -1, {"figure": "row", "stored": sides[0], "computed": sides[1]}))
    rows = [
        {"part": part, **dict(zip(DIFFERENCES[1:5], every[place][:4], strict=True)), **row}
        for place, _, row in sorted(found, key=lambda one: one[:2])
    ]
    return pd.DataFrame(rows, columns=list(DIFFERENCES)), cells


def _unlike(
    name: str, old: pd.DataFrame, new: pd.DataFrame, alone: np.ndarray
) -> Iterator[tuple[int, dict[str, Any]]]:
    one, other = old[name], new[name]
    if name in _NUMBERS:
        numbers = [pd.to_numeric(side, errors="coerce").to_numpy("float64") for side in (one, other)]
        unlike = ~same_numbers(numbers[0], numbers[1])
        values: Sequence[Sequence[Any]] = [side.tolist() for side in numbers]
    else:
        texts = [side.astype("object").where(side.notna(), "").astype(str) for side in (one, other)]
        unlike = (texts[0] != texts[1]).to_numpy()
        values = [side.tolist() for side in texts]
    for place in np.flatnonzero(unlike & ~alone).tolist():
        yield int(place), {"figure": name, "stored": values[0][place], "computed": values[1][place]}


def _side(there: bool) -> str:
    return PRESENT if there else ABSENT


def _there(value: object) -> bool:
    return value is not None and value == value
