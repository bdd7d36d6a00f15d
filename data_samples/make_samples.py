"""Make the sample records of an invented service organisation, with known causes and known faults in them.

Everything is drawn from one seed, so the same seed gives the same records. What was planted is told in
planted.json (for programs) and README.md (for people); nothing else in the files gives it away.

    python data_samples/make_samples.py --out DIR --scale 1.0 --seed 20260951
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from organisation.causes import causes
from organisation.facts import AS_OF
from organisation.faults import DATES, FILES, spoilt, written
from organisation.records import records

Frame = pd.DataFrame

SEED = 20260951
ISO, TO_THE_MINUTE = "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"

# The columns of each file, in order. What a kind of records links to elsewhere is left out on purpose.
COLUMNS = {
    "ticket": """
        ticket_id created_at accepted_at first_reply_at answered_at dispatched_at contacted_at
        escalated_at planned_at solved_at confirmed_at closed_at reopened_at status service_type
        issue_class tier urgency channel department team agent region zone product customer_id
        customer_class customer_name customer_contact issue_key content result contacts handlings
        solved_at_first_contact exception_registered solvable_at_once marked_solved closure_code
        open_reason next_step need_confirmed plan_made delivered reopened_count""",
    "call": """
        call_id ticket_id offered_at ring_started_at answered_at abandoned_at transfer_requested_at
        agent_joined_at busy channel team agent region product customer_id talk_seconds hold_seconds
        wrap_seconds""",
    "chat": """
        chat_id ticket_id kind offered_at bot_replied_at answered_at registered_at ended_at
        off_hours_label channel team agent region product customer_id""",
    "visit": """
        visit_id ticket_id booking_id reported_at promised_at departed_at checked_in_at signed_in_at
        arrived_at completed_at fault_found_at fault_agreed_at status service_type channel team agent
        region zone urgency product asset_id symptom customer_id customer_class first_pass_accepted
        rework_count special_need special_need_met update_due compensated recorded on_video address""",
    "booking": """
        booking_id requested_at confirmed_at scheduled_at status place content contact special_need
        special_need_met channel team agent region zone product customer_id""",
    "order": """
        order_id ordered_at confirmed_at prepared_at promised_at served_at feedback_at channel team region""",
    "shipment": "shipment_id shipped_at promised_at delayed_at delivered_at team region product",
    "notification": """
        notification_id sent_at kind channel delivered ticket_id call_id chat_id booking_id visit_id
        shipment_id team""",
    "signed_form": "form_id visit_id issued_at signed_at team region",
    "archive": "archive_id visit_id completed_at archived_at required_fields missing_fields team region",
    "survey": """
        survey_id ticket_id visit_id instrument sent_at delivered answered_at score outcome solved
        solved_first_contact recommend effort sentiment channel team agent region product customer_id
        comment""",
    "callback": """
        callback_id called_at ticket_id booking_id visit_id complaint_id reached satisfied accepted
        booking_wrong update_wrong team region""",
    "complaint": """
        complaint_id ticket_id kind cause received_at registered_at contacted_at planned_at resolved_at
        due_at upheld exception_registered outlet service_error satisfied channel department team agent
        region product customer_id customer_name phone text""",
    "inspection": """
        inspection_id inspected_at source ticket_id call_id chat_id visit_id order_id inspector
        second_inspector stratum inclusion_probability industry channel department team agent region
        product meets_standard process_followed badge_shown precautions_explained fault_diagnosed
        plan_confirmed repair_done test_accepted order_matched order_confirmed meal_prepared meal_served
        feedback_asked information_correct banned_phrase customer_upset escalated greeted need_confirmed
        solution_offered seen_off dress_correct badge_worn hygiene_kept attitude_rating node_missed
        tools_correct customer_critical_error business_critical_error compliance_critical_error
        opportunities correct points points_possible""",
    "panel_rating": "rating_id rated_at rater item team rating expected perceived item_weight",
    "roster": """
        roster_id booking_id visit_id starts_at ends_at ready_at available_hours used_hours duty job_type
        skill skill_fits team agent region""",
    "certificate": "certificate_id agent skill valid_from valid_until",
    "tool_issue": "issue_id visit_id issued_at item missing team",
    "equipment": """
        log_id equipment_id logged_at in_service failures available_hours used_hours model team region""",
    "material": """
        use_id visit_id used_at item supplier standard_quantity used_quantity unit_cost team region""",
    "training": "training_id held_at course team agent passed resit_passed attempts",
    "incident": """
        incident_id opened_at resolved_at closed_at due_at status kind severity priority contact_type
        assignment_group team handled_by_plan made_sla reassignment_count reopen_count""",
    "finding": "finding_id found_at due_at closed_at severity description department team",
    "improvement_action": """
        action_id finding_id approved_at started_at due_at closed_at effect_checked_at cause
        cause_reference action indicator segment owner department expected_effect status""",
}
CHAT_HEADERS = {
    "chat_id": "会话编号", "ticket_id": "工单号", "kind": "类型", "offered_at": "进入时间",
    "bot_replied_at": "机器人回复时间", "answered_at": "接入时间", "registered_at": "登记时间",
    "ended_at": "结束时间", "off_hours_label": "非工作时间标注", "channel": "渠道", "team": "团队",
    "agent": "坐席", "region": "区域", "product": "产品", "customer_id": "客户号",
}  # fmt: skip
CHAT_KINDS = {"chat": "会话", "message": "留言"}
VISIT_HEADERS = {
    "visit_id": "上门单号", "ticket_id": "工单号", "reported_at": "报修时间", "promised_at": "约定时间",
    "arrived_at": "到达时间", "completed_at": "完工时间",
}  # fmt: skip


def text(frame: Frame, headers: Mapping[str, str] | None = None, sep: str = ",") -> str:
    """Return the frame as delimited text with headers of its own."""
    return frame.rename(columns=headers or {}).to_csv(index=False, sep=sep, lineterminator="\n")


def packed(content: str) -> bytes:
    """Return text in a gzip file without name or time, which every Python writes alike."""
    target = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=target, mtime=0) as file:
        file.write(content.encode())
    return target.getvalue()


def sheet(path: Path, name: str, frame: Frame, title: str = "") -> None:
    """Write a worksheet with real dates; a title pushes the headers down to row 3."""
    # A fixed date of creation keeps the bytes the same from one run to the next.
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        book.set_properties({"created": AS_OF.to_pydatetime(), "title": name})
        page = book.add_worksheet(name)
        top = 2 if title else 0
        if title:
            page.write_string(0, 0, title)
        for column, header in enumerate(frame.columns):
            page.write_string(top, column, header)
            for row, value in enumerate(frame[header], start=top + 1):
                if not pd.isna(value):
                    put(page, row, column, value)


def put(page: Any, row: int, column: int, value: Any) -> None:
    """Write one cell as what it is: text is never a formula."""
    if isinstance(value, str):
        page.write_string(row, column, value)
    elif isinstance(value, pd.Timestamp):
        page.write_datetime(row, column, value.to_pydatetime())
    elif isinstance(value, bool | np.bool_):
        page.write_boolean(row, column, bool(value))
    else:
        page.write_number(row, column, float(value))


def parquet(path: Path, frame: Frame) -> None:
    """Write a Parquet file without the notes pandas would add about itself."""
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(table, path, compression="zstd", compression_level=12)


def write(out: Path, frames: Mapping[str, Frame]) -> None:
    """Write every kind of records in the form of its own source system."""
    chat = frames["chat"].assign(kind=frames["chat"]["kind"].map(CHAT_KINDS))
    forms: dict[str, Callable[[Path], object]] = {
        "ticket": lambda path: path.write_bytes(text(written(frames["ticket"], ISO)).encode("utf-8-sig")),
        "chat": lambda path: path.write_bytes(
            text(written(chat, DATES["chat"]), CHAT_HEADERS).encode("gb18030")
        ),
        "visit": lambda path: path.write_bytes(text(frames["visit"], VISIT_HEADERS, ";").encode()),
        "survey": lambda path: sheet(path, "surveys", frames["survey"]),
        "complaint": lambda path: sheet(
            path, "投诉", frames["complaint"], "投诉与表扬登记表 2025-07-01 至 2026-09-30"
        ),
    }
    for kind, file in FILES.items():
        path, frame = out / file, frames[kind]
        if kind in forms:
            forms[kind](path)
        elif file.endswith(".parquet"):
            parquet(path, frame)
        elif file.endswith(".gz"):
            path.write_bytes(
                packed(text(written(frame, ISO if kind in ("call", "order") else TO_THE_MINUTE)))
            )
        else:
            path.write_bytes(text(written(frame, ISO)).encode())


def samples(out: Path, scale: float, seed: int) -> dict[str, Any]:
    """Write all files into a folder and return what was planted in them."""
    sound = records(seed, scale)
    made, faults = spoilt(seed, sound)
    told = causes({**made, "visit": sound["visit"]})  # visits are text by now
    frames = {kind: made[kind][names.split()] for kind, names in COLUMNS.items()}
    out.mkdir(parents=True, exist_ok=True)
    write(out, frames)
    planted = {
        "seed": seed,
        "scale": scale,
        "as_of": f"{AS_OF:{ISO}}",
        "rows": {FILES[kind]: len(frame) for kind, frame in frames.items()},
        "causes": sorted(told, key=lambda one: int(one["id"][1:])),
        "faults": sorted(faults, key=lambda one: int(one["id"][1:])),
    }
    written_down = json.dumps(planted, ensure_ascii=False, indent=1)
    (out / "planted.json").write_text(written_down + "\n", encoding="utf-8", newline="\n")
    return planted


def main() -> None:
    """Read the command line and write the samples."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder to write into")
    parser.add_argument(
        "--scale", type=float, default=1.0, help="size against the committed files, 0.5 or more"
    )
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    if given.scale < 0.5:
        parser.error("--scale must be 0.5 or more: fewer rows could not carry the planted faults")
    planted = samples(given.out, given.scale, given.seed)
    print(json.dumps(planted["rows"]))


if __name__ == "__main__":
    main()
