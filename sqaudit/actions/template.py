"""An Excel file for people to keep the improvement plan in: heads, drop-downs, a sheet for the log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import xlsxwriter

from sqaudit.actions.columns import HEADS, LOG_HEADS
from sqaudit.actions.model import STATUSES, Action

ROWS = 500  # that have drop-downs and formats; more can be copied down
_DAYS = ("approved", "start", "due", "finished", "checked", "date")
_WIDE = {"action": 36, "cause": 30, "expected_effect": 26, "note": 40, "segment": 20, "indicator": 24}

__all__ = ["write_template"]


def write_template(
    path: str | Path,
    actions: Iterable[Action] = (),
    indicators: Sequence[str] = (),
    owners: Sequence[str] = (),
    departments: Sequence[str] = (),
    language: str = "en",
) -> Path:
    """A workbook with the sheets `actions` and `log` that `read_actions` reads back; the path written to.

    Status and direction drop down, as do indicators, owners and departments where they are given (other words
    can still be typed for owners and departments). `language` is that of the heads.
    """
    target = Path(path)
    with xlsxwriter.Workbook(str(target), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        days = book.add_format({"num_format": "yyyy-mm-dd"})
        plan = book.add_worksheet("actions" if language == "en" else "改进计划")
        log = book.add_worksheet("log" if language == "en" else "状态记录")
        lists = book.add_worksheet("lists" if language == "en" else "选项")
        lists.hide()
        choices = {
            "status": (STATUSES, True),
            "direction": (("higher", "lower"), True),
            "indicator": (tuple(indicators), True),
            "owner": (tuple(owners), False),
            "department": (tuple(departments), False),
        }
        ranges = _written_lists(lists, choices)
        for sheet, heads in ((plan, HEADS), (log, LOG_HEADS)):
            sheet.freeze_panes(1, 1)
            for column, (field, spoken) in enumerate(heads.items()):
                form = days if field in _DAYS else None
                sheet.set_column(column, column, _WIDE.get(field, 14), form)
                sheet.write_string(0, column, spoken[0 if language == "en" else 1], head)
                if field in ranges:
                    source, strict = ranges[field]
                    settings = {"validate": "list", "source": source, "ignore_blank": True}
                    settings["error_type"] = "stop" if strict else "information"
                    sheet.data_validation(1, column, ROWS, column, settings)
        for row, action in enumerate(actions, start=1):
            for column, field in enumerate(HEADS):
                _write(plan, row, column, getattr(action, field), days)
        entries = [(action.id, entry) for action in actions for entry in action.log]
        for row, (name, entry) in enumerate(entries, start=1):
            for column, value in enumerate((name, entry.date, entry.status, entry.who, entry.note)):
                _write(log, row, column, value, days)
    return target


def _written_lists(
    sheet: xlsxwriter.worksheet.Worksheet, choices: dict[str, tuple[tuple[str, ...], bool]]
) -> dict[str, tuple[str, bool]]:
    """The words of each drop-down in a column of a hidden sheet, so that their number has no limit."""
    ranges = {}
    for column, (field, (words, strict)) in enumerate(choices.items()):
        for row, word in enumerate(words):
            sheet.write_string(row, column, word)
        if words:
            letter = "ABCDE"[column]
            ranges[field] = (f"='{sheet.get_name()}'!${letter}$1:${letter}${len(words)}", strict)
    return ranges


def _write(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: object, days: object) -> None:
    if isinstance(value, date):
        sheet.write_datetime(row, column, value, days)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, column, value)
    elif value is not None:
        sheet.write_string(row, column, str(value))
