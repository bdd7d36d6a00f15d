"""Small frames as the rest of the package would hand them over."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

NAN = float("nan")

LABELS = {
    "onsite_promise_rate": {"zh": "上门服务到达及时率", "en": "On-site arrival within promise"},
    "first_reply_rate": {"zh": "在线首次响应及时率", "en": "First reply within 5 minutes"},
    "complaint_plan_24h": {"zh": "投诉方案及时率", "en": "Complaint plan within 24 h"},
    "first_pass_rate": {"zh": "技术方案准确率", "en": "Repairs right first time"},
    "csat": {"zh": "客户满意度", "en": "Customer satisfaction"},
    "median_resolution_hours": {"zh": "解决时长中位数", "en": "Median time to resolve"},
    "badge_rate": {"zh": "佩戴工牌率", "en": "Badge shown"},
    "北区": {"zh": "北区", "en": "North"},
}

SCORECARD = [
    # in the order of COLUMNS
    (
        "onsite_promise_rate",
        "timeliness",
        "步骤二·表1",
        15,
        0.85,
        "higher",
        "share",
        0.7512,
        0.7374,
        0.7645,
        2990,
        3980,
        12,
        31,
        "wilson",
        "census",
        "not_met",
    ),
    (
        "first_reply_rate",
        "timeliness",
        "步骤二·表1",
        15,
        0.90,
        "higher",
        "share",
        0.8996,
        0.8938,
        0.9051,
        9706,
        10789,
        4,
        0,
        "wilson",
        "census",
        "not_met",
    ),
    (
        "complaint_plan_24h",
        "timeliness",
        "步骤二·表1",
        10,
        0.95,
        "higher",
        "share",
        1.0,
        0.9652,
        1.0,
        107,
        107,
        0,
        2,
        "wilson",
        "census",
        "met",
    ),
    (
        "first_pass_rate",
        "professionalism",
        "步骤二·表1",
        20,
        0.85,
        "higher",
        "share",
        0.8714,
        0.8606,
        0.8815,
        3411,
        3914,
        0,
        66,
        "wilson",
        "census",
        "met",
    ),
    (
        "csat",
        "experience",
        "步骤二·表1",
        15,
        0.80,
        "higher",
        "share",
        0.82,
        0.7713,
        0.8602,
        246,
        300,
        0,
        0,
        "wilson",
        "survey",
        "undetermined",
    ),
    (
        "median_resolution_hours",
        "timeliness",
        None,
        NAN,
        NAN,
        "lower",
        "hours",
        26.4,
        25.1,
        27.9,
        NAN,
        3914,
        66,
        0,
        "order_statistics",
        "census",
        "monitored",
    ),
    (
        "badge_rate",
        "conformity",
        "步骤三",
        10,
        0.98,
        "higher",
        "share",
        NAN,
        NAN,
        NAN,
        NAN,
        0,
        0,
        0,
        "none",
        "sample",
        "not_assessable",
    ),
]
COLUMNS = [
    "indicator",
    "dimension",
    "clause",
    "weight",
    "target",
    "direction",
    "unit",
    "value",
    "low",
    "high",
    "numerator",
    "denominator",
    "pending",
    "excluded",
    "method",
    "evidence",
    "verdict",
]


@pytest.fixture
def labels() -> dict[str, dict[str, str]]:
    return LABELS


@pytest.fixture
def scorecard() -> pd.DataFrame:
    frame = pd.DataFrame(SCORECARD, columns=COLUMNS)
    frame["attainment"] = frame["value"] / frame["target"]
    frame["raw_score"] = frame["weight"] * frame["attainment"]
    frame["capped_score"] = np.minimum(frame["raw_score"], frame["weight"])
    frame["note"] = None
    frame.loc[frame["indicator"] == "badge_rate", "note"] = "本期没有抽检记录"
    return frame


CENSUS = {
    "pending": 0,
    "excluded": 0,
    "method": "wilson",
    "evidence": "census",
    "target": 0.85,
    "direction": "higher",
    "unit": "share",
}


@pytest.fixture
def trend_points() -> pd.DataFrame:
    values = [0.812, 0.835, 0.861, 0.874, 0.858, 0.871, 0.842, 0.79, 0.7512]
    counts = [1310, 1250, 1402, 1388, 1295, 1344, 1340, 1322, 1318]
    frame = pd.DataFrame(
        {
            "indicator": "onsite_promise_rate",
            "period": [f"2026-{month:02d}" for month in range(1, 10)],
            "numerator": [value * count for value, count in zip(values, counts, strict=True)],
            "denominator": counts,
            "value": values,
            "low": [value - 0.021 for value in values],
            "high": [value + 0.019 for value in values],
            **CENSUS,
        }
    )
    frame["verdict"] = np.where(frame["value"] >= frame["target"], "met", "not_met")
    return frame


@pytest.fixture
def segment_points() -> pd.DataFrame:
    teams = ["东区一班", "东区二班", "西区班", "北区", "南区夜班", "外包 <b>A</b>", None]
    values = [0.91, 0.88, 0.853, 0.79, 0.66, 0.5, 0.7]
    counts = [820, 640, 912, 455, 130, 12, 8]
    half = [1.0 / count**0.5 for count in counts]
    frame = pd.DataFrame(
        {
            "indicator": "onsite_promise_rate",
            "period": "2026-Q3",
            "team": teams,
            "numerator": [value * count for value, count in zip(values, counts, strict=True)],
            "denominator": counts,
            "value": values,
            "low": [max(0.0, value - width) for value, width in zip(values, half, strict=True)],
            "high": [min(1.0, value + width) for value, width in zip(values, half, strict=True)],
            **CENSUS,
        }
    )
    frame["verdict"] = np.where(frame["value"] >= frame["target"], "met", "not_met")
    return frame


@pytest.fixture
def changes() -> pd.DataFrame:
    rows = [
        ("onsite_promise_rate", 0.8341, 0.7512, -0.0829, -0.101, -0.065, "share", "higher", "worse"),
        ("first_reply_rate", 0.88, 0.8996, 0.0196, 0.011, 0.028, "share", "higher", "better"),
        ("csat", 0.81, 0.82, 0.01, -0.05, 0.07, "share", "higher", "no_clear_change"),
        ("median_resolution_hours", 31.2, 26.4, -4.8, -6.6, -3.0, "hours", "lower", "better"),
        ("badge_rate", 0.97, NAN, NAN, NAN, NAN, "share", "higher", "not_comparable"),
    ]
    names = ["indicator", "before", "now", "difference", "low", "high", "unit", "direction", "change"]
    frame = pd.DataFrame(rows, columns=names)
    frame.insert(1, "period_before", "2026-Q2")
    frame.insert(2, "period_now", "2026-Q3")
    return frame


@pytest.fixture
def checks() -> pd.DataFrame:
    rows = [
        ("error", "inspection", "badge_shown", "missing_column", 0, 0, [], [], ["badge_rate"], {}),
        (
            "warning",
            "visit",
            "arrived_at",
            "impossible_order",
            14,
            4023,
            [3, 17, 88, 91, 120, 121],
            ["<script>alert(1)</script>"],
            ["onsite_promise_rate"],
            {"earlier": "reported_at", "later": "arrived_at"},
        ),
        ("warning", "ticket", "team", "spelling_variants", 212, 14021, [], ["东区1班", "东区一班"], [], {}),
        ("note", "visit", None, "superseded", 31, 4023, [], [], [], {}),
        ("note", "visit", "x", "never_heard_of", 1, 4023, [1], [], [], {}),
    ]
    names = ["severity", "kind", "column", "check", "count", "of", "rows", "examples", "indicators", "detail"]
    return pd.DataFrame(rows, columns=names)


@pytest.fixture
def row_account() -> pd.DataFrame:
    rows = [
        ("visit", "read", "visits.csv", 4110),
        ("visit", "unreadable_line", None, -3),
        ("visit", "superseded", None, -84),
        ("visit", "excluded_by_rule", "status = 'test'", -31),
        ("visit", "used", None, 3992),
        ("survey", "read", "surveys.parquet", 300),
        ("survey", "used", None, 300),
    ]
    return pd.DataFrame(rows, columns=["kind", "step", "detail", "rows"])


@pytest.fixture
def definitions() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "name": LABELS["onsite_promise_rate"],
                "clause": "步骤二·表1",
                "requirement": {"zh": "按约定时间到达", "en": "Arrive at the promised time"},
                "formula": "arrived_at <= promised_at",
                "records": "visit",
                "target": 0.85,
                "direction": "higher",
                "unit": "share",
                "evidence": "census",
            }
        ]
    )
