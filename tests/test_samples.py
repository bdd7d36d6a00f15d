"""The committed sample records: what the generator makes, what was planted in them, and their levels.

Everything here is plain pandas on the files as they stand; the workbook has no part in it.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml

from sqaudit.cause_tree import read_trees

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "data_samples"
AS_OF = pd.Timestamp("2026-10-08")
BEGIN, END = pd.Timestamp("2025-07-01"), pd.Timestamp("2026-10-01")
QUARTERS = {"2026-Q2": ("2026-04-01", "2026-07-01"), "2026-Q3": ("2026-07-01", "2026-10-01")}
RUN: dict[str, Any] = yaml.safe_load((ROOT / "params" / "quarterly_review.yaml").read_text(encoding="utf-8"))
KINDS: dict[str, Any] = yaml.safe_load((ROOT / "sqaudit" / "kinds.yaml").read_text(encoding="utf-8"))
FILES = {Path(source["path"]).name: kind for kind, source in RUN["records"].items()}
TEXT_FILES = [file for file in FILES if file.endswith(".csv")]
DATES = {"chats.csv": "%Y/%m/%d %H:%M:%S", "visits.csv": "%d/%m/%Y %H:%M"}
AHEAD = ("promised", "due", "planned", "scheduled", "valid")  # times that lie in the future by their nature


def raw(folder: Path, file: str) -> pd.DataFrame:
    """Read a file as it stands: text stays text, an empty cell is missing and nothing else is."""
    path, source = folder / file, RUN["records"][FILES[file]]
    if file.endswith(".parquet"):
        return pq.read_table(path).to_pandas()
    kept: dict[str, Any] = {"keep_default_na": False, "na_values": [""]}
    if file.endswith(".xlsx"):
        header = source.get("header_row", 1) - 1
        return pd.read_excel(path, sheet_name=source["sheet"], header=header, engine="calamine", **kept)
    encoding, delimiter = source.get("encoding", "utf-8-sig"), source.get("delimiter", ",")
    return pd.read_csv(path, dtype="str", encoding=encoding, sep=delimiter, **kept)


@cache
def committed(file: str) -> pd.DataFrame:
    source = RUN["records"][FILES[file]]
    frame = raw(SAMPLES, file).rename(columns=source.get("columns", {}))
    for name, values in source.get("values", {}).items():
        frame[name] = frame[name].replace(values)
    return frame


@cache
def timed(file: str) -> pd.DataFrame:
    """The committed file with its times read; what cannot be read is missing."""
    frame = committed(file).copy()
    for name in frame.columns:
        if name.endswith("_at") and not pd.api.types.is_datetime64_any_dtype(frame[name]):
            form = {"format": DATES[file]} if file in DATES else {"format": "ISO8601"}
            frame[name] = pd.to_datetime(frame[name], errors="coerce", **form)
    return frame


def of(kind: str) -> pd.DataFrame:
    """The records of a kind with their times read, each exact duplicate once, without test rows."""
    file = next(file for file, name in FILES.items() if name == kind)
    frame = timed(file).drop_duplicates()
    return frame[frame["customer_id"] != "TEST"] if kind == "ticket" else frame


@cache
def planted() -> dict[str, Any]:
    told: dict[str, Any] = json.loads((SAMPLES / "planted.json").read_text(encoding="utf-8"))
    return told


def faults(fault: str, file: str | None = None) -> list[dict[str, Any]]:
    return [one for one in planted()["faults"] if one["id"] == fault and file in (None, one["file"])]


def cause(identifier: str) -> dict[str, Any]:
    (found,) = [one for one in planted()["causes"] if one["id"] == identifier]
    return found


def key(file: str) -> str:
    return str(KINDS[FILES[file]]["key"])


def same_ids(found: pd.Series, told: dict[str, Any]) -> None:
    assert sorted(found) == sorted(told["keys"])
    assert len(found) == told["count"]


def yes(values: pd.Series) -> pd.Series:
    return values.astype("str").str.lower() == "true"


def rate(rows: pd.Series, hit: pd.Series) -> float:
    return float(hit[rows].mean())


def agrees(told: dict[str, Any], rows: pd.Series, hit: pd.Series) -> float:
    """The truth told holds in the files; returns the share of the rows that are hit."""
    assert (int(rows.sum()), int((rows & hit).sum())) == (told["count"], told["hit"])
    return rate(rows, hit)


def test_actions_refer_to_causes_that_stand_in_the_trees() -> None:
    trees = read_trees(SAMPLES / "cause_trees.yaml")
    known = {
        f"{tree.indicator}/{branch}/{'.'.join(map(str, place))}"
        for tree in trees
        for branch, place, _ in tree.walk()
    }
    actions = of("improvement_action").set_index("action_id")
    named = actions["cause_reference"].dropna()
    assert list(named.index) == ["IA000004", "IA000005", "IA000007", "IA000008"]  # P12, P11, P3, P13
    assert set(named) <= known
    assert [one.split("/")[0] for one in named] == list(actions.loc[named.index, "indicator"])


# The generator


@pytest.fixture(scope="module")
def generator() -> Iterator[ModuleType]:
    before = list(sys.path)
    sys.path.insert(0, str(SAMPLES))
    yield importlib.import_module("make_samples")
    sys.path[:] = before


@pytest.fixture(scope="module")
def fresh(generator: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    generator.samples(folder, 1.0, planted()["seed"])
    return folder


@pytest.mark.parametrize("file", FILES)
def test_regenerated_files_hold_the_same_records(fresh: Path, file: str) -> None:
    # Packed files are compared by content: another zlib, XlsxWriter or pyarrow may pack them otherwise.
    pd.testing.assert_frame_equal(raw(fresh, file), raw(SAMPLES, file))


@pytest.mark.parametrize("file", [*TEXT_FILES, "planted.json"])
def test_text_files_are_the_same_to_the_byte(fresh: Path, file: str) -> None:
    digests = {hashlib.sha256((folder / file).read_bytes()).hexdigest() for folder in (fresh, SAMPLES)}
    assert len(digests) == 1


def test_half_the_size_has_half_the_rows_and_every_fault(generator: ModuleType, tmp_path: Path) -> None:
    half, whole = generator.samples(tmp_path, 0.5, 7), planted()
    for file in ("tickets.csv", "calls.csv.gz", "visits.csv", "notifications.parquet"):
        assert half["rows"][file] / whole["rows"][file] == pytest.approx(0.5, abs=0.03), file
    assert [one["id"] for one in half["causes"]] == [one["id"] for one in whole["causes"]]
    fixed = [(one["id"], one["what"], one["count"]) for one in half["faults"]]
    assert fixed == [(one["id"], one["what"], one["count"]) for one in whole["faults"]]


# The files


def test_files_are_small_and_told() -> None:
    assert sum((SAMPLES / file).stat().st_size for file in FILES) < 6_000_000
    assert {file: len(committed(file)) for file in FILES} == planted()["rows"]


def test_every_kind_has_its_file_with_all_columns_that_are_not_found_elsewhere() -> None:
    assert set(FILES.values()) == set(KINDS)
    for file, kind in FILES.items():
        given = {*committed(file).columns, *RUN["records"][kind].get("derived", {})}
        known = KINDS[kind]["columns"]
        assert given <= set(known), file
        lacking = {name for name in known if name not in given}
        assert all({"link", "otherwise"} & set(known[name]) for name in lacking), (file, lacking)


@pytest.mark.parametrize("file", FILES)
def test_no_column_is_empty_and_no_key_is_missing(file: str) -> None:
    frame = committed(file)
    assert frame.notna().any().all(), file
    assert frame[key(file)].notna().all()
    if file != "tickets.csv":
        assert frame[key(file)].is_unique


def test_awkward_forms_of_the_files() -> None:
    assert (SAMPLES / "tickets.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert (SAMPLES / "chats.csv").read_bytes().decode("gb18030").startswith("会话编号,")
    assert "会话" in raw(SAMPLES, "chats.csv")["类型"].tolist()
    assert (SAMPLES / "visits.csv").read_text(encoding="utf-8").startswith("上门单号;工单号;")
    title = pd.read_excel(SAMPLES / "complaints.xlsx", header=None, nrows=1, engine="calamine")
    assert "投诉与表扬登记表" in str(title.iloc[0, 0])


@pytest.mark.parametrize(
    ("kind", "column", "other"),
    [
        ("call", "ticket_id", "ticket"), ("chat", "ticket_id", "ticket"), ("visit", "ticket_id", "ticket"),
        ("visit", "booking_id", "booking"), ("signed_form", "visit_id", "visit"),
        ("archive", "visit_id", "visit"), ("survey", "ticket_id", "ticket"), ("survey", "visit_id", "visit"),
        ("callback", "complaint_id", "complaint"), ("callback", "booking_id", "booking"),
        ("callback", "visit_id", "visit"), ("complaint", "ticket_id", "ticket"),
        ("inspection", "call_id", "call"), ("inspection", "visit_id", "visit"),
        ("inspection", "order_id", "order"), ("inspection", "ticket_id", "ticket"),
        ("notification", "visit_id", "visit"), ("notification", "booking_id", "booking"),
        ("notification", "shipment_id", "shipment"), ("notification", "call_id", "call"),
        ("notification", "ticket_id", "ticket"), ("roster", "visit_id", "visit"),
        ("roster", "booking_id", "booking"), ("tool_issue", "visit_id", "visit"),
        ("material", "visit_id", "visit"), ("improvement_action", "finding_id", "finding"),
        ("roster", "agent", "certificate"),
    ],
)  # fmt: skip
def test_links_lead_to_records_that_are_there(kind: str, column: str, other: str) -> None:
    named = of(kind)[column].dropna()
    there = of(other)[column if other == "certificate" else KINDS[other]["key"]]
    assert len(named)
    assert set(named) <= set(there)


def test_only_lost_chats_are_named_in_vain() -> None:
    numbers = set(of("chat")["chat_id"])
    for kind in ("notification", "inspection"):
        rows = of(kind)
        rows = rows[rows["chat_id"].notna() & ~rows["chat_id"].isin(numbers)]
        event = rows[KINDS[kind]["time"]]
        assert event.between("2026-06-12", "2026-07-20").all()


def test_nothing_happened_after_the_extract() -> None:
    for file in FILES:
        frame = timed(file)
        happened = [n for n in frame.columns if n.endswith("_at") and not any(word in n for word in AHEAD)]
        assert all(not (frame[name] >= AS_OF).any() for name in happened), file


# The organisation


def office(times: pd.Series) -> pd.Series:
    """Office hours by a list of days of its own: 9 to 18, Monday to Friday, holidays and make-up days."""
    holidays = [
        ("2025-10-01", "2025-10-08"), ("2026-01-01", "2026-01-03"), ("2026-02-15", "2026-02-23"),
        ("2026-04-04", "2026-04-06"), ("2026-05-01", "2026-05-05"), ("2026-06-19", "2026-06-21"),
        ("2026-09-25", "2026-09-27"),
    ]  # fmt: skip
    made_up = [
        "2025-09-28",
        "2025-10-11",
        "2026-01-04",
        "2026-02-14",
        "2026-02-28",
        "2026-05-09",
        "2026-09-20",
    ]
    day = times.dt.normalize()
    off = pd.concat([day.between(*span) for span in holidays], axis=1).any(axis=1)
    return (
        ((times.dt.day_of_week < 5) | day.isin(pd.to_datetime(made_up))) & ~off & times.dt.hour.between(9, 17)
    )


def test_twelve_teams_sixty_agents_eight_regions_three_zones_six_products() -> None:
    everything = pd.concat([of(kind) for kind in ("ticket", "call", "chat", "visit", "order", "shipment")])
    teams = set(everything["team"].dropna()) - {"?", "desk a "}
    assert len(teams) == 12
    assert of("certificate")["agent"].nunique() == 60
    assert everything["region"].nunique() == 8
    assert everything["product"].nunique() == 6
    places = of("visit").groupby("region")["zone"].agg(set)
    assert all(zones == {"core", "suburb", "remote"} for zones in places)


def test_seasons_office_hours_and_holidays_shape_demand() -> None:
    call = of("call").query("offered_at >= '2025-07-01'")["offered_at"]
    assert 0.6 < office(call).mean() < 0.9
    daily = call.dt.normalize().value_counts()
    festival = daily.reindex(pd.date_range("2026-02-15", "2026-02-23"), fill_value=0).mean()
    assert festival < 0.5 * daily.mean()
    assert daily[pd.Timestamp("2026-02-28")] > 2 * festival  # a Saturday worked in its stead
    month = call.dt.to_period("M").value_counts()
    assert month[pd.Period("2026-07")] > 1.15 * month[pd.Period("2026-02")]


def test_a_tenth_is_inspected_each_week() -> None:
    drawn = of("inspection")
    rate = drawn.groupby(drawn["stratum"].str.rsplit(" ", n=1).str[0])["inclusion_probability"].agg(
        lambda p: len(p) / (1 / p).sum()
    )
    assert rate[["ticket", "call", "chat", "site", "order"]].between(0.09, 0.2).all()
    assert rate["video"] >= 0.2
    assert drawn.loc[drawn["source"] == "chat", "chat_id"].notna().all()
    assert drawn["inclusion_probability"].between(0, 1).all()


def test_bad_service_is_followed_by_low_scores_complaints_and_compensation() -> None:
    ticket, visit = of("ticket"), of("visit")
    on_time, judged = visit_outcome(visit)
    late = set(visit.loc[judged & ~on_time, "ticket_id"].dropna())
    unsolved = set(ticket.loc[ticket["solved_at_first_contact"] == "false", "ticket_id"])
    slow = of("call")["answered_at"] - of("call")["offered_at"] > pd.Timedelta(seconds=60)
    waited = set(of("call").loc[slow, "ticket_id"].dropna())
    score = of("survey").query("score >= 1").set_index("ticket_id")["score"]
    complained = ticket["ticket_id"].isin(of("complaint").query("kind == 'complaint'")["ticket_id"])
    for bad in (late, unsolved, waited):
        assert (
            score[score.index.isin(bad)].mean()
            < score[~score.index.isin(late | unsolved | waited)].mean() - 0.3
        )
        inside = ticket["ticket_id"].isin(bad)
        assert (
            complained[inside].mean()
            > 2 * complained[~ticket["ticket_id"].isin(late | unsolved | waited)].mean()
        )
    came_late = visit["arrived_at"] > visit["promised_at"]
    assert 0.9 < yes(visit["compensated"])[came_late].mean() < 1
    returns = visit.sort_values("reported_at").dropna(subset=["symptom"])
    again = returns.groupby(["asset_id", "symptom"])["reported_at"].shift(-1).notna()
    assert again[returns["rework_count"].fillna("0") != "0"].mean() > 0.3 > 0.05 > again.mean()


def test_busy_hours_wait_longer() -> None:
    call = of("call").query("'2026-04-01' > offered_at >= '2025-07-01' and answered_at.notna()")
    call = call.assign(wait=(call["answered_at"] - call["offered_at"]).dt.total_seconds())
    per_hour = call.groupby(call["offered_at"].dt.hour)["wait"].agg(["size", "median"])
    busy = per_hour["size"] > per_hour["size"].median()
    assert per_hour.loc[busy, "median"].mean() > 1.05 * per_hour.loc[~busy, "median"].mean()


# Faults of data


def test_d1_duplicates() -> None:
    frame = committed("tickets.csv")
    double = frame[frame["ticket_id"].duplicated(keep=False)]
    alike = frame.duplicated(keep=False)
    same, differing = faults("D1")
    same_ids(double.loc[alike, "ticket_id"].drop_duplicates(), same)
    same_ids(double.loc[~alike, "ticket_id"].drop_duplicates(), differing)


def test_d2_unreadable_dates() -> None:
    text, times = committed("visits.csv"), timed("visits.csv")
    for told in faults("D2"):
        unreadable = text[told["column"]].notna() & times[told["column"]].isna()
        here = unreadable & (text[told["column"]] == told["value"])
        same_ids(text.loc[here, "visit_id"], told)
        assert unreadable.sum() == sum(
            one["count"] for one in faults("D2") if one["column"] == told["column"]
        )


def test_d3_impossible_orders() -> None:
    for file, kind in FILES.items():
        frame, told = timed(file), faults("D3", file)
        found = {
            (earlier, later): ids
            for earlier, later in KINDS[kind].get("orders", [])
            if {earlier, later} <= set(frame.columns)
            and len(ids := frame.loc[frame[later] < frame[earlier], key(file)])
        }
        assert len(found) == len(told), (file, {pair: list(ids[:3]) for pair, ids in found.items()})
        for one in told:
            same_ids(next(iter(found.values())), one)


def test_d4_rows_outside_the_five_quarters() -> None:
    for file in ("tickets.csv", "calls.csv.gz", "chats.csv", "visits.csv", "surveys.xlsx", "complaints.xlsx"):
        frame, told = timed(file), faults("D4", file)
        event = frame[KINDS[FILES[file]]["time"]]
        outside = (event < BEGIN) | (event >= END)
        assert outside.sum() == sum(one["count"] for one in told), file
        for one in told:
            same_ids(frame.loc[outside, key(file)], one)


def test_d5_break_of_the_chat_extract() -> None:
    frame, (told,) = timed("chats.csv"), faults("D5")
    day = frame["offered_at"].dt.normalize()
    inside = day.between(told["from"], told["to"])
    same_ids(frame.loc[inside, "chat_id"], told)
    number = frame["chat_id"].str[1:].astype(int)
    assert number.max() - number.min() + 1 - len(frame) == told["lost"]
    assert day[~inside].value_counts().median() >= 5
    online = of("ticket").query("channel in ('online', 'app')")["created_at"].dt.normalize()
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
    for file in FILES:
        keys = [one for told in planted()["faults"] if told["file"] == file for one in told.get("keys", [])]
        assert len(keys) == len(set(keys)), file


def test_open_cases_are_open() -> None:
    visit, call = of("visit"), of("call")
    waiting = visit["status"] == "scheduled"
    assert visit.loc[waiting, "arrived_at"].isna().all()
    assert (waiting & (visit["promised_at"] > AS_OF)).sum() >= 3
    assert (waiting & (visit["promised_at"] < AS_OF)).sum() >= 1
    assert (visit["status"] == "cancelled").sum() >= 30
    at_home = visit["service_type"] != "reception"
    assert (visit["first_pass_accepted"].notna() == ((visit["status"] == "completed") & at_home)).all()
    reached = call["answered_at"].notna()
    assert (reached.astype(int) + call["abandoned_at"].notna() + yes(call["busy"]) == 1).all()
    voice = of("complaint")
    assert voice.loc[voice["kind"] != "complaint", "contacted_at"].isna().all()


# Causes: the truth told is in the files


def visit_outcome(visit: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Whether a visit came in time, and whether that can be judged at the extract."""
    due = (visit["status"] != "cancelled") & visit["promised_at"].notna()
    judged = due & (visit["arrived_at"].notna() | (visit["promised_at"] <= AS_OF))
    return visit["arrived_at"] <= visit["promised_at"], judged


