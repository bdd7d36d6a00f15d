"""The run file: which records, which standard, which period, for whom. Validated before anything starts."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from sqaudit import periods
from sqaudit.descriptions import Description, Text, shape
from sqaudit.kinds import ColumnType
from sqaudit.sample_plan import SamplePlan
from sqaudit.standards.model import Expression, Identifier

DATE_WORDS = ("iso", "day_first", "month_first", "mixed", "excel")
# What may follow a percent sign in a date format of the user's own: the codes that the engine reads.
_DATE_FORM = re.compile(r"(?:[^%]|%-?[aAbBdfgHIjmMnpSyYz%])*%-?[dfgjmyYS](?:[^%]|%-?[aAbBdfgHIjmMnpSyYz%])*")
Language = Literal["zh", "en", "both"]


def _period_text(given: object) -> object:
    """A period as text; YAML reads 2026 as a number and 2026-07-01 as a date."""
    written = str(given)
    periods.parse(written)
    return written


def _compared(given: object) -> object:
    return given if given in ("previous", "none") else _period_text(given)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"'{name}' is no time zone. Write a name such as Asia/Shanghai or UTC.") from error
    return name


def _listed(given: object) -> object:
    return [given] if isinstance(given, str) else given


# Comments and brackets may stand before the first word of a query.
_SELECT = re.compile(r"(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*(?:select|with|values)\b", re.IGNORECASE | re.DOTALL)


def _date_form(given: str) -> str:
    if given in DATE_WORDS or _DATE_FORM.fullmatch(given):
        return given
    words = ", ".join(DATE_WORDS)
    raise ValueError(f"'{given}' is no date format. Write {words} or a format such as %d/%m/%Y %H:%M.")


def _known_encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError as error:
        raise ValueError(f"'{name}' is no encoding. Write utf-8, gb18030, utf-16 or the like.") from error
    return name


def _one_sign(given: object) -> object:
    """A tab may be written as it is, or as the two signs backslash and t."""
    sign = "\t" if given in ("\\t", "tab") else given
    if isinstance(sign, str) and (len(sign) != 1 or sign in '"\r\n' or not sign.isascii()):
        raise ValueError(f"{given!r} is no delimiter. Write one sign, such as ; or | or tab.")
    return sign


PeriodText = Annotated[str, BeforeValidator(_period_text)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Words = Annotated[list[str], BeforeValidator(_listed)]
DateForms = Annotated[list[Annotated[str, AfterValidator(_date_form)]], BeforeValidator(_listed)]


class OneRowPer(Description):
    """De-duplication: of the rows that share `one_per`, the `first` or `last` is kept.

    The order is that of the file, or of the column `order_by`.
    """

    one_per: str
    keep: Literal["first", "last"] = "last"
    order_by: str | None = None


class Source(Description):
    """Where the records of one kind come from, and how their columns are read.

    `columns` maps names in the source to ours. `values` maps values of one of our columns. `missing`
    lists texts that stand for "no value", for all columns or per column. `dates` is `iso`, `day_first`,
    `month_first`, `mixed` or strptime formats, for all columns or per column; without it the format is
    detected. `derived` adds columns by SQL expressions over ours. `exclude` names conditions that put
    rows out of every figure, each under its reason.
    """

    path: Words | None = None
    format: Literal["csv", "xlsx", "parquet", "duckdb"] | None = None
    encoding: Annotated[str, AfterValidator(_known_encoding)] | None = None
    delimiter: Annotated[str, BeforeValidator(_one_sign)] | None = None
    decimal: Literal[".", ","] = "."
    sheet: str | None = None
    header_row: int = Field(default=1, ge=1)
    table: str | None = None
    url: str | None = None
    query: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    types: dict[str, ColumnType] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    missing: Annotated[
        Annotated[list[str], BeforeValidator(_listed), Tag("short")]
        | Annotated[dict[str, Words], Tag("long")],
        Discriminator(shape),
    ] = Field(default_factory=list)
    dates: Annotated[
        Annotated[DateForms, Tag("short")] | Annotated[dict[str, DateForms], Tag("long")],
        Discriminator(shape),
    ] = Field(default_factory=list)
    timezone: Zone | None = None
    rows: OneRowPer | None = None
    derived: dict[str, Expression] = Field(default_factory=dict)
    exclude: dict[str, Expression] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _texts(cls, given: Any) -> Any:
        """Let numbers and booleans from YAML stand for their text in `missing` and `values`."""
        if not isinstance(given, dict):
            return given
        changed = dict(given)
        if isinstance(given.get("missing"), list):
            changed["missing"] = [_as_written(item) for item in given["missing"]]
        elif isinstance(given.get("missing"), dict):
            changed["missing"] = {
                key: [_as_written(item) for item in (value if isinstance(value, list) else [value])]
                for key, value in given["missing"].items()
            }
        elif isinstance(given.get("missing"), int | float):
            changed["missing"] = [_as_written(given["missing"])]
        if isinstance(given.get("values"), dict):
            changed["values"] = {
                key: {_as_written(old): _as_written(new) for old, new in value.items()}
                if isinstance(value, dict)
                else value
                for key, value in given["values"].items()
            }
        return changed

    @model_validator(mode="after")
    def _one_place(self) -> Source:
        if (self.path is None) == (self.url is None):
            raise ValueError("give either `path` (files) or `url` (a database), not both or none.")
        if self.url is not None and not _SELECT.match(self.query or ""):
            raise ValueError(
                "a database needs a `query` beside its `url`: one SELECT, to read and not to write."
            )
        if len(set(self.columns.values())) != len(self.columns):
            raise ValueError("`columns` gives the same new name to two columns.")
        return self

    def missing_texts(self, column: str) -> list[str]:
        """The texts that stand for "no value" in one of our columns."""
        return list(self.missing if isinstance(self.missing, list) else self.missing.get(column, []))

    def date_formats(self, column: str) -> list[str]:
        """The date format words or strptime formats stated for one of our columns."""
        return list(self.dates if isinstance(self.dates, list) else self.dates.get(column, []))


def _as_written(given: object) -> str:
    if isinstance(given, bool):
        return "true" if given else "false"
    return "" if given is None else str(given)


class RunFile(Description):
    """The keys of a run file; a plain mapping, so that papermill can pass the same file to one notebook."""

    title: Text = Text(zh="服务质量审计", en="Service quality audit")
    standard: Words = Field(min_length=1)
    calendar: str | None = None
    period: PeriodText = "all"
    compare: Annotated[str, BeforeValidator(_compared)] = "previous"
    as_of: datetime | None = None
    timezone: Zone = "Asia/Shanghai"
    segments: Words = Field(default_factory=list)
    scope: (
        Annotated[
            Annotated[Expression, Tag("short")] | Annotated[dict[str, Expression], Tag("long")],
            Discriminator(shape),
        ]
        | None
    ) = None
    records: dict[str, Source] = Field(min_length=1)
    language: Language = "both"
    notebooks: list[Identifier] = Field(
        default_factory=lambda: ["data_quality", "quarterly_review"], min_length=1
    )
    formats: list[Literal["html", "xlsx"]] = Field(default_factory=lambda: ["html", "xlsx"])  # type: ignore[arg-type]
    interval: Literal["wilson", "exact"] = "wilson"
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    minimum_cases: int = Field(default=20, ge=1)
    show_personal_data: bool = False
    timeout_minutes: float = Field(default=30, gt=0)
    sample: SamplePlan | None = None
    cause_trees: str | None = None
    assessment: str | None = None
    actions: str | None = None
    previous_book: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _days_are_midnights(cls, given: Any) -> Any:
        """`as_of: 2026-10-08` is that day's first moment."""
        if (
            isinstance(given, dict)
            and isinstance(given.get("as_of"), date)
            and not isinstance(given["as_of"], datetime)
        ):
            return {**given, "as_of": datetime.combine(given["as_of"], datetime.min.time())}
        return given

    def contradictions(self) -> list[tuple[str, str]]:
        """Keys that are sound by themselves and do not go together, each with what is wrong."""
        chosen, compared = self.chosen_period, self.compared_period
        found = []
        if compared is not None and compared.overlaps(chosen):
            found.append(
                ("compare", f"{compared} overlaps the period {chosen}; name a time before or after it.")
            )
        if self.as_of is not None and self.as_of.tzinfo is not None:
            found.append(("as_of", "it is read in the time zone of the run; write it without an offset."))
        elif self.as_of is not None and chosen.start is not None and self.as_of.date() <= chosen.start:
            found.append(("as_of", f"{self.as_of} lies before the period {chosen} has begun."))
        doubled = sorted({name for name in self.segments if self.segments.count(name) > 1})
        return found + [("segments", f"'{name}' is named twice.") for name in doubled]

    @property
    def chosen_period(self) -> periods.Period:
        """The period under audit."""
        return periods.parse(self.period)

    @property
    def compared_period(self) -> periods.Period | None:
        """The period it is compared with, or None."""
        if self.compare == "none":
            return None
        return self.chosen_period.previous() if self.compare == "previous" else periods.parse(self.compare)

    def scope_of(self, kind: str) -> str | None:
        """The condition that bounds the population of one record kind."""
        return self.scope.get(kind) if isinstance(self.scope, dict) else self.scope
