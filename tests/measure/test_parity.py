"""The sample review's figures against plain pandas on the same files, cleaned as its run file says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

import sqaudit
from sqaudit import Audit, intervals

SAMPLES = Path(__file__).parents[2] / "data_samples"
AS_OF = pd.Timestamp("2026-10-08")
QUARTERS = {"2026-Q2": ("2026-04-01", "2026-07-01"), "2026-Q3": ("2026-07-01", "2026-10-01")}
Judged = tuple[pd.DataFrame, pd.Series, pd.Series, pd.Series]  # rows in question; met, counted, pending


@pytest.fixture(scope="module")
def review() -> Iterator[Audit]:
    with sqaudit.open_audit(SAMPLES.parent / "params" / "quarterly_review.yaml") as audit:
        yield audit


def moments(texts: pd.Series, form: str) -> pd.Series:
    return pd.to_datetime(texts, format=form, errors="coerce")


def trimmed(rows: pd.DataFrame) -> pd.DataFrame:
    """Blanks around a name are no part of it."""
    return rows.assign(team=rows["team"].str.strip())


def queue() -> pd.DataFrame:
    chat_names = {
        "进入时间": "offered_at",
        "接入时间": "answered_at",
        "团队": "team",
        "区域": "region",
        "产品": "product",
        "渠道": "channel",
    }
    calls = pd.read_csv(SAMPLES / "calls.csv.gz", dtype="str", na_values=["?"])
    chats = pd.read_csv(SAMPLES / "chats.csv", dtype="str", encoding="gb18030").rename(columns=chat_names)
    shown = ["offered_at", "answered_at", "team", "region", "product", "channel"]
    parts = []
    for rows, form in ((calls, "%Y-%m-%d %H:%M:%S"), (chats, "%Y/%m/%d %H:%M:%S")):
        times = {name: moments(rows[name], form) for name in ("offered_at", "answered_at")}
        parts.append(rows.assign(**times)[shown])
    return pd.concat(parts, ignore_index=True).rename(columns={"offered_at": "event"}).pipe(trimmed)


def visits() -> pd.DataFrame:
    names = {
        "报修时间": "event",
        "约定时间": "promised_at",
        "到达时间": "arrived_at",
        "完工时间": "completed_at",
    }
    rows = pd.read_csv(SAMPLES / "visits.csv", sep=";", dtype="str", na_values=["N/A"]).rename(columns=names)
    return rows.assign(**{name: moments(rows[name], "%d/%m/%Y %H:%M") for name in names.values()})


def response() -> Judged:
    rows = queue()
    waited = rows["answered_at"] - rows["event"]
    counted = ~(waited < pd.Timedelta(0)) & rows["event"].notna()
    return rows, counted & (waited <= pd.Timedelta("30s")), counted, counted & False


def arrival() -> Judged:
    rows = visits()
    rows = rows.assign(status=rows["status"].fillna(""))
    judgeable = (
        (rows["status"] != "cancelled") & rows["promised_at"].notna() & ~(rows["arrived_at"] < rows["event"])
    )
    pending = judgeable & rows["arrived_at"].isna() & (rows["promised_at"] > AS_OF)
    return rows, judgeable & (rows["arrived_at"] <= rows["promised_at"]), judgeable & ~pending, pending


def first_contact() -> Judged:
    rows = pd.read_csv(SAMPLES / "tickets.csv", dtype="str", encoding="utf-8-sig", na_values=["?", "N/A"])
    rows = trimmed(rows.drop_duplicates("ticket_id", keep="last"))
    rows = rows.assign(event=moments(rows["created_at"], "%Y-%m-%d %H:%M:%S"))
    counted = (rows["customer_id"] != "TEST") & rows["solved_at_first_contact"].notna()
    return rows, counted & (rows["solved_at_first_contact"] == "true"), counted, counted & False


def repair() -> Judged:
    rows = visits()
    counted = rows["completed_at"].notna() & rows["first_pass_accepted"].notna()
    return rows, counted & rows["first_pass_accepted"].isin(["true"]), counted, counted & False


PLAIN: dict[str, Callable[[], Judged]] = {
    "response_30s_rate": response,
    "onsite_promise_rate": arrival,
    "fcr_ticket": first_contact,
    "repair_first_pass_rate": repair,
}


def inside(rows: pd.DataFrame, quarter: str) -> pd.Series:
    start, end = map(pd.Timestamp, QUARTERS[quarter])
    return (rows["event"] >= start) & (rows["event"] < end)


@pytest.mark.parametrize("quarter", QUARTERS)
@pytest.mark.parametrize("identifier", PLAIN)
def test_totals(review: Audit, identifier: str, quarter: str) -> None:
    rows, met, counted, pending = PLAIN[identifier]()
    here = inside(rows, quarter)
    found = review.results.grouped()
    row = found[(found["indicator"] == identifier) & (found["period"] == quarter)].iloc[0]
    sums = [int((part & here).sum()) for part in (met, counted, pending)]
    assert [row["numerator"], row["denominator"], row["pending"]] == sums
    assert row["excluded"] == here.sum() - sums[1] - sums[2]
    assert (row["low"], row["high"]) == pytest.approx(tuple(intervals.wilson(*sums[:2])))


@pytest.mark.parametrize("by", [["team"], ["region", "product"], ["month", "region"], ["week"]])
@pytest.mark.parametrize("identifier", PLAIN)
def test_parts(review: Audit, identifier: str, by: list[str]) -> None:
    rows, met, counted, pending = PLAIN[identifier]()
    here = inside(rows, "2026-Q3")
    spans = {"month": rows["event"].dt.strftime("%Y-%m"), "week": rows["event"].dt.strftime("%G-W%V")}
    keys = [spans.get(name, rows.get(name)).rename(name) for name in by]
    parts = pd.DataFrame({"met": met, "counted": counted, "pending": pending, "rows": True})[here].astype(int)
    expected = parts.groupby([key[here] for key in keys], dropna=False).sum()
    found = review.measure(by=by, indicators=[identifier], period="2026-Q3")
    found = found.rename(columns={"period": next((name for name in by if name in spans), "period")})
    columns = ["numerator", "denominator", "pending", "excluded"]
    wanted = expected.assign(excluded=expected["rows"] - expected["counted"] - expected["pending"])
    assert plain(found, by, columns) == plain(
        wanted.reset_index(), by, ["met", "counted", "pending", "excluded"]
    )


def plain(frame: pd.DataFrame, by: list[str], columns: list[str]) -> dict[tuple[str, ...], tuple[int, ...]]:
    rows = frame.to_dict("records")
    return {
        tuple("-" if pd.isna(row[name]) else str(row[name]) for name in by): tuple(
            int(row[name]) for name in columns
        )
        for row in rows
    }


def test_mean_and_survey(review: Audit) -> None:
    ratings = pd.read_csv(SAMPLES / "panel_ratings.csv", na_values=["N/A"])
    event = next(name for name in ratings.columns if name.endswith("_at"))
    here = moments(ratings[event], "%Y-%m-%d %H:%M:%S").between(
        *map(pd.Timestamp, QUARTERS["2026-Q3"]), inclusive="left"
    )
    values = ratings.loc[here, "rating"].dropna()
    row = review.measure(indicators=["panel_score"], period="2026-Q3").iloc[0]
    assert (row["value"], row["denominator"], row["numerator"]) == pytest.approx(
        (values.mean(), len(values), values.sum())
    )
    assert (row["low"], row["high"]) == pytest.approx(
        tuple(intervals.mean_t(values.mean(), values.var(), len(values)))
    )
    surveys = pd.read_excel(
        SAMPLES / "surveys.xlsx", sheet_name="surveys", engine="openpyxl", na_values=["-1", "N/A"]
    )
    sent = next(name for name in surveys.columns if name.endswith("_at"))
    kind = review.standard.kind("survey").time
    times = pd.to_datetime(surveys[kind or sent])
    here = times.between(*map(pd.Timestamp, QUARTERS["2026-Q3"]), inclusive="left") & surveys["score"].notna()
    row = review.measure(indicators=["csat_top2"], period="2026-Q3").iloc[0]
    assert (row["numerator"], row["denominator"]) == ((surveys["score"] >= 4)[here].sum(), here.sum())
