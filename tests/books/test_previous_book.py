"""The book before: which one it is, what has changed since, on the page, in the workbook and in the book."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from sqaudit.audit import open_audit
from sqaudit.book_folders import MANIFEST, is_finished, newest
from sqaudit.books import Comparison, compare_with, verify_book
from sqaudit.books.fingerprints import sha256
from sqaudit.books.headline import causes_of, headline
from sqaudit.books.kept import FILE, OTHERS, keep, read_kept
from sqaudit.errors import ParameterError, SourceError
from sqaudit.plan import plan
from sqaudit.present.verification_sentences import verification_lines
from sqaudit.publish.execute import silent
from sqaudit.publish.parameters import notebook_page
from sqaudit.publish.run import publish
from sqaudit.report.page import Page
from sqaudit.review import Review, read_review
from tests.books.conftest import Making

ONE_RECORD = ("visits.csv", "2026-07-02 12:00", "2026-07-02 10:00")
LOWERED = ("standard.yaml", "target: 0.8", "target: 0.7")
TARGET = ("standard.yaml", "target: 0.75", "target: 0.4")


def since(before: Path, home: Path, **changes: object) -> Comparison:
    with open_audit(home / "run.yaml", **changes) as audit:
        return compare_with(before, audit)


def test_the_newest_finished_book_of_a_pattern_is_taken(make: Making, home: Path) -> None:
    first, second = make(), make()
    (home / "reports" / "2026-Q3_half.partial").mkdir()
    (home / "reports" / "notes").mkdir()
    assert is_finished(first)
    assert not is_finished(home / "reports" / "notes")
    assert newest((home / "reports").iterdir()) == second.resolve()  # `latest` points at it
    assert plan(home / "run.yaml", previous_book="reports/*").previous_book == second.resolve()
    assert plan(home / "run.yaml", previous_book=str(first)).previous_book == first.resolve()


def test_when_a_book_was_started_counts_and_not_its_name(make: Making, home: Path) -> None:
    first, second = make(), make()
    told = json.loads((first / MANIFEST).read_text(encoding="utf-8"))
    (first / MANIFEST).write_text(json.dumps({**told, "started": "2999-01-01T00:00:00+08:00"}))
    assert newest([first, second]) == first.resolve()
    (first / MANIFEST).write_text("no json")
    assert newest([first, second]) == second.resolve()


def test_a_path_without_a_book_is_a_fault_and_a_pattern_without_one_is_none(home: Path) -> None:
    with pytest.raises(ParameterError) as caught:
        plan(home / "run.yaml", previous_book="reports/2026-Q2_20260708-090000")
    assert "is no finished book" in str(caught.value)
    assert plan(home / "run.yaml", previous_book="reports/2026-Q2_*").previous_book is None


def test_a_book_that_cannot_be_read_stops_the_run_before_anything_is_measured(
    make: Making, home: Path
) -> None:
    first = make()
    (first / "measurements.parquet").write_bytes(b"nothing")
    the_plan = plan(home / "run.yaml", previous_book=str(first), notebooks=["quarterly_review"])
    with pytest.raises(ParameterError):
        publish(the_plan, home / "other", 1, silent)
    assert not [one for one in (home / "other").iterdir() if one.is_dir()]


def test_the_headline_has_what_turned_first_and_a_column_for_each_cause(make: Making, home: Path) -> None:
    first = make()
    rows = headline(since(first, home, period="2026-Q2", as_of="2026-07-08"))
    assert causes_of(rows) == ["period"]
    shutil.copytree(home, home.with_name("old"))
    make(ONE_RECORD, TARGET)
    found = since(home.with_name("old") / "reports" / first.name, home)
    rows = headline(found)
    turned = rows[rows["verdict_now"] != rows["verdict_before"]]
    assert turned.index.tolist() == list(range(len(turned)))
    told = rows.set_index(["indicator", "figure"])
    assert told.loc[("on_time", "value"), ["verdict_before", "verdict_now"]].tolist() == ["not_met", "met"]
    assert told.loc[("soon", "target"), "change"] == pytest.approx(-0.35)
    assert told.loc[("soon", "target"), "standard"] == pytest.approx(-0.35)
    parts = rows[causes_of(rows)].sum(axis=1)
    assert (parts - rows["change"]).abs().max() < 1e-9


def test_where_only_a_verdict_turned_its_row_has_no_numbers() -> None:
    columns = ["indicator", "grouping", "segment"]
    figures = pd.DataFrame(
        columns=[*columns, "figure", "before", "now", "change", "program", "together", "turned_at"]
    )
    words = pd.DataFrame(
        [("a", "total", "", "verdict", "met", "undetermined", "parameters")],
        columns=[*columns, "what", "before", "now", "turned_at"],
    )
    found = Comparison("a", "b", ("program",), figures, words, figures, figures, 0, (True, True))
    row = headline(found).iloc[0]
    assert row[["indicator", "verdict_before", "verdict_now", "turned_at"]].tolist() == [
        "a", "met", "undetermined", "parameters",
    ]  # fmt: skip
    assert pd.isna(row["change"])


def test_a_comparison_that_is_kept_is_read_back_as_it_was(make: Making, home: Path, tmp_path: Path) -> None:
    first = make()
    later = make(ONE_RECORD, TARGET)
    found = since(first, home)
    keep(found, first, later)
    read = read_kept(later, read_review(later).standards)
    assert read is not None
    for name in ("figures", "words", "score_parts", "inputs"):
        pd.testing.assert_frame_equal(getattr(read, name), getattr(found, name), check_dtype=False)
    assert (read.before, read.now, read.steps, read.refused) == (
        found.before, found.now, found.steps, found.refused,
    )  # fmt: skip
    assert list(read.standards) == list(found.standards)
    assert [one.name for one in (later / OTHERS).iterdir()] == ["small.yaml"]
    assert read_kept(tmp_path, ()) is None
    (later / FILE).write_text("{}", encoding="utf-8")
    with pytest.raises(SourceError):
        read_kept(later, ())


def test_the_page_says_what_turned_and_what_it_is_due_to(make: Making, home: Path) -> None:
    first = make()
    make(LOWERED)
    with open_audit(home / "run.yaml", previous_book=str(first), language="en") as audit:
        page = Page(Review.of(audit), compare_with(first, audit))
        html = page.previous_book().html
    assert f"Since the book {first.name}, " in html
    assert "Not met → Met" in html
    assert "every change is due to the standard." in html
    assert "Small standard: the score went from" in html


def test_the_page_says_nothing_where_no_book_is_named_and_that_it_is_the_first_where_none_fits(
    home: Path,
) -> None:
    with open_audit(home / "run.yaml") as audit:
        assert Page(Review.of(audit)).previous_book().html == ""
    with open_audit(home / "run.yaml", previous_book="reports/*") as audit:
        html = Page(Review.of(audit)).previous_book().html
    assert "No finished book fits" in html


def test_the_page_says_so_where_nothing_has_changed(make: Making, home: Path) -> None:
    first = make()
    with open_audit(home / "run.yaml", previous_book=str(first)) as audit:
        html = Page(Review.of(audit), compare_with(first, audit)).previous_book().html
    assert f"Nothing differs from the book {first.name}" in html


def test_a_run_keeps_the_comparison_and_its_notebook_shows_it(make: Making, home: Path) -> None:
    first = make()
    the_plan = plan(
        home / "run.yaml",
        previous_book="reports/*",
        notebooks=["quarterly_review"],
        formats=["html", "xlsx"],
        period="2026-Q2",
        as_of="2026-07-08",
    )
    book = publish(the_plan, home / "reports", 1, silent)
    assert book.status == "complete"
    page = notebook_page({"results": str(book.folder)}, previous_book=True)
    told = page.previous_book().html
    assert first.name in told
    shown = (book.folder / "quarterly_review.html").read_text(encoding="utf-8")
    assert f"Since the book {first.name}, " in shown
    told_in_manifest = json.loads((book.folder / MANIFEST).read_text(encoding="utf-8"))
    assert told_in_manifest["previous_book"] == {
        "path": str(first.resolve() / MANIFEST),
        "sha256": sha256(first / MANIFEST),
    }
    sheets = pd.read_excel(book.folder / "scorecard.xlsx", sheet_name=None, engine="calamine")
    sheet = sheets["Since the last book"].set_index(["Indicator", "Figure"])
    assert sheet.loc[("On time", "value"), "Change in all"] == pytest.approx(
        sheet.loc[("On time", "value"), "Due to the period"]
    )


def test_a_book_verified_computes_again_what_changed(make: Making, home: Path) -> None:
    first = make()
    the_plan = plan(
        home / "run.yaml",
        previous_book=str(first),
        notebooks=["quarterly_review"],
        formats=["html"],
        period="2026-Q2",
        as_of="2026-07-08",
    )
    later = publish(the_plan, home / "reports", 1, silent).folder
    found = verify_book(later)
    assert found.status == 0
    assert found.cells["previous_book"] > 50

    kept = json.loads((later / FILE).read_text(encoding="utf-8"))
    place = kept["figures"]["columns"].index("period")
    kept["figures"]["rows"][0][place] += 0.25
    (later / FILE).write_text(json.dumps(kept), encoding="utf-8")
    found = verify_book(later)
    assert found.status == 1
    assert found.differences["part"].tolist() == ["previous_book"]
    assert found.differences["figure"].tolist() == ["figures[0].period"]

    shutil.rmtree(first)
    found = verify_book(later)
    assert "previous_book" not in found.cells
    assert "previous_book" in found.reasons["what"].tolist()
    assert any("was not computed again" in line for line in verification_lines(found, "en"))
