"""The plan followed up in an audit: what worked, what did not, what is too early; pages, files, commands."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from sqaudit import cli
from sqaudit.actions import Action, RecordFault, read_actions
from sqaudit.actions.check import stood_worst
from sqaudit.audit import Audit, audit_of, open_audit
from sqaudit.calendars import named_calendar
from sqaudit.descriptions import read_yaml
from sqaudit.errors import ParameterError, SourceError
from sqaudit.inquiry.followup import FILE, FollowUp, read_followup
from sqaudit.inquiry.record_keeping import RecordKeeping
from sqaudit.inquiry.series import breaks_of
from sqaudit.inquiry.settling import settled
from sqaudit.inquiry.tracking import Tracked, tells_on
from sqaudit.params import Language
from sqaudit.plan import plan
from sqaudit.present.followup_sentences import record_events, records_sentences
from sqaudit.present.improvement_sentences import finding_sentence
from sqaudit.report.page import Page
from sqaudit.review import Review

ROOT = Path(__file__).parents[2]
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
DESK_A, EAST, NORTH = "IA000005", "IA000004", "IA000008"


@pytest.fixture(scope="module")
def sample() -> Review:
    """The plan of the sample organisation, followed up with two of its standards."""
    content, _ = read_yaml(ROOT / "params" / "quarterly_review.yaml")
    kinds = ("ticket", "call", "chat", "visit", "improvement_action")
    keys = {
        "standard": ["special_service_monitoring", "after_sales_evaluation"],
        "records": {kind: content["records"][kind] for kind in kinds},
        "segments": [],
    }
    with audit_of({**content, **keys}, ROOT / "params") as audit:
        return replace(Review.of(audit), followup=FollowUp.of(audit))


def followup(review: Review) -> FollowUp:
    assert review.followup is not None
    return review.followup


def track(found: FollowUp, action: str) -> Tracked:
    return next(one for one in found.tracked if one.action == action)


def told(review: Review, language: Language, only: tuple[str, ...] = ()) -> str:
    """The report in a language; `only` keeps some actions, as pictures take time."""
    found = followup(review)
    if only:
        found = replace(
            found,
            actions=tuple(one for one in found.actions if one.id in only),
            tracked=tuple(one for one in found.tracked if one.action in only),
            findings=found.findings[found.findings["action"].isin(only)],
        )
    run = review.run.model_copy(update={"language": language})
    page = Page(replace(review, run=run, followup=found))
    return "".join(part.html for part in (page.actions(), page.verification(), page.handbook()))


def texts(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", re.sub(r'src="[^"]*"', "", html))).split())


def test_the_three_planted_actions_get_their_verdicts(sample: Review) -> None:
    found = followup(sample)
    verdicts = {name: found.verified[name].verdict for name in (DESK_A, EAST, NORTH)}
    assert verdicts == {DESK_A: "effective", EAST: "not_shown", NORTH: "too_early"}
    assert found.verified[DESK_A].low > 0
    after = dict(zip(found.outcomes["action"], found.outcomes["next"], strict=True))
    assert "cannot_tell" in found.verified[EAST].notes
    assert (after[DESK_A], after[EAST], after[NORTH]) == ("handbook", "measure_otherwise", "wait")


def test_cause_action_and_verdict_stand_in_one_row(sample: Review) -> None:
    rows = followup(sample).traced("en")
    whole = rows[rows["action"].notna() & (rows["gap"] == "")].set_index("cause_reference")
    assert whole.loc["response_30s_rate/process/1", ["action", "verdict"]].tolist() == [DESK_A, "effective"]
    assert whole.loc["onsite_promise_rate/people/1", ["action", "verdict"]].tolist() == [EAST, "not_shown"]
    assert whole.loc["onsite_promise_rate/process/1.1.1", "verdict"] == "too_early"
    assert whole.loc["repair_first_pass_rate/material/1.1.1", "action"] == "IA000007"
    gaps = rows.groupby("gap")["action"].count()
    assert (gaps["no_cause"], gaps["no_action"]) == (4, 0)
    untreated = rows.loc[rows["gap"] == "no_action", "cause_reference"].tolist()
    assert "response_30s_rate/tools/1" in untreated


def test_controls_are_fixed_by_rule_and_the_worst_segment_is_corrected(sample: Review) -> None:
    found = followup(sample)
    east = found.verified[EAST]
    assert east.controls is not None
    assert not {"north", "east"} & set(east.controls.names)  # north has a measure of its own
    assert "regression_corrected" in found.verified[DESK_A].notes  # it stood worst of all before


def test_too_early_says_when_it_can_be_told(sample: Review) -> None:
    found = followup(sample).verified[NORTH]
    # Begun on a Thursday: the first whole week is that of 5 October, and four weeks are waited for; of two
    # weeks promised times still lie ahead.
    assert found.unsettled == 2
    assert tells_on(found, date(2026, 10, 1)) == date(2026, 11, 16)
    assert tells_on(replace(found, unsettled=0), date(2026, 10, 1)) == date(2026, 11, 2)
    assert tells_on(replace(found, periods_needed=9), date(2026, 10, 5)) == date(2026, 12, 21)


def test_limits_are_learnt_from_the_weeks_before_the_action(sample: Review) -> None:
    chart = track(followup(sample), DESK_A).chart
    assert chart is not None
    inside = chart.points[chart.points["in_baseline"]]
    assert inside["period"].max() == "2026-W21"  # it began on the Monday of W22
    assert {"2026-W22", "2026-W23"} <= set(chart.signals["period"])


def test_the_faults_of_the_plan_and_those_that_cannot_be_measured(sample: Review) -> None:
    found = followup(sample)
    faults = set(zip(found.findings["action"], found.findings["code"], strict=True))
    assert {("IA000003", "done_without_check"), ("IA000006", "overdue")} <= faults
    assert not {name for name, _ in faults} & {NORTH}
    assert track(found, "IA000007").reason == "not_begun"
    assert track(found, "IA000001").reason == "unknown_indicator"  # of a standard that is not read here
    assert found.on_time[["due", "on_time", "overdue"]].iloc[0].tolist() == [6, 4, 1]


def test_the_english_page_says_what_worked_and_names_the_controls(sample: Review) -> None:
    html = told(sample, "en", (DESK_A, EAST, NORTH, "IA000007"))
    text = texts(html)
    assert "Response within 30 s · Team Desk A: the measure works." in text
    assert "Region east: no effect shown" in text
    assert (
        "Region north: too early to say, 0 whole periods since the measure. 4 whole weeks can be judged "
        "on 2026-11-16. Whether they are enough cannot be told, as no gain over the level before was planned."
    ) in text
    assert "2 weeks whose limits have not run out are not judged yet." in text
    assert "Nothing has been recorded since the measure" not in text
    assert "IA000007 · 供应商来料检验: not begun yet." in text
    assert "Compared with Desk B, Desk C" in text
    assert (
        "At one look, for one action, nothing else changing, a measure without any effect is called" in text
    )
    assert "It may have been chosen for being bad" not in text  # segments, whose standing is known
    assert "For: 排队 (response_30s_rate/process/1, FD000102). Next: into the service handbook." in text
    handbook = text[text.index("For the service handbook") : text.index("Causes, actions and verifications")]
    assert DESK_A in handbook
    assert EAST not in handbook
    assert html.count("<figure>") == 1 + 3 * 2  # the plan, and a series and a chart for each verified action
    plan_words = {word for one in followup(sample).actions for word in CHINESE.findall(one.model_dump_json())}
    teams = set(CHINESE.findall(" ".join(followup(sample).verified[DESK_A].controls.names)))  # type: ignore[union-attr]
    assert set(CHINESE.findall(text)) <= plan_words | teams


def test_each_cause_to_look_into_again_has_a_command_of_its_own(sample: Review) -> None:
    found = followup(sample)
    changed = {DESK_A: {"verdict": "harmful"}, EAST: {"notes": ()}}
    tracked = tuple(
        replace(one, verification=replace(one.verification, **changed[one.action]))
        for one in found.tracked
        if one.verification is not None and one.action in changed
    )
    page = Page(replace(sample, followup=replace(found, tracked=tracked)))
    text = texts(page.handbook().html)
    assert "To look into it again: sqaudit causes RUN.yaml response_30s_rate" in text
    assert "To look into it again: sqaudit causes RUN.yaml onsite_promise_rate" in text
    assert "|" not in text


def test_the_chinese_page_speaks_chinese(sample: Review) -> None:
    text = texts(told(sample, "zh", (DESK_A, NORTH)))
    assert "措施有效" in text
    assert "到 2026-11-16 将有 4 个整周可以判断" in text
    assert "写入服务标准手册" in text
    assert not re.search(r"\b(effective|measure|handbook|week|owner|plan)\b", text)


def test_faults_of_records_are_told_in_the_language_of_the_page(sample: Review) -> None:
    found = followup(sample)
    faults = (RecordFault(9, "IA9", "status", "unknown_word", "asleep", "done, dropped"),)
    lame = replace(sample, followup=replace(found, actions=(), tracked=(), faults=faults))
    chinese, english = (texts(told(lame, language)) for language in ("zh", "en"))
    assert "有 1 条记录不能读作措施，未计入：第 9 条（IA9）：status 的“asleep”不认识" in chinese
    assert not re.search(r"record|known|write", chinese, re.IGNORECASE)
    assert "1 record is no action and left out: Record 9 (IA9): 'asleep' is not known as status" in english
    assert not CHINESE.search(english)


def test_names_of_owners_are_masked_and_values_escaped(sample: Review) -> None:
    found = followup(sample)
    assert {one.owner for one in found.actions} == {"***"}
    hostile = found.action(NORTH).model_copy(update={"action": "<script>alert(1)</script>"})
    html = told(replace(sample, followup=replace(found, actions=(hostile,), tracked=())), "en")
    assert "<script>alert" not in html
    assert "There is no action yet whose effect could be verified." in texts(html)


def test_a_follow_up_is_written_down_and_read_again(sample: Review, tmp_path: Path) -> None:
    found = followup(sample)
    found.save(tmp_path)
    again = read_followup(tmp_path)
    assert again is not None
    assert again.actions == found.actions
    pd.testing.assert_frame_equal(again.findings, found.findings)
    pd.testing.assert_frame_equal(again.outcomes, found.outcomes)
    for one, other in zip(found.tracked, again.tracked, strict=True):
        assert (one.action, one.reason) == (other.action, other.reason)
        assert (one.chart is None) == (other.chart is None)
        if one.chart is not None and other.chart is not None:
            pd.testing.assert_frame_equal(one.chart.points, other.chart.points)
    small = (NORTH, EAST)  # with controls whose movement is told
    assert told(sample, "en", small) == told(replace(sample, followup=again), "en", small)
    (tmp_path / FILE).write_text('{"origin": "file"}', encoding="utf-8")
    with pytest.raises(SourceError, match="does not hold a follow-up"):
        read_followup(tmp_path)
    assert read_followup(tmp_path / "elsewhere") is None


def visits(folder: Path) -> None:
    """Forty weeks of four regions, 40 visits each; in the north evenings got better from week 25 on."""
    rows = []
    for week in range(40):
        for region in ("north", "east", "south", "west"):
            for case in range(40):
                at = pd.Timestamp(2025, 12, 29, 9 + case % 10) + timedelta(weeks=week, days=case % 7)
                late = case % 5 == week % 5 or (case % 10 >= 7 and region == "north" and week < 24)
                rows.append(
                    {
                        "visit_id": f"{region}{week}-{case}",
                        "reported_at": at,
                        "promised_at": at + timedelta(hours=2),
                        "arrived_at": at + timedelta(hours=3 if late else 1),
                        "region": region,
                        "phone": "13800000001",
                    }
                )
    pd.DataFrame(rows).to_csv(folder / "visits.csv", index=False)


ACTIONS = """
actions:
  - {id: A1, finding: on_time/process/1, action: late shift, owner: Wang, approved: 2026-06-01,
     start: 2026-06-15, due: 2026-08-31, finished: 2026-08-30, checked: 2026-09-20, status: done,
     indicator: on_time, segment: "region = 'north' AND hour(reported_at) >= 16", by: 10%}
  - {id: A2, action: calls, start: 2026-06-15, indicator: on_time, segment: zone=north, to: 90%}
  - {id: A3, action: calls, start: 2026-06-15, indicator: on_time, segment: phone=13800000001, to: 90%}
  - {id: A4, action: calls, start: 2026-06-15, indicator: on_time, to: 90%,
     segment: "phone = '13800000001' OR region = 'north'"}
  - {id: A5, action: calls, start: 2026-06-15, indicator: on_time, segment: region=nowhere, to: 90%}
  - {id: A6, action: calls, start: 2026-06-15, to: 90%}
  - {id: A7, action: calls, start: 2026-06-15, status: dropped}
