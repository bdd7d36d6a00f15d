"""Personal data within texts is masked before a sample is stored; days and order numbers are not."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sqaudit import personal
from sqaudit.samples import free_text, read_sample
from sqaudit.samples.free_text import masked_text, masked_texts
from tests.samples.conftest import Drawing


@pytest.mark.parametrize(
    "number",
    [
        "13800138000", "138 0013 8000", "138-0013-8000", "+86 13800138000", "008613800138000",
        "１３８００１３８０００", "0571-88886666", "(010) 62345678", "400-820-8820", "+44 20 7946 0958",
        "(212) 555-0147", "110101199003078515", "11010119900307851X", "6222 0212 3456 7890 123",
        "li.wei+1@example.com.cn", "li＠example．com",
    ],
)  # fmt: skip
@pytest.mark.parametrize("around", ["电话{}，谢谢", "call {} today", "{}"])
def test_what_is_personal_by_its_form_is_masked(number: str, around: str) -> None:
    assert masked_text(around.format(number)) == around.format("***")


@pytest.mark.parametrize(
    "text",
    [
        "", "到场 2026-07-01 09:30:00", "20260701093000", "order 2026100100123456", "WO-20261001-00123",
        "3.5 h, 120 km, 99.95 %", "@home", "a 1,234,567.89", "第12次", "192.168.10.20",
    ],
)  # fmt: skip
def test_everything_else_stays(text: str) -> None:
    assert masked_text(text) == text


def test_only_texts_change_and_missing_ones_stay_missing() -> None:
    frame = pd.DataFrame({"content": ["a@b.cn", None], "number": [13800138000, 1], "other": ["a@b.cn", ""]})
    masked = masked_texts(frame, ["content", "number", "absent"])
    assert masked["content"].isna().tolist() == [False, True]
    assert masked["content"][0] == free_text.MASK == personal.MASK
    assert masked[["number", "other"]].equals(frame[["number", "other"]])
    assert list(masked.dtypes) == list(frame.dtypes)


@pytest.mark.parametrize("shown", [False, True])
def test_a_stored_sample_holds_no_telephone_number_within_a_text(
    take: Drawing, run_file: Path, shown: bool
) -> None:
    visits = pd.read_csv(run_file.with_name("visits.csv"), dtype=str)
    visits["content"] = "请回电 " + visits["phone"]
    visits.to_csv(run_file.with_name("visits.csv"), index=False)
    if shown:
        text = run_file.read_text(encoding="utf-8")
        run_file.write_text(f"{text}show_personal_data: true\n", encoding="utf-8")
    sample = read_sample(take(columns=["content"]).folder or "")
    for cases in (sample.cases, sample.reserve):
        assert set(cases["content"]) == {"请回电 13800000000" if shown else "请回电 ***"}
