"""Where every row of a source went: read, left out with its reason, used."""

from __future__ import annotations

import pandas as pd

from sqaudit.conditions import condition, quoted
from sqaudit.engines.duckdb import DuckDBEngine
from sqaudit.records.expectation import ROW_ACCOUNT, Expectation
from sqaudit.sources.attach import Attached

_LEFT_OUT = ("outside_scope", "no_event_time", "outside_period", "excluded_by_rule")  # the first that holds


def row_account(engine: DuckDBEngine, attached: Attached, expected: Expectation) -> pd.DataFrame:
    """Where every row of a source went: `kind, step, detail, rows`.

    The first step is the rows read (positive), each removal is negative with its reason, and the last is
    the rows used in the periods of the run; the last is the sum of all others.
    """
    answer = engine.rows(
        f"SELECT step, CASE WHEN step = 'excluded_by_rule' THEN _excluded ELSE '' END AS detail, count(*) "
        f"FROM (SELECT {_step(attached, expected)} AS step, _excluded FROM {quoted(attached.relation)}) "
        "GROUP BY ALL ORDER BY ALL"
    )
    counted = {(str(step), str(detail)): int(str(count)) for step, detail, count in answer}
    readable = attached.rows_read - len(attached.rejected)
    steps = [
        ("read", "", attached.rows_read),
        ("unreadable_line", "", -len(attached.rejected)),
        ("superseded", "", attached.rows_kept - readable),
        *((*step, -counted[step]) for name in _LEFT_OUT for step in counted if step[0] == name),
        ("used", "", counted.get(("used", ""), 0)),
    ]
    kept = [(attached.kind, *one) for one in steps if one[2] != 0 or one[0] in ("read", "used")]
    return pd.DataFrame(kept, columns=list(ROW_ACCOUNT))


def _step(attached: Attached, expected: Expectation) -> str:
    """The SQL that names the step at which a row is left out, or says that it is used."""
    event = expected.event(attached)
    tests = {"excluded_by_rule": "_excluded IS NOT NULL"}
    if expected.scope:
        tests["outside_scope"] = f"NOT coalesce(({condition(expected.scope).sql}), false)"
    if event is not None:
        tests["no_event_time"] = f"{quoted(event)} IS NULL"
        tests["outside_period"] = f"NOT ({expected.inside(event)})"
    cases = " ".join(f"WHEN {tests[name]} THEN '{name}'" for name in _LEFT_OUT if name in tests)
    return f"CASE {cases} ELSE 'used' END"
