"""The committed sample records: what the generator makes, what was planted in them, and their levels."""

from __future__ import annotations

import gzip
import importlib.util
import json
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "data_samples"
AS_OF = pd.Timestamp("2026-10-08")
QUARTERS = {"2026-Q2": ("2026-04-01", "2026-07-01"), "2026-Q3": ("2026-07-01", "2026-10-01")}
TEXT_FILES = ["tickets.csv", "calls.csv.gz", "chats.csv", "visits.csv", "panel_ratings.csv"]
KINDS = {
    "tickets.csv": "ticket",
    "calls.csv.gz": "call",
    "chats.csv": "chat",
    "visits.csv": "visit",
    "surveys.xlsx": "survey",
    "complaints.xlsx": "complaint",
    "inspections.parquet": "inspection",
    "panel_ratings.csv": "panel_rating",
}
CHAT_HEADERS = {
    "会话编号": "chat_id",
    "进入时间": "offered_at",
    "接入时间": "answered_at",
    "结束时间": "ended_at",
    "渠道": "channel",
    "团队": "team",
    "坐席": "agent",
    "区域": "region",
    "产品": "product",
}
VISIT_HEADERS = {
    "上门单号": "visit_id",
    "工单号": "ticket_id",
    "报修时间": "reported_at",
    "约定时间": "promised_at",
    "到达时间": "arrived_at",
    "完工时间": "completed_at",
}


@cache
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_samples", ROOT / "data_samples" / "make_samples.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def raw(folder: Path, file: str) -> pd.DataFrame:
    """Read a file as it stands: text stays text, an empty cell is missing and nothing else is."""
    path = folder / file
    if file == "inspections.parquet":
        return pq.read_table(path).to_pandas()
    kept: dict[str, Any] = {"keep_default_na": False, "na_values": [""]}
    sheet: dict[str, Any] = {"engine": "calamine", **kept}
    if file == "surveys.xlsx":
        return pd.read_excel(path, sheet_name="surveys", **sheet)
    if file == "complaints.xlsx":
        return pd.read_excel(path, sheet_name="投诉", header=2, **sheet)
    how: dict[str, dict[str, Any]] = {
        "tickets.csv": {"encoding": "utf-8-sig"},
        "calls.csv.gz": {"compression": "gzip"},
        "chats.csv": {"encoding": "gb18030"},
        "visits.csv": {"sep": ";"},
    }
    frame = pd.read_csv(path, dtype="str", **kept, **how.get(file, {}))
    return frame.rename(columns={"chats.csv": CHAT_HEADERS, "visits.csv": VISIT_HEADERS}.get(file, {}))


@cache
def committed(file: str) -> pd.DataFrame:
    return raw(SAMPLES, file)


@cache
def timed(file: str) -> pd.DataFrame:
    """The committed file with its times read; what cannot be read is missing."""
    pattern = {"chats.csv": "%Y/%m/%d %H:%M:%S", "visits.csv": "%d/%m/%Y %H:%M"}.get(
        file, "%Y-%m-%d %H:%M:%S"
    )
    frame = committed(file).copy()
    for name in frame.columns:
        if name.endswith("_at") and not pd.api.types.is_datetime64_any_dtype(frame[name]):
            frame[name] = pd.to_datetime(frame[name], format=pattern, errors="coerce")
    return frame


@cache
def planted() -> dict[str, Any]:
    told: dict[str, Any] = json.loads((SAMPLES / "planted.json").read_text(encoding="utf-8"))
    return told


def faults(fault: str, file: str | None = None) -> list[dict[str, Any]]:
    return [one for one in planted()["faults"] if one["id"] == fault and file in (None, one["file"])]


def key(file: str) -> str:
    return str(committed(file).columns[0])


def same_ids(found: pd.Series, told: dict[str, Any]) -> None:
    assert sorted(found) == sorted(told["keys"])
    assert len(found) == told["count"]