def home_visits() -> tuple[pd.DataFrame, pd.Series]:
    """Judged visits, and which of them were late."""
    visit = of("visit")
    on_time, judged = visit_outcome(visit)
    return visit[judged], ~on_time[judged]


def waits() -> tuple[pd.DataFrame, pd.Series]:
    """Calls, and which of them nobody answered within 30 seconds."""
    call = of("call")
    return call, ~(call["answered_at"] - call["offered_at"] <= pd.Timedelta(seconds=30))


def test_p1_evenings_of_the_north_since_the_dispatch_change() -> None:
    visit, late = home_visits()
    told, evening = cause("P1"), visit["reported_at"].dt.hour >= 16
    north, after = visit["region"] == "north", visit["reported_at"] >= "2026-08-10"
    assert agrees(told, north & evening & after, late) > 0.6
    assert agrees(told["before"], north & evening & ~after, late) < 0.12
    assert agrees(told["other_hours"], north & ~evening & after, late) < 0.15


def test_p2_monday_rush_since_the_launch() -> None:
    call, slow = waits()
    start, told = call["offered_at"], cause("P2")
    monday = (start.dt.day_of_week == 0) & start.dt.hour.between(9, 10)
    launched, sound = start >= "2026-07-01", start >= BEGIN
    assert agrees(told, monday & launched, slow) > 0.6
    assert agrees(told["before"], monday & ~launched & sound, slow) < 0.25
    assert agrees(told["elsewhere"], ~monday & launched, slow) < 0.12
    assert (call.loc[monday & launched, "product"] == "Dryer D").mean() > 0.4


