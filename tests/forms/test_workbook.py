"""The form as a workbook: readable, locked where it should be, and silent about what must not be seen."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sqaudit.inspections import CaseList
from sqaudit.inspections.layout import ANSWER, COMMENT, DONE
from sqaudit.publish.forms import write_forms
from sqaudit.publish.forms.context import context
from sqaudit.publish.forms.write import file_names
from tests.forms.filling import FIRST, Filled, cases, form, sample


@pytest.fixture(scope="module", params=["zh", "en", "both"])
def made(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Filled:
    """A form of eight cases, as it is given out."""
    folder = tmp_path_factory.mktemp(request.param)
    write_forms(sample(folder, 8), form(), ["one"], language=request.param)
    return Filled(folder / "forms" / "one.xlsx")


def _text(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        return "".join(archive.read(name).decode("utf-8") for name in archive.namelist())


def test_the_sheet_is_locked_but_for_answers_and_comments(made: Filled) -> None:
    assert made.sheet.protection.sheet
    free = {*made.columns(ANSWER).values(), *made.columns(COMMENT).values()}
    for row in made.sheet.iter_rows(min_row=FIRST, max_row=FIRST + 7):
        for cell in row:
            assert cell.protection.locked == (cell.column not in free), cell.coordinate
    assert made.sheet.column_dimensions["B"].hidden
    assert made.sheet.freeze_panes == f"D{FIRST}"


def test_every_item_has_its_list_its_hint_and_its_stop(made: Filled) -> None:
    rules = {str(rule.sqref): rule for rule in made.sheet.data_validations.dataValidation}
    assert len(rules) == 7
    for rule in rules.values():
        assert rule.errorStyle in (None, "stop")
        assert len(rule.promptTitle) <= 32
        assert len(rule.prompt) <= 255
        assert len(rule.error) <= 255
    kinds = [rule.type for rule in rules.values()]
    assert (kinds.count("list"), kinds.count("decimal")) == (6, 1)
    choices = next(rule for rule in rules.values() if "_lists" in rule.formula1)
    assert choices.formula1.startswith("'_lists'!$")
    assert made.book["_lists"].sheet_state == "hidden"


def test_progress_is_a_formula_that_knows_its_value(made: Filled) -> None:
    shown = openpyxl.load_workbook(made.path, data_only=True).worksheets[0]
    done = made.columns(DONE)[""]
    assert made.sheet.cell(FIRST, done).value.startswith("=COUNTA(")
    assert shown.cell(FIRST, done).value == 0
    assert str(made.sheet.cell(3, 1).value).startswith("=")
    assert str(shown.cell(3, 1).value).endswith(": 0 / 8")


def test_it_prints_across_with_the_headings_on_every_page(made: Filled) -> None:
    page = made.sheet
    assert page.page_setup.orientation == "landscape"
    assert (page.sheet_properties.pageSetUpPr.fitToPage, page.page_setup.fitToHeight) == (True, 0)
    assert page.print_title_rows == "$2:$4"


def test_the_guidance_names_the_form_its_hash_and_every_item(made: Filled) -> None:
    text = " ".join(
        str(cell.value) for row in made.book.worksheets[1].iter_rows() for cell in row if cell.value
    )
    for word in ("service_inspection", "weekly_2026-W40", "one", "3.3", "★"):
        assert word in text


def test_texts_of_records_are_never_formulas_and_personal_data_is_masked(made: Filled) -> None:
    cells = [cell for row in made.sheet.iter_rows(min_row=FIRST) for cell in row if cell.value is not None]
    teams = {cell.value: cell.data_type for cell in cells if cell.value in ("=1+1", "@home", "-5")}
    formulas = [str(cell.value) for cell in cells if cell.data_type == "f"]
    assert set(teams) == {"=1+1", "@home", "-5"}
    assert set(teams.values()) == {"s"}
    assert all(text.startswith("=COUNTA(") for text in formulas)
    raw = _text(made.path)
    assert "<f>1+1</f>" not in raw
    assert "=1+1" in raw
    assert "13800000001" not in raw


def test_a_blind_form_does_not_hold_the_agent_at_all(tmp_path: Path) -> None:
    rows = cases(40, agents=9).assign(
        agent=[f"agent_{number % 9}" for number in range(40)], agent_name="Wang Wu"
    )
    rows = rows.assign(
        stratum=rows["agent"] + " | phone", cluster=rows["agent"], desk=rows["agent"].str.upper()
    )
    write_forms(CaseList(tmp_path, "s", 1, rows), form(), ["one", "agent_3"], blind=True)
    for name in ("one", "agent_3"):
        raw = _text(tmp_path / "forms" / f"{name}.xlsx").lower()
        assert "wang wu" not in raw
        assert {f"agent_{number}" for number in range(9) if f"agent_{number}" in raw} <= {name}


def test_what_is_shown_leaves_out_how_a_case_was_drawn() -> None:
    assert list(context(cases(3)).columns) == ["case_id", "agent", "team", "phone", "reported_at"]


def test_the_same_sample_gives_the_same_bytes(tmp_path: Path) -> None:
    written = []
    for name in ("a", "b"):
        drawn = sample(tmp_path / name, 5)
        rows = drawn.cases if name == "a" else drawn.cases.iloc[::-1]
        write_forms(CaseList(drawn.folder, drawn.id, drawn.seed, rows), form(), ["one"])
        written.append((tmp_path / name / "forms" / "one.xlsx").read_bytes())
    assert written[0] == written[1]


def test_names_of_inspectors_are_no_paths(tmp_path: Path) -> None:
    names: list[Any] = ["../../evil", "a/b", "A:B", "con?"]
    written = write_forms(sample(tmp_path, 8), form(), names)
    assert {path.parent for path in written.forms} == {tmp_path / "forms"}
    assert len({path.name.lower() for path in written.forms}) == 4


@pytest.mark.parametrize(
    ("inspector", "name"),
    [
        ("CON", "CON_.xlsx"),
        ("nul", "nul_.xlsx"),
        ("Lpt1", "Lpt1_.xlsx"),
        ("COM\u00b9", "COM\u00b9_.xlsx"),
        ("aux.li", "aux_.li.xlsx"),
        ("Conny", "Conny.xlsx"),
        ("COM", "COM.xlsx"),
    ],
)
def test_no_form_is_called_like_a_device_of_windows(inspector: str, name: str) -> None:
    assert file_names(Path(), [inspector])[inspector].name == name


def test_a_name_that_was_changed_is_still_told_from_others() -> None:
    names = file_names(Path(), ["CON", "CON_", "con"])
    assert [path.name for path in names.values()] == ["CON_.xlsx", "CON_-2.xlsx", "con_-3.xlsx"]
