"""Readings, versions, disputes and replacements: added to, never written over."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pandas as pd
import pytest

from sqaudit.errors import ParameterError
from sqaudit.inspections import (
    CaseList,
    Entry,
    answer_history,
    answer_pairs,
    answers,
    case_scores,
    collect,
    disputes,
    open_cases,
    read_entries,
    read_issue,
    record,
    section_scores,
)
from sqaudit.inspections.store import FOLDER, kept
from sqaudit.present.form_words import fault_line
from sqaudit.publish.forms import write_forms
from tests.forms.filling import Filled, cases, form, sample

FIRST_DAY, NEXT_DAY = (dt.datetime(2026, 10, day, 9) for day in (8, 9))  # noqa: DTZ001


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample of ten cases, two of them inspected twice, filled in and read once."""
    folder = tmp_path_factory.mktemp("template")
    write_forms(sample(folder, 10), form(), ["one", "two"], double_coded=0.2, language="en")
    for name in ("one", "two"):
        filled = Filled(folder / "forms" / f"{name}.xlsx")
        filled.fill(name, form().items, "en")
        filled.save()
    collect(folder, [], FIRST_DAY)
    return folder


@pytest.fixture
def read(template: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    return Path(shutil.copytree(template, tmp_path / "sample"))


RATED = {"action": "rescore", "case_id": "V0001", "item": "attitude"}


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_reading_the_same_form_again_adds_nothing(read: Path) -> None:
    before = _contents(read)
    again = collect(read, [], NEXT_DAY)
    assert again.files["kept"].isna().all()
    assert (again.files["new"].sum(), again.files["changed"].sum()) == (0, 0)
    assert _contents(read) == before


def test_a_changed_answer_is_a_new_version_and_the_earlier_one_stays(read: Path) -> None:
    before = _contents(read / FOLDER)
    filled = Filled(read / "forms" / "one.xlsx")
    case = next(iter(filled.rows()))
    old = answers(read).query("case_id == @case and item == 'accuracy' and inspector == 'one'").iloc[0]
    filled.put(case, "accuracy", 41 if old["value"] != 41 else 42)
    filled.put(case, "timeliness", None)
    filled.save()
    found = collect(read, [filled.path], NEXT_DAY)
    assert (found.files["changed"][0], found.files["new"][0]) == (1, 0)
    assert found.faults["check"].tolist().count("answer_gone") == 1
    history = answer_history(read).query("case_id == @case and item == 'accuracy' and inspector == 'one'")
    assert history["version"].tolist() == [1, 2]
    assert history["answer"].tolist()[0] == old["answer"]
    assert history["read_at"].tolist() == ["2026-10-08T09:00:00", "2026-10-09T09:00:00"]
    now = answers(read)
    assert len(now) == 12 * 7  # the answer that was emptied still stands
    assert before.items() <= _contents(read / FOLDER).items()


def test_a_form_put_back_as_it_was_is_read_again(read: Path) -> None:
    path = read / "forms" / "one.xlsx"
    original = path.read_bytes()
    filled = Filled(path)
    case = next(iter(filled.rows()))
    own = "case_id == @case and item == 'accuracy' and inspector == 'one'"
    value = answers(read).query(own)["value"].iloc[0]
    filled.put(case, "accuracy", 41 if value != 41 else 42)
    filled.save()
    collect(read, [path], NEXT_DAY)
    path.write_bytes(original)
    assert collect(read, [path], NEXT_DAY).files["changed"][0] == 1
    versions = answer_history(read).query(own)
    assert versions["value"].tolist() == [value, 41 if value != 41 else 42, value]


def test_an_old_or_blank_copy_in_the_folder_undoes_nothing(read: Path) -> None:
    path = read / "forms" / "one.xlsx"
    old = path.read_bytes()
    filled = Filled(path)
    case = next(iter(filled.rows()))
    filled.put(case, "accuracy", 41)
    filled.put(case, "attitude", 5)
    filled.save(path.with_name("one (1).xlsx"))  # read before one.xlsx, being earlier in the alphabet
    blank = Filled(path)
    for row in blank.rows().values():
        for column in blank.columns("answer").values():
            blank.sheet.cell(row, column).value = None
        for column in blank.columns("comment").values():
            blank.sheet.cell(row, column).value = None
    blank.save(path.with_name("one (2).xlsx"))
    found = collect(read, [], NEXT_DAY)
    assert not found.faults["check"].eq("answer_gone").any()
    assert path.read_bytes() == old
    now = answers(read).query("case_id == @case and inspector == 'one'").set_index("item")["answer"]
    assert (now["accuracy"], now["attitude"]) == ("41", "5")


def test_open_cases_are_those_not_answered_in_full(tmp_path: Path) -> None:
    write_forms(sample(tmp_path, 4), form(), ["one"], language="en")
    assert open_cases(tmp_path)["state"].tolist() == ["not_started"] * 4
    assert case_scores(tmp_path)["state"].tolist() == ["incomplete"] * 4
    filled = Filled(tmp_path / "forms" / "one.xlsx")
    filled.fill("one", form().items, "en")
    filled.put("V0002", "attitude", None)
    filled.save()
    collect(tmp_path, [], FIRST_DAY)
    left = open_cases(tmp_path)
    assert left[["case_id", "answered", "items", "state"]].to_numpy().tolist() == [["V0002", 6, 7, "partly"]]


def test_scores_stand_by_case_and_role_and_sections_add_up(read: Path) -> None:
    scores = case_scores(read)
    assert scores["role"].value_counts().to_dict() == {"first": 10, "second": 2}
    assert scores.query("in_force")["case_id"].is_unique
    sums = section_scores(read).groupby(["case_id", "role"])["points"].sum()
    assert sums.to_numpy() == pytest.approx(
        scores.set_index(["case_id", "role"])["points"].sort_index().to_numpy()
    )


def test_answers_to_cases_inspected_twice_stand_side_by_side(read: Path) -> None:
    pairs = answer_pairs(read)
    twice = case_scores(read).query("role == 'second'")
    assert (len(pairs), set(pairs["case_id"])) == (14, set(twice["case_id"]))
    assert (pairs["first_inspector"] != pairs["second_inspector"]).all()
    one = pairs.iloc[0]
    own = answers(read).query("role == 'second'")
    own = own[(own["case_id"] == one["case_id"]) & (own["item"] == one["item"])]
    assert own["answer"].tolist() == [one["second"]]


def test_pairs_of_nothing_are_an_empty_frame_with_the_same_columns(tmp_path: Path) -> None:
    assert list(answer_pairs(tmp_path).columns)[:4] == [
        "case_id",
        "item",
        "first_inspector",
        "second_inspector",
    ]


def _entry(row: int, **fields: str) -> Entry:
    return Entry({"who": "lead", "why": "heard the call again", **fields}, "entries.csv", row)


def test_a_dispute_is_opened_rescored_and_counts_from_then_on(read: Path) -> None:
    before = _contents(read / FOLDER)
    _, faults = record(read, [_entry(2, case_id="V0003", item="attitude", action="dispute")], FIRST_DAY)
    assert len(faults) == 0
    assert disputes(read)["state"].tolist() == ["open"]
    plain = case_scores(read).query("case_id == 'V0003' and role == 'first'").iloc[0]
    given = [_entry(2, case_id="V0003", item="attitude", action="rescore", answer="５")]
    added, faults = record(read, given, NEXT_DAY)
    assert (len(added), len(faults)) == (1, 0)
    row = disputes(read).iloc[0]
    assert (row["state"], row["closed_by"], row["answer_after"]) == ("rescored", "lead", "5")
    scores = case_scores(read).query("case_id == 'V0003' and role in ['first', 'rescore']").set_index("role")
    assert scores["in_force"].to_dict() == {"first": False, "rescore": True}
    assert scores.loc["first", "points"] == plain["points"]  # what was said first is not changed
    rescored = answers(read).query("role == 'rescore'").iloc[0]
    assert (rescored["inspector"], rescored["value"], rescored["comment"]) == (
        "lead",
        5,
        "heard the call again",
    )
    assert before.items() <= _contents(read / FOLDER).items()


def test_the_last_rescore_stands_and_a_dispute_may_be_withdrawn(read: Path) -> None:
    entries = [
        _entry(2, case_id="V0001", item="accuracy", action="rescore", answer="70"),
        _entry(3, case_id="V0001", item="accuracy", action="rescore", answer="80", who="another"),
        _entry(4, case_id="V0002", action="dispute", why="not my call"),
        _entry(5, case_id="V0002", action="withdrawn", why="it was"),
    ]
    added, _ = record(read, entries, NEXT_DAY)
    assert len(added) == 4
    assert answers(read).query("role == 'rescore'")["answer"].tolist() == ["80"]
    assert disputes(read)["state"].tolist() == ["withdrawn"]


@pytest.mark.parametrize(
    ("fields", "check"),
    [
        ({"action": "argue", "case_id": "V0001"}, "unknown_action"),
        ({"action": "dispute"}, "entry_lacks"),
        ({"action": "dispute", "case_id": "V0001", "why": " "}, "entry_lacks"),
        ({"action": "dispute", "case_id": "V9999"}, "unknown_case"),
        ({"action": "dispute", "case_id": "V0001", "item": "tone"}, "unknown_item"),
        ({"action": "dispute", "case_id": "V0001", "at": "yesterday"}, "no_time"),
        ({"action": "withdrawn", "case_id": "V0001"}, "nothing_to_withdraw"),
        ({"action": "rescore", "case_id": "V0001", "answer": "5"}, "entry_lacks"),
        ({"action": "rescore", "case_id": "V0001", "item": "attitude"}, "entry_lacks"),
        ({"action": "rescore", "case_id": "V0001", "item": "attitude", "answer": "7"}, "out_of_range"),
        (
            {"action": "rescore", "case_id": "V0001", "item": "attitude", "answer": "5", "who": "A01"},
            "own_case",
        ),
    ],
)
def test_a_bad_entry_is_named_and_a_good_one_beside_it_kept(
    read: Path, fields: dict[str, str], check: str
) -> None:
    agents = dict(zip(cases(10)["case_id"], cases(10)["agent"], strict=True))
    good = _entry(3, case_id="V0004", action="dispute")
    added, faults = record(read, [_entry(2, **fields), good], NEXT_DAY, agents)
    assert (added["row"].tolist(), faults["row"].tolist(), faults["check"].tolist()) == ([3], [2], [check])
    for tongue in ("zh", "en"):
        line = fault_line(faults.iloc[0].to_dict(), tongue)  # type: ignore[arg-type]
        assert "entries.csv" in line


def test_nothing_can_be_disputed_before_it_is_answered(tmp_path: Path) -> None:
    write_forms(sample(tmp_path, 3), form(), ["one"])
    _, faults = record(tmp_path, [_entry(2, case_id="V0001", action="dispute")], FIRST_DAY)
    assert faults["check"].tolist() == ["not_answered_yet"]
    assert kept(tmp_path) == []


def test_entries_come_from_csv_or_yaml_in_either_language(tmp_path: Path) -> None:
    table, listed = tmp_path / "e.csv", tmp_path / "e.yaml"
    table.write_bytes("编号,项目,操作,提出人,理由\nV1,attitude,申诉,李,听错了\n".encode("gb18030"))
    listed.write_text(
        "entries:\n  - {case_id: V1, item: told, action: rescore, who: Li, why: heard, answer: yes}\n",
        encoding="utf-8",
    )
    first, second = read_entries(table)[0], read_entries(listed)[0]
    assert (first["action"], first["who"], first.row) == ("dispute", "李", 2)
    assert (second["answer"], second.row) == ("yes", 2)
    table.write_text("case,action\nV1,dispute\n", encoding="utf-8")
    with pytest.raises(ParameterError) as refused:
        read_entries(table)
    said = [fault.message for fault in refused.value.faults]
    assert said[0] == "unknown column 'case'."
    assert {f"the column {name} is missing." for name in ("case_id", "who", "why")} == set(said[1:])


def test_forms_given_out_are_not_written_again_and_rules_may_not_change(tmp_path: Path) -> None:
    drawn = sample(tmp_path, 10)
    write_forms(drawn, form(), ["one", "two"], double_coded=0.1)
    before = _contents(tmp_path)
    again = write_forms(drawn, form(), ["two", "one"], double_coded=0.10)
    assert (again.forms, len(again.kept)) == ([], 2)
    assert _contents(tmp_path) == before
    other = form().model_copy(update={"version": "2"})
    with pytest.raises(ParameterError) as refused:
        write_forms(drawn, other, ["one", "three"], double_coded=0.1, blind=True)
    said = " ".join(fault.message for fault in refused.value.faults)
    assert "version 1 was given out for this sample already; service_inspection version 2 differs" in said
    assert "forms were given out with `inspectors` one, two, now it is one, three." in said
    assert "`blind` False, now it is True." in said
    assert _contents(tmp_path) == before


def test_replacements_are_given_out_in_a_further_form(tmp_path: Path) -> None:
    every = cases(12)
    write_forms(CaseList(tmp_path, "s", 1, every.head(10)), form(), ["one", "two"], language="en")
    had = read_issue(tmp_path).assignments.query("case_id == 'V0004'")["inspector"].iloc[0]
    spare = every.iloc[[10]].assign(replaces="V0004", status="replacement")
    later = CaseList(tmp_path, "s", 1, pd.concat([every.head(10).query("case_id != 'V0004'"), spare]))
    written = write_forms(later, form(), ["one", "two"], language="en")
    assert [path.name for path in written.forms] == [f"{had}-part2.xlsx"]
    assert list(Filled(written.forms[0]).rows()) == ["V0010"]
    for path in [*written.forms, *written.kept]:
        filled = Filled(path)
        filled.fill(path.stem[:3], form().items, "en")
        filled.save()
    found = collect(tmp_path, [], FIRST_DAY)
    assert len(found.faults) == 0
    assert answers(tmp_path)["case_id"].nunique() == 11


def test_without_forms_there_is_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="no forms were given out for this sample"):
        collect(tmp_path, [], FIRST_DAY)
    assert len(answers(tmp_path)) == 0
