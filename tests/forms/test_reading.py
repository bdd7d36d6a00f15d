"""Forms that come back changed, in part, by the wrong hands, or as no form at all."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from sqaudit.inspections import Reading, opened, read_file, read_issue
from sqaudit.inspections.layout import ANSWER, CASE, COMMENT, KEY
from sqaudit.present.form_words import fault_line
from sqaudit.present.words import is_said, keys
from sqaudit.publish.forms import write_forms
from tests.forms.filling import FIRST, Filled, answers_of, form, sample


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample given out to two inspectors; the form of one of them is filled in whole and saved."""
    folder = tmp_path_factory.mktemp("template")
    write_forms(sample(folder, 12), form(), ["one", "two"], language="en")
    made = Filled(folder / "forms" / "one.xlsx")
    made.fill("one", form().items, "en")
    made.save()
    return folder


@pytest.fixture
def filled(template: Path, tmp_path: Path) -> Filled:
    """A copy of the filled form for one test."""
    shutil.copytree(template, tmp_path / "sample")
    return Filled(tmp_path / "sample" / "forms" / "one.xlsx")


def _read(filled: Filled) -> Reading:
    reading = read_file(filled.save(), read_issue(filled.path.parents[1]))
    for fault in reading.faults.to_dict("records"):
        for tongue in ("zh", "en"):
            assert fault_line({str(name): value for name, value in fault.items()}, tongue)  # type: ignore[arg-type]
    return reading


def _said(reading: Reading) -> list[tuple[str, str]]:
    return list(zip(reading.faults["severity"], reading.faults["check"], strict=True))


def test_a_form_filled_in_whole_is_read_whole_and_one_left_blank_gives_nothing(filled: Filled) -> None:
    reading = _read(filled)
    assert (len(reading.answers), len(reading.faults), reading.rows, reading.rows_used) == (42, 0, 6, 6)
    assert set(reading.answers["comment"]) == {"seen 看过"}
    blank = read_file(filled.path.with_name("two.xlsx"), read_issue(filled.path.parents[1]))
    assert (len(blank.answers), len(blank.faults), blank.rows_used) == (0, 0, 6)
    assert blank.answers.dtypes.equals(reading.answers.dtypes)


def test_a_form_filled_in_part_keeps_what_is_there(filled: Filled) -> None:
    first, second, *_ = filled.rows()
    filled.put(first, "attitude", None)
    filled.put(second, "accuracy", "  ")
    reading = _read(filled)
    assert len(reading.answers) == 40
    assert reading.blank == {(first, "attitude"), (second, "accuracy")}
    assert set(reading.faults["check"]) == {"comment_without_answer"}


def test_one_bad_cell_is_named_by_sheet_row_and_column_with_its_remedy(filled: Filled) -> None:
    case = next(iter(filled.rows()))
    place = filled.put(case, "attitude", 9)
    fault = _read(filled).faults.iloc[0].to_dict()
    assert f"{fault['column']}{fault['row']}" == place
    assert fault_line(fault, "en") == (
        f"one.xlsx, sheet Inspection, cell {place} (case {case}, 1.1 Attitude): 9 is off the scale. "
        "Write a whole number from 1 to 5."
    )
    assert fault_line(fault, "zh") == (
        f"one.xlsx，工作表“Inspection”，单元格 {place}（样本 {case}，1.1 服务态度）："
        "“9”超出范围。填写1 到 5 的整数。"
    )


def test_rows_of_other_cases_and_changed_ids_are_set_aside_and_named(filled: Filled) -> None:
    rows = filled.rows()
    cases, at, key = list(rows), filled.columns(CASE)[""], filled.columns(KEY)[""]
    theirs = sorted({f"V{number:04d}" for number in range(12)} - set(cases))[0]
    sheet = filled.sheet
    sheet.cell(rows[cases[0]], at).value = "V9999"  # an id that was typed over: its key is still ours
    sheet.cell(rows[cases[1]], key).value = "0123456789ab"
    sheet.cell(rows[cases[2]], at).value = None  # known by its key
    sheet.cell(rows[cases[3]], key).value = None  # known by its id
    for offset, (case, mark) in enumerate([(theirs, "x"), ("V8888", "x"), (None, None)]):
        row = FIRST + 10 + offset
        sheet.cell(row, at).value, sheet.cell(row, key).value = case, mark
        sheet.cell(row, filled.columns(ANSWER)["attitude"]).value = 5
    reading = _read(filled)
    found = reading.faults.query("check != 'missing_rows'")
    assert dict(zip(found["row"], found["check"], strict=True)) == {
        rows[cases[0]]: "changed_case_id",
        rows[cases[1]]: "changed_key",
        rows[cases[2]]: "case_id_gone",
        rows[cases[3]]: "key_gone",
        FIRST + 10: "not_assigned",
        FIRST + 11: "unknown_case",
        FIRST + 12: "no_case_id",
    }
    assert (reading.rows, reading.rows_used) == (9, 4)
    assert set(reading.answers["case_id"]) == set(cases[2:])
    set_aside = found.query("severity == 'error'")["detail"].map(lambda detail: detail["answers"])
    assert set_aside.tolist() == [14, 14, 1, 1, 1]


