"""Four hundred cases, twelve inspectors, three bad cells in a hundred: written, filled in, read back."""

from __future__ import annotations

import datetime as dt
import json
import random
from pathlib import Path
from typing import Any

import pytest

from sqaudit.inspection_forms import Item
from sqaudit.inspections import answers, case_scores, collect, open_cases, read_file, read_issue
from sqaudit.inspections.layout import ABOUT, ANSWER, CASE, KEY
from sqaudit.present.form_words import fault_line
from sqaudit.present.words import Language
from sqaudit.publish.forms import write_forms
from tests.forms.filling import FIRST, INSPECTORS, Filled, form, sample

READ_AT = dt.datetime(2026, 10, 8, 9)  # noqa: DTZ001
BAD: dict[str, list[tuple[Any, str]]] = {
    "yes_no": [("mostly", "no_yes_or_no"), (2, "no_yes_or_no"), ("=1=1", "formula")],
    "1-5": [(6, "out_of_range"), ("very good 很好", "no_number"), (3.5, "not_whole"), (True, "boolean")],
    "0-100": [(101, "out_of_range"), ("about 80", "no_number"), (0.85, "looks_like_share")],
    "choices": [("solved?", "no_choice"), (7, "no_choice"), (dt.datetime(2026, 1, 5), "date")],  # noqa: DTZ001
}


def _scrambled(filled: Filled, number: int, items: list[Item]) -> str:
    """Something done to the sheet that must not matter, or one column that is gone; the item that is lost."""
    sheet = filled.sheet
    if number == 0:
        filled.reorder(lambda rows: rows[::-1])
    if number == 1:
        sheet.delete_cols(filled.columns(ANSWER)[items[0].id])
        return items[0].id
    if number == 3:
        sheet.insert_rows(FIRST + 4, amount=3)
    if number == 4:
        sheet.insert_cols(1, amount=2)
        sheet.cell(FIRST, 1).value = "my own note"
    if number == 5:
        filled.book.create_sheet("mine", 0)["A1"] = "@answer|attitude"
        sheet.title = "renamed"
    if number == 6:
        filled.reorder(lambda rows: sorted(rows, key=lambda row: str(row[3])))
    return ""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_bad_cell_is_named_and_every_good_one_kept(tmp_path: Path, language: Language) -> None:
    drawn = sample(tmp_path)
    asked = form()
    written = write_forms(drawn, asked, INSPECTORS, double_coded=0.1, language=language)
    issue = read_issue(tmp_path)
    chance = random.Random(1)  # noqa: S311
    wanted: dict[tuple[str, str, str, str], str] = {}
    planted: set[tuple[str, str, str]] = set()
    for number, path in enumerate(sorted(written.forms)):
        filled = Filled(path)
        lost = _scrambled(filled, number, asked.items)
        mark = filled.sheet.cell(1, filled.columns(CASE)[""]).value
        inspector = json.loads(str(mark).split("|", 2)[2])["inspector"]
        said = filled.fill(inspector, asked.items, language)
        if number == 2:  # a form of another version: nothing of it can be trusted
            for kind in (CASE, KEY):
                cell = filled.sheet.cell(1, filled.columns(kind)[""])
                cell.value = str(cell.value).replace(issue.form_hash, "0" * 16)
            planted.add((path.name, "", "other_version"))
            filled.save()
            continue
        if lost:
            planted.add((path.name, "", "missing_column"))
        bad = chance.sample(sorted(said), k=round(0.03 * len(said)))
        for case, item in bad:
            value, check = chance.choice(BAD[asked.item(item).kind])
            planted.add((path.name, filled.put(case, item, value), check))
            del said[case, item]
        for (case, item), name in said.items():
            wanted[case, item, inspector, issue.roles[case, inspector]] = name
        filled.save()

    found = collect(tmp_path, [], READ_AT)

    errors = found.faults.query("severity == 'error'")
    cells = [f"{one.column}{one.row}" if one.column else "" for one in errors.itertuples()]
    assert set(zip(errors["file"], cells, errors["check"], strict=True)) == planted
    assert len(errors) == len(planted) > 70
    got = answers(tmp_path)
    keys = zip(got["case_id"], got["item"], got["inspector"], got["role"], strict=True)
    assert dict(zip(keys, got["answer"], strict=True)) == wanted
    assert (found.files["rows"] == found.files["rows_used"]).all()
    unread = sum(f"{inspector}.xlsx" == sorted(written.forms)[2].name for _, inspector in issue.roles)
    assert found.files["rows_used"].sum() == 440 - unread
    scores = case_scores(tmp_path)
    assert len(scores) == 440
    lacking = open_cases(tmp_path)
    assert (scores["state"] == "scored").sum() == 440 - len(lacking) > 200
    for fault in errors.to_dict("records"):
        line = fault_line(fault, "zh" if language == "zh" else "en")
        assert str(fault["file"]) in line
        assert "—" not in line.replace("——", "")


def test_a_sorted_sheet_gives_the_same_figures(tmp_path: Path) -> None:
    write_forms(sample(tmp_path, 30), form(), ["one", "two"], language="en")
    path = tmp_path / "forms" / "one.xlsx"
    filled = Filled(path)
    filled.fill("one", form().items, "en")
    filled.save()
    before = read_file(path, read_issue(tmp_path))
    filled.reorder(lambda rows: sorted(rows, key=lambda row: (str(row[7]), str(row[9]))))
    after = read_file(filled.save(), read_issue(tmp_path))
    same = ["case_id", "item", "inspector", "role", "answer", "value", "not_applicable", "comment"]
    assert after.answers[same].equals(before.answers[same])
    assert not after.answers["row"].equals(before.answers["row"])


def test_the_marks_say_what_a_sheet_is(tmp_path: Path) -> None:
    write_forms(sample(tmp_path, 5), form(), ["one"], language="zh")
    filled = Filled(tmp_path / "forms" / "one.xlsx")
    assert ABOUT in str(filled.sheet.cell(1, 1).value)
    assert filled.sheet.row_dimensions[1].hidden
    assert list(filled.rows()) == ["V0000", "V0001", "V0002", "V0003", "V0004"]