def test_p3_pumps_of_one_supplier() -> None:
    told = cause("P3")
    used = of("material").merge(of("visit"), on="visit_id", suffixes=("", "_visit"))
    again = used["rework_count"].fillna("0") != "0"
    pump, ruilin = used["item"] == "排水泵", used["supplier"] == "瑞霖配件"
    after = used["reported_at"] >= "2026-07-15"
    assert set(used.loc[pump, "product"]) == {"Washer B"}
    assert agrees(told, pump & ruilin & after, again) > 0.25
    assert agrees(told["before"], pump & ~after, again) < 0.08
    assert agrees(told["elsewhere"], pump & ~ruilin & after, again) < 0.1
    assert agrees(told["other_parts"], ~pump & ruilin & after, again) < 0.1
    washer = of("visit").query("product == 'Washer B' and first_pass_accepted.notna()")
    failed, since = ~yes(washer["first_pass_accepted"]), washer["reported_at"] >= "2026-07-15"
    assert failed[since].mean() > 2 * failed[~since].mean()


def test_p4_the_better_desk() -> None:
    ticket, told = of("ticket"), cause("P4")
    known = ticket.drop_duplicates("ticket_id", keep="last").dropna(subset=["solved_at_first_contact"])
    first = yes(known["solved_at_first_contact"]).groupby(known["team"]).agg(["sum", "size", "mean"])
    assert list(first.loc["Desk B", ["sum", "size"]]) == [told["hit"], told["count"]]
    others = first.loc[["Desk A", "Desk C", "在线一组", "在线二组", "在线三组"], "mean"]
    assert first.loc["Desk B", "mean"] > others.max() + 0.04


