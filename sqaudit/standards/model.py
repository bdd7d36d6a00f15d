"""A standard as data: indicators with measures, targets and weights; scoring; grades; rules.

Every class is one block of the YAML file; the docstrings are its reference.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from sqaudit.conditions import condition
from sqaudit.descriptions import Description, Text, shape
from sqaudit.kinds import RecordKind, catalogue

Direction = Literal["higher", "lower"]
Evidence = Literal["census", "sample", "survey", "panel"]
COUNTING = frozenset(
    {"share", "within", "count", "complete", "ratio"}
)  # measures that add up over record kinds
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(s|sec|min|m|h|d)\s*")
_SECONDS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}


def _seconds(given: object) -> object:
    """A duration such as 30s, 5min, 24h or 2d in seconds."""
    if isinstance(given, timedelta):
        return given.total_seconds()
    if isinstance(given, str) and (match := _DURATION.fullmatch(given)):
        return float(match[1]) * _SECONDS[match[2]]
    raise ValueError(f"{given!r} is no length of time. Write 30s, 5min, 24h or 2d.")


def _number(given: object) -> object:
    """A number, where "85%" is 0.85."""
    if isinstance(given, str) and given.strip().endswith("%"):
        return float(given.strip()[:-1]) / 100
    return given


def _expression(given: object) -> object:
    """An SQL expression that passed the allow-list (a bare number or word from YAML is one too)."""
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise ValueError(f"{given!r} is no expression over columns.")
    condition(str(given))
    return str(given)


Seconds = Annotated[float, BeforeValidator(_seconds), Field(gt=0)]
Figure = Annotated[float, BeforeValidator(_number)]
Expression = Annotated[str, BeforeValidator(_expression)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class ShareOfCounts(Description):
    """A share over rows that already are counts: sum of `met` over sum of `of` (daily totals, say)."""

    met: Expression
    of: Expression


class LimitBy(Description):
    """A time limit that depends on a column: `{by: zone, when: {core: 30min, suburb: 60min}}`.

    Rows whose value is not listed get `otherwise`; without it they are left out, with that reason.
    """

    by: str
    when: dict[str, Seconds]
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


class Target(Description):
    """A target with its scope (segment values it is for) and the days on which it is in force."""

    value: Figure
    scope: dict[str, str] = Field(default_factory=dict)
    from_: date | None = Field(default=None, alias="from")
    until: date | None = None
    clause: str = ""

    def in_force(self, start: date | None, end: date | None) -> bool:
        """Whether it holds on some day of [start, end)."""
        begins = self.from_ is None or end is None or self.from_ < end
        return begins and (self.until is None or start is None or self.until >= start)


class Indicator(Description):
    """One thing measured."""

    id: Identifier
    row: str = ""
    name: Text
    clause: str = ""
    requirement: Text = Text()
    dimension: str = ""
    records: list[str] = Field(min_length=1)
    eligible: Expression | None = None
    measure: Measure
    unit: str = ""
    direction: Direction | None = None
    target: Figure | None = None
    targets: list[Target] = Field(default_factory=list)
    warn: Figure | None = None
    penalty: Figure | None = None
    tolerance: Figure = Field(default=0.0, ge=0)
    weight: float | None = Field(default=None, gt=0)
    critical: bool = False
    evidence: Evidence = "census"
    assumptions: list[str] = Field(default_factory=list)
    from_: date | None = Field(default=None, alias="from")
    until: date | None = None
    truncated: bool = False
    remark: Text = Text()

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, given: Any) -> Any:
        if isinstance(given, dict) and isinstance(given.get("records"), str):
            return {**given, "records": [given["records"]]}
        return given

    @model_validator(mode="after")
    def _consistent(self) -> Indicator:
        problems = list(self._problems())
        if problems:
            raise ValueError(" ".join(problems))
        return self

    def _problems(self) -> Any:
        if self.target is not None and self.targets:
            yield f"{self.id}: give `target` or `targets`, not both."
        if self.all_targets and self.direction is None:
            yield f"{self.id}: a target needs a `direction`: higher or lower."
        if self.shown_unit == "share":
            for target in self.all_targets:
                if not 0 <= target.value <= 1:
                    yield f"{self.id}: the target of a share lies between 0 and 1, not {target.value:g}. Write 0.85 or 85%."
        if len(self.records) > 1 and self.measure.kind not in COUNTING:
            yield f"{self.id}: a {self.measure.kind} cannot be taken over several record kinds."

    @property
    def all_targets(self) -> list[Target]:
        """Every target, however it was written."""
        return (
            [Target(value=self.target, clause=self.clause)] if self.target is not None else list(self.targets)
        )

    @property
    def shown_unit(self) -> str:
        """The unit of the figure: the one given, else the one the measure implies."""
        implied = {
            "share": "share",
            "within": "share",
            "complete": "share",
            "count": "count",
            "ratio": "ratio",
        }
        return self.unit or implied.get(self.measure.kind, "points")

    def target_for(self, segment: dict[str, str], start: date | None, end: date | None) -> float | None:
        """The target in force in [start, end) whose scope fits the segment best; None where there is none."""
        fitting = [
            target
            for target in self.all_targets
            if target.in_force(start, end) and target.scope.items() <= segment.items()
        ]
        latest = sorted(fitting, key=lambda target: (len(target.scope), target.from_ or date.min))
        return latest[-1].value if latest else None


class Rule(Description):
    """A clause that is no figure of its own: what it asks for and which part of the workbook does it."""

    id: Identifier
    row: str = ""
    name: Text
    clause: str = ""
    requirement: Text = Text()
    carried_out_by: Text
    assumptions: list[str] = Field(default_factory=list)


class Scoring(Description):
    """How figures become points.

    `rule`: `ratio_to_target` (weight x actual / target), `linear_floor` (0 points at `floor` of the
    target, all at the target), `binary` (all or nothing), `piecewise` (`steps`: [attainment, share of
    the weight], the highest step reached counts). `cap` bounds a single score. `not_assessable`:
    spread the weights of missing indicators over the rest, or count them as zero. `panel_scale` says
    how a 1-5 rating becomes a share (A04). `grade_gate`: the best grade wants every critical indicator met.
    """

    rule: Literal["ratio_to_target", "linear_floor", "binary", "piecewise"] = "ratio_to_target"
    cap: Literal["none", "at_weight", "at_120"] = "at_weight"
    not_assessable: Literal["renormalise", "zero"] = "renormalise"
    floor: float = Field(default=0.8, ge=0, lt=1)
    steps: list[tuple[float, float]] = Field(
        default_factory=lambda: [(1.0, 1.0), (0.95, 0.8), (0.9, 0.6), (0.8, 0.3)]
    )
    panel_scale: Literal["score/5", "(score-1)/4"] = "score/5"
    grade_gate: bool = False
    root_cause_trigger: list[
        Literal["attainment", "actual", "below_target", "below_target_with_confidence"]
    ] = Field(
        default_factory=lambda: ["attainment", "actual", "below_target"]  # type: ignore[arg-type]
    )
    trigger_below: float = Field(default=0.8, gt=0, le=1)


class Grade(Description):
    """A grade and the lowest unrounded score that earns it."""

    from_: float = Field(alias="from")
    zh: str = ""
    en: str = ""

    @property
    def name(self) -> Text:
        """The grade's name in both languages."""
        return Text(zh=self.zh, en=self.en)


