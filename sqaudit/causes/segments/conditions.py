"""A segment as an SQL expression, so that its records are one command away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqaudit.conditions import literal, quoted


def where_of(
    conditions: Iterable[tuple[str, object]], known: Mapping[tuple[str, str], str] | None = None
) -> str:
    """The conditions as an SQL expression over the records; everything is `TRUE`.

    `known` has the expressions of bins by column and label, as `sqaudit.causes.bins` makes them.

    >>> where_of([("team", "O'Neill"), ("load", 3), ("region", None)])
    '"team" = \\'O\\'\\'Neill\\' AND "load" = 3 AND "region" IS NULL'
    """
    bins = known or {}
    parts = [bins.get((name, str(value))) or _condition(name, value) for name, value in conditions]
    return " AND ".join(parts) or "TRUE"


def _condition(name: str, value: object) -> str:
    if value is None:
        return f"{quoted(name)} IS NULL"
    if isinstance(value, bool):
        return quoted(name) if value else f"NOT {quoted(name)}"
    return f"{quoted(name)} = {value if isinstance(value, int | float) else literal(str(value))}"