def visit_outcome(visit: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Whether a visit came in time, and whether that can be judged at the extract."""
    due = (visit["status"] != "cancelled") & visit["promised_at"].notna()
    judged = due & (visit["arrived_at"].notna() | (visit["promised_at"] <= AS_OF))
    return visit["arrived_at"] <= visit["promised_at"], judged


def headline(quarter: str) -> dict[str, tuple[int, int]]:
    """The seven indicators by plain pandas, on all rows of the quarter that can be judged."""
    begin, end = QUARTERS[quarter]

    def part(file: str) -> pd.DataFrame:
        frame = timed(file)
        event = frame[next(name for name in frame.columns if name.endswith("_at"))]
        return frame[(event >= begin) & (event < end)].drop_duplicates()

    def counted(hit: pd.Series, eligible: pd.Series) -> tuple[int, int]:
        return int((hit & eligible).sum()), int(eligible.sum())

    spoken = pd.concat([part(file)[["offered_at", "answered_at"]] for file in ("calls.csv.gz", "chats.csv")])
    quick = spoken["answered_at"] - spoken["offered_at"] <= pd.Timedelta(seconds=30)
    visit, ticket, voice = part("visits.csv"), part("tickets.csv"), part("complaints.xlsx")
    survey, inspection = part("surveys.xlsx"), part("inspections.parquet")
    first, accepted = ticket["solved_at_first_contact"], visit["first_pass_accepted"]
    contacted = voice["contacted_at"] - voice["received_at"] <= pd.Timedelta(hours=24)
    return {
        "response_30s_rate": (int(quick.sum()), len(quick)),
        "onsite_promise_rate": counted(*visit_outcome(visit)),
        "fcr_ticket": counted(first == "true", first.notna() & (ticket["customer_id"] != "TEST")),
        "repair_first_pass_rate": counted(accepted == "true", accepted.notna()),
        "process_compliance_rate": (int(inspection["process_followed"].sum()), len(inspection)),
        "csat_top2": counted(survey["score"] >= 4, survey["score"] >= 1),
        "complaint_response_24h": counted(contacted, voice["kind"] == "complaint"),
    }


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    generator().samples(folder, 1.0, planted()["seed"])
    return folder


@pytest.mark.parametrize("file", KINDS)
def test_regenerated_files_hold_the_same_records(fresh: Path, file: str) -> None:
    # Packed files are compared by content: another zlib, XlsxWriter or pyarrow may pack them otherwise.
    pd.testing.assert_frame_equal(raw(fresh, file), committed(file))


@pytest.mark.parametrize("file", [*TEXT_FILES, "planted.json"])
def test_regenerated_text_is_the_same_to_the_byte(fresh: Path, file: str) -> None:
    unpack = gzip.decompress if file.endswith(".gz") else bytes
    assert unpack((fresh / file).read_bytes()) == unpack((SAMPLES / file).read_bytes())


def test_same_libraries_make_the_same_bytes(fresh: Path, tmp_path: Path) -> None:
    generator().samples(tmp_path, 1.0, planted()["seed"])
    for path in fresh.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_gzip_carries_no_time() -> None:
    assert (SAMPLES / "calls.csv.gz").read_bytes()[4:8] == bytes(4)


def test_another_seed_and_size_carry_the_same_faults(tmp_path: Path) -> None:
    def told(found: dict[str, Any]) -> list[tuple[str, str, str, int]]:
        return [(x["id"], x["file"], x["what"], x["count"]) for x in found["faults"] if x["id"][0] == "D"]

    other = generator().samples(tmp_path, 0.5, 7)
    assert told(other) == told(planted())
    assert other["rows"]["visits.csv"] == planted()["rows"]["visits.csv"] / 2


def test_committed_size() -> None:
    assert sum(path.stat().st_size for path in SAMPLES.iterdir() if path.is_file()) < 2_200_000


@pytest.mark.parametrize(("file", "kind"), KINDS.items())
def test_columns_are_those_of_the_kind(file: str, kind: str) -> None:
    kinds = yaml.safe_load((ROOT / "sqaudit" / "kinds.yaml").read_text(encoding="utf-8"))
    assert set(committed(file).columns) <= set(kinds[kind]["columns"])
    assert {kinds[kind]["key"], kinds[kind]["time"]} <= set(committed(file).columns)


def test_encodings_and_headers_are_the_documented_ones() -> None:
    assert (SAMPLES / "tickets.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    chats = (SAMPLES / "chats.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        chats.decode("utf-8")
    assert chats.decode("gb18030").splitlines()[0] == ",".join(CHAT_HEADERS)
    visits = (SAMPLES / "visits.csv").read_text(encoding="utf-8").splitlines()[0]
    assert visits.startswith(";".join(VISIT_HEADERS) + ";status;")
    title = pd.read_excel(SAMPLES / "complaints.xlsx", sheet_name="投诉", header=None, engine="calamine")
    assert "登记表" in title.iloc[0, 0]
    assert title.iloc[1].isna().all()
    assert title.iloc[2, 0] == "complaint_id"


@pytest.mark.parametrize("file", KINDS)
def test_row_counts(file: str) -> None:
    assert len(committed(file)) == planted()["rows"][file]


def test_d1_double_ids() -> None:
    frame, (exact, differing) = committed("tickets.csv"), faults("D1")
    same_ids(frame.loc[frame.duplicated(), "ticket_id"], exact)
    once = frame.drop_duplicates()
    same_ids(once.loc[once["ticket_id"].duplicated(), "ticket_id"], differing)
    for file in set(KINDS) - {"tickets.csv"}:
        assert committed(file)[key(file)].is_unique, file


def test_d2_unreadable_dates() -> None:
    text = committed("visits.csv")
    for told in faults("D2"):
        same_ids(text.loc[text[told["column"]] == told["value"], "visit_id"], told)
    for file in KINDS:
        unread = committed(file).notna() & timed(file).isna()
        lost = unread.to_numpy().sum()
        assert lost == sum(told["count"] for told in faults("D2", file)), file


def test_d3_impossible_orders_are_the_only_ones() -> None:
    kinds = yaml.safe_load((ROOT / "sqaudit" / "kinds.yaml").read_text(encoding="utf-8"))
    for file, kind in KINDS.items():
        frame = timed(file)
        pairs = kinds[kind].get("orders", [])
        wrong = {(a, b): frame.loc[frame[b] < frame[a], key(file)] for a, b in pairs}
        found = {pair: ids for pair, ids in wrong.items() if len(ids)}
        assert len(found) == len(faults("D3", file)), file
        for told in faults("D3", file):
            same_ids(next(iter(found.values())), told)


def test_d4_rows_outside_both_quarters() -> None:
    for file in KINDS:
        frame = timed(file)
        event = frame[next(name for name in frame.columns if name.endswith("_at"))]
        outside = (event < QUARTERS["2026-Q2"][0]) | (event >= QUARTERS["2026-Q3"][1])
        assert outside.sum() == sum(told["count"] for told in faults("D4", file)), file
        for told in faults("D4", file):
            same_ids(frame.loc[outside, key(file)], told)


def test_d5_break_of_the_chat_extract() -> None:
    frame, (told,) = timed("chats.csv"), faults("D5")
    day = frame["offered_at"].dt.normalize()
    same_ids(frame.loc[day.between(told["from"], told["to"]), "chat_id"], told)
    number = frame["chat_id"].str[1:].astype(int)
    assert number.max() - number.min() + 1 - len(frame) == told["lost"]
    assert day[~day.between(told["from"], told["to"])].value_counts().median() >= 5
    online = timed("tickets.csv").query("channel == 'online'")["created_at"].dt.normalize()
    assert online.between(told["from"], told["to"]).sum() > 30


def test_d6_to_d9_values_in_the_text() -> None:
    for told in faults("D6") + faults("D7") + faults("D8") + faults("D9"):
        frame = committed(told["file"])
        same_ids(frame.loc[frame[told["column"]] == told["value"], key(told["file"])], told)


def test_d7_minus_one_stands_only_where_nothing_was_answered() -> None:
    frame = timed("surveys.xlsx")
    assert frame.loc[frame["score"] == -1, "answered_at"].isna().all()
    assert frame["score"].dropna().isin([-1, 1, 2, 3, 4, 5]).all()


def test_no_row_carries_two_faults() -> None:
    for file in KINDS:
        keys = [one for told in planted()["faults"] if told["file"] == file for one in told.get("keys", [])]
        assert len(keys) == len(set(keys)), file


def test_nothing_happened_after_the_extract() -> None:
    for file in KINDS:
        frame = timed(file)
        happened = [name for name in frame.columns if name.endswith("_at") and name != "promised_at"]
        assert (frame[happened].max() < AS_OF).all(), file


def test_open_cases_are_open() -> None:
    visit, call = timed("visits.csv"), timed("calls.csv.gz")
    waiting = visit["status"] == "scheduled"
    assert visit.loc[waiting, "arrived_at"].isna().all()
    assert (waiting & (visit["promised_at"] > AS_OF)).sum() >= 3
    assert (waiting & (visit["promised_at"] < AS_OF)).sum() >= 3
    assert (visit["status"] == "cancelled").sum() >= 30
    assert (visit["first_pass_accepted"].notna() == (visit["status"] == "completed")).all()
    assert (call["answered_at"].isna() == call["abandoned_at"].notna()).all()
    assert call["abandoned_at"].notna().sum() >= 30
    voice = timed("complaints.xlsx")
    assert voice.loc[voice["kind"] != "complaint", "contacted_at"].isna().all()


def test_p1_north_suburb_after_the_dispatch_change() -> None:
    visit, (told,) = timed("visits.csv"), faults("P1")
    on_time, judged = visit_outcome(visit)
    place = (visit["region"] == "north") & (visit["zone"] == "suburb")
    after = visit["reported_at"] >= "2026-08-10"
    assert (place & after).sum() == told["count"]
    assert (place & after & judged & ~on_time).sum() == told["late"]
    assert on_time[judged & place & after].mean() < 0.35
    assert on_time[judged & place & ~after].mean() > 0.82
    rest = on_time[judged & ~place].groupby(after[judged & ~place]).mean()
    assert abs(rest[True] - rest[False]) < 0.04


def test_p2_monday_rush_since_the_launch() -> None:
    call, (told,) = timed("calls.csv.gz"), faults("P2")
    start = call["offered_at"]
    quick = call["answered_at"] - start <= pd.Timedelta(seconds=30)
    monday, launched = (start.dt.day_of_week == 0) & start.dt.hour.between(9, 10), start >= "2026-07-01"
    assert (monday & launched).sum() == told["count"]
    assert (monday & launched & ~quick).sum() == told["not_within_30s"]
    assert quick[monday & launched].mean() < 0.45
    assert quick[monday & ~launched].mean() > 0.8
    assert abs(quick[~monday & launched].mean() - quick[~monday & ~launched].mean()) < 0.03
    assert (call.loc[monday & launched, "product"] == "Dryer D").mean() > 0.4


def test_p3_rework_since_the_bad_batch() -> None:
    visit, (told,) = timed("visits.csv"), faults("P3")
    done = visit[visit["status"] == "completed"]
    accepted = done["first_pass_accepted"]
    again = accepted == "false"
    assert (again == (done["rework_count"].fillna("0") != "0")).all()
    team, batch = done["team"] == "Repair East", done["completed_at"] >= "2026-09-01"
    assert (team & batch).sum() == told["count"]
    assert (team & batch & again).sum() == told["reworked"]
    assert again[team & batch].mean() > 0.15
    assert again[team & ~batch].mean() < 0.08
    assert again[~team & batch].mean() < 0.08


def test_p4_the_better_desk() -> None:
    ticket, (told,) = committed("tickets.csv"), faults("P4")
    known = ticket[ticket["solved_at_first_contact"].notna()]
    first = (known["solved_at_first_contact"] == "true").groupby(known["team"]).agg(["sum", "size", "mean"])
    assert list(first.loc["Desk B", ["sum", "size"]]) == [told["at_first_contact"], told["count"]]
    others = first.loc[["Desk A", "在线一组", "在线二组"], "mean"]
    assert first.loc["Desk B", "mean"] > others.max() + 0.05


@pytest.mark.parametrize(
    ("indicator", "second", "third"),
    [
        ("response_30s_rate", (0.90, 0.92), (0.87, 0.89)),
        ("onsite_promise_rate", (0.86, 0.88), (0.75, 0.77)),
        ("fcr_ticket", (0.80, 0.84), (0.81, 0.84)),
        ("repair_first_pass_rate", (0.945, 0.97), (0.94, 0.95)),
        ("process_compliance_rate", (0.95, 0.98), (0.945, 0.97)),
        ("csat_top2", (0.75, 0.87), (0.75, 0.87)),
        ("complaint_response_24h", (0.88, 0.97), (0.86, 0.96)),
    ],
)
def test_headline_levels(indicator: str, second: tuple[float, float], third: tuple[float, float]) -> None:
    for quarter, (low, high) in zip(QUARTERS, (second, third), strict=True):
        hits, eligible = headline(quarter)[indicator]
        assert low <= hits / eligible <= high, quarter


def test_readme_tells_every_fault_with_its_count() -> None:
    lines = (SAMPLES / "README.md").read_text(encoding="utf-8").splitlines()
    rows = [
        [cell.strip(" `") for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| ")
    ]
    told = [
        (row[0], row[1], int(row[3].split()[0]))
        for row in rows
        if row[0][:1] in "PD" and row[0][1:].isdigit()
    ]
    assert sorted(told) == sorted((one["id"], one["file"], one["count"]) for one in planted()["faults"])


def test_readme_tells_the_headline() -> None:
    told = (SAMPLES / "README.md").read_text(encoding="utf-8")
    for indicator in headline("2026-Q2"):
        cells = [
            f"{n} / {d} = {n / d:.1%}" for n, d in (headline(quarter)[indicator] for quarter in QUARTERS)
        ]
        assert f"| `{indicator}` | {cells[0]} | {cells[1]} |" in told
