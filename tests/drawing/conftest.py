"""Calls in an engine, in any order of rows, and frames over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from sqaudit.drawing import Drawn, SampleFrame, draw_cases, stratum_sizes
from sqaudit.drawing.frame import key_sql
from sqaudit.engines.duckdb import DuckDBEngine
from sqaudit.sample_plan import SamplePlan

CALLS = """
CREATE OR REPLACE TABLE call AS SELECT 'C' || i AS call_id, ['phone', 'chat', NULL][1 + i % 3] AS channel,
  TIMESTAMP '2026-07-01' + to_hours(CAST(i AS INTEGER)) AS offered_at, 'A' || (i % 7) AS agent,
  (i % 50 + 1) * 1.5 AS talk_seconds, 'K' || (i // 3) AS ticket_id, CAST(NULL AS VARCHAR) AS _excluded
FROM range({rows}) t(i) ORDER BY {order}
"""


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine() as engine:
        fill(engine)
        yield engine


def fill(engine: DuckDBEngine, rows: int = 1000, order: str = "i") -> None:
    engine.execute(CALLS.format(rows=rows, order=order))


def frame(
    keys: Sequence[str] = ("channel",), unit: str = "call_id", take_all: str | None = None
) -> SampleFrame:
    return SampleFrame(
        kind="call",
        relation="call",
        case_id="call_id",
        unit=unit,
        keys={name: key_sql(name, "offered_at") for name in keys},
        carried=("agent", "channel", "offered_at"),
        event="offered_at",
        take_all=take_all,
    )


def drawn(engine: DuckDBEngine, seed: int = 3, of: SampleFrame | None = None, **keys: object) -> Drawn:
    plan = SamplePlan.model_validate({"records": "call", "seed": seed, **keys})
    assert plan.contradictions() == []
    over = of if of is not None else frame(plan.dimensions, plan.cluster or "call_id", plan.take_all)
    return draw_cases(engine, over, plan, stratum_sizes(engine, over))


Drawing = Callable[..., Drawn]