def test_a_row_that_stands_twice_counts_once_unless_it_contradicts_itself(filled: Filled) -> None:
    row = next(iter(filled.rows().values()))
    copy = filled.sheet.max_row + 1
    for cell in list(filled.sheet[row]):
        filled.sheet.cell(copy, cell.column).value = cell.value
    before = _read(filled)
    assert len(before.answers) == 42
    assert set(_said(before)) == {("note", "repeated_answer")}
    accuracy = filled.columns(ANSWER)["accuracy"]
    filled.sheet.cell(copy, accuracy).value = 99 if filled.sheet.cell(row, accuracy).value != 99 else 98
    after = _read(filled)
    assert len(after.answers) == 41
    errors = after.faults.query("severity == 'error'")
    assert set(errors["check"]) == {"conflicting_answers"}
    assert set(errors["row"]) == {row, copy}


def test_columns_that_are_gone_doubled_or_somebody_s_own(filled: Filled) -> None:
    sheet = filled.sheet
    sheet.cell(FIRST, sheet.max_column + 1).value = "my own note"
    comment = filled.columns(COMMENT)["attitude"]
    sheet.delete_cols(comment)
    doubled, timely = sheet.max_column + 1, filled.columns(ANSWER)["timeliness"]
    for row in range(1, sheet.max_row + 1):
        sheet.cell(row, doubled).value = sheet.cell(row, timely).value
    reading = _read(filled)
    said = set(_said(reading))
    assert {
        ("note", "own_column"),
        ("warning", "missing_comment_column"),
        ("note", "repeated_answer"),
    } <= said
    assert not reading.faults.query("severity == 'error'")["check"].any()
    assert len(reading.answers) == 42


def test_without_ids_or_without_keys_rows_are_still_known(filled: Filled) -> None:
    whole = answers_of(_read(filled).answers)
    filled.sheet.delete_cols(filled.columns(KEY)[""])
    by_id = _read(filled)
    assert (_said(by_id), answers_of(by_id.answers)) == ([("warning", "missing_keys")], whole)


def test_without_the_column_of_ids_rows_are_known_by_their_keys(filled: Filled) -> None:
    whole = answers_of(_read(filled).answers)
    filled.sheet.delete_cols(filled.columns(CASE)[""])
    by_key = _read(filled)
    assert (_said(by_key), answers_of(by_key.answers)) == ([("warning", "missing_case_ids")], whole)


def test_a_row_that_is_gone_is_named(filled: Filled) -> None:
    case, row = next(iter(filled.rows().items()))
    filled.sheet.delete_rows(row)
    faults = _read(filled).faults
    assert faults["check"].tolist() == ["missing_rows"]
    assert faults["detail"][0] == {"count": 1, "cases": [case]}


@pytest.mark.parametrize(
    ("old", "new", "check"),
    [
        ("weekly_2026-W40", "weekly_2026-W39", "other_sample"),
        ('"form": "service_inspection"', '"form": "another"', "other_form"),
        ('"version": "1"', '"version": "0"', "other_version"),
        ('"inspector": "one"', '"inspector": "nobody"', "unknown_inspector"),
        ('{"form"', "{form", "marks_damaged"),
    ],
)
def test_a_form_of_something_else_is_refused_whole(filled: Filled, old: str, new: str, check: str) -> None:
    for kind in (CASE, KEY):
        cell = filled.sheet.cell(1, filled.columns(kind)[""])
        assert old in str(cell.value)
        cell.value = str(cell.value).replace(old, new)
    filled.save()
    reading = read_file(filled.path, read_issue(filled.path.parents[1]))
    assert _said(reading) == [("error", check)]
    assert len(reading.answers) == 0


def _bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 61_000_000)


def _wide(path: Path) -> None:
    """Few bytes, and rows that reach to the last column of Excel."""
    book = openpyxl.Workbook()
    for row in range(1, 250):
        book.active.cell(row, 16_384).value = 1  # type: ignore[union-attr]
    book.save(path)