"""
COUNT_AND_MEAN = """
  - id: visits
    name: {zh: 上门量, en: Visits}
    records: visit
    measure: {count: all}
    direction: higher
  - id: minutes
    name: {zh: 用时, en: Minutes}
    records: visit
    measure: {mean: "date_diff('minute', reported_at, arrived_at)"}
    direction: lower
"""
TREES = """
indicator: on_time
effect: late
process:
  - {cause: nobody is sent out after 16:00, status: supported, evidence: [rule 7]}
  - {cause: no map, status: supported, evidence: [note]}
"""


@pytest.fixture
def kept(small: Path) -> Path:
    """The small run with forty weeks of visits, a plan and a cause tree in files of its own."""
    visits(small)
    (small / "plan.yaml").write_text(ACTIONS, encoding="utf-8")
    (small / "trees.yaml").write_text(TREES, encoding="utf-8")
    return small


def opened(folder: Path, **changes: object) -> Audit:
    keys = {"actions": "plan.yaml", "cause_trees": "trees.yaml", "as_of": "2026-10-05", **changes}
    return open_audit(folder / "run.yaml", **keys)


def test_a_plan_in_a_file_with_a_condition_for_a_segment(kept: Path) -> None:
    with opened(kept) as audit:
        found = FollowUp.of(audit)
    assert found.origin == "file"
    one = found.verified["A1"]
    assert (one.verdict, one.planned_effect) == ("effective", 0.1)
    assert one.before < 0.2  # evenings of the north alone, not the whole region
    assert {"no_controls", "perhaps_picked"} <= set(one.notes)
    reasons = {other.action: other.reason for other in found.tracked}
    assert reasons == {
        "A1": "",
        **dict.fromkeys(("A2", "A3", "A4"), "unknown_segment"),
        "A5": "no_figures",
        "A6": "no_indicator",
    }
    codes = dict(zip(found.findings["action"], found.findings["code"], strict=True))
    assert "A1" not in codes
    assert "A7" not in codes
    rows = found.findings[found.findings["code"].str.startswith("segment_")].to_dict("records")
    assert [finding_sentence(row, "en") for row in rows] == [
        "A2: the records have no column 'zone', which its segment asks. Known: region, visit_id.",
        *(
            f"{name}: the column 'phone' of its segment holds personal data. "
            "Use another, or set show_personal_data: true."
            for name in ("A3", "A4")
        ),
        "A5: no record has region 'nowhere'. Known: east, north, south, west.",
    ]
    assert found.findings["action"].drop_duplicates().tolist() == ["A2", "A3", "A4", "A5", "A6"]
    assert finding_sentence({**rows[3], "meant": "north"}, "zh") == (
        "A5：没有 region 为“nowhere”的记录。是不是“north”？"
    )
    assert found.action("A1").owner == "***"
    traced = found.traced("en").set_index("cause_reference")
    assert traced.loc["on_time/process/1", ["action", "verdict", "gap"]].tolist() == ["A1", "effective", ""]
    assert traced.loc["on_time/process/2", "gap"] == "no_action"


def test_a_cause_reference_is_looked_up_in_the_trees_of_the_run(kept: Path) -> None:
    plan = "actions: [{id: A1, action: x, cause_reference: nothing/x/9}, {id: A2, action: y}]"
    (kept / "plan.yaml").write_text(plan, encoding="utf-8")
    with opened(kept) as audit:
        codes = FollowUp.of(audit, verify=False).findings["code"].tolist()
    assert "unknown_cause" in codes
    with opened(kept, cause_trees=None) as audit:  # without trees nobody knows
        codes = FollowUp.of(audit, verify=False).findings["code"].tolist()
    assert "unknown_cause" not in codes


def test_limits_never_come_from_weeks_that_show_the_action(kept: Path) -> None:
    plan = "actions: [{id: A1, action: x, start: 2026-02-16, indicator: on_time, segment: region=east}]"
    (kept / "plan.yaml").write_text(plan, encoding="utf-8")
    with opened(kept) as audit:
        chart = track(FollowUp.of(audit), "A1").chart
    assert chart is not None
    assert chart.points["centre"].isna().all()  # seven weeks before are too few for limits
    assert "no_limits" in chart.notes


def test_what_happened_to_the_records_is_marked_and_told(kept: Path) -> None:
    frame = pd.read_csv(kept / "visits.csv", parse_dates=["reported_at"])
    week = (frame["reported_at"] - pd.Timestamp("2025-12-29")).dt.days // 7
    north = frame["region"] == "north"
    lost = (north & week.isin([28, 29])) | ((frame["region"] == "south") & week.isin([10, 11]))
    position = frame["arrived_at"].where(~north | (week < 26))  # no longer logged by position
    frame.assign(checked_in_at=position)[~lost].to_csv(kept / "visits.csv", index=False)
    (kept / "plan.yaml").write_text(
        "actions:\n"
        "  - {id: A1, action: late shift, start: 2026-06-15, indicator: on_time, segment: region=north}\n"
        "  - {id: A2, action: late shift, start: 2026-06-15, indicator: on_time, segment: region=east}\n",
        encoding="utf-8",
    )
    with opened(kept) as audit:
        found = FollowUp.of(audit)
        review = replace(Review.of(audit), followup=found)
    north_one, east_one = track(found, "A1"), track(found, "A2")
    assert north_one.breaks[["period", "kind", "own"]].drop_duplicates().values.tolist() == [
        ["2026-07-13..2026-07-26", "gap", True]
    ]
    assert north_one.recording[["column", "since"]].values.tolist() == [["checked_in_at", "2026-W27"]]
    assert north_one.verification is not None
    assert (len(east_one.breaks), len(east_one.recording)) == (0, 0)  # nothing happened to its own records
    assert east_one.chart is not None

    english, chinese = (texts(told(review, language)) for language in ("en", "zh"))
    warning = "A change in how records are kept may be mistaken for an effect"
    assert english.count(warning) == 1
    assert "2026-07-13..2026-07-26: records are missing (0, usually about 71)" in english
    assert "From 2026-W27 on: Region north: Checked in at is filled in 18.2 % of records" in english
    assert "记录方式或记录完整性的变化可能被误认为措施的效果" in chinese
    events = {tongue: dict(record_events(north_one, {}, tongue)) for tongue in ("en", "zh")}
    assert events["en"] == {"2026-W27": "recording changed: Checked in at", "2026-W31": "records missing"}
    assert events["zh"]["2026-W31"] == "记录缺失"
    assert north_one.chart is not None  # of W29 and W30 it has no record, so the line stands behind them
    assert not {"2026-W29", "2026-W30"} & set(north_one.chart.points["period"])
    found.save(kept)
    again = read_followup(kept)
    assert again is not None
    assert dict(record_events(track(again, "A1"), {}, "en")) == events["en"]


def test_a_break_of_all_records_leaves_the_chart_and_one_of_controls_is_told_apart(kept: Path) -> None:
    frame = pd.read_csv(kept / "visits.csv", parse_dates=["reported_at"])
    week = (frame["reported_at"] - pd.Timestamp("2025-12-29")).dt.days // 7
    lost = week.isin([28, 29]) & (frame.index % 20 > 0)  # nearly all of all regions
    frame[~lost].to_csv(kept / "visits.csv", index=False)
    plan = "actions: [{id: A1, action: x, start: 2026-06-15, indicator: on_time, segment: region=east}]"
    (kept / "plan.yaml").write_text(plan, encoding="utf-8")
    with opened(kept) as audit:
        one = track(FollowUp.of(audit), "A1")
        keeping = RecordKeeping(audit)
        indicator = audit.standard.indicator("on_time")
        nobody = keeping.breaks(indicator, "region = 'nowhere'", date(2026, 1, 1), date(2026, 10, 1))
    assert one.chart is not None
    skipped = one.chart.points.set_index("period")["skipped"]
    assert set(skipped[skipped != ""].index) == {"2026-W29", "2026-W30"}
    assert one.breaks["own"].all()
    assert list(nobody["own"].unique()) == [False]
    assert "Records of what it is compared with break off too" in " ".join(
        records_sentences(replace(one, breaks=nobody), Action(id="A1", action="x"), {}, "en")
    )


def test_a_bare_count_and_a_mean(kept: Path) -> None:
    standard = (kept / "standard.yaml").read_text(encoding="utf-8") + COUNT_AND_MEAN
    (kept / "standard.yaml").write_text(standard, encoding="utf-8")
    (kept / "plan.yaml").write_text(
        "actions:\n"
        "  - {id: A1, action: x, start: 2026-06-15, indicator: visits}\n"
        "  - {id: A2, action: x, start: 2026-06-15, indicator: minutes, segment: region=north, by: 10}\n",
        encoding="utf-8",
    )
    with opened(kept) as audit:
        found = FollowUp.of(audit)
    visits = found.verified["A1"]
    assert (visits.verdict, visits.kind, visits.decided_by) == ("not_shown", "rate", "before_after_series")
    assert (visits.before, visits.after) == (160, 160)  # a week, in all four regions
    assert "bare_count" in visits.notes
    minutes = found.verified["A2"]
    assert (minutes.verdict, minutes.kind, minutes.direction) == ("effective", "mean", "lower")
    assert minutes.controls is not None
    assert minutes.controls.names == ("east", "south", "west")


def test_a_count_is_verified_by_week_against_segments_of_other_sizes(kept: Path) -> None:
    frame = pd.read_csv(kept / "visits.csv", parse_dates=["reported_at"])
    week = (frame["reported_at"] - pd.Timestamp("2025-12-29")).dt.days // 7
    place = frame.groupby([frame["region"], week]).cumcount()
    after = week >= 24
    spared = (frame["region"] == "north") & after & (place >= 20 + week % 5)  # half as many, and some chance
    small = (frame["region"] == "east") & (place >= 10 + week % 3)
    fewer = (frame["region"] != "east") & (place >= 34 + week % 7)
    missing = week.isin([8, 9])  # the extract lost them: no weeks of 0
    frame[~(spared | small | fewer | missing)].to_csv(kept / "visits.csv", index=False)
    standard = (kept / "standard.yaml").read_text(encoding="utf-8") + COUNT_AND_MEAN
    (kept / "standard.yaml").write_text(
        standard.replace("{count: all}\n    direction: higher", "{count: all}\n    direction: lower"),
        encoding="utf-8",
    )
    (kept / "plan.yaml").write_text(
        "actions:\n"
        "  - {id: A1, action: x, start: 2026-06-15, indicator: visits, segment: region=north, to: 25}\n"
        "  - {id: A2, action: x, start: 2026-06-15, indicator: visits, segment: region=west, to: 25}\n",
        encoding="utf-8",
    )
    with opened(kept) as audit:
        found = FollowUp.of(audit)
        review = replace(Review.of(audit), followup=found)
    north, west = found.verified["A1"], found.verified["A2"]
    assert (north.verdict, north.decided_by) == ("effective", "difference_in_differences")
    assert west.verdict == "not_shown"
    assert north.controls is not None
    assert north.controls.names == ("east", "south")  # west has an action of its own
    assert north.effect == pytest.approx(22 - 37, abs=2)
    assert not {"2026-W09", "2026-W10"} & set(north.series["period"])
    text = texts(told(review, "en", ("A1",)))
    assert "Visits · Region north: the measure works. Effect −1" in text
    assert "per week" in text
    assert "This is a count a week" in text


def test_without_a_calendar_a_week_of_few_records_at_the_end_is_no_stop(kept: Path) -> None:
    frame = pd.read_csv(kept / "visits.csv", parse_dates=["reported_at"])
    last = frame["reported_at"].dt.normalize().max()
    late = frame["reported_at"] >= last - timedelta(days=4)
    frame[~late | frame.index.isin(frame.index[frame["reported_at"] >= last][:1])].to_csv(
        kept / "visits.csv", index=False
    )
    (kept / "plan.yaml").write_text(
        "actions: [{id: A1, action: x, start: 2026-06-15, indicator: on_time, segment: region=north}]",
        encoding="utf-8",
    )
    with opened(kept) as audit:
        one = track(FollowUp.of(audit), "A1")
    assert set(one.breaks["kind"]) == {"few_lately"}
    for tongue, words in (
        ("en", "fewer records than usual in the last week"),
        ("zh", "最后一周的记录比通常少"),
    ):
        [line, _] = records_sentences(one, found_action("A1"), {}, tongue)  # type: ignore[arg-type]
        assert words in line
        assert list(dict(record_events(one, {}, tongue)).values()) == [  # type: ignore[arg-type]
            {"en": "few records", "zh": "记录偏少"}[tongue]
        ]


def found_action(name: str) -> Action:
    return Action(id=name, action="x", start=date(2026, 6, 15), indicator="on_time", segment="region=north")


def test_holidays_of_the_calendar_are_no_break() -> None:
    days = pd.Series(40.0, pd.date_range("2026-06-01", "2026-10-07"))
    days["2026-10-01":"2026-10-07"] = [1, 0, 0, 0, 1, 0, 1]  # type: ignore[misc]
    calendar = named_calendar("china_office_hours")
    national = {day.date(): calendar.kind(day.date()) for day in days.index}
    assert breaks_of(days, {})["kind"].tolist() == ["stopped"]
    assert breaks_of(days, national).empty
    days["2026-08-10":"2026-08-20"] = 0.0  # type: ignore[misc]
    assert breaks_of(days, national)["period"].tolist() == ["2026-08-10..2026-08-20"]


def test_a_count_that_is_brought_to_zero_is_seen(kept: Path) -> None:
    frame = pd.read_csv(kept / "visits.csv", parse_dates=["reported_at"])
    week = (frame["reported_at"] - pd.Timestamp("2025-12-29")).dt.days // 7
    evening = (frame["region"] == "north") & (frame["reported_at"].dt.hour >= 16)
    few = np.random.default_rng(1).random(len(frame)) < 3.3 / 12  # of twelve a week
    frame[~evening | (few & (week < 24))].to_csv(kept / "visits.csv", index=False)
    standard = (kept / "standard.yaml").read_text(encoding="utf-8") + COUNT_AND_MEAN
    lower = standard.replace("{count: all}\n    direction: higher", "{count: all}\n    direction: lower")
    (kept / "standard.yaml").write_text(lower, encoding="utf-8")
    (kept / "plan.yaml").write_text(
        "actions: [{id: A1, action: x, start: 2026-06-15, indicator: visits, by: 2,"
        " segment: \"region = 'north' AND hour(reported_at) >= 16\"}]",
        encoding="utf-8",
    )
    with opened(kept) as audit:
        one = FollowUp.of(audit).verified["A1"]
    assert (one.verdict, one.periods_after, one.after) == ("effective", 16, 0)
    assert one.before == pytest.approx(3.3, abs=0.8)


CLOSED = """
  - id: closed
    name: {zh: 三十天办结率, en: Closed within 30 days}
    records: visit
    measure: {within: {from: reported_at, to: arrived_at, limit: 30d}}
    direction: higher
