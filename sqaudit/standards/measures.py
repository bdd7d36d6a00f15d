"""What an indicator measures: one of a closed list of measures, each with what it needs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from sqaudit.descriptions import Description, shape
from sqaudit.standards.values import Expression, Figure, Seconds, Word

SHARES = frozenset({"share", "within", "complete"})  # of cases; they may be summed over unlike record kinds
SINGLE_VALUES = frozenset({"mean", "quantile", "maximum"})  # measures of one number for each case
ADDING_UP = frozenset({*SHARES, "count", "ratio", "gap", "balance"})  # may be summed over record kinds
_UNITS = {
    **dict.fromkeys((*SHARES, "gap", "rate"), "share"),
    "count": "count",
    "ratio": "ratio",
    "balance": "points",
}


class ShareOfCounts(Description):
    """A share over rows that already are counts: sum of `met` over sum of `of` (daily totals, say)."""

    met: Expression
    of: Expression


class LimitBy(Description):
    """A time limit that depends on a column or expression: `{by: zone, when: {core: 30min, suburb: 60min}}`.

    A value may lead to a further `{by, when}`: urgency, then zone. Rows whose value is not listed get
    `otherwise`; without it they are left out, with that reason.
    """

    by: Expression
    when: dict[
        Word,
        Annotated[Annotated[Seconds, Tag("short")] | Annotated[LimitBy, Tag("long")], Discriminator(shape)],
    ] = Field(min_length=1)
    otherwise: Seconds | None = None

    @property
    def expressions(self) -> list[str]:
        """Everything that the limit is read from, its own column first."""
        nested = [limit for limit in self.when.values() if isinstance(limit, LimitBy)]
        return [self.by, *(text for limit in nested for text in limit.expressions)]


class Within(Description):
    """A time limit from an event to another: a length of time (`limit`) or a column (`deadline`).

    A case without the second event has missed once the limit has passed at `as_of`; before, it is pending.
    `counts: missed` makes the share of cases that did not keep the limit (a failure rate). `matured: true`
    leaves every case younger than the limit pending, even one that has the event already: a cohort.
    `clock: business` counts only the open hours of the calendar.
    """

    from_: str = Field(alias="from")
    to: str
    limit: (
        Annotated[Annotated[Seconds, Tag("short")] | Annotated[LimitBy, Tag("long")], Discriminator(shape)]
        | None
    ) = None
    deadline: str | None = None
    clock: Literal["natural", "business"] = "natural"
    counts: Literal["kept", "missed"] = "kept"
    matured: bool = False

    @model_validator(mode="after")
    def _one_limit(self) -> Within:
        if (self.limit is None) == (self.deadline is None):
            raise ValueError(
                "give either `limit` (30s, 24h, ...) or `deadline` (a column), not both or none."
            )
        if self.clock == "business" and self.limit is None:
            raise ValueError("a `deadline` is a moment; `clock: business` goes with a `limit`.")
        return self


class Quantile(Description):
    """The value below which the share `q` of the cases lies; `{of: wait_minutes, q: 0.9}`."""

    of: Expression
    q: Figure = Field(gt=0, lt=1)


class Ratio(Description):
    """A sum over a sum: `{sum: talk_seconds, over: handled}`."""

    sum: Expression
    over: Expression


class Side(Description):
    """One side of a rate: records of some kinds that fulfil `where`, counted, or `sum` added up over them.

    `event` names the time by which they belong to a period, where it is not the one of their kind.
    """

    records: list[str] = Field(min_length=1)
    where: Expression | None = None
    sum: Expression | None = None
    event: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, given: Any) -> Any:
        """`events: complaint` is `events: {records: [complaint]}`."""
        given = {"records": given} if isinstance(given, str | list) else given
        if isinstance(given, dict) and isinstance(given.get("records"), str):
            return {**given, "records": [given["records"]]}
        return given


class Rate(Description):
    """Events of one kind of record per case of another: complaints per service completed.

    Both sides are needed: without records of one of them nothing can be said.
    """

    events: Side
    per: Side


class Balance(Description):
    """100 x (share of `plus` - share of `minus`) of the rows where both are known: a net promoter score."""

    plus: Expression
    minus: Expression


class Gap(Description):
    """The share of stretches of length `every`, from one event to another, with one of `times` in them.

    `times` is a column with a list of instants. A stretch counts once it is over, at the second event or
    at `as_of`: updates to a customer at least every 24 hours while a case is open.
    """

    from_: str = Field(alias="from")
    to: str
    times: str
    every: Seconds


class Measure(Description):
    """How the figure comes about; exactly one of them."""

    share: (
        Annotated[
            Annotated[Expression, Tag("short")] | Annotated[ShareOfCounts, Tag("long")], Discriminator(shape)
        ]
        | None
    ) = None
    within: Within | None = None
    mean: Expression | None = None
    quantile: Quantile | None = None
    maximum: Expression | None = None
    count: Expression | None = None
    ratio: Ratio | None = None
    complete: list[str] | None = Field(default=None, min_length=1)
    rate: Rate | None = None
    balance: Balance | None = None
    gap: Gap | None = None

    @model_validator(mode="before")
    @classmethod
    def _count_of_all(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("count") in ("all", True):
            return {**given, "count": "true"}
        return given

    @model_validator(mode="after")
    def _exactly_one(self) -> Measure:
        if len(self.model_fields_set) != 1 or getattr(self, self.kind) is None:
            raise ValueError(f"give exactly one of {', '.join(Measure.model_fields)}.")
        return self

    @property
    def kind(self) -> str:
        """Which of them it is."""
        return next(iter(self.model_fields_set))

    @property
    def unit(self) -> str:
        """The unit its figures have unless the indicator says otherwise."""
        return _UNITS.get(self.kind, "points")
