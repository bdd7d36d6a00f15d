"""The search on open audits: whoever games is found, nobody else, and what is lacking is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sqaudit
from sqaudit.errors import ParameterError
from sqaudit.gaming import GamingReport, gaming_findings
from sqaudit.gaming.bunching import bunching
from sqaudit.gaming.limits import time_limits
from sqaudit.gaming.patterns import DETECTORS
from sqaudit.gaming.report import REASONS
from sqaudit.plan import named_standard
from sqaudit.present.gaming_sentences import gaming_lines, not_assessable_lines
from sqaudit.present.words import is_said, wording_faults
from sqaudit.tests_of_change.families import adjusted

STANDARD = """\
standard: replies
title: {zh: 回复, en: Replies}
indicators:
  - id: reply_1h
    name: {zh: 一小时回复, en: Reply within an hour}
    records: ticket
    measure: {within: {from: created_at, to: first_reply_at, limit: 1h}}
    direction: higher
    target: 0.9
"""
CHAT = {
    "path": "data_samples/chats.csv",
    "encoding": "gb18030",
    "columns": {
        "会话编号": "chat_id", "进入时间": "offered_at", "接入时间": "answered_at", "团队": "team",
        "坐席": "agent", "区域": "region",
    },
}  # fmt: skip
TEAMS, CASES = 10, 400


def tickets(rng: np.random.Generator, gamer: int | None) -> pd.DataFrame:
    """Tickets of eight teams in a quarter; the gamer, if any, has every habit there is."""
    size = TEAMS * CASES
    team = np.repeat(np.arange(TEAMS), CASES)
    worked_on = np.zeros(size, bool) if gamer is None else team == gamer
    wait = np.ceil(rng.gamma(2, 1100, size))
    late = worked_on & (wait > 3600) & (wait < 7200) & (rng.random(size) < 0.6)
    wait = np.where(late, 3600 - rng.integers(60, 500, size), wait)
    created = pd.Timestamp("2026-07-01") + pd.to_timedelta(rng.integers(0, 86 * 86_400, size), unit="s")
    closed = created + pd.to_timedelta(rng.integers(20_000, 200_000, size), unit="s")
    month_end = worked_on & (rng.random(size) < 0.3)
    closed = pd.Series(closed).where(~month_end, pd.Timestamp("2026-08-31 17:00"))
    chance = rng.random((3, size))
    marks = np.where(worked_on & (rng.random(size) < 0.2), "same", [f"S{n}" for n in range(size)])
    return pd.DataFrame({
        "ticket_id": [f"T{n}" for n in range(size)],
        "customer_id": [f"C{n}" for n in range(size)],
        "team": [f"Team {n}" for n in team],
        "created_at": created,
        "first_reply_at": created + pd.to_timedelta(wait, unit="s"),
        "closed_at": closed,
        "reopened_at": closed.where(chance[0] < np.where(worked_on, 0.4, 0.04)) + pd.Timedelta(days=1),
        "confirmed_at": closed.where(chance[1] < np.where(worked_on, 0.6, 0.95)),
        "invited": chance[2] < np.where(worked_on & (wait > 3600), 0.05, 0.8),
        "signature": marks,
    })  # fmt: skip


def searched(folder: Path, frame: pd.DataFrame, **keys: Any) -> GamingReport:
    (folder / "standard.yaml").write_text(STANDARD, encoding="utf-8")
    frame.to_parquet(folder / "tickets.parquet", index=False)
    run = {
        "standard": "standard.yaml",
        "period": "2026-Q3",
        "records": {"ticket": {"path": "tickets.parquet"}},
    }
    with sqaudit.audit_of(run, folder) as audit:
        return gaming_findings(audit, **keys)


def test_the_team_that_games_is_found_by_every_habit_and_no_other_team(tmp_path: Path) -> None:
    report = searched(tmp_path, tickets(np.random.default_rng(1), gamer=3))
    assert set(report.findings["segment"]) == {"Team 3"}
    assert set(report.findings["detector"]) == {*DETECTORS} - {"end_of_month_complaint_closing"}


def test_a_quiet_quarter_raises_no_suspicion(tmp_path: Path) -> None:
    for seed in range(2):
        report = searched(tmp_path, tickets(np.random.default_rng(seed), gamer=None))
        assert report.findings.empty
        assert len(report.compared) > 40


def test_what_is_lacking_is_said(tmp_path: Path) -> None:
    frame = tickets(np.random.default_rng(2), gamer=None)
    bare = searched(tmp_path, frame.drop(columns=["confirmed_at", "invited", "signature"]))
    told = {(row["detector"], row["reason"]) for row in bare.not_assessable.to_dict("records")}
    assert {
        ("unconfirmed_closing", "absent_columns"),
        ("selective_invitation", "absent_columns"),
        ("identical_marks", "absent_columns"),
        ("end_of_month_complaint_closing", "absent_records"),
    } <= told
    alone = searched(tmp_path, frame[frame["team"] == "Team 1"])
    reasons = alone.not_assessable.set_index("detector")["reason"].to_dict()
    assert reasons["bunching"] == reasons["close_and_reopen"] == "few_segments"
    assert alone.compared.empty
    assert alone.findings.empty
    with pytest.raises(ParameterError, match="no records have the column 'tem'"):
        searched(tmp_path, frame, by=("tem",))


def test_the_team_that_games_the_thirty_seconds_of_the_samples_is_found_and_no_other() -> None:
    run = {"standard": "after_sales_evaluation", "period": "2026-Q3", "records": {"chat": CHAT}}
    with sqaudit.audit_of(run) as audit:
        report = gaming_findings(audit, by=("team", "region"))
        assert report.findings["segment"].tolist() == ["在线三组"]
        row = report.findings.iloc[0]
        assert row["limit_seconds"] == 30
        assert row["figure"] > 5 * row["expected"]
        behind = audit.records(row["indicators"][0], where=row["where"])
        waits = (behind["answered_at"] - behind["offered_at"]).dt.total_seconds()
        assert waits.between(25, 30, inclusive="right").all()
        assert len(behind) >= row["figure"]
        assert gaming_findings(audit, period="2026-Q1").findings.empty


def test_audits_of_calm_and_rounded_times_raise_no_more_suspicions_than_stated() -> None:
    rng = np.random.default_rng(31)
    suspected, audits = 0, 25
    for _ in range(audits):
        times = [np.ceil(rng.lognormal(np.log(rng.uniform(10, 30)), 0.8, 250)) for _ in range(6)]
        noted = [np.where(rng.random(250) < 0.4, np.maximum(5, np.round(one / 5) * 5), one) for one in times]
        counts = [np.bincount(one.astype(int), minlength=91)[1:91] for one in noted]
        whole = np.sum(counts, axis=0)
        p_values = [bunching(one, 1, 30, whole - one).p_value for one in counts]
        suspected += bool((adjusted(p_values, "holm") < 0.05).any())
    assert suspected / audits <= 0.05 + 3.1 * np.sqrt(0.05 * 0.95 / audits)


def test_a_limit_is_asked_once_whoever_states_it() -> None:
    limits = time_limits(named_standard("service_assessment", Path()))
    keys = [
        (one.piece.kind, one.piece.event, str(one.within.model_dump(exclude={"counts", "matured"})))
        for one in limits
    ]
    assert len(keys) == len(set(keys))


def test_findings_are_told_in_both_languages(tmp_path: Path) -> None:
    report = searched(tmp_path, tickets(np.random.default_rng(1), gamer=3))
    labels = {
        "reply_1h": {"zh": "一小时回复", "en": "Reply within an hour"},
        "ticket": {"zh": "工单", "en": "Ticket"},
    }
    english, chinese = ("\n".join(gaming_lines(report, labels, tongue)) for tongue in ("en", "zh"))
    assert "Team 3 (Reply within an hour)" in english
    assert "before the limit of 1 h" in english
    assert english.count("Rule out first:") == chinese.count("先排除：") == len(report.findings)
    lacking = list(not_assessable_lines(report, labels, "en"))
    assert any(line.startswith("Not assessable, complaints closed at the end of a month") for line in lacking)


def test_there_are_words_for_every_detector_and_reason() -> None:
    for name in DETECTORS:
        assert all(is_said(f"gaming.{family}.{name}") for family in ("finding", "innocent", "detector"))
    assert all(is_said(f"gaming.reason.{name}") for name in REASONS)
    assert [fault for fault in wording_faults() if fault.startswith("gaming.")] == []
