"""What customers experienced, joined to what they scored and complained of: exact joins, honest claims."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sqaudit.conditions import condition, unknown_columns
from sqaudit.inquiry import cases as joined
from sqaudit.inquiry.cases import cells_of, complained, facts_there, scored_low, spans_of, told
from sqaudit.inquiry.experience import complaint_drivers_of, drivers_of
from sqaudit.inquiry.facts import described, readable
from sqaudit.inquiry.reasons import reasons_of
from sqaudit.kinds import catalogue
from sqaudit.periods import parse

from .organisation import STANDARD, opened, records

NO_EFFECT = 6  # audits in which nothing experienced matters


def _nothing(lived: pd.DataFrame) -> np.ndarray:
    return np.full(len(lived), 0.25)


def _late_and_first(lived: pd.DataFrame) -> np.ndarray:
    return 0.1 + 0.35 * lived["late"].to_numpy() + 0.25 * ~lived["first"].to_numpy()


# What is described


def test_every_fact_reads_columns_of_the_kinds_of_record_and_no_personal_ones() -> None:
    kinds, found = catalogue(), described()
    places = [place for fact in found.facts.values() for place in fact.found] + [found.complained]
    for place in places:
        columns = kinds[place.records].columns
        assert set(place.by) <= {name for kind in kinds.values() for name in kind.columns}
        assert any(name in columns for name in place.by)
        for text in place.where:
            assert not unknown_columns(text, columns), text
            assert not any(columns[name].personal for name in condition(text).columns)
    for remarks in found.texts:
        column = kinds[remarks.records].columns[remarks.text]
        assert column.type == "text"
        assert not column.personal
    for nature in found.natures:
        assert {*nature.nature, *nature.severity} <= set(kinds[nature.records].columns)
    for size in found.sizes:
        assert size.by in kinds[size.records].columns


def test_facts_are_named_in_both_languages() -> None:
    assert all(fact.name.zh and fact.name.en for fact in described().facts.values())


def test_a_condition_over_a_hidden_column_is_never_read() -> None:
    columns = {"waited": "BOOLEAN", "answered_at": "TIMESTAMP"}
    assert readable(["waited", "answered_at is null"], columns, {"waited"}) == '"answered_at" IS NULL'
    assert readable(["waited"], columns, {"waited"}) is None


# How answers find what happened


def _by_hand() -> dict[str, pd.DataFrame]:
    """Six answers: late, in time, no visit, a visit that is not there, no arrival, no ids at all."""
    day = "2026-07-10 09:00:00"
    survey = pd.DataFrame(
        {
            "survey_id": list("abcdef"), "ticket_id": ["1", "2", "3", "4", "5", None],
            "visit_id": ["v1", "v2", None, "v9", "v5", None], "sent_at": day, "score": [1, 5, 5, 2, 5, 3],
        }
    )  # fmt: skip
    visit = pd.DataFrame(
        {
            "visit_id": ["v1", "v2", "v5", "v6"], "ticket_id": ["1", "2", "5", "1"], "reported_at": day,
            "promised_at": "2026-07-10 11:00:00",
            "arrived_at": ["2026-07-10 12:00:00", "2026-07-10 10:00:00", None, "2026-07-10 10:30:00"],
        }
    )  # fmt: skip
    return {"survey": survey, "visit": visit}


def test_answers_find_their_visits_and_say_where_they_cannot_know(tmp_path: Path) -> None:
    with opened(tmp_path, _by_hand()) as audit:
        low = scored_low(audit)
        assert low is not None
        assert low.indicator == "satisfied"
        assert list(facts_there(audit, low)) == ["visited_late", "second_visit", "visited"]
        frame = cells_of(audit, low, spans_of(audit)[0], ["visited_late", "second_visit"], None)
    truths = frame.drop(columns="cases").astype("object").where(frame.drop(columns="cases").notna(), None)
    found = dict(zip(map(tuple, truths.to_numpy().tolist()), frame["cases"], strict=True))
    assert found == {
        (True, True, True): 1,  # a: late; two visits to the ticket
        (False, False, False): 2,  # b in time, c without a visit
        (True, None, False): 1,  # d: its visit is not among the records
        (False, None, False): 1,  # e: the engineer's arrival is not known
        (True, None, None): 1,  # f: belongs to nothing
    }


def test_ids_that_are_numbers_in_one_file_and_text_in_another_still_meet(tmp_path: Path) -> None:
    frames = _by_hand()
    frames["survey"] = frames["survey"].drop(columns="visit_id")
    frames["visit"].assign(ticket_id=[1, 2, 5, 1]).to_parquet(tmp_path / "visit.parquet")
    sources = {"survey": {"path": "survey.csv"}, "visit": {"path": "visit.parquet"}}
    with opened(tmp_path, frames, records=sources) as audit:
        low = scored_low(audit)
        assert low is not None
        frame = cells_of(audit, low, spans_of(audit)[0], ["visited"], None)
    assert frame.loc[frame["visited"].fillna(False), "cases"].sum() == 3  # of the tickets 1, 2 and 5


def test_with_too_many_combinations_the_last_facts_are_left_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joined, "MOST_CELLS", 8)
    with opened(tmp_path, records(1, 400, _nothing, _nothing)) as audit:
        low = scored_low(audit)
        assert low is not None
        frame = cells_of(audit, low, spans_of(audit)[0], ["waited", "transferred", "reopened"], None)
    assert list(frame) == ["outcome", "waited", "transferred", "cases"]
    assert frame["cases"].sum() == 400


def test_the_order_of_the_rows_changes_nothing(tmp_path: Path) -> None:
    frames = records(2, 500, _late_and_first, _nothing)
    turned = {kind: frame.iloc[::-1] for kind, frame in frames.items()}
    tables = []
    for name, one in {"a": frames, "b": turned}.items():
        (tmp_path / name).mkdir()
        with opened(tmp_path / name, one) as audit:
            tables.append(drivers_of(audit).table)
    pd.testing.assert_frame_equal(tables[0], tables[1])


# What is claimed


def test_what_matters_comes_out_with_its_sign_and_size(tmp_path: Path) -> None:
    with opened(
        tmp_path, records(3, 3000, _late_and_first, lambda lived: 0.4 * _late_and_first(lived))
    ) as audit:
        scores, complaints = drivers_of(audit), complaint_drivers_of(audit)
    for found, scale in ((scores, 1.0), (complaints, 0.4)):
        rows = found.table.set_index("fact")
        assert set(rows.index[rows["clear"]]) == {"visited_late", "not_solved_at_first_contact"}
        for fact, truth in {"visited_late": 0.35, "not_solved_at_first_contact": 0.25}.items():
            assert rows.loc[fact, "low"] > 0
            assert rows.loc[fact, "effect"] == pytest.approx(scale * truth, abs=0.06)
    assert scores.indicator == "satisfied"
    assert scores.outcomes < scores.cases == 3000
    assert "association_no_proof" in scores.notes


def test_nothing_is_claimed_of_facts_without_an_effect(tmp_path: Path) -> None:
    audits_with_a_claim = 0
    for seed in range(NO_EFFECT):
        folder = tmp_path / str(seed)
        folder.mkdir()
        with opened(folder, records(100 + seed, 600, _nothing, _nothing)) as audit:
            found = drivers_of(audit)
        assert found.status == "estimated"
        audits_with_a_claim += bool(found.table["clear"].any())
    # q <= 0.05 allows 1 audit in 20; 3 of 6 or more would come once in 450 times.
    assert audits_with_a_claim <= 2


def test_too_few_low_scores_are_said_to_be_too_few(tmp_path: Path) -> None:
    frames = records(5, 60, lambda lived: np.zeros(len(lived)), _nothing)
    frames["survey"].loc[:5, "score"] = 1
    with opened(tmp_path, frames) as audit:
        found = drivers_of(audit)
    assert (found.status, found.outcomes) == ("too_few", 6)
    assert not found.table["clear"].any()
    assert found.table["effect"].isna().all()


def test_without_records_that_belong_together_nothing_is_compared(tmp_path: Path) -> None:
    frames = records(6, 80, _nothing, _nothing)
    with opened(tmp_path, {"survey": frames["survey"]}) as audit:
        assert complained(audit) is None
        assert complaint_drivers_of(audit).status == "no_records"
        assert drivers_of(audit).status == "no_records"


def test_a_fact_that_happened_to_nobody_is_named_and_not_compared(tmp_path: Path) -> None:
    with opened(tmp_path, records(7, 400, _nothing, _nothing)) as audit:
        found = drivers_of(audit)
    assert found.never == ("second_visit",)
    assert "escalated" in found.absent
    assert "second_visit" not in set(found.table["fact"])


def test_a_wider_span_is_taken_where_the_period_holds_too_few(tmp_path: Path) -> None:
    frames = records(8, 900, _nothing, _nothing)
    with opened(tmp_path, frames, period="2026-07", compare="2026-06") as audit:
        assert [told(span) for span in spans_of(audit)] == [
            ("2026-07",),
            ("2026-06", "2026-07"),
            ("until", "2026-07"),
        ]
        narrow = drivers_of(audit, (parse("2026-07"), parse("2026-07")))
        assert drivers_of(audit).span == ("2026-07",)
        assert narrow.cases < 900


# Words


def test_words_of_low_scores_are_found_and_words_of_everybody_are_not(tmp_path: Path) -> None:
    with opened(tmp_path, records(9, 500, _nothing, _nothing)) as audit:
        comment, complaint, content = reasons_of(audit)
    words = comment.table.loc[comment.table["telling"], "word"].tolist()
    assert comment.status == "found"
    assert words
    assert all("久" in word or "等" in word for word in words)
    assert complaint.status == "too_few"  # no praise to compare complaints with
    assert content.status == "none"  # what tickets are about has nothing to do with complaints
    assert not content.table["telling"].any()


def test_the_customers_own_name_is_masked_and_keys_are_shown(tmp_path: Path) -> None:
    frames = records(10, 300, _nothing, _nothing)
    frames["ticket"]["content"] = np.where(
        frames["ticket"]["ticket_id"].isin(frames["complaint"]["ticket_id"]), "钱多多报修漏水", "报修噪音"
    )
    with opened(tmp_path, frames) as audit:
        content = reasons_of(audit)[-1]
    assert "漏水" in set(content.table.loc[content.table["telling"], "word"])
    assert not any("多多" in word or "钱" in word for word in content.table["word"])
    keys = set(frames["ticket"]["ticket_id"])
    assert all(key in keys for examples in content.table["examples"] for key in examples)


def test_a_personal_column_of_text_is_never_read(tmp_path: Path) -> None:
    frames = records(11, 120, _nothing, _nothing)
    frames["survey"] = frames["survey"].rename(columns={"comment": "客户姓名"})
    with opened(tmp_path, frames, records={
        **{kind: {"path": f"{kind}.csv"} for kind in frames},
        "survey": {"path": "survey.csv", "columns": {"客户姓名": "comment"}},
    }) as audit:  # fmt: skip
        assert [one.records for one in reasons_of(audit)] == ["complaint", "ticket"]


def test_a_fact_whose_column_has_another_type_is_absent_and_the_rest_stands(tmp_path: Path) -> None:
    frames = records(12, 300, _nothing, _nothing)
    frames["ticket"]["reopened_count"] = np.where(frames["ticket"]["reopened_count"] > 0, "yes", "no")
    kind = "record_kinds: {ticket: {name: Ticket, key: ticket_id, time: created_at, columns: {"
    columns = "ticket_id: {}, created_at: {type: timestamp}, solved_at_first_contact: {type: boolean}"
    other = f"{STANDARD}{kind}{columns}, reopened_count: {{type: text}}}}}}}}\n"
    (tmp_path / "other.yaml").write_text(other, encoding="utf-8")
    with opened(tmp_path, frames, standard="other.yaml") as audit:
        found = drivers_of(audit)
    assert found.status == "estimated"
    assert "reopened" in found.absent
