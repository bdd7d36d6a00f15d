"""The results as an Excel workbook: figures to work with, scores as formulas, texts that stay texts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from sqaudit.present.palette import CHANGE_COLOURS, LINE, QUIET, SEVERITY_COLOURS, VERDICT_COLOURS, tint
from sqaudit.present.sentences import check_remedy, check_sentence, in_tongue
from sqaudit.present.words import Labels, Language, Tongue, is_missing, is_said, joined, named, say, tongues
from sqaudit.publish.pages import Text
from sqaudit.publish.scores import Formula, score_formulas, total_formula

NUMBER_FORMATS = {
    "share": "0.0%",
    "minutes": "#,##0.0",
    "hours": "#,##0.0",
    "days": "#,##0.0",
    "seconds": "#,##0",
    "points": "#,##0.00",
    "count": "#,##0",
    "ratio": "0.00",
}
BY_UNIT = frozenset(["value", "taken", "low", "high", "target", "before", "now", "difference", "change_of"])
PART = "due_to_"  # begins the columns with the parts of a change
FIXED = {
    "attainment": "0.0%",
    "raw_score": "0.00",
    "capped_score": "0.00",
    "score": "0.00",
    "weight": "0.##",
    **dict.fromkeys(["numerator", "denominator", "pending", "excluded", "count", "of", "rows"], "#,##0"),
}
FAMILIES = {
    **{
        "dimension": "dimension",
        "direction": "direction",
        "unit": "unit",
        "method": "method",
        "change": "change",
    },
    **{
        "evidence": "evidence",
        "verdict": "verdict",
        **dict.fromkeys(["verdict_taken", "verdict_before", "verdict_now"], "verdict"),
        "severity": "severity",
        "kind": "kind",
        "records": "kind",
    },
    **{"step": "row_step", "grouping": "segment", "indicator": "", "name": ""},
}
COLOURS = {
    "verdict": VERDICT_COLOURS,
    **dict.fromkeys(["verdict_taken", "verdict_before", "verdict_now"], VERDICT_COLOURS),
    "change": CHANGE_COLOURS,
    "severity": SEVERITY_COLOURS,
}
NARROWEST, WIDEST = 8, 44  # characters; a Chinese character is as wide as two
ONE_LINE = 24  # the same, up to which both languages stand in one line of a cell

__all__ = ["write_scorecard_workbook"]


def write_scorecard_workbook(
    path: str | Path,
    *,
    title: Text,
    scorecard: pd.DataFrame,
    measurements: pd.DataFrame,
    changes: pd.DataFrame,
    checks: pd.DataFrame,
    row_account: pd.DataFrame,
    definitions: pd.DataFrame,
    parameters: Mapping[str, Any],
    labels: Labels,
    language: Language,
    more: Mapping[str, pd.DataFrame] | None = None,
    created: dt.datetime = dt.datetime(2000, 1, 1),  # noqa: DTZ001 - Excel knows no zones
) -> Path:
    """Writes the results as one workbook and returns its path; the same input gives the same bytes.

    `more` are further sheets by their wording (`workbook.<name>`), before the parameters.

    Every value keeps its full precision and is shown rounded. Scores are formulas where they are the plain
    ratio of value and target, with the score of the report as the stored result. A text in the data that
    begins with =, +, - or @ stays a text. Missing values are empty cells, an empty frame a sheet with headers
    alone. With two languages every header and every word of ours has both.
    """
    target = Path(path)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(target), options) as book:
        book.set_properties({"title": _text(title, language).replace("\n", " / "), "created": created})
        sheets = _Sheets(book, labels, language)
        sheets.write(
            "scorecard", scorecard, score_formulas, total_formula, note=say("workbook.live", language)
        )
        sheets.write("measurements", measurements)
        sheets.write("changes", changes)
        sheets.write("checks", _worded_checks(checks, labels, language))
        sheets.write("row_account", row_account)
        sheets.write("definitions", definitions)
        for name, frame in (more or {}).items():
            sheets.write(name, frame)
        sheets.write("parameters", _parameter_rows(parameters))
    return target


class _Sheets:
    """Writes one frame per sheet, all in the same way."""

    def __init__(self, book: Any, labels: Labels, language: Language) -> None:
        self.book, self.labels, self.language = book, labels, language
        self.formats: dict[tuple[tuple[str, object], ...], Any] = {}

    def write(
        self,
        key: str,
        frame: pd.DataFrame,
        formulas: Callable[[pd.DataFrame, int], Sequence[Mapping[str, Formula]]] | None = None,
        total: Callable[[pd.DataFrame, int], Mapping[str, Formula]] | None = None,
        note: str = "",
    ) -> None:
        sheet = self.book.add_worksheet(say(f"workbook.{key}", self.language).replace("/", "·")[:31])
        columns = [str(column) for column in frame.columns]
        rows = [dict(zip(columns, row, strict=True)) for row in frame.itertuples(index=False, name=None)]
        first = 1  # the row below the header
        live = formulas(frame, first) if formulas and rows else [{} for _ in rows]
        heads = [self._head(column) for column in columns]
        shown = [[self._shown(column, row[column]) for column in columns] for row in rows]
        sheet.write_row(0, 0, heads, self._format(bold=True, text_wrap=True, valign="top", bottom=2))
        for line, (row, texts, cells) in enumerate(zip(rows, shown, live, strict=True), start=first):
            for place, column in enumerate(columns):
                self._cell(sheet, line, place, column, row, texts[place], cells.get(column))
        end = first + len(rows)
        if total and rows:
            bold = self._format(bold=True, top=2, num_format="0.00")
            sheet.write_string(end, 0, say("table.total", self.language), bold)
            for column, formula in total(frame, first).items():
                sheet.write_formula(end, columns.index(column), formula.text, bold, formula.result)
        if note:
            sheet.write_string(end + 2, 0, note, self._format(font_color=QUIET, italic=True))
        self._arrange(sheet, columns, heads, shown, end)

    def _cell(
        self,
        sheet: Any,
        line: int,
        place: int,
        column: str,
        row: Mapping[str, Any],
        shown: Any,
        formula: Formula | None,
    ) -> None:
        style = self._cell_format(column, row)
        if formula is not None:
            sheet.write_formula(line, place, formula.text, style, formula.result)
        elif isinstance(shown, bool) or shown is None:
            sheet.write(line, place, shown, style)
        elif isinstance(shown, int | float):
            sheet.write_number(line, place, shown, style)
        else:
            sheet.write_string(line, place, str(shown)[:32_767], style)  # the most an Excel cell holds

    def _cell_format(self, column: str, row: Mapping[str, Any]) -> Any:
        style: dict[str, object] = {"valign": "top", "bottom": 4, "bottom_color": LINE}
        if column in BY_UNIT or column.startswith(PART):
            style["num_format"] = NUMBER_FORMATS.get(str(row.get("unit")), "General")
        elif column in FIXED:
            style["num_format"] = FIXED[column]
        else:
            style |= {"text_wrap": True, "indent": 1}  # off the right-aligned number before it
        colour = COLOURS.get(column, {}).get(str(row[column]))
        if colour:
            style |= {"bg_color": tint(colour, 0.16)}
        return self._format(**style)

    def _head(self, column: str) -> str:
        family = next((name for name in ("column", "segment") if is_said(f"{name}.{column}")), None)
        return self._named(column, family)

    def _shown(self, column: str, value: Any) -> Any:
        """The value as it goes into the cell: a number, a text of ours for a code, or None."""
        if isinstance(value, Mapping) and not value:
            return None
        if isinstance(value, list | tuple | set):
            return _unique(self._listed(value, tongue) for tongue in tongues(self.language)) or None
        if isinstance(value, Mapping):
            return _text(value, self.language)
        if hasattr(value, "item"):
            value = value.item()
        if is_missing(value) or (isinstance(value, float) and value in (float("inf"), float("-inf"))):
            return None
        if isinstance(value, bool | int | float):
            return value
        if column in FAMILIES or value in self.labels:
            return self._named(value, FAMILIES.get(column) or None)
        return str(value)

    def _listed(self, items: Iterable[object], tongue: Tongue) -> str:
        return ", ".join(named(self.labels, item, tongue) for item in items)

    def _named(self, identifier: object, family: str | None = None) -> str:
        return _unique(named(self.labels, identifier, tongue, family) for tongue in tongues(self.language))

    def _arrange(
        self,
        sheet: Any,
        columns: Sequence[str],
        heads: Sequence[str],
        shown: Sequence[Sequence[Any]],
        end: int,
    ) -> None:
        for place, head in enumerate(heads):
            texts = [str(row[place]) if isinstance(row[place], str) else "0" * 8 for row in shown]
            widest = max([max(map(_width, head.replace(" / ", "\n").split("\n"))), *map(_width, texts)])
            sheet.set_column(place, place, min(WIDEST, max(NARROWEST, widest + 2)))
        sheet.freeze_panes(1, 2 if columns[:1] == ["standard"] else 1)
        if columns:
            sheet.autofilter(0, 0, max(end - 1, 0), len(columns) - 1)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_footer("&L&A&R&P / &N")

    def _format(self, **style: object) -> Any:
        key = tuple(sorted(style.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(style)
        return self.formats[key]


def _worded_checks(checks: pd.DataFrame, labels: Labels, language: Language) -> pd.DataFrame:
    """The checks with a sentence and a remedy in place of the code and its details."""
    rows = [{str(name): value for name, value in row.items()} for row in checks.to_dict("records")]
    worded = checks.drop(columns=["detail"], errors="ignore").copy()
    spoken = tongues(language)
    worded["check"] = [_unique(check_sentence(row, labels, tongue) for tongue in spoken) for row in rows]
    worded["what_to_do"] = [_unique(check_remedy(row, labels, tongue) for tongue in spoken) for row in rows]
    return worded.rename(columns={"rows": "row_numbers"})


def _parameter_rows(parameters: Mapping[str, Any]) -> pd.DataFrame:
    flat = pd.json_normalize(dict(parameters), sep=".").to_dict("records")[0] if parameters else {}
    texts = [joined(value, "en") if isinstance(value, list | tuple) else value for value in flat.values()]
    return pd.DataFrame({"parameter": list(flat), "setting": pd.Series(texts, dtype=object)})


def _text(value: object, language: Language) -> str:
    return _unique(in_tongue(value, tongue) for tongue in tongues(language))


def _unique(texts: Iterable[str]) -> str:
    """The texts of a cell, each once: in one line where they are short, else below each other."""
    different = list(dict.fromkeys(texts))
    line = " / ".join(different)
    return line if _width(line) <= ONE_LINE else "\n".join(different)


def _width(text: str) -> int:
    """How wide a text is in characters, a Chinese one counting double; of several lines the longest."""
    return max((sum(2 if ord(sign) > 0x2E7F else 1 for sign in line) for line in text.split("\n")), default=0)
