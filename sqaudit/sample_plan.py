"""What the key `sample:` of a run file says: which cases are drawn, how, and what is done with them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from sqaudit.conditions import condition
from sqaudit.descriptions import Description, shape
from sqaudit.periods import GRAINS

Design = Literal["simple", "stratified", "systematic", "proportional_to_size", "cluster"]
Allocation = Literal["proportional", "neyman", "cost_optimal", "equal"]


def _listed(given: object) -> object:
    return [given] if isinstance(given, str) else given


def _checked(given: object) -> object:
    if condition(str(given)).instants:
        raise ValueError(f"'{given}' asks a calendar, which only the indicators of a standard have.")
    return str(given)


def _as_written(given: object) -> object:
    """0.1 as it is written, not as the nearest double: a ceiling follows."""
    return str(given) if isinstance(given, float) else given


Words = Annotated[list[str], BeforeValidator(_listed)]
Checked = Annotated[str, BeforeValidator(_checked)]
Share = Annotated[Decimal, BeforeValidator(_as_written), Field(gt=0, le=1)]
Positive = Annotated[Decimal, BeforeValidator(_as_written), Field(gt=0)]


class EarlierWeeks(Description):
    """Cases of samples that were drawn in the last weeks are left out; older ones may come again."""

    exclude_weeks: int = Field(ge=1)


class SamplePlan(Description):
    """How a sample is drawn from the records of one kind.

    `where` bounds the population beside the scope and the period of the run. `strata` names columns or grains
    of time (week). The size is either `rate`, a share of every stratum rounded up, or `size`, a number of
    cases (clusters in a cluster design) divided among strata by `allocation`. `minimum` is the least for each
    stratum; `minimum_per` the least for each value of further columns, by which strata are divided further.
    What `take_all` holds for is drawn with certainty. `earlier` says whether cases of earlier samples in the
    same folder may come again. `reserve` is the share of cases held ready to take the place of cases that
    cannot be inspected.
    """

    records: str
    where: Checked | None = None
    design: Design = "stratified"
    strata: Words = Field(default_factory=list)
    rate: Share | None = None
    size: int | None = Field(default=None, ge=1)
    allocation: Allocation = "proportional"
    spreads: dict[str, Annotated[Decimal, BeforeValidator(_as_written), Field(ge=0)]] = Field(
        default_factory=dict
    )
    costs: dict[str, Positive] = Field(default_factory=dict)
    minimum: int = Field(default=2, ge=0)
    minimum_per: dict[str, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    take_all: Checked | None = None
    size_by: str | None = None
    cluster: str | None = None
    order_by: str | None = None
    seed: int = Field(ge=0)
    earlier: Annotated[
        Annotated[Literal["exclude", "allow"], Tag("short")] | Annotated[EarlierWeeks, Tag("long")],
        Discriminator(shape),
    ] = "exclude"
    reserve: Annotated[Decimal, BeforeValidator(_as_written), Field(ge=0, le=1)] = Decimal("0.2")
    columns: Words = Field(default_factory=list)
    duration: str | None = None
    name: Annotated[str, Field(pattern=r"^[\w-]{1,60}$")] | None = None
    folder: str = "samples"
    form: str | None = None
    inspectors: Words = Field(default_factory=list)
    double_coded: Annotated[Decimal, BeforeValidator(_as_written), Field(ge=0, le=1)] = Decimal("0.1")
    blind: bool = False
    language: Literal["zh", "en", "both"] | None = None

    @model_validator(mode="before")
    @classmethod
    def _whole_numbers_are_no_rates(cls, given: Any) -> Any:
        if isinstance(given, dict) and isinstance(given.get("rate"), int) and given["rate"] != 1:
            raise ValueError(f"`rate` is a share such as 0.10; {given['rate']} cases are a `size`.")
        return given

    @model_validator(mode="after")
    def _size_one_way(self) -> SamplePlan:
        if (self.rate is None) == (self.size is None):
            raise ValueError("give either `rate` (a share such as 0.10) or `size` (a number of cases).")
        return self

    @property
    def grain(self) -> str | None:
        """The grain of time among the strata, or None."""
        return next((name for name in self.strata if name in GRAINS), None)

    @property
    def dimensions(self) -> list[str]:
        """The columns and grains by which strata are told apart, those of `minimum_per` last."""
        return list(dict.fromkeys([*self.strata, *self.minimum_per]))

    @property
    def reads(self) -> dict[str, list[str]]:
        """The columns of the records that the plan reads, by the key that names them."""
        found: dict[str, list[str]] = {
            "strata": [name for name in self.strata if name not in GRAINS],
            "minimum_per": [name for name in self.minimum_per if name not in GRAINS],
            "columns": list(self.columns),
        }
        for key in ("size_by", "cluster", "order_by", "duration"):
            found[key] = [name for name in [getattr(self, key)] if name is not None]
        for key in ("where", "take_all"):
            text = getattr(self, key)
            found[key] = sorted(condition(text).columns) if text else []
        return found

    def contradictions(self) -> list[tuple[str, str]]:
        """Keys that are sound by themselves and do not go together, each with what is wrong."""
        found = [*self._of_design(), *self._of_allocation()]
        doubled = sorted({name for name in self.strata if self.strata.count(name) > 1})
        found += [("strata", f"'{name}' is named twice.") for name in doubled]
        if sum(name in GRAINS for name in self.strata) > 1:
            found.append(("strata", "two grains of time are named; the finer one is enough."))
        found += [
            ("minimum_per", f"'{name}' is a grain of time; put it under `strata`.")
            for name in self.minimum_per
            if name in GRAINS
        ]
        return found

    def _of_design(self) -> list[tuple[str, str]]:
        """What a design needs, and what only another one can use."""
        owners = {"size_by": "proportional_to_size", "cluster": "cluster", "order_by": "systematic"}
        found = []
        for key, design in owners.items():
            given = getattr(self, key) is not None
            if given and self.design != design:
                found.append((key, f"it belongs to the design {design}, not to {self.design}."))
            if not given and self.design == design:
                found.append(("design", f"{design} needs the key `{key}`."))
        if self.design == "simple" and self.strata:
            found.append(("strata", "a simple sample has no strata; write `design: stratified`."))
        if self.design == "stratified" and not self.dimensions:
            found.append(("design", "stratified needs `strata`; without them write `design: simple`."))
        if self.design in ("proportional_to_size", "cluster"):
            found += [
                (key, f"it does not go with the design {self.design}.")
                for key in ("take_all", "minimum_per")
                if getattr(self, key)
            ]
        return found

    def _of_allocation(self) -> list[tuple[str, str]]:
        found = []
        if self.rate is not None and self.allocation != "proportional":
            found.append(("allocation", f"{self.allocation} divides a `size`; a rate is one for all strata."))
        needs = {"spreads": ("neyman", "cost_optimal"), "costs": ("cost_optimal",)}
        for key, rules in needs.items():
            given = bool(getattr(self, key))
            if self.allocation in rules and not given:
                found.append(("allocation", f"{self.allocation} needs `{key}` for every stratum."))
            if given and self.allocation not in rules:
                found.append((key, f"the allocation {self.allocation} does not use it."))
        return found
