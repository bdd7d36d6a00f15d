"""What a book holds beside its figures, performed again: causes, patterns, follow-up, assessment, sample."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml

from sqaudit.books import Verification, verify_book
from sqaudit.books.fingerprints import MANIFEST, sha256
from sqaudit.plan import plan
from sqaudit.present.verification_sentences import verification_lines
from sqaudit.publish.execute import silent
from sqaudit.publish.run import publish, run
from tests.books.conftest import edited
from tests.conftest import ROOT

NOTEBOOKS = ["data_quality", "root_cause", "improvement_followup", "monthly_assessment"]
OWNER = "赵样例"
TIMES = ["报修时间", "约定时间", "到达时间", "完工时间"]
COLUMNS = ["上门单号", "工单号", *TIMES, "status", "region", "team", "agent", "symptom"]  # few, to be quick
PLAN = f"""\
actions:
  - id: A1
    action: Text messages before departure
    cause: They leave too late
    indicator: onsite_promise_rate
    segment: region=east
    owner: {OWNER}
    department: Repairs
    expected_effect: "+5 %"
    start: 2026-05-18
    due: 2026-06-15
    status: in_progress
"""
TREES = """\
indicator: onsite_promise_rate
effect: {zh: 到达太晚, en: They arrive too late}
people: [{cause: {zh: 出发太晚, en: They leave too late}}]
"""
RULES = """\
assessment: small
title: {zh: 小考核, en: Small assessment}
lines: [{indicator: onsite_promise_rate, target: 0.9, penalty: 0.8}]
rules:
  - {id: miss, kind: missed, line: penalty, months: 1, levels: [team],
     consequence: {id: review, name: {zh: 复核, en: Review}}}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of visits alone, with everything that people keep beside it."""
    folder = tmp_path_factory.mktemp("project")
    sample = yaml.safe_load((ROOT / "params" / "quarterly_review.yaml").read_text(encoding="utf-8"))
    keys = {
        "standard": "after_sales_evaluation", "period": "2026-Q3", "as_of": "2026-10-08",
        "segments": ["region"], "language": "en", "formats": ["html"], "notebooks": NOTEBOOKS,
        "records": {"visit": {**sample["records"]["visit"], "path": "visits.csv", "delimiter": ","}},
        "actions": "plan.yaml", "cause_trees": "trees.yaml", "assessment": "rules.yaml",
    }  # fmt: skip
    visits = pd.read_csv(ROOT / "data_samples" / "visits.csv", sep=";", dtype="str")
    visits[COLUMNS].to_csv(folder / "visits.csv", index=False)
    texts = {"plan.yaml": PLAN, "trees.yaml": TREES, "rules.yaml": RULES, "run.yaml": yaml.safe_dump(keys)}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def made(home: Path) -> Path:
    book = run(home / "run.yaml", out=home / "reports")
    assert book.status == "complete", book.failures
    return book.folder


@pytest.fixture
def book(made: Path, tmp_path: Path) -> Path:
    """A copy of the book that a test may change; what it rests on lies where it was."""
    return Path(shutil.copytree(made, tmp_path / made.name))


@contextmanager
def other(file: Path, old: str, new: str) -> Iterator[None]:
    """One place of a file changed for a while."""
    before = file.read_bytes()
    edited(file, old, new)
    try:
        yield
    finally:
        file.write_bytes(before)


def edited_json(file: Path, place: list[str | int], value: object) -> None:
    """One value of a file of JSON set anew."""
    content = json.loads(file.read_text(encoding="utf-8"))
    inside = content
    for key in place[:-1]:
        inside = inside[key]
    assert inside[place[-1]] != value
    inside[place[-1]] = value
    file.write_text(json.dumps(content), encoding="utf-8")


def reasons(found: Verification) -> list[tuple[str, str, str]]:
    return [(row["what"], row["name"], row["state"]) for row in found.reasons.to_dict("records")]


def lines(found: Verification) -> str:
    return "\n".join(verification_lines(found, "en"))


def test_an_untouched_book_comes_out_the_same_in_every_part(made: Path) -> None:
    found = verify_book(made)
    assert found.status == 0, lines(found)
    expected = ["score", "figure", "reading", "rows", "causes", "patterns", "followup", "assessment"]
    assert list(found.cells) == expected
    assert all(count > 10 for part, count in found.cells.items() if part not in ("score", "rows"))
    assert found.compared == sum(found.cells.values())
    assert f"improvement follow-up {found.cells['followup']:,}" in lines(found)
    held = json.loads((made / "followup.json").read_text(encoding="utf-8"))
    assert held["tracked"][0]["verification"] is not None  # something was estimated, and so compared
    assert json.loads((made / "assessment.json").read_text(encoding="utf-8"))["frames"]
    assert json.loads((made / "inquiries.json").read_text(encoding="utf-8"))["inquiries"]


def test_the_manifest_hashes_what_people_keep_and_the_book_holds_what_names_nobody(
    made: Path, home: Path
) -> None:
    told = json.loads((made / MANIFEST).read_text(encoding="utf-8"))["kept"]
    files = {"cause_trees": "trees.yaml", "assessment": "rules.yaml", "actions": "plan.yaml"}
    assert {one["key"]: one["sha256"] for one in told} == {
        key: sha256(home / name) for key, name in files.items()
    }
    copies = {file.name: file.read_text(encoding="utf-8") for file in (made / "kept").iterdir()}
    assert copies == {"cause_trees.yaml": TREES, "assessment.yaml": RULES}
    everything = [file.read_bytes() for file in made.rglob("*") if file.is_file()]
    assert not any(OWNER.encode() in content for content in everything)


def test_an_edited_finding_is_named_in_every_part_with_its_file(book: Path) -> None:
    edited_json(book / "followup.json", ["tracked", 0, "verification", "effect"], 0.99)
    edited_json(book / "inquiries.json", ["inquiries", 0, "answer"], "artefact")
    edited_json(book / "experience.json", ["score_changes", 0, "now"], 12.5)
    edited_json(book / "assessment.json", ["month_open"], True)
    found = verify_book(book)
    assert found.status == 1
    files = ["assessment.json", "experience.json", "followup.json", "inquiries.json"]
    assert found.altered["name"].tolist() == files
    assert found.reasons.empty
    columns = ["part", "indicator", "segment", "figure", "stored"]
    assert found.differences[columns].to_numpy().tolist() == [
        ["causes", "onsite_promise_rate", "", "inquiries[0].answer", "artefact"],
        ["patterns", "", "", "score_changes[0].now", 12.5],
        ["followup", "onsite_promise_rate", "A1", "tracked[0].verification.effect", 0.99],
        ["assessment", "", "", "month_open", True],
    ]
    assert "improvement follow-up, A1): tracked[0].verification.effect 0.99 →" in lines(found)
    assert "assessment: month_open yes → no" in lines(found)


def test_a_changed_record_is_named_with_what_rests_on_it(made: Path, home: Path) -> None:
    rows = (home / "visits.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    row = next(one for one in rows if "/09/2026" in one and ",east," in one)
    with other(home / "visits.csv", row, ""):
        found = verify_book(made)
    assert found.status == 1
    assert reasons(found) == [("source", "visits.csv", "changed")]
    for part in ("figure", "causes", "followup"):
        own = found.differences[found.differences["part"] == part]
        assert "onsite_promise_rate" in set(own["indicator"]), part


def test_what_people_keep_may_go_on_changing(made: Path, home: Path) -> None:
    with (
        other(home / "plan.yaml", "2026-05-18", "2026-06-01"),
        other(home / "rules.yaml", "0.8", "0.5"),
        other(home / "trees.yaml", "too late", "too early"),
    ):
        found = verify_book(made)
    assert found.status == 0, lines(found)  # what the book holds of them was used
    assert reasons(found) == [
        ("cause_trees", "trees.yaml", "changed"),
        ("assessment", "rules.yaml", "changed"),
        ("actions", "plan.yaml", "changed"),
    ]
    assert "the file of the improvement plan, plan.yaml, changed or is gone" in lines(found)


def test_what_the_book_holds_gives_way_to_the_originals(book: Path) -> None:
    edited(book / "followup.json", '"start": "2026-05-18"', '"start": "2026-06-01"')
    edited(book / "kept" / "assessment.yaml", "0.8", "0.5")
    found = verify_book(book)
    assert found.altered["name"].tolist() == ["followup.json", "kept/assessment.yaml"]
    assert found.differences[["indicator", "figure", "stored", "computed"]].to_numpy().tolist() == [
        ["onsite_promise_rate", "actions[0].start", "2026-06-01", "2026-05-18"]
    ]


def test_what_a_sample_says_is_drawn_up_again_and_later_answers_are_told(tmp_path: Path) -> None:
    data = tmp_path / "data_samples"
    data.mkdir()
    for name in ("tickets.csv", "calendar.yaml"):
        shutil.copy(ROOT / "data_samples" / name, data / name)
    shutil.copytree(ROOT / "data_samples" / "inspection_sample", tmp_path / "drawn")
    shutil.copytree(ROOT / "params" / "forms", tmp_path / "params" / "forms")
    shutil.copy(ROOT / "params" / "inspection_review.yaml", tmp_path / "params" / "run.yaml")
    edited(tmp_path / "params" / "run.yaml", "folder: data_samples/inspection_sample", "folder: drawn")
    the_plan = replace(plan(tmp_path / "params" / "run.yaml"), notebooks={})
    book = publish(the_plan, tmp_path / "reports", 1, silent).folder
    found = verify_book(book)
    assert found.status == 0, lines(found)
    assert found.cells["sample"] > 1000
    shutil.move(tmp_path / "drawn", tmp_path / "moved")
    found = verify_book(book)
    assert {reason for reason, _ in found.hindrances} == {"sample_missing"}
    assert found.status == 2
    assert "The file quarterly_2026-Q3/sample.json of the sample is missing" in lines(found)
    later = tmp_path / "moved" / "quarterly_2026-Q3" / "replacements.jsonl"
    later.write_text(later.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    found = verify_book(book, [tmp_path / "moved"])
    assert found.differences.empty  # where the samples lie is no finding
    assert reasons(found) == [("sample", "quarterly_2026-Q3/replacements.jsonl", "changed")]
    assert found.status == 1
