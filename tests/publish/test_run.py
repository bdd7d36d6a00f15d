"""A run makes a whole book, or one that says what is missing."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from sqaudit.errors import ParameterError
from sqaudit.publish.manifest import hashes
from sqaudit.publish.run import Book, run

NOTEBOOKS = Path(__file__).with_name("notebooks")
EXPECTED = {
    "assessment.json", "calendars", "cause_trees.yaml", "checks.json", "data_quality.html",
    "data_quality.ipynb", "experience.json", "followup.json", "improvement_followup.html",
    "improvement_followup.ipynb", "index.html", "inquiries.json", "kept", "manifest.json",
    "measurements.parquet", "monthly_assessment.html", "monthly_assessment.ipynb", "quarterly_review.html",
    "quarterly_review.ipynb", "readings.json", "results.json", "root_cause.html", "root_cause.ipynb",
    "row_account.json", "run.json", "scorecard.xlsx", "standards",
}  # fmt: skip
STANDARDS = [
    "service_assessment", "customer_service_assurance", "special_service_monitoring",
    "after_sales_evaluation", "quality_management",
]  # fmt: skip
SAMPLES = Path(__file__).parents[2] / "data_samples"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The sample quarterly book in both languages."""
    root = Path(__file__).parents[2]
    return run(root / "params" / "quarterly_review.yaml", out=tmp_path_factory.mktemp("reports"))


def with_notebooks(folder: Path, *names: str) -> Path:
    """The small run with notebooks of the tests beside the data quality report."""
    (folder / "notebooks").mkdir()
    for name in names:
        shutil.copy(NOTEBOOKS / f"{name}.ipynb", folder / "notebooks")
    run_file = folder / "run.yaml"
    run_file.write_text(run_file.read_text() + f"notebooks: [{', '.join(names)}, data_quality]\n")
    return run_file


def test_the_sample_book_is_whole(sample: Book) -> None:
    assert sample.status == "complete"
    assert {file.name for file in sample.folder.iterdir()} == EXPECTED
    assert re.fullmatch(r"2026-Q3_\d{8}-\d{6}", sample.folder.name)