def test_p5_newcomers_of_desk_c() -> None:
    ticket, told = of("ticket").dropna(subset=["solved_at_first_contact"]), cause("P5")
    missed, created = ~yes(ticket["solved_at_first_contact"]), ticket["created_at"]
    newcomer = ticket["agent"].isin([f"E{n}" for n in range(16, 21)])
    early = created.between("2026-07-06", "2026-08-31", inclusive="left")
    assert set(ticket.loc[newcomer, "team"]) == {"Desk C"}
    assert created[newcomer].min() >= pd.Timestamp("2026-07-06")
    assert agrees(told, newcomer & early, missed) > 0.5
    assert agrees(told["after"], newcomer & (created >= "2026-08-31"), missed) < 0.35
    elders = (ticket["team"] == "Desk C") & ~newcomer
    assert rate(elders, missed) < 0.3


def test_p6_outage_of_the_app() -> None:
    chat, told = of("chat").query("kind == 'chat'"), cause("P6")
    slow = ~(chat["answered_at"] - chat["offered_at"] <= pd.Timedelta(seconds=30))
    down = chat["offered_at"].between("2026-08-17", "2026-08-29", inclusive="left") & office(
        chat["offered_at"]
    )
    app = chat["channel"] == "app"
    assert agrees(told, app & down, slow) > 0.5
    assert agrees(told["elsewhere"], ~app & down, slow) < 0.15
    before = chat["offered_at"].between("2026-07-01", "2026-08-17", inclusive="left") & office(
        chat["offered_at"]
    )
    assert agrees(told["before"], app & before, slow) < 0.1
    emergency = of("incident").query("kind == 'system_outage' and '2026-08-17' <= opened_at < '2026-08-18'")
    assert len(emergency) == 1