class Standard(Description):
    """A versioned document turned into data."""

    standard: Identifier
    version: str = "1"
    title: Text
    source: Text = Text()
    note: Text = Text()
    calendar: str | None = None
    scoring: Scoring = Scoring()
    grades: list[Grade] = Field(default_factory=list)
    dimensions: dict[str, Text] = Field(default_factory=dict)
    record_kinds: dict[str, RecordKind] = Field(default_factory=dict)
    indicators: list[Indicator] = Field(min_length=1)
    rules: list[Rule] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _version_is_text(cls, given: Any) -> Any:
        if isinstance(given, dict) and isinstance(given.get("version"), int | float):
            return {**given, "version": str(given["version"])}
        return given

    @model_validator(mode="after")
    def _consistent(self) -> Standard:
        problems = [
            *self._id_problems(),
            *self._kind_problems(),
            *self._grade_problems(),
            *self._target_problems(),
        ]
        problems += self._score_problems()
        if problems:
            raise ValueError(" ".join(problems))
        return self

    def kind(self, name: str) -> RecordKind:
        """The record kind of that name, the standard's own before the catalogue's; KeyError if unknown."""
        return self.record_kinds.get(name) or catalogue()[name]

    @property
    def kinds_used(self) -> list[str]:
        """The record kinds that some indicator reads, in order of first use."""
        return list(dict.fromkeys(kind for indicator in self.indicators for kind in indicator.records))

    def indicator(self, identifier: str) -> Indicator:
        """The indicator with that id; KeyError if there is none."""
        return {indicator.id: indicator for indicator in self.indicators}[identifier]

    def _id_problems(self) -> list[str]:
        ids = [entry.id for entry in (*self.indicators, *self.rules)]
        return [
            f"the id {name} stands {ids.count(name)} times."
            for name in sorted(set(ids))
            if ids.count(name) > 1
        ]

    def _kind_problems(self) -> list[str]:
        known = {*catalogue(), *self.record_kinds}
        return [
            f"{indicator.id}: there is no record kind '{kind}'; describe it under `record_kinds`."
            for indicator in self.indicators
            for kind in indicator.records
            if kind not in known
        ]

    def _grade_problems(self) -> list[str]:
        bounds = [grade.from_ for grade in self.grades]
        if bounds != sorted(bounds, reverse=True) or len(set(bounds)) != len(bounds):
            return ["grades go from the highest `from` to the lowest, each once."]
        return []

    def _target_problems(self) -> list[str]:
        found = []
        for indicator in self.indicators:
            targets = indicator.all_targets
            for position, one in enumerate(targets):
                for other in targets[position + 1 :]:
                    if one.scope == other.scope and _overlap(one, other):
                        found.append(
                            f"{indicator.id}: two targets are in force for one scope ({one.value:g}, {other.value:g})."
                        )
        return found

    def _score_problems(self) -> list[str]:
        """Targets by which the standard's rule cannot divide (A03)."""
        if self.scoring.rule == "binary":
            return []
        return [
            f"{indicator.id}: {reason}"
            for indicator in self.indicators
            if indicator.weight is not None
            for target in indicator.all_targets
            if (reason := _undivided(indicator, target.value))
        ]


def _overlap(one: Target, other: Target) -> bool:
    starts = max(one.from_ or date.min, other.from_ or date.min)
    ends = min(one.until or date.max, other.until or date.max)
    return starts <= ends


def _undivided(indicator: Indicator, target: float) -> str:
    if indicator.direction == "higher" and target <= 0:
        return "a ratio score needs a target above zero; score it pass or fail (`rule: binary`)."
    if indicator.direction == "lower" and indicator.shown_unit == "share" and target >= 1:
        return "a lower-is-better share with a target of 100 % cannot be missed; state a lower target."
    if indicator.direction == "lower" and target < 0:
        return "a lower-is-better target below zero cannot be scored as a ratio."
    return ""