def _strings_by_another_name(path: Path, content: bytes = b"0" * 61_000_000) -> None:
    """Shared strings, which a reader finds by their type, in a part that is not called .xml."""
    openpyxl.Workbook().save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    named = b'<Override PartName="/xl/sharedStrings.bin" ContentType="' + kind + b'"/></Types>'
    types = parts["[Content_Types].xml"].replace(b"</Types>", named)
    parts |= {"[Content_Types].xml": types, "xl/sharedStrings.bin": content}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def _one_part_many_times(path: Path) -> None:
    """A small file whose eleven sheets are one long part."""
    book = openpyxl.Workbook()
    for _ in range(10):
        book.create_sheet()
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    relations = "xl/_rels/workbook.xml.rels"
    parts[relations] = re.sub(rb"sheet\d+\.xml", b"sheet1.xml", parts[relations])
    rows = b"<row><c><v>1</v></c></row>" * 300_000
    empty = b"<sheetData />" if b"<sheetData />" in parts["xl/worksheets/sheet1.xml"] else b"<sheetData/>"
    first = parts["xl/worksheets/sheet1.xml"].replace(empty, b"<sheetData>" + rows + b"</sheetData>")
    parts["xl/worksheets/sheet1.xml"] = first
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert path.stat().st_size < 100_000


def _many_sheets(path: Path) -> None:
    book = openpyxl.Workbook()
    for _ in range(20):
        book.create_sheet()
    book.save(path)


def _entities(path: Path) -> None:
    """A sheet whose entities would grow without end."""
    openpyxl.Workbook().save(path)
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    xml = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{lol}]><worksheet>&l9;</worksheet>'
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, xml if "sheet1" in name and "rels" not in name else content)


@pytest.mark.parametrize(
    ("content", "check"),
    [
        (None, "no_file"),
        (b"", "not_a_workbook"),
        (b"case_id,attitude\nV0001,5\n", "not_a_workbook"),
        (b"PK\x03\x04 torn", "not_a_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "old_or_encrypted"),
        (lambda path: zipfile.ZipFile(path, "w").close(), "not_a_workbook"),
        (lambda path: openpyxl.Workbook().save(path), "no_form"),
        (_bomb, "file_too_large"),
        (_strings_by_another_name, "file_too_large"),
        (lambda path: _strings_by_another_name(path, b"<si/>" * 2_000_001), "too_much_filled"),
        (_wide, "sheet_too_large"),
        (_one_part_many_times, "sheets_share_a_part"),
        (_many_sheets, "too_many_sheets"),
        (_entities, "not_a_workbook"),
    ],
)
def test_hostile_files_get_a_sentence(template: Path, tmp_path: Path, content: object, check: str) -> None:
    path = tmp_path / "came_back.xlsx"
    if callable(content):
        content(path)
    elif isinstance(content, bytes):
        path.write_bytes(content)
    reading = read_file(path, read_issue(template))
    assert _said(reading) == [("error", check)]
    assert (len(reading.answers), reading.inspector) == (0, "")
    line = fault_line(reading.faults.iloc[0].to_dict(), "en")
    assert line.startswith("came_back.xlsx")
    assert line.endswith(".")


@pytest.mark.parametrize("limit", ["MOST_CELLS", "MOST_FILLED"])
def test_all_sheets_of_a_file_share_one_budget(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    """Each of the two sheets would pass alone."""
    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet()):
        for row in range(1, 11):
            sheet.cell(row, 1).value = 1  # type: ignore[union-attr]
    book.save(tmp_path / "two.xlsx")
    taken = {"MOST_CELLS": 40, "MOST_FILLED": 20}[limit]
    monkeypatch.setattr(opened, limit, taken)
    assert [len(sheet.cells) for sheet in opened.sheets(tmp_path / "two.xlsx")] == [10, 10]
    monkeypatch.setattr(opened, limit, taken - 1)
    with pytest.raises(opened.UnreadableError):
        opened.sheets(tmp_path / "two.xlsx")


def test_a_sheet_that_somebody_added_does_no_harm(filled: Filled) -> None:
    before = read_file(filled.path, read_issue(filled.path.parents[1]))
    notes = filled.book.create_sheet("Notes")
    for row in range(1, 500):
        notes.append([f"note {row}"])
    filled.save()
    after = read_file(filled.path, read_issue(filled.path.parents[1]))
    assert len(after.answers) == len(before.answers) > 0
    assert _said(after) == _said(before)


def test_every_check_in_the_code_has_its_words() -> None:
    folder = Path(__file__).parents[2] / "sqaudit/inspections"
    code = "\n".join(file.read_text(encoding="utf-8") for file in folder.glob("*.py"))
    worded = {key.split(".")[1] for key in keys("form_fault.")}
    assert all(is_said(f"form_fault.{check}.todo") for check in worded)
    assert sorted(check for check in worded if f'"{check}"' not in code) == []


def test_no_file_of_the_form_is_changed_by_reading(filled: Filled) -> None:
    before = filled.path.read_bytes()
    read_file(filled.path, read_issue(filled.path.parents[1]))
    assert filled.path.read_bytes() == before
    assert isinstance(pd.read_parquet(filled.path.with_name("assignments.parquet")), pd.DataFrame)