def test_p7_storm_over_the_outskirts_of_the_southeast() -> None:
    visit, late = home_visits()
    told, days = cause("P7"), visit["reported_at"].between("2026-07-20", "2026-07-26", inclusive="left")
    place = (visit["region"] == "southeast") & visit["zone"].isin(["suburb", "remote"])
    assert agrees(told, place & days, late) > 0.7
    assert agrees(told["elsewhere"], ~place & days, late) < 0.2
    usual = (place & ~days).sum() / 451 * 6  # as many days
    assert (place & days).sum() > 5 * usual
    assert (of("incident")["kind"] == "storm").sum() == 9


def test_p8_arrival_by_signature_in_the_west() -> None:
    visit, late = home_visits()
    told, west = cause("P8"), visit["team"] == "Repair West"
    since = visit["arrived_at"] >= "2026-08-01"
    assert agrees(told, west & since, late) > 0.25
    assert agrees(told["before"], west & (visit["arrived_at"] < "2026-08-01"), late) < 0.1
    unlocated = visit["checked_in_at"].isna() & visit["arrived_at"].notna()
    assert (west & since & unlocated).sum() == told["without_position"]
    assert rate(west & since, unlocated) > 0.85
    assert rate(~(west & since), unlocated) < 0.03
    lag = (visit["signed_in_at"] - visit["checked_in_at"]).dt.total_seconds() / 60
    assert lag.median() > 20  # a signature comes that much later than the van


