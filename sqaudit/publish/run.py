"""A run: from a plan to a dated book on disk, whole or plainly marked as not."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqaudit.audit import Audit
from sqaudit.book_folders import PARTIAL
from sqaudit.books import Comparison, compare_with, read_book
from sqaudit.books.kept import keep
from sqaudit.inquiry.assessing import Assessed
from sqaudit.inquiry.causes import Causes
from sqaudit.inquiry.followup import FollowUp
from sqaudit.inquiry.patterns import Patterns
from sqaudit.plan import Plan, plan
from sqaudit.present import numbers
from sqaudit.present.definitions import labels_of
from sqaudit.present.words import say
from sqaudit.publish import manifest, sheets
from sqaudit.publish.execute import Execution, Progress, default_jobs, execute_all, silent
from sqaudit.publish.export import (
    Failure,
    ReportEntry,
    RunEntry,
    Text,
    index_page,
    notebook_to_html,
    reports_index,
)
from sqaudit.publish.workbook import write_scorecard_workbook
from sqaudit.report.grounds import parameter_rows
from sqaudit.report.overview import lead, standards_line, standards_table
from sqaudit.report.reader import Reader
from sqaudit.report.summaries import summary
from sqaudit.review import Review

_OURS = '<meta name="generator" content="sqaudit">'
JUDGED = ("met", "not_met", "undetermined")
WORKBOOK = "scorecard.xlsx"
DOWNLOADS = (  # beside the workbook and the manifest, which is written last
    "measurements.parquet", "results.json", "inquiries.json", "assessment.json", "followup.json",
    "previous_book.json",
)  # fmt: skip
WITH_CAUSES = {"quarterly_review", "root_cause"}  # notebooks that tell why indicators fell short
WITH_PREVIOUS = "quarterly_review"  # tells what has changed since an earlier book
WITH_FOLLOWUP = "improvement_followup"
WITH_ASSESSMENT = "monthly_assessment"


@dataclass(frozen=True)
class Book:
    """A finished run: where the book is, what it says in short, and what went wrong.

    Score, grade, weights and targets are those of the standard `graded`; without one they are empty, and the
    targets are those of all standards. `verdicts` counts all indicators; `standards` has each standard alone.
    """

    folder: Path
    status: str
    period: str
    score: float | None
    grade: Mapping[str, str]
    weight_assessed: float
    weight_total: float
    targets_met: int
    targets_judged: int
    verdicts: Mapping[str, int]
    graded: str = ""
    standards: list[dict[str, Any]] = field(default_factory=list)
    failures: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """The summary as plain values, for one line of JSON."""
        return {**asdict(self), "folder": str(self.folder)}


def run(
    run_file: str | Path,
    *,
    out: str | Path = "reports",
    jobs: int | None = None,
    progress: Progress = silent,
    **changes: Any,
) -> Book:
    """The book of a run file in a new dated folder under `out`; nothing that is there is overwritten.

    `changes` replace keys of the run file (`language="en"`, `period="2026-Q2"`). A notebook that fails is
    kept, its page says which cell and why, and the rest is delivered: the status is then `incomplete`.
    ParameterError lists every fault before anything has started.
    """
    return publish(plan(run_file, **changes), Path(out), jobs, progress)


def publish(the_plan: Plan, out: Path, jobs: int | None, progress: Progress) -> Book:
    """The book of a plan."""
    started = datetime.now(ZoneInfo(the_plan.run.timezone))
    clock = time.monotonic()
    out.mkdir(parents=True, exist_ok=True)
    final = _free_folder(out, the_plan.run.period, started)
    folder = final.with_name(final.name + PARTIAL)
    folder.mkdir()
    before = the_plan.previous_book if WITH_PREVIOUS in the_plan.notebooks else None
    try:
        if before is not None:
            read_book(before)  # what is wrong with it is told before anything slow starts
        with Audit(the_plan) as audit:
            review = _reviewed(audit)
            calendars, kept = manifest.calendar_paths(the_plan), manifest.copied_paths(audit)
            review.save(folder, the_plan.standard_paths, calendars, kept)
            since = None if before is None else compare_with(before, audit)
            if before is not None and since is not None:
                keep(since, before, folder)
            told = manifest.described(audit, before)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # nothing in it is anybody's
        raise
    executions = execute_all(
        the_plan.notebooks,
        folder,
        {"results": str(folder.resolve())},
        jobs=jobs or default_jobs(len(the_plan.notebooks)),
        timeout_minutes=the_plan.run.timeout_minutes,
        progress=progress,
    )
    book = _summary(review, executions, final)
    _write_files(folder, review, since, executions, book, told, started)
    book = replace(book, seconds=round(time.monotonic() - clock, 2))
    _write_manifest(folder, review.run.title.both(), book, told, executions, started)
    folder.rename(final)
    _update_index(out, final, the_plan.run.language)
    return book


def _reviewed(audit: Audit) -> Review:
    """The review of an audit, with what its notebooks tell beside the figures."""
    notebooks, review = set(audit.plan.notebooks), Review.of(audit)
    if WITH_CAUSES & notebooks:
        review = replace(review, causes=Causes.of(audit), patterns=Patterns.of(audit))
    if WITH_FOLLOWUP in notebooks:
        review = replace(review, followup=FollowUp.of(audit))
    if WITH_ASSESSMENT in notebooks:
        review = replace(review, assessed=Assessed.of(audit))
    return review


def _free_folder(out: Path, period: str, started: datetime) -> Path:
    """A name that no other run has: period, then date and time, then a number if need be."""
    base = f"{period.replace('..', '_to_')}_{started:%Y%m%d-%H%M%S}"
    names = [base, *(f"{base}-{number}" for number in range(2, 1000))]
    free = (
        out / name for name in names if not (out / name).exists() and not (out / f"{name}{PARTIAL}").exists()
    )
    return next(free)


def _summary(review: Review, executions: list[Execution], final: Path) -> Book:
    score, told = review.score, review.graded or review
    failures = [
        {"notebook": one.name, "cell": one.cell, "error": one.error, "source": one.source}
        for one in executions
        if one.failed
    ]
    return Book(
        folder=final,
        status="incomplete" if failures else "complete",
        period=review.run.period,
        score=score.score if score.weight_assessed else None,
        grade={"zh": score.grade_zh, "en": score.grade_en},
        weight_assessed=score.weight_assessed,
        weight_total=score.weight_total,
        targets_met=told.verdict_counts.get("met", 0),
        targets_judged=sum(told.verdict_counts.get(name, 0) for name in JUDGED),
        verdicts=review.verdict_counts,
        graded=review.graded.standard.standard if review.graded is not None else "",
        standards=[_of_standard(part) for part in review.parts],
        failures=failures,
    )


def _write_files(
    folder: Path,
    review: Review,
    since: Comparison | None,
    executions: list[Execution],
    book: Book,
    told: Mapping[str, Any],
    started: datetime,
) -> None:
    language, title = review.run.language, review.run.title.both()
    facts: dict[str, Text] = {
        "fact.period": review.run.period,
        "fact.standard": standards_line(Reader(review)),
        "fact.as_of": f"{review.results.as_of:%Y-%m-%d %H:%M}",
        "fact.made": f"{started:%Y-%m-%d %H:%M}",
        "fact.program": f"sqaudit {told['sqaudit']}",
    }
    for one in executions if "html" in review.run.formats else ():
        failure = Failure(one.error, one.cell, one.source) if one.failed else None
        html = notebook_to_html(
            one.path, title=_report_title(one.name, title), language=language, facts=facts, failure=failure
        )
        (folder / f"{one.name}.html").write_text(html, encoding="utf-8")
    (folder / "results.json").write_text(results_json(review), encoding="utf-8")
    if "xlsx" in review.run.formats:
        write_workbook(folder / WORKBOOK, review, started, since)
    (folder / "index.html").write_text(_front_page(folder, review, executions, book, facts), encoding="utf-8")


def results_json(review: Review) -> str:
    """The results as JSON, at full precision: score, scorecard and changes."""
    content = {
        "title": review.run.title.both(),
        "period": review.run.period,
        "compare": str(review.run.compared_period or ""),
        "as_of": review.results.as_of.isoformat(),
        "standards": [_of_standard(part) for part in review.parts],
        "graded": review.graded.standard.standard if review.graded is not None else None,
        "score": review.score.as_dict(),
        "verdicts": review.verdict_counts,
        "scorecard": json.loads(
            review.scorecard.to_json(orient="records", force_ascii=False, double_precision=15)
        ),
        "changes": json.loads(
            review.changes.to_json(orient="records", force_ascii=False, double_precision=15)
        ),
    }
    return json.dumps(_without_nan(content), ensure_ascii=False, indent=1)


def _of_standard(part: Review) -> dict[str, Any]:
    """What a book says of one standard in short."""
    told = {
        "id": part.standard.standard,
        "version": part.standard.version,
        "title": part.standard.title.both(),
        "score": part.score.as_dict() if part.weighted else None,
        "verdicts": part.verdict_counts,
    }
    return dict(_without_nan(told))


def _without_nan(value: Any) -> Any:
    """The same with null for NaN, which JSON does not know."""
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and value != value else value


def write_workbook(
    path: Path,
    review: Review,
    started: datetime = datetime(2000, 1, 1),  # noqa: DTZ001
    since: Comparison | None = None,
) -> None:
    """The workbook of a review, with what has changed `since` an earlier book."""
    write_scorecard_workbook(
        path,
        title=review.run.title.both(),
        scorecard=sheets.card(review),
        measurements=sheets.measurements(review),
        changes=sheets.changes(review),
        checks=review.results.checks,
        row_account=review.results.row_account,
        definitions=sheets.defined(review),
        more=sheets.further(review, since),
        parameters=parameter_rows(review.run),
        labels=labels_of(review.standard),
        language=review.run.language,
        created=started.replace(tzinfo=None, microsecond=0),
    )


def _report_title(name: str, title: Mapping[str, str]) -> Mapping[str, str]:
    try:
        return {tongue: f"{say(f'{name}.title', tongue)} · {title[tongue]}" for tongue in ("zh", "en")}
    except KeyError:
        return {tongue: f"{name} · {title[tongue]}" for tongue in ("zh", "en")}


def _front_page(
    folder: Path, review: Review, executions: list[Execution], book: Book, facts: Mapping[str, Text]
) -> str:
    reader = Reader(review)
    entries = [
        ReportEntry(
            title=_short_title(one.name),
            summary=_unless_empty(summary(one.name, reader)),
            address=f"{one.name}.html" if "html" in review.run.formats else f"{one.name}.ipynb",
            links={"ipynb": f"{one.name}.ipynb"},
            failure=f"{one.error} (cell {one.cell})" if one.failed and one.cell else one.error,
        )
        for one in executions
    ]
    figures: dict[str, Any] = {}
    if book.score is not None:
        figures = {
            "key.grade": book.grade if any(book.grade.values()) else "—",
            "key.score": numbers.score(book.score),
            "key.targets_met": f"{book.targets_met} / {book.targets_judged}",
            "key.assessed": f"{numbers.plain(book.weight_assessed)} / {numbers.plain(book.weight_total)}",
        }
    downloads = {WORKBOOK: WORKBOOK} if "xlsx" in review.run.formats else {}
    downloads |= {name: name for name in DOWNLOADS if (folder / name).is_file()} | {
        manifest.NAME: manifest.NAME
    }
    parts = [Reader(part, among_others=True) for part in review.parts]
    several = len(parts) > 1
    graded = [part for part in parts if several and part.review is review.graded and figures]
    return index_page(
        entries,
        title=review.run.title.both(),
        language=review.run.language,
        subtitle=review.run.period,
        figures=figures,
        verdicts=book.verdicts,
        lead=lead(graded[0]) if graded else "",
        overview=standards_table(reader, parts).html if several else "",
        downloads=downloads,
        facts=facts,
    )


def _unless_empty(text: Mapping[str, str]) -> Text:
    return text if any(text.values()) else ""


def _short_title(name: str) -> Mapping[str, str] | str:
    try:
        return {tongue: say(f"{name}.title", tongue) for tongue in ("zh", "en")}
    except KeyError:
        return name


def _write_manifest(
    folder: Path,
    title: Mapping[str, str],
    book: Book,
    told: Mapping[str, Any],
    executions: list[Execution],
    started: datetime,
) -> None:
    content = {
        **told,
        "status": book.status,
        "title": title,
        "period": book.period,
        "started": started.isoformat(timespec="seconds"),
        "seconds": book.seconds,
        "notebooks": [
            {
                "name": one.name,
                "seconds": round(one.seconds, 2),
                "status": "failed" if one.failed else "complete",
            }
            for one in executions
        ],
        "summary": {key: value for key, value in book.as_dict().items() if key != "folder"},
        "warnings": book.warnings,
        "files": manifest.hashes(folder),
    }
    text = json.dumps(_without_nan(content), ensure_ascii=False, indent=1, default=str)
    (folder / manifest.NAME).write_text(text, encoding="utf-8")


def _update_index(out: Path, newest: Path, language: Any) -> None:
    """The list of all runs anew, and `latest` pointing at the newest."""
    entries = [
        entry for file in sorted(out.glob(f"*/{manifest.NAME}")) if (entry := _entry(file)) is not None
    ]
    index = out / "index.html"
    if not index.exists() or _OURS in index.read_text(encoding="utf-8", errors="replace"):
        temporary = out / f".index-{os.getpid()}.html"
        temporary.write_text(reports_index(entries, language=language), encoding="utf-8")
        temporary.replace(index)  # a page of somebody else's stays as it is
    _point_latest(out, newest)


def _entry(file: Path) -> RunEntry | None:
    """One line of the list of runs; None for a folder that is no finished book."""
    if file.parent.is_symlink() or file.parent.name.endswith(PARTIAL):
        return None
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        summary, title = content["summary"], content["title"]
        verdicts = {str(name): int(count) for name, count in summary["verdicts"].items()}
        if not (isinstance(title, dict) and {"zh", "en"} <= set(title)):
            return None
        return RunEntry(
            address=f"{file.parent.name}/index.html",
            period=content["period"],
            title=title,
            started=content["started"].replace("T", " ")[:19],
            grade=summary["grade"] if any(summary["grade"].values()) else "—",
            score="" if summary["score"] is None else numbers.score(summary["score"]),
            graded=_graded(summary),
            verdicts=verdicts,
            failures=len(summary["failures"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _graded(summary: Mapping[str, Any]) -> Text:
    """The title of the standard that the grade belongs to, where there were several."""
    standards = summary.get("standards", [])
    titles = [one["title"] for one in standards if one["id"] == summary.get("graded")]
    return titles[0] if titles and len(standards) > 1 else ""


def _point_latest(out: Path, newest: Path) -> None:
    """`latest` as a link to the newest book, or as a small page where links are not to be had."""
    link = out / "latest"
    if (link.exists() and not link.is_symlink()) or (link.is_symlink() and len(link.readlink().parts) > 1):
        return  # somebody's own file, folder or link of that name stays
    temporary = out / f".latest-{os.getpid()}"
    try:
        temporary.symlink_to(newest.name, target_is_directory=True)
        temporary.replace(link)
    except OSError:
        shutil.rmtree(temporary, ignore_errors=True)
        page = f'<meta http-equiv="refresh" content="0; url={newest.name}/index.html">'
        (out / "latest.html").write_text(page, encoding="utf-8")
