"""One action of the improvement plan: what is done about which cause, by whom, by when, to what effect."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, Literal, NamedTuple, get_args

from pydantic import BeforeValidator, Field, model_validator

from sqaudit.actions.expected import Expected, Side, expected_effect
from sqaudit.actions.segment import condition_of, segment_values
from sqaudit.descriptions import Description
from sqaudit.standards.values import Figure

Status = Literal["proposed", "approved", "in_progress", "done", "dropped"]
STATUSES: tuple[Status, ...] = get_args(Status)
# What other systems and people call a status.
_WORDS: dict[Status, str] = {
    "proposed": "open draft new 待批准 拟议 已提出",
    "approved": "planned 已批准 未开始 待开始",
    "in_progress": "in-progress inprogress running started 进行中 实施中",
    "done": "closed finished completed 已完成 完成 已关闭 关闭",
    "dropped": "cancelled canceled rejected 已取消 取消 已终止",
}
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_CALLED = {word: status for status, words in _WORDS.items() for word in words.split()}

__all__ = [
    "STATUSES",
    "Action",
    "Contradiction",
    "ContradictionError",
    "LogEntry",
    "Status",
    "day",
    "written",
]


def day(given: object) -> object:
    """A day from a day, a time, or a text of either; anything else as it is, to be refused in words.

    >>> day("2026-05-18 09:00:00"), day("2026/5/18"), day("soon")
    (datetime.date(2026, 5, 18), datetime.date(2026, 5, 18), 'soon')
    """
    if isinstance(given, datetime):
        return given.date()
    if not isinstance(given, str):
        return given
    text = given.strip()
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"):
        try:
            return datetime.strptime(text.replace("T", " ").split(" ")[0], form).date()  # noqa: DTZ007 - a day
        except ValueError:
            continue
    return given


def _status(given: object) -> object:
    if not isinstance(given, str):
        return given
    text = given.strip().casefold().replace(" ", "_")
    return _CALLED.get(text, text)


def written(given: object) -> object:
    """A text; numbers in a sheet are ids or names too. An empty one is none."""
    if isinstance(given, float) and given.is_integer():
        return str(int(given))
    if isinstance(given, int) and not isinstance(given, bool):
        return str(given)
    return (given.strip() or None) if isinstance(given, str) else given


def _plain_number(given: object) -> object:
    """A number that a table of texts holds; anything else as it is."""
    text = given.strip() if isinstance(given, str) else ""
    return float(text) if _NUMBER.fullmatch(text) else given


def _money(given: object) -> object:
    """An amount, thousands set apart by commas or not."""
    text = given.strip() if isinstance(given, str) else ""
    found = _plain_number(text.replace(",", "") if _THOUSANDS.fullmatch(text) else given)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise ValueError(f"{given!r} is no number. Write a number such as 1200.")
    return found


Day = Annotated[date, BeforeValidator(day)]
Words = Annotated[str, BeforeValidator(written)]
OptionalWords = Annotated[str | None, BeforeValidator(written)]
StatusWord = Annotated[Status, BeforeValidator(_status)]
Level = Annotated[Figure, BeforeValidator(_plain_number)]
Money = Annotated[float, BeforeValidator(_money), Field(ge=0, allow_inf_nan=False)]


class Contradiction(NamedTuple):
    """What an action says against itself: field, value, what it does not go with, and the way out."""

    code: str
    field: str
    value: str
    detail: str
    message: str
    remedy: str = ""


class ContradictionError(ValueError):
    """An action that contradicts itself; `found` holds every reason."""

    def __init__(self, found: tuple[Contradiction, ...]) -> None:
        self.found = found
        super().__init__("; ".join(one.message for one in found) + ".")


class LogEntry(Description):
    """One change of the status: when, to what, by whom, and what was said."""

    date: Day
    status: StatusWord
    who: OptionalWords = None
    note: OptionalWords = None


class Action(Description):
    """One action with the cause it is for, its dates, and the effect that is expected of it.

    `cause_reference` names the cause in the cause trees, `indicator/branch/place`, and `finding` the finding;
    where only one is kept, `finding` may name the cause. The effect is given
    as `to` (the level to reach) or `by` (how much better, above 0), in the unit of the `indicator`, within
    the `segment`; or in words alone, of which a plain number is understood (`expected`). `direction` is the
    good side; without it that of the indicator counts.
    """

    id: Words = Field(min_length=1)
    finding: OptionalWords = None
    cause: OptionalWords = None
    cause_reference: OptionalWords = None
    action: Words = Field(min_length=1)
    owner: OptionalWords = None
    department: OptionalWords = None
    approved: Day | None = None
    start: Day | None = None
    due: Day | None = None
    finished: Day | None = None
    checked: Day | None = None
    indicator: OptionalWords = None
    segment: OptionalWords = None
    to: Level | None = None
    by: Annotated[Level, Field(gt=0)] | None = None
    direction: Side | None = None
    expected_effect: OptionalWords = None
    cost: Money | None = None
    status: StatusWord = "proposed"
    log: tuple[LogEntry, ...] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> Action:
        if found := tuple(self._contradictions()):
            raise ContradictionError(found)
        return self

    def _contradictions(self) -> Iterator[Contradiction]:
        if self.to is not None and self.by is not None:
            message = "give the level to reach (`to`) or the change (`by`), not both"
            yield Contradiction(
                "two_effects", "by", f"{self.by:g}", f"{self.to:g}", message, "Leave one of them out."
            )
        for name in ("due", "finished", "checked"):
            later = getattr(self, name)
            if self.start is not None and later is not None and later < self.start:
                message = f"{name} ({later}) lies before start ({self.start})"
                remedy = "Correct one of the two days."
                yield Contradiction("before_start", name, str(later), str(self.start), message, remedy)
        days = [entry.date for entry in self.log]
        if days != sorted(days):
            remedy = "Put the earliest entry first."
            yield Contradiction("log_order", "log", "", "", "the log is not in order of time", remedy)
        if self.log and self.log[-1].status != self.status:
            last = self.log[-1].status
            message = f"the status is {self.status}, the log ends with {last}"
            remedy = f"Set status: {last}, or add the last change to the log."
            yield Contradiction("log_status", "status", self.status, last, message, remedy)
        try:
            condition_of(self.segment)
        except ValueError as error:
            said = str(error).rstrip(".")
            yield Contradiction("no_segment", "segment", str(self.segment), said, said)

    @property
    def expected(self) -> Expected:
        """The effect as numbers: those given, else what the words plainly say."""
        if self.to is not None or self.by is not None:
            return Expected(self.to, self.by, self.direction)
        said = expected_effect(self.expected_effect)
        return said._replace(direction=self.direction or said.direction)

    @property
    def reference(self) -> str | None:
        """What the action refers to: the cause in the trees, else the finding."""
        return self.cause_reference or self.finding

    def done_on(self, day: date) -> bool:
        """Whether the action is done by a day: its status says so, or its end is not ahead."""
        return self.status == "done" or (self.finished is not None and self.finished <= day)

    def overdue_on(self, day: date) -> bool:
        """Whether the due day has passed and the action is neither done nor dropped, whatever its status."""
        return self.due is not None and self.due < day and self.status != "dropped" and not self.done_on(day)

    @property
    def where(self) -> str | None:
        """The condition that keeps the records of the segment."""
        return condition_of(self.segment)

    @property
    def dimensions(self) -> dict[str, str] | None:
        """The segment as dimensions with values; None where it is a condition of another kind."""
        return segment_values(self.segment)

    def planned_effect(self, before: float, direction: str) -> float | None:
        """How much better the figure was to get, from its level before; None without a number or a gain."""
        if self.expected.by is not None:
            return self.expected.by
        if self.expected.to is None or before != before:
            return None
        gain = (self.expected.to - before) * (1 if direction == "higher" else -1)
        return gain if gain > 0 else None


def plain(action: Action) -> dict[str, Any]:
    """An action as `key: value`, what is empty left out; a status that nobody gave is not made up."""
    given = action.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    return {**given, "status": action.status} if "status" in action.model_fields_set else given