def test_the_manifest_says_what_the_book_rests_on(sample: Book) -> None:
    told = json.loads((sample.folder / "manifest.json").read_text(encoding="utf-8"))
    assert told["status"] == "complete"
    assert told["files"] == hashes(sample.folder)
    assert [one["id"] for one in told["standards"]] == STANDARDS
    assert {"A01", "A07", "A22", "A40"} <= set(told["assumptions"])
    rows = {source["kind"]: source["rows_read"] for source in told["sources"]}
    assert rows["visit"] == len((SAMPLES / "visits.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert told["summary"]["graded"] == "after_sales_evaluation"
    assert [one["id"] for one in told["summary"]["standards"]] == STANDARDS
    assert all(len(file["sha256"]) == 64 for source in told["sources"] for file in source["files"])
    assert [one["key"] for one in told["kept"]] == ["cause_trees", "assessment"]
    assert told["packages"]["papermill"] != "absent"


def test_results_hold_the_levels_that_the_samples_promise(sample: Book) -> None:
    """The promise counts files as they stand; the book leaves out rows whose faults it has found."""
    results = json.loads((sample.folder / "results.json").read_text(encoding="utf-8"))
    card = {row["indicator"]: row for row in results["scorecard"]}
    readme = (SAMPLES / "README.md").read_text(encoding="utf-8")
    promised = re.findall(r"^\| `(\w+)` \|.*\| (\d+) / (\d+) = [^|]*\|$", readme, re.MULTILINE)
    assert len(promised) >= 5
    for name, met, eligible in promised:
        assert card[name]["denominator"] == pytest.approx(int(eligible), rel=0.01), name
        assert card[name]["value"] == pytest.approx(int(met) / int(eligible), abs=0.003), name
    assert (card["response_30s_rate"]["numerator"], card["response_30s_rate"]["denominator"]) == next(
        (int(met), int(eligible)) for name, met, eligible in promised if name == "response_30s_rate"
    )


def test_score_grade_and_targets_are_those_of_one_standard(sample: Book) -> None:
    assert sample.graded == "after_sales_evaluation"
    (own,) = [one for one in sample.standards if one["id"] == sample.graded]
    assert sample.score == own["score"]["score"]
    assert (sample.targets_met, sample.targets_judged) == (
        own["score"]["targets_met"], own["score"]["targets_judged"],
    )  # fmt: skip
    assert [one["score"] for one in sample.standards if one["id"] != sample.graded] == [None] * 4
    assert sum(sample.verdicts.values()) == sum(sum(one["verdicts"].values()) for one in sample.standards)
    json.dumps(sample.as_dict(), allow_nan=False)


def test_the_front_page_of_the_book_names_every_standard(sample: Book) -> None:
    html = (sample.folder / "index.html").read_text(encoding="utf-8")
    results = json.loads((sample.folder / "results.json").read_text(encoding="utf-8"))
    for one in results["standards"]:
        assert html.count(f">{one['title']['en']}<") == 1
        assert html.count(f">{one['title']['zh']}<") == 1
    assert "After-sales service quality evaluation: score" in html
    assert html.index('id="standards"') < html.index('class="tally"') < html.index('id="reports"')


def test_the_front_page_says_in_one_line_what_each_report_found(sample: Book) -> None:
    html = (sample.folder / "index.html").read_text(encoding="utf-8")
    checks = json.loads((sample.folder / "checks.json").read_text(encoding="utf-8"))
    errors = sum(row["severity"] == "error" for row in checks["rows"])
    assert f"{errors} errors, " in html
    assert "8 actions: Effective 1, Not shown " in html
    assert "8 项措施：有效 1、" in html
    assert "Looked into: " in html
    assert "2026-09: " in html


def test_measurements_are_tidy(sample: Book) -> None:
    frame = pd.read_parquet(sample.folder / "measurements.parquet")
    assert list(frame.columns[:2]) == ["indicator", "period"]
    assert set(frame["grouping"]) == {"total", "month", "team", "channel", "region", "product"}
    months = frame[(frame["grouping"] == "month") & (frame["indicator"] == "fcr_ticket")]
    assert months["period"].tolist() == [f"2026-{month:02d}" for month in range(4, 10)]


@pytest.mark.parametrize(
    "name",
    [
        "index.html",
        "quarterly_review.html",
        "data_quality.html",
        "root_cause.html",
        "monthly_assessment.html",
        "improvement_followup.html",
    ],
)
def test_pages_ask_no_other_machine(sample: Book, name: str) -> None:
    html = (sample.folder / name).read_text(encoding="utf-8")
    assert not re.findall(r"https?://", html)
    assert "<script" not in html
    assert len(html) < 5_000_000
    outside = re.sub(r"data:image/(png|svg\+xml);base64,[A-Za-z0-9+/=]+", "", html)
    text_bytes = len(outside.encode())
    assert text_bytes <= 2 * 139 * 3_000  # 3 kB for each of 139 indicators in each of two languages


def test_the_review_says_the_grade_and_the_targets_beside_it(sample: Book) -> None:
    html = (sample.folder / "quarterly_review.html").read_text(encoding="utf-8")
    for words in (
        "Excellent",
        "优秀",
        "Targets met",
        "达标指标数",
        "were spread over the rest",
        "On-site arrival within promise",
    ):
        assert words in html


def test_the_index_lists_runs_newest_first(small: Path) -> None:
    first = run(small / "run.yaml", out=small / "reports", notebooks=["data_quality"])
    second = run(small / "run.yaml", out=small / "reports", notebooks=["data_quality"])
    assert first.folder != second.folder
    html = (small / "reports" / "index.html").read_text(encoding="utf-8")
    assert html.index(second.folder.name) < html.index(first.folder.name)
    assert (small / "reports" / "latest").resolve() == second.folder.resolve()


def test_content_of_records_is_escaped(small: Path) -> None:
    book = run(small / "run.yaml", out=small / "reports")
    html = (book.folder / "quarterly_review.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;south&lt;/b&gt;" in html
    assert "<b>south</b>" not in html
    assert "13800000001" not in html


@pytest.mark.parametrize(
    ("name", "words"), [("fails", "ValueError: the <b>third</b> cell breaks"), ("dies", "DeadKernelError")]
)
def test_what_fails_is_told_and_the_rest_is_delivered(small: Path, name: str, words: str) -> None:
    book = run(with_notebooks(small, name), out=small / "reports")
    assert book.status == "incomplete"
    (failure,) = book.failures
    assert failure["notebook"] == name
    assert words in failure["error"]
    node = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))
    assert "".join(node["cells"][failure["cell"] - 1]["source"]) == failure["source"]
    assert failure["source"].startswith(("raise ValueError", "import os"))
    page = (book.folder / f"{name}.html").read_text(encoding="utf-8")
    assert "before the" in page
    assert "<b>third</b>" not in page
    assert (book.folder / "data_quality.html").is_file()
    assert name in (book.folder / "index.html").read_text(encoding="utf-8")
    assert json.loads((book.folder / "manifest.json").read_text())["status"] == "incomplete"


def test_a_notebook_that_never_ends_is_stopped(small: Path) -> None:
    book = run(with_notebooks(small, "sleeps"), out=small / "reports", timeout_minutes=0.05)
    assert "CellTimeoutError" in book.failures[0]["error"]
    assert book.failures[0]["source"].startswith("import time")


def test_nothing_is_written_for_a_bad_run_file(small: Path) -> None:
    with pytest.raises(ParameterError):
        run(small / "run.yaml", out=small / "reports", period="2026-Q7")
    assert not (small / "reports").exists()


def test_a_file_called_latest_is_left_alone(small: Path) -> None:
    (small / "reports").mkdir()
    (small / "reports" / "latest").write_text("mine")
    run(small / "run.yaml", out=small / "reports", notebooks=["data_quality"])
    assert (small / "reports" / "latest").read_text() == "mine"


def test_a_half_written_book_is_not_listed(small: Path) -> None:
    broken = small / "reports" / "2026-Q1_20260401-000000.partial"
    broken.mkdir(parents=True)
    (broken / "manifest.json").write_text("{}")
    run(small / "run.yaml", out=small / "reports", notebooks=["data_quality"])
    assert ".partial" not in (small / "reports" / "index.html").read_text(encoding="utf-8")
    assert broken.is_dir()