def test_p9_more_new_customers_served_as_before() -> None:
    told = cause("P9")
    ticket = of("ticket").dropna(subset=["solved_at_first_contact"])
    ticket = ticket.query("'2026-04-01' <= created_at < '2026-10-01'")
    fresh = ticket["agent"].isin([f"E{n}" for n in range(16, 21)]) & (ticket["created_at"] < "2026-08-31")
    ticket = ticket[~fresh & ticket["customer_class"].isin(["new", "existing"])]
    first, new = yes(ticket["solved_at_first_contact"]), ticket["customer_class"] == "new"
    now = ticket["created_at"] >= "2026-07-01"
    assert new[now].mean() - new[~now].mean() > 0.15
    assert abs(agrees(told, now & new, first) - agrees(told["before"], ~now & new, first)) < 0.03
    served = agrees(told["existing"], now & ~new, first), agrees(told["existing_before"], ~now & ~new, first)
    assert abs(served[0] - served[1]) < 0.02
    assert served[0] > rate(now & new, first) + 0.06


def test_p10_replies_just_inside_the_limit() -> None:
    chat, told = of("chat").query("kind == 'chat'"), cause("P10")
    wait = (chat["answered_at"] - chat["offered_at"]).dt.total_seconds()
    just, since = wait.between(26, 30), chat["offered_at"] >= "2026-04-01"
    team = chat["team"] == "在线三组"
    assert agrees(told, team & since, just) > 2 * agrees(told["before"], team & ~since, just)
    assert agrees(told["elsewhere"], ~team & since, just) < 0.08
    after = wait.between(30, 34, inclusive="right")
    assert (team & since & just).sum() > 10 * (team & since & after).sum()


