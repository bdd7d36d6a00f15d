"""Behind the counter: rosters, certificates, equipment, training, emergencies, findings and measures."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .chance import Rng, choices, chosen, happens, known, later, minute, numbered, numbers, stream, truth
from .facts import (
    BEGIN,
    END,
    NEWCOMERS,
    NEWCOMERS_FROM,
    OUTAGE,
    QUEUE_FIXED,
    REGIONS,
    REMINDED,
    REPAIR,
    STORM,
    TEAMS,
    Frame,
    Time,
    agent_numbers,
    department,
    workday,
)

SKILLS = {"repair": "维修", "maintenance": "保养", "reception": "接待"}
# Two engineers worked on for weeks after their certificates had run out: first day, days without.
LAPSED = {"E41": (Time("2024-08-03"), 24), "E49": (Time("2024-08-24"), 31)}
COURSES = ["服务规范", "新品知识", "安全作业", "投诉处理"]
EMERGENCIES = {"power_cut": 0.3, "injury": 0.15, "fire": 0.1, "system_outage": 0.2, "water_damage": 0.25}
DESCRIPTIONS = [
    "工单填写不完整",
    "未讲解注意事项",
    "配件未登记",
    "回访未执行",
    "证件过期未更新",
    "工具缺失未报备",
]

# approved, started, due, closed, checked, cause, its place in cause_trees.yaml, action,
# indicator, segment, department, expected, status
DESK, REPAIRS = "客户服务中心", "售后服务部"
ACTIONS = [
    ("2025-08-20", "2025-09-01", "2025-10-15", "2025-10-10", "2025-11-12", "档案漏项", None, "档案必填项校验",
     "archive_missing_field_rate", None, REPAIRS, "缺失字段率降到 2% 以内", "closed"),
    ("2025-11-05", "2025-11-17", "2026-01-15", "2026-01-12", "2026-02-20", "岗位技能不匹配", None,
     "按技能派工", "job_fit_rate", None, REPAIRS, "匹配度达到 93%", "closed"),
    ("2026-02-25", "2026-03-09", "2026-04-15", "2026-04-15", None, "回访遗漏", None, "投诉回访清单",
     "complaint_callback_rate", None, DESK, "回访率达到 95%", "closed"),
    ("2026-05-06", f"{REMINDED:%Y-%m-%d}", "2026-06-15", "2026-06-20", "2026-08-10", "出发太晚",
     "onsite_promise_rate/people/1", "发短信提醒",
     "onsite_promise_rate", "region=east", REPAIRS, "到达及时率达到 92%", "closed"),
    ("2026-05-12", f"{QUEUE_FIXED:%Y-%m-%d}", "2026-06-30", "2026-06-26", "2026-08-05", "排队",
     "response_30s_rate/process/1", "客户回拨",
     "response_30s_rate", "team=Desk A", DESK, "30 秒接通率达到 90%", "closed"),
    ("2026-07-15", "2026-07-27", "2026-09-15", None, None, "注意事项讲解遗漏", None, "讲解要点卡片",
     "badge_precaution_rate", None, REPAIRS, "达到 96%", "in_progress"),
    ("2026-08-26", None, "2026-10-31", None, None, "配件返工",
     "repair_first_pass_rate/material/1.1.1", "供应商来料检验",
     "repair_first_pass_rate", "product=Washer B", REPAIRS, "一次通过率回到 95%", "approved"),
    ("2026-09-24", "2026-10-01", "2026-11-15", None, None, "晚间无人派工",
     "onsite_promise_rate/process/1.1.1", "恢复北区晚班派工",
     "onsite_promise_rate", "region=north", REPAIRS, "晚间到达及时率回到 90%", "in_progress"),
]  # fmt: skip


def rosters(seed: int, visit: Frame, booking: Frame) -> Frame:
    """Return who was sent to which visit, and the weekly shifts of the desks."""
    rng = stream(seed, "roster")
    went = visit[visit["agent"].notna() & visit["arrived_at"].notna()].reset_index(drop=True)
    n, starts = len(went), went["arrived_at"]
    ends = went["completed_at"].fillna(later(starts, np.full(n, 60)))
    ends = ends.where(ends > starts, later(starts, np.full(n, 10)))
    used = (ends - starts).dt.total_seconds() / 3600
    slot = went["booking_id"].map(booking.set_index("booking_id")["scheduled_at"])
    ready = minute(
        later(slot, -np.where(happens(rng, 0.955, n), rng.uniform(125, 900, n), rng.uniform(20, 118, n)))
    )
    task = went["service_type"]
    jobs = pd.DataFrame(
        {
            "booking_id": went["booking_id"],
            "visit_id": went["visit_id"],
            "starts_at": starts,
            "ends_at": ends,
            "ready_at": ready.where(slot.notna()),
            "available_hours": np.round(used + rng.uniform(0.1, 0.6, n), 2),
            "used_hours": np.round(used, 2),
            "duty": "visit",
            "job_type": task,
            "skill": task.map(SKILLS),
            "skill_fits": truth(happens(rng, 0.935, n)),
            **{name: went[name] for name in ("team", "agent", "region")},
        }
    )
    return numbered(pd.concat([jobs, shifts(rng)], ignore_index=True), "roster_id", "W", "starts_at")


def shifts(rng: Rng) -> Frame:
    """Return the weekly shifts of the desk agents with hours available and used."""
    desks = [team for team in TEAMS if not team.startswith("Repair")]
    people = [(team, agent) for team in desks for agent in agent_numbers()[team]]
    weeks = pd.date_range(BEGIN, END - pd.Timedelta(days=7), freq="W-MON") + pd.Timedelta(hours=9)
    rows = [
        (week, team, agent)
        for week in weeks
        for team, agent in people
        if agent not in NEWCOMERS or week >= NEWCOMERS_FROM
    ]
    frame = pd.DataFrame(rows, columns=["starts_at", "team", "agent"])
    n = len(frame)
    return frame.assign(
        starts_at=frame["starts_at"].astype("datetime64[us]"),
        ends_at=later(frame["starts_at"], np.full(n, 4 * 1440 + 540)),
        available_hours=40.0,
        used_hours=np.round(np.clip(33 + 2.8 * rng.standard_normal(n), 20, 40), 1),
        duty="shift",
    )


def certificates(seed: int) -> Frame:
    """Return the yearly certificates of all agents; two engineers renewed theirs too late."""
    rng = stream(seed, "certificate")
    people = [agent for team in agent_numbers().values() for agent in team]
    first = {agent: Time("2024-07-01") + pd.Timedelta(days=int(rng.integers(0, 364))) for agent in people}
    first |= {agent: first_day for agent, (first_day, _) in LAPSED.items()}
    rows = []
    for agent, start in first.items():
        for turn in range(3):
            day = start + pd.DateOffset(years=turn)
            gap = LAPSED[agent][1] if turn == 2 and agent in LAPSED else 0
            rows.append(
                (agent, "上岗证", day + pd.Timedelta(days=gap), start + pd.DateOffset(years=turn + 1))
            )
    frame = pd.DataFrame(rows, columns=["agent", "skill", "valid_from", "valid_until"])
    times = {name: frame[name].astype("datetime64[us]") for name in ("valid_from", "valid_until")}
    return numbered(frame.assign(**times), "certificate_id", "Z", "valid_from")


def equipment(seed: int) -> Frame:
    """Return the day log of vans and test benches."""
    rng = stream(seed, "equipment")
    days = pd.Series(pd.date_range(BEGIN, END, inclusive="left"))
    days = days[workday(days)].reset_index(drop=True)
    regions = list(REGIONS)
    parts = []
    for number, region in enumerate(regions):
        n, model = len(days), ("VAN-3" if number % 2 else "VAN-2")
        in_service = happens(rng, 0.965, n)
        failures = rng.poisson(np.where(days.dt.month.isin([7, 8]), 0.035, 0.018), n) * in_service
        parts.append(
            pd.DataFrame(
                {
                    "equipment_id": f"Q{number + 1:02d}",
                    "logged_at": days + pd.Timedelta(hours=18),
                    "in_service": in_service,
                    "failures": failures,
                    "available_hours": np.where(in_service, 9.0, 0.0),
                    "used_hours": np.where(
                        in_service, np.round(np.clip(6.6 + rng.standard_normal(n), 2, 9), 1), 0.0
                    ),
                    "model": model,
                    "team": REPAIR[region],
                    "region": region,
                }
            )
        )
    return numbered(pd.concat(parts, ignore_index=True), "log_id", "D", "logged_at")


def trainings(seed: int) -> Frame:
    """Return the monthly courses with their exams, and the induction of the newcomers."""
    rng = stream(seed, "training")
    rows = []
    for month, day in enumerate(pd.date_range(BEGIN, END, freq="MS", inclusive="left")):
        held = day + pd.Timedelta(days=24, hours=15)
        for team, people in agent_numbers().items():
            for agent in people:
                if agent not in NEWCOMERS or held >= NEWCOMERS_FROM:
                    rows.append((held, COURSES[month % len(COURSES)], team, agent))
    rows += [(NEWCOMERS_FROM + pd.Timedelta(hours=10), "入职培训", "Desk C", agent) for agent in NEWCOMERS]
    frame = pd.DataFrame(rows, columns=["held_at", "course", "team", "agent"])
    n = len(frame)
    passed, again = happens(rng, 0.94, n), happens(rng, 0.93, n)
    frame = frame.assign(
        held_at=frame["held_at"].astype("datetime64[us]"),
        passed=truth(passed),
        resit_passed=truth(again, ~passed),
        attempts=np.where(passed, 1, 2),
    )
    return numbered(frame, "training_id", "TR", "held_at")


def incidents(seed: int) -> Frame:
    """Return emergencies; the storm and the outage of the app are among them."""
    rng = stream(seed, "incident")
    usual = later(pd.Series([BEGIN] * 84), rng.uniform(0, (END - BEGIN).total_seconds() / 60, 84))
    storm = later(pd.Series([STORM[0]] * 9), rng.uniform(0, (STORM[1] - STORM[0]).total_seconds() / 60, 9))
    outage = pd.Series([OUTAGE[0] + pd.Timedelta(hours=8, minutes=40)])
    opened = minute(pd.concat([usual, storm, outage], ignore_index=True))
    n = len(opened)
    kind = choices(rng, EMERGENCIES, n)
    kind = pd.Series([*kind[:84], *["storm"] * 9, "system_outage"], dtype="str")
    severity = choices(rng, {"1": 0.15, "2": 0.35, "3": 0.5}, n)
    limit = severity.map({"1": 4, "2": 12, "3": 48}).to_numpy() * 60
    taken = limit * np.where(happens(rng, 0.91, n), rng.uniform(0.15, 0.97, n), rng.uniform(1.05, 2.0, n))
    taken[-1] = (OUTAGE[1] - OUTAGE[0]).total_seconds() / 60
    resolved = known(minute(later(opened, taken)))
    frame = pd.DataFrame(
        {
            "opened_at": opened,
            "resolved_at": resolved,
            "closed_at": known(minute(later(resolved, rng.uniform(60, 2800, n)))),
            "due_at": later(opened, limit),
            "status": "closed",
            "kind": kind,
            "severity": severity,
            "priority": severity,
            "contact_type": choices(rng, {"phone": 0.6, "monitor": 0.4}, n),
            "assignment_group": chosen(rng, ["值班组", "技术支持部", "安全员"], n),
            "team": chosen(rng, [team for team in TEAMS if team.startswith("Repair")], n),
            "handled_by_plan": truth(happens(rng, 0.93, n)),
            "made_sla": truth(taken <= limit),
            "reassignment_count": rng.binomial(2, 0.15, n),
            "reopen_count": rng.binomial(1, 0.03, n),
        }
    )
    return numbered(frame, "incident_id", "I", "opened_at")


def findings(seed: int) -> Frame:
    """Return what checks found and by when it was put right."""
    rng = stream(seed, "finding")
    n = 150
    found = minute(later(pd.Series([BEGIN] * n), rng.uniform(0, (END - BEGIN).total_seconds() / 60, n)))
    found = found.dt.normalize() + pd.to_timedelta(rng.integers(9, 18, n), unit="h")
    given = rng.choice([7, 14, 30], size=n) * 1440
    taken = given * np.where(happens(rng, 0.88, n), rng.uniform(0.2, 0.98, n), rng.uniform(1.05, 2.2, n))
    team = chosen(rng, list(TEAMS), n)
    frame = pd.DataFrame(
        {
            "found_at": found.astype("datetime64[us]"),
            "due_at": later(found, given),
            "closed_at": known(minute(later(found, taken))).where(pd.Series(happens(rng, 0.97, n))),
            "severity": choices(rng, {"critical": 0.05, "major": 0.35, "minor": 0.6}, n),
            "description": chosen(rng, DESCRIPTIONS, n),
            "department": department(team),
            "team": team,
        }
    )
    return numbered(frame, "finding_id", "FD", "found_at")


def improvement_actions(finding: Frame) -> Frame:
    """Return the measures taken: among them one that worked, one that did not, one begun last week."""
    times = ["approved_at", "started_at", "due_at", "closed_at", "effect_checked_at"]
    told = ["cause", "cause_reference", "action"]
    told += ["indicator", "segment", "department", "expected_effect", "status"]
    frame = pd.DataFrame(ACTIONS, columns=[*times, *told])
    for name in times:
        frame[name] = (pd.to_datetime(frame[name]) + pd.Timedelta(hours=9)).astype("datetime64[us]")
    earlier = [finding.loc[finding["found_at"] < day, "finding_id"].iloc[-1] for day in frame["approved_at"]]
    return frame.assign(
        action_id=numbers("IA", len(frame)),
        finding_id=earlier,
        owner=[f"{name}样例" for name in "赵钱孙李周吴郑王"],
    )
