"""What an indicator measures: one of eight kinds, each with what it needs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from sqaudit.descriptions import Description, shape
from sqaudit.standards.values import Expression, Figure, Seconds, Word

ADDING_UP = frozenset({"share", "within", "count", "complete", "ratio"})  # may be summed over record kinds
_UNITS = {"share": "share", "within": "share", "complete": "share", "count": "count", "ratio": "ratio"}


class ShareOfCounts(Description):
    """A share over rows that already are counts: sum of `met` over sum of `of` (daily totals, say)."""

    met: Expression
    of: Expression


class LimitBy(Description):
    """A time limit that depends on a column: `{by: zone, when: {core: 30min, suburb: 60min}}`.

    Rows whose value is not listed get `otherwise`; without it they are left out, with that reason.
    """

    by: str
    when: dict[Word, Seconds] = Field(min_length=1)
    otherwise: Seconds | None = None


class Within(Description):
    """A time limit from an event to another: a length of time (`limit`) or a column (`deadline`).

    A case without the second event has missed once the limit has passed at `as_of`; before, it is pending.
    """

    from_: str = Field(alias="from")
    to: str
    limit: (
        Annotated[Annotated[Seconds, Tag("short")] | Annotated[LimitBy, Tag("long")], Discriminator(shape)]
        | None
    ) = None
    deadline: str | None = None
    clock: Literal["natural"] = "natural"

    @model_validator(mode="after")
    def _one_limit(self) -> Within:
        if (self.limit is None) == (self.deadline is None):
            raise ValueError(
                "give either `limit` (30s, 24h, ...) or `deadline` (a column), not both or none."
            )
        return self


class Quantile(Description):
    """The value below which the share `q` of the cases lies; `{of: wait_minutes, q: 0.9}`."""

    of: Expression
    q: Figure = Field(gt=0, lt=1)


class Ratio(Description):
    """A sum over a sum: `{sum: talk_seconds, over: handled}`."""

    sum: Expression
    over: Expression


class Measure(Description):
    """How the figure comes about; exactly one of the eight."""

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

    @model_validator(mode="before")
    @classmethod
    def _count_of_all(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("count") in ("all", True):
            return {**given, "count": "true"}
        return given

    @model_validator(mode="after")
    def _exactly_one(self) -> Measure:
        if len(self.model_fields_set) != 1:
            raise ValueError(f"give exactly one of {', '.join(Measure.model_fields)}.")
        return self

    @property
    def kind(self) -> str:
        """Which of the eight it is."""
        return next(iter(self.model_fields_set))

    @property
    def unit(self) -> str:
        """The unit its figures have unless the indicator says otherwise."""
        return _UNITS.get(self.kind, "points")