def test_p11_to_p13_measures_that_worked_did_not_and_began_last_week() -> None:
    action = of("improvement_action").set_index(["indicator", "segment"])
    call, slow = waits()
    start, monday = call["offered_at"], call["offered_at"].dt.day_of_week == 0
    ordinary = (start >= BEGIN) & ~(monday & start.dt.hour.between(9, 10))
    desk, told = call["team"].str.strip().str.lower() == "desk a", cause("P11")
    after = start >= action.loc[("response_30s_rate", "team=Desk A"), "started_at"].normalize()
    assert agrees(told["before"], desk & ordinary & ~after, slow) > 0.18
    assert agrees(told, desk & ordinary & after, slow) < 0.1

    visit, late = home_visits()
    told, east = cause("P12"), visit["region"] == "east"
    after = (
        visit["reported_at"] >= action.loc[("onsite_promise_rate", "region=east"), "started_at"].normalize()
    )
    assert abs(agrees(told, east & after, late) - agrees(told["before"], east & ~after, late)) < 0.04

    last = action.loc[("onsite_promise_rate", "region=north")]
    assert last["started_at"] >= AS_OF - pd.Timedelta(days=7)
    assert (last["status"], cause("P13")["count"]) == ("in_progress", 0)


def test_every_sort_of_cause_is_planted() -> None:
    sorts = {one["sort"] for one in planted()["causes"]}
    assert {"people", "process", "tools", "material", "environment", "measurement", "mix shift"} <= sorts
    assert [one["id"] for one in planted()["causes"]] == [f"P{n}" for n in range(1, 14)]