"""


def closed_after(folder: Path, as_of: str, seed: int) -> tuple[FollowUp, Review]:
    """An action without any effect on cases of which four in five close within 30 days, seen on a day."""
    rng, first = np.random.default_rng(seed), pd.Timestamp(2025, 12, 29, 9)
    at = first + pd.to_timedelta(np.repeat(np.arange(280), 6), unit="D")
    days = np.where(rng.random(len(at)) < 0.8, rng.uniform(1, 29, len(at)), rng.uniform(31, 50, len(at)))
    done = pd.Series(at + pd.to_timedelta(days, unit="D"))
    frame = pd.DataFrame({"visit_id": range(len(at)), "reported_at": at, "arrived_at": done})
    seen = frame[frame["reported_at"] < as_of].assign(region="north", promised_at=first)
    seen.assign(arrived_at=seen["arrived_at"].where(seen["arrived_at"] < as_of)).to_csv(
        folder / "visits.csv", index=False
    )
    (folder / "plan.yaml").write_text(
        "actions: [{id: A1, action: x, start: 2026-06-15, indicator: closed, by: 10%}]", encoding="utf-8"
    )
    with opened(folder, as_of=as_of, cause_trees=None) as audit:
        found = FollowUp.of(audit)
        return found, replace(Review.of(audit), followup=found)


def test_weeks_whose_limits_have_not_run_out_are_not_judged(small: Path) -> None:
    standard = small / "standard.yaml"
    standard.write_text(standard.read_text(encoding="utf-8") + CLOSED, encoding="utf-8")
    verdicts = set()
    for seed in range(3):
        found, review = closed_after(small, "2026-07-20", seed)  # five weeks after it began
        one = found.verified["A1"]
        assert one.verdict == "too_early"
        assert one.unsettled in (4, 5)  # of the first week a last case or two may be pending
        wait = max(4, one.periods_needed or 0) + one.unsettled
        assert tells_on(one, date(2026, 6, 15)) == date(2026, 6, 15) + timedelta(weeks=wait)
        assert one.series["value"].max() < 0.95
        found, _ = closed_after(small, "2026-10-05", seed)
        assert found.verified["A1"].periods_after in (11, 12)
        verdicts.add(found.verified["A1"].verdict)
    assert verdicts == {"not_shown"}
    english, chinese = (texts(told(review, language)) for language in ("en", "zh"))
    assert f"{one.unsettled} weeks whose limits have not run out are not judged yet." in english
    assert (
        "It may have been chosen for being bad: what would have come back by itself is not taken" in english
    )
    assert "seasons, or a slow trend" in english
    assert "自行恢复的那部分没有扣除" in chinese
    assert f"有 {one.unsettled} 周的时限尚未到期，暂不计入判断。" in chinese


def test_one_open_case_of_long_ago_does_not_end_the_series() -> None:
    weeks = [f"2026-W{week:02}" for week in range(1, 21)]
    figures = pd.DataFrame({"indicator": "x", "period": weeks, "denominator": 30.0, "pending": 0})
    action = Action(id="A", action="x", indicator="x")
    stray = figures.assign(pending=[1 if week == "2026-W03" else 0 for week in weeks])
    late = figures.assign(pending=[0] * 16 + [1, 3, 9, 20])
    assert settled(stray, action)[1] == 0
    kept, left_out = settled(late, action)
    assert (kept["period"].iloc[-1], left_out) == ("2026-W16", 4)


def test_names_are_shown_where_the_run_says_so(kept: Path) -> None:
    with opened(kept, show_personal_data=True) as audit:
        found = FollowUp.of(audit, verify=False)
    assert found.action("A1").owner == "Wang"
    assert found.tracked == ()
    assert "not_verified" not in set(found.findings["code"])


def test_faults_of_the_file_are_faults_of_the_run(small: Path) -> None:
    with pytest.raises(ParameterError, match=r"actions: there is no file 'none\.yaml'"):
        plan(small / "run.yaml", actions="none.yaml")
    (small / "plan.yaml").write_text("actions: [{id: A1, action: x, ownr: y}]", encoding="utf-8")
    with pytest.raises(ParameterError, match="unknown key 'ownr'"):
        plan(small / "run.yaml", actions="plan.yaml")


def test_without_a_plan_the_page_says_so(small: Path) -> None:
    with open_audit(small / "run.yaml") as audit:
        review = replace(Review.of(audit), followup=FollowUp.of(audit))
    text = texts(told(review, "en"))
    assert text.count("There is no improvement plan") == 3
    assert "was not followed up in this run" in texts(Page(replace(review, followup=None)).actions().html)


def test_a_segment_is_the_worst_by_what_lies_before_alone() -> None:
    weeks = [f"2026-W{week:02}" for week in range(1, 21)]
    rows = [
        {
            "indicator": "x",
            "period": week,
            "region": region,
            "numerator": count,
            "denominator": 100,
            "unit": "share",
        }
        for place, week in enumerate(weeks)
        for region, count in (("a", 70 if place < 10 else 95), ("b", 80), ("c", 85 if place < 10 else 10))
    ]
    figures = pd.DataFrame(rows)

    def worst(region: str, direction: str = "higher", least: int = 1) -> bool:
        segment = f"region={region}"
        one = Action.model_validate(
            {"id": "A", "action": "x", "indicator": "x", "segment": segment, "start": "2026-03-09"}
        )
        return stood_worst(one, figures, direction, least)

    assert [worst(region) for region in "abc"] == [True, False, False]
    assert [worst(region, "lower") for region in "abc"] == [False, False, True]
    assert not worst("a", least=10_000)  # nobody has cases enough to be compared
    assert not worst("nowhere")


def test_the_command_tells_and_writes_a_file_to_keep_the_plan_in(kept: Path) -> None:
    run = kept / "run.yaml"
    keys = "actions: plan.yaml\nas_of: 2026-10-05\n"
    run.write_text(run.read_text(encoding="utf-8").replace("as_of: 2026-10-08\n", keys), encoding="utf-8")
    call = CliRunner().invoke
    answer = call(cli.app, ["actions", str(run), "--verify", "--json"])
    content = json.loads(answer.stdout)
    told_of = {one["action"]: one for one in content["actions"]}
    assert (told_of["A1"]["verdict"], told_of["A1"]["next"]) == ("effective", "handbook")
    assert told_of["A2"]["not_verified"] == "unknown_segment"
    assert content["on_time"]["on_time"] == 1
    (kept / "other.csv").write_text("id,action,colour\nA1,x,red\n", encoding="utf-8")
    other = run.with_name("other.yaml")
    other.write_text(run.read_text(encoding="utf-8").replace("plan.yaml", "other.csv"), encoding="utf-8")
    answer = call(cli.app, ["actions", str(other)])
    told_now = " ".join(answer.output.split())
    assert "the plan has 1 action, from other.csv." in told_now
    assert "other.csv, column colour: not known, so it is not read. Known: id, finding," in told_now
    content = json.loads(call(cli.app, ["actions", str(other), "--json"]).stdout)
    assert content["unread_columns"] == [{"sheet": "", "column": "colour", "meant": ""}]
    template = kept / "plan.xlsx"
    answer = call(cli.app, ["actions", str(run), "--template", str(template), "--language", "zh"])
    assert answer.exit_code == 0
    assert "按时整改率" in answer.output
    again = read_actions(template)
    assert [one.id for one in again] == ["A1", "A2", "A3", "A4", "A5", "A6", "A7"]
    assert {one.owner for one in again} == {None}  # a mask is no name
    answer = call(cli.app, ["actions", str(run), "--template", str(template)])
    assert answer.exit_code == 2
    assert "is there already" in answer.output
