"""One item of an inspection form: its question, its scale, its weight, and what a bad answer brings about."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from sqaudit.descriptions import Description, Text, shape
from sqaudit.standards.values import Figure, Identifier

PanelScale = Literal["score/5", "(score-1)/4"]
CriticalClass = Literal["customer", "business", "compliance"]
Policy = Literal["case_zero", "section_zero", "flag"]
NotApplicable = Literal["redistribute", "full_points", "exclude_case"]


def _level(given: object) -> object:
    """A point of a scale; yes is 1 and no is 0 (YAML reads both as booleans)."""
    words = {"yes": 1.0, "no": 0.0}
    return words.get(given.lower(), given) if isinstance(given, str) else given


Level = Annotated[float, BeforeValidator(_level), Field(allow_inf_nan=False)]


class Choice(Description):
    """One answer to choose, and the points it earns."""

    id: Identifier
    text: Text
    points: Figure = Field(ge=0)


class Choices(Description):
    """A scale of named answers; what an answer is worth is its points over the most points of any."""

    choices: list[Choice] = Field(min_length=2, max_length=20)


class Critical(Description):
    """What makes a case fail by one answer: an answer `below` a level, of a class of errors.

    Without `below` it is "no", or the answer with the fewest points; without `policy`, that of the class.
    """

    class_: CriticalClass = Field(alias="class")
    below: Level | None = None
    policy: Policy | None = None


def _critical(given: object) -> object:
    return {"class": given} if isinstance(given, str) else given


Scale = Annotated[
    Annotated[Literal["yes_no", "1-5", "0-100"], Tag("short")] | Annotated[Choices, Tag("long")],
    Discriminator(shape),
]


class Item(Description):
    """One question of a form.

    `scale`: `yes_no` (1 and 0), `1-5` (whole numbers), `0-100`, or `choices` with points. `weight` is the
    points of a perfect answer. `not_applicable` permits "not applicable" and says what follows:
    `redistribute` (the item counts neither as points nor as points possible), `full_points`, or
    `exclude_case`. `comment_below` asks for a reason with every answer below that level. `indicator` is the
    indicator of a standard that asks the same of all records: its figure will stand beside the item's.
    """

    id: Identifier
    text: Text
    guidance: Text = Text()
    scale: Scale
    weight: Figure = Field(gt=0)
    critical: Annotated[Critical, BeforeValidator(_critical)] | None = None
    not_applicable: NotApplicable | None = None
    comment_below: Level | None = None
    indicator: Identifier | None = None

    @model_validator(mode="after")
    def _levels_fit(self) -> Item:
        problems = list(self._problems())
        if problems:
            raise ValueError(" ".join(problems))
        return self

    @property
    def choices(self) -> list[Choice]:
        """The named answers; none where the scale is one of numbers or yes and no."""
        return self.scale.choices if isinstance(self.scale, Choices) else []

    @property
    def kind(self) -> str:
        """The name of the scale: `yes_no`, `1-5`, `0-100` or `choices`."""
        return "choices" if isinstance(self.scale, Choices) else self.scale

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest value an answer can have."""
        if self.choices:
            points = [choice.points for choice in self.choices]
            return min(points), max(points)
        return {"yes_no": (0.0, 1.0), "1-5": (1.0, 5.0), "0-100": (0.0, 100.0)}[self.kind]

    def share(self, value: float, panel_scale: PanelScale | None) -> float:
        """What an answer is worth, from 0 to 1; `panel_scale` says how a 1-5 rating is read (A04).

        >>> Item(id="tone", text="Tone", scale="1-5", weight=1).share(3, "(score-1)/4")
        0.5
        """
        low, high = self.bounds
        if not low <= value <= high:
            raise ValueError(f"{self.id}: {value:g} lies outside the scale {low:g} to {high:g}.")
        if self.kind == "1-5":
            if panel_scale is None:
                raise ValueError(f"{self.id}: a rating needs a `panel_scale`: score/5 or (score-1)/4.")
            return value / 5 if panel_scale == "score/5" else (value - 1) / 4
        return value / high

    def fails(self, value: float) -> bool:
        """Whether an answer is a critical error."""
        if self.critical is None:
            return False
        below = self.critical.below
        return value <= self.bounds[0] if below is None else value < below

    def asks_comment(self, value: float) -> bool:
        """Whether an answer has to be given a reason."""
        return self.comment_below is not None and value < self.comment_below

    def _problems(self) -> Any:
        low, high = self.bounds
        ids = [choice.id for choice in self.choices]
        if len(set(ids)) < len(ids):
            yield f"{self.id}: two choices have one id."
        if high <= low:
            yield f"{self.id}: one choice must earn more points than another."
        if self.critical and self.critical.below is None and self.kind in ("1-5", "0-100"):
            yield f"{self.id}: say below which answer it is critical: `critical: {{class: ..., below: ...}}`."
        named = {"critical.below": self.critical.below if self.critical else None}
        for key, level in {**named, "comment_below": self.comment_below}.items():
            if level is not None and not low < level <= high:
                yield f"{self.id}: `{key}` is {level:g}; expected above {low:g} and at most {high:g}."
