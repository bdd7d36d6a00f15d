"""An inquiry: what was found out about one indicator, as frames that can be written down and read again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

import pandas as pd

Asked = Literal["change", "level"]
Answer = Literal["artefact", "segments", "mix", "general", "noise", "no_cells"]


@dataclass(frozen=True)
class Inquiry:
    """What was found out about one indicator.

    `asked` is whether it changed between two periods, or who lies off its level; `answer` is the outcome in
    one word: `artefact` (the records of a period are incomplete), `segments` (the rows of `segments`), `mix`
    (other proportions, not other figures), `general` (everything moved alike), `noise`, or `no_cells`
    (nothing can be told apart). `reasons` lists why an analysis is called for.

    `change` is the row of the comparison of the two periods; `points` the control chart, `chart` its centre,
    limits and what chance would do; `since` the change point; `breaks` gaps in the records. `mix` has mix and
    rate by each dimension, `parts` the three parts of the change at `level`, `shown` the contributions of its
    first dimension, `strata` the common change inside the level (of a share). `segments` has the segments
    found, each with `where`, the condition that keeps its records, `since` and `crowd_from, crowd_until`, and
    the interval of its change; `recording` times that are filled otherwise than before there; `total` the
    figures of the whole, `notes` codes.
    """

    indicator: str
    asked: Asked
    answer: Answer
    period: str
    compared: str | None
    reasons: tuple[str, ...]
    change: Mapping[str, Any]
    chart: Mapping[str, Any]
    points: pd.DataFrame
    since: Mapping[str, Any]
    breaks: pd.DataFrame
    mix: pd.DataFrame
    level: tuple[str, ...]
    parts: pd.DataFrame
    shown: pd.DataFrame
    strata: Mapping[str, Any]
    segments: pd.DataFrame
    recording: pd.DataFrame
    total: Mapping[str, Any]
    looks: int
    draws: int
    notes: tuple[str, ...]
    dimensions: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values, for JSON: frames as their columns and rows, missing numbers as None."""
        return {one.name: _plain(getattr(self, one.name)) for one in fields(self)}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Inquiry:
        """The inquiry that `as_dict` wrote."""
        return cls(**{one.name: _told(content[one.name], one.type) for one in fields(cls)})


def _plain(value: Any) -> Any:
    if isinstance(value, pd.DataFrame):
        rows = [[_plain(cell) for cell in row] for row in value.itertuples(index=False)]
        return {"columns": list(map(str, value.columns)), "rows": rows}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    if value is None or (isinstance(value, float) and value != value):
        return None
    return value if isinstance(value, bool | int | float | str) else str(value)


def _told(value: Any, kind: Any) -> Any:
    named = str(kind)
    if "DataFrame" in named:
        return _numbered(pd.DataFrame(value["rows"], columns=value["columns"]))
    return tuple(value) if named.startswith("tuple") else value


def _numbered(frame: pd.DataFrame) -> pd.DataFrame:
    """Columns of numbers of which some are missing as numbers, too: the missing ones are NaN."""
    number = [
        name
        for name in frame.columns
        if frame[name].notna().any() and frame[name].isna().any() and all(map(_is_number, frame[name]))
    ]
    return frame.astype(dict.fromkeys(number, "float64"))


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
