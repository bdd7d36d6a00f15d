"""Words that go with low scores: cut and masked as they should be, weighed by hand, silent by chance."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from sqaudit.causes.reasons import log_odds, reasons
from sqaudit.causes.words_in_text import words_of
from sqaudit.errors import FrameError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("不太满意，退款慢", ["不太满意", "退款", "慢"]),
        ("没有解决问题", ["没有解决问题"]),
        ("Couldn't fix it, didn't even call back", ["not fix", "not call", "back"]),
        ("ＷＩＦＩ　坏了 路由器 Router broken", ["wifi", "坏", "路由器", "router", "broken"]),
        ("态度差，等了3小时", ["态度", "差", "小时"]),
        ("小程序打不开", ["程序", "打不开"]),
        ("的了是", []),
        ("", []),
    ],
)
def test_words_of_either_language(text: str, expected: list[str]) -> None:
    assert words_of(text) == expected


@pytest.mark.parametrize(
    "personal",
    [
        "王师傅", "欧阳李女士", "小王", "老李", "陈总", "张建国先生", "我叫赵子龙", "联系人李小明",
        "138-0013-8000", "13800138000", "+86 138 0013 8000", "010-62345678", "11010519491231002X",
        "6222 0212 3456 7890 123", "a.b@c.com", "https://x.cn/u/42", "京A12345", "Mr. John Smith", "Ms Li",
    ],
)  # fmt: skip
def test_personal_data_never_become_words(personal: str) -> None:
    words = words_of(f"退款慢，{personal}，态度恶劣")
    assert [word for word in words if word != "欧阳"] == ["退款", "慢", "态度恶劣"]  # 欧阳 is half a name


def test_names_that_the_records_know_are_hidden() -> None:
    assert words_of("诸葛亮很慢，孔明也慢", hidden=["孔明", "诸葛亮"]) == ["慢", "慢"]


def test_log_odds_by_hand() -> None:
    """20 of 100 against 10 of 100 with ten remarks of prior: (21.5 / 88.5) / (11.5 / 98.5)."""
    ratio, z = log_odds(np.array([20.0]), 100, np.array([10.0]), 100, prior=10)
    by_hand = math.log((21.5 / 88.5) / (11.5 / 98.5))
    assert ratio[0] == pytest.approx(by_hand)
    assert z[0] == pytest.approx(by_hand / math.sqrt(1 / 21.5 + 1 / 88.5 + 1 / 11.5 + 1 / 98.5))
    _, rare = log_odds(np.array([1.0]), 100, np.array([0.0]), 100)  # infinite odds without a prior
    _, common = log_odds(np.array([40.0]), 100, np.array([20.0]), 100)
    assert 0 < rare[0] < 1.5 < common[0]


def remarks_of(seed: int, cases: int, extra: float) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    topics = ["师傅迟到", "价格贵", "电话打不通", "配件缺货", "very slow", "态度差", "重复维修", "发票问题"]
    group = rng.random(cases) < 0.3
    texts = []
    for low in group:
        chosen = list(rng.choice(topics, 2, replace=False))
        if low and rng.random() < extra:
            chosen.append("二次上门")
        texts.append("，".join(chosen))
    return pd.DataFrame({"key": [f"T{place:04d}" for place in range(cases)], "text": texts, "group": group})


def test_a_planted_reason_is_found_with_its_records() -> None:
    remarks = remarks_of(1, 400, 0.4)
    found = reasons(remarks)
    assert found.table.loc[found.table["telling"], "word"].str.contains("二次|上门").all()
    first = found.table.iloc[0]
    with_word = remarks[remarks["text"].str.contains("二次上门")]
    assert first["texts"] == len(with_word)
    assert first["examples"] == tuple(with_word["key"].sort_values().head(5))
    assert found.notes == ("evidence_never_alone",)


def test_where_nothing_differs_hardly_anything_is_telling() -> None:
    false = sum(reasons(remarks_of(seed, 200, 0.0)).table["telling"].any() for seed in range(50))
    assert false <= 5


def test_a_word_said_twice_counts_once_and_rare_words_are_left_out() -> None:
    remarks = pd.DataFrame(
        {
            "key": range(60),
            "group": [True] * 30 + [False] * 30,
            "text": ["慢 慢 慢 退款"] * 30 + ["还好"] * 30,
        }
    )
    remarks.loc[:3, "text"] = "罕见词汇 慢"
    found = reasons(remarks).table.set_index("word")
    assert found.loc["慢", "texts"] == 30
    assert not any("罕见" in word for word in found.index)


def test_few_remarks_missing_texts_and_wrong_groups() -> None:
    remarks = remarks_of(2, 40, 0.5)
    small = reasons(remarks.head(15))
    assert small.table.empty
    assert "too_few" in small.notes
    remarks.loc[0, "text"] = None
    remarks.loc[1, "text"] = "  "
    remarks["group"] = [True, False] * 20
    found = reasons(remarks)
    assert found.left_out == 2
    assert "too_few" in found.notes  # 19 are left of one group
    with pytest.raises(ValueError, match="group must be true"):
        reasons(remarks.assign(group="yes"))
    with pytest.raises(FrameError, match="needs the column text"):
        reasons(remarks.drop(columns="text"))


def test_rows_in_any_order_give_the_same_table() -> None:
    remarks = remarks_of(3, 200, 0.3)
    shuffled = remarks.sample(frac=1, random_state=9)
    pd.testing.assert_frame_equal(reasons(remarks).table, reasons(shuffled).table)


def test_a_word_in_every_remark_tells_nothing() -> None:
    ratio, z = log_odds(np.array([30.0, 0.0, 20.0]), 30, np.array([40.0, 0.0, 10.0]), 40)
    assert ratio[:2].tolist() == z[:2].tolist() == [0.0, 0.0]
    assert ratio[2] > 0