# Levels


def headline(quarter: str) -> dict[str, tuple[int, int]]:
    """The seven indicators by plain pandas, on all rows of the quarter that can be judged."""
    begin, end = QUARTERS[quarter]

    def part(kind: str) -> pd.DataFrame:
        frame = of(kind)
        event = frame[KINDS[kind]["time"]]
        return frame[(event >= begin) & (event < end)]

    def counted(hit: pd.Series, eligible: pd.Series) -> tuple[int, int]:
        return int((hit & eligible).sum()), int(eligible.sum())

    spoken = pd.concat([part(kind)[["offered_at", "answered_at"]] for kind in ("call", "chat")])
    quick = spoken["answered_at"] - spoken["offered_at"] <= pd.Timedelta(seconds=30)
    visit, voice, survey = part("visit"), part("complaint"), part("survey")
    ticket = part("ticket").drop_duplicates("ticket_id", keep="last")
    followed = part("inspection")["process_followed"].dropna().astype(bool)
    first, accepted = ticket["solved_at_first_contact"], visit["first_pass_accepted"]
    contacted = voice["contacted_at"] - voice["received_at"] <= pd.Timedelta(hours=24)
    return {
        "response_30s_rate": (int(quick.sum()), len(quick)),
        "onsite_promise_rate": counted(*visit_outcome(visit)),
        "fcr_ticket": counted(first == "true", first.notna()),
        "repair_first_pass_rate": counted(accepted == "true", accepted.notna()),
        "process_compliance_rate": (int(followed.sum()), len(followed)),
        "csat_top2": counted(survey["score"] >= 4, survey["score"] >= 1),
        "complaint_response_24h": counted(contacted, voice["kind"] == "complaint"),
    }


@pytest.mark.parametrize(
    ("indicator", "second", "third"),
    [
        ("response_30s_rate", (0.89, 0.91), (0.84, 0.87)),
        ("onsite_promise_rate", (0.91, 0.94), (0.79, 0.82)),
        ("fcr_ticket", (0.83, 0.85), (0.79, 0.81)),
        ("repair_first_pass_rate", (0.95, 0.98), (0.94, 0.97)),
        ("process_compliance_rate", (0.95, 0.98), (0.95, 0.98)),
        ("csat_top2", (0.75, 0.87), (0.75, 0.87)),
        ("complaint_response_24h", (0.90, 0.99), (0.90, 0.99)),
    ],
)
def test_headline_levels(indicator: str, second: tuple[float, float], third: tuple[float, float]) -> None:
    for quarter, (low, high) in zip(QUARTERS, (second, third), strict=True):
        hits, eligible = headline(quarter)[indicator]
        assert low <= hits / eligible <= high, quarter


# The README


def table_rows(identifiers: str) -> list[list[str]]:
    lines = (SAMPLES / "README.md").read_text(encoding="utf-8").splitlines()
    rows = [
        [cell.strip(" `") for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| ")
    ]
    return [row for row in rows if row[0][:1] == identifiers and row[0][1:].isdigit()]


def test_readme_tells_every_fault_with_its_count() -> None:
    told = [(row[0], row[1], int(row[3].split()[0])) for row in table_rows("D")]
    assert sorted(told) == sorted((one["id"], one["file"], one["count"]) for one in planted()["faults"])


def test_readme_tells_every_cause_with_its_count() -> None:
    told = [(row[0], row[1], row[4]) for row in table_rows("P")]
    truth = [
        (one["id"], one["sort"], f"{one['hit']} of {one['count']} {one['hit_is']}")
        for one in planted()["causes"]
    ]
    assert told == truth


def test_readme_tells_the_headline_and_the_rows() -> None:
    told = (SAMPLES / "README.md").read_text(encoding="utf-8")
    for indicator in headline("2026-Q2"):
        cells = [
            f"{n} / {d} = {n / d:.1%}" for n, d in (headline(quarter)[indicator] for quarter in QUARTERS)
        ]
        assert f"| `{indicator}` | {cells[0]} | {cells[1]} |" in told
    for file, rows in planted()["rows"].items():
        assert f"| {file} | {FILES[file]} | {rows} |" in told
