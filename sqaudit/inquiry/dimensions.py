"""By what a cause may be looked for: columns settled before the service, bins of times and of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sqaudit.conditions import condition, literal, quoted, unknown_columns
from sqaudit.errors import Fault, ParameterError, did_you_mean
from sqaudit.kinds import RecordKind
from sqaudit.standards import Indicator

MOST_VALUES = 200  # values of a column that is offered unasked; one with more is nearer to an identifier
MOST_BINS = 4  # quartiles: fine enough to see a trend, coarse enough to hold cases
BINS_OF_TIME = ("weekday", "hour", "part_of_day")
PARTS_OF_DAY = (("night", 8), ("morning", 12), ("afternoon", 16), ("evening", 20), ("late", 24))


@dataclass(frozen=True)
class Dimension:
    """What cases may be told apart by: its name, and the condition text whose value it is.

    `origin` says where it comes from: `column`, or `time` and `number` for bins of a column. `bins` holds the
    plain condition of a value where the expression is a long case.
    """

    name: str
    expression: str
    origin: str = "column"
    bins: Mapping[str, str] = field(default_factory=dict)

    def condition_for(self, value: object) -> str:
        """The condition that keeps the records with one value; a missing one is `is null`.

        >>> Dimension("region", "region").condition_for("north")
        "region = 'north'"
        >>> Dimension("hour", "hour(offered_at)", "time").condition_for(9)
        'hour(offered_at) = 9'
        """
        if value is None or value != value:
            return f"{self.expression} is null"
        if value in self.bins:
            return self.bins[str(value)]
        written = str(value) if isinstance(value, int | float) else literal(str(value))
        return f"{self.expression} = {written}"


def bins_of_time(event: str) -> list[Dimension]:
    """Weekday (1 Monday to 7), hour and part of the day of an event."""
    steps = " ".join(f"when hour({event}) < {end} then '{name}'" for name, end in PARTS_OF_DAY)
    starts = [0, *(end for _, end in PARTS_OF_DAY)]
    bins = {
        name: f"hour({event}) between {start} and {end - 1}"
        for start, (name, end) in zip(starts, PARTS_OF_DAY, strict=False)
    }
    return [
        Dimension("weekday", f"extract(isodow from {event})", "time"),
        Dimension("hour", f"hour({event})", "time"),
        Dimension("part_of_day", f"case {steps} end", "time", bins),
    ]


def bins_of_number(column: str, edges: Sequence[float]) -> Dimension:
    """A number cut at round edges, each bin named by what lies in it.

    >>> bins_of_number("load", [5, 9]).expression
    "case when load < 5 then '< 5' when load < 9 then '5 - 9' when load >= 9 then '>= 9' end"
    """
    marks = [f"{edge:g}" for edge in edges]
    cases = [f"when {column} < {marks[0]} then '< {marks[0]}'"]
    cases += [f"when {column} < {high} then '{low} - {high}'" for low, high in pairwise(marks)]
    cases.append(f"when {column} >= {marks[-1]} then '>= {marks[-1]}'")
    return Dimension(f"{column}_bin", f"case {' '.join(cases)} end", "number")


def described_dimensions(
    indicator: Indicator,
    kinds: Mapping[str, RecordKind],
    columns: Mapping[str, Mapping[str, str]],
    segments: Iterable[str],
    hidden: Iterable[str],
) -> list[Dimension]:
    """The dimensions that are offered unasked: the segments of the run, columns described so, bins of time.

    Of several kinds of record, only what all of them have. A column that is settled by the service is none
    unless somebody names it: it would explain a miss by itself. Personal columns (`hidden`) are left out.
    """
    own = [kind for kind in indicator.kinds if kind in columns]
    described = [
        name
        for kind in own
        if kind in kinds
        for name, one in kinds[kind].columns.items()
        if one.dimension and _settled_in_time(one.dimension, indicator)
    ]
    wanted = dict.fromkeys([*segments, *described])
    there = [name for name in wanted if all(name in columns[kind] for kind in own)]
    found = [Dimension(name, quoted_if_needed(name)) for name in there if name not in set(hidden)]
    events = {kinds[kind].time for kind in own if kind in kinds} - {None}
    if len(events) == 1:
        event = quoted_if_needed(str(next(iter(events))))
        found += [one for one in bins_of_time(event) if one.name != "hour"]  # named hours are asked for
    return found


def _settled_in_time(settled: bool | str, indicator: Indicator) -> bool:
    """Whether a column is settled before what the indicator judges; a limit may end before it."""
    ends = {piece.measure.within.to for piece in indicator.pieces if piece.measure.within is not None}
    return settled is True or not ends or settled in ends


def chosen_dimensions(
    names: Sequence[str],
    indicator: Indicator,
    kinds: Mapping[str, RecordKind],
    columns: Mapping[str, Mapping[str, str]],
    hidden: Iterable[str],
) -> list[Dimension]:
    """The dimensions that somebody names: columns, or weekday, hour, part_of_day; all faults at once.

    A name given twice means what it means once. `new_agent` stands for the agents until the cells tell
    who of them is new; where `agent` is named too, it is looked at anyway.
    """
    own = [kind for kind in indicator.kinds if kind in columns]
    known = sorted({name for kind in own for name in columns[kind]} - set(hidden))
    wanted = dict.fromkeys(names)
    events = [str(kinds[kind].time) for kind in own if kind in kinds and kinds[kind].time]
    bins = {one.name: one for event in events[:1] for one in bins_of_time(quoted_if_needed(event))}
    if "agent" in known:
        bins["new_agent"] = Dimension("new_agent", "agent", "new")
    faults = [
        Fault(
            "dimensions",
            f"the records of {indicator.id} have no column '{name}'"
            + (", which holds personal data." if name in set(hidden) else "."),
            did_you_mean(name, [*known, *bins]),
        )
        for name in wanted
        if name not in known and name not in bins
    ]
    if faults:
        raise ParameterError(faults)
    return [
        bins[name] if name in bins and name not in known else Dimension(name, quoted_if_needed(name))
        for name in wanted
    ]


def quoted_if_needed(name: str) -> str:
    """A column name as a condition reads it: bare where it is a plain word, in quotation marks otherwise.

    >>> quoted_if_needed("region"), quoted_if_needed("区域 1")
    ('region', '"区域 1"')
    """
    try:
        plain = condition(name).columns == {name}
    except ValueError:
        plain = False
    return name if plain else quoted(name)


def readable(dimension: Dimension, columns: Mapping[str, str]) -> bool:
    """Whether records with these columns can be told apart by a dimension."""
    return not unknown_columns(dimension.expression, columns)
