"""Who comes on the list, who does not, and how few come on it wrongly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

from sqaudit.assessment import AssessmentRules, assess
from sqaudit.assessment.case_mix import standardise
from sqaudit.assessment.cells import tidy
from sqaudit.assessment.comparison import largest_tail
from sqaudit.assessment.missed import Outcome, missed
from sqaudit.assessment.mix_line import chances_on_line
from sqaudit.assessment.rules import Missed
from tests.assessment.cases import CLEAN, MAJOR, MISS, STAR, TWICE, month, months, rules


def listed(cells: pd.DataFrame, chosen: AssessmentRules, mix: pd.DataFrame | None = None) -> Outcome:
    """What the first rule makes of cells of one indicator."""
    rule = chosen.rules[0]
    assert isinstance(rule, Missed)
    known = mix if mix is None else mix.assign(unit=mix["unit"].astype(str))
    return missed(tidy(cells, chosen), chosen.lines[0], rule, chosen, "2026-09", known)


def units(frame: pd.DataFrame, rule: str) -> list[str]:
    return frame.loc[frame["rule"] == rule, "unit"].tolist()


def test_the_chance_to_be_listed_wrongly_is_at_most_the_level_for_every_n() -> None:
    """Others only raise a p-value, so what a count alone would get bounds every list."""
    for n in range(5, 201):
        for line in (0.02, 0.05, 0.10, 0.40):
            tail = stats.binom.sf(np.arange(n + 1) - 1, n, line)
            assert largest_tail(n, line, 0.05) == pytest.approx(tail[tail <= 0.05].max(initial=0), abs=1e-12)


@pytest.mark.parametrize("n", [5, 20, 200])
def test_of_fifty_agents_alike_few_are_listed(n: int) -> None:
    """All just on the penalty line; alpha times agents is 2.5, the exact bound comes with the list."""
    generator = np.random.default_rng(n)
    found, bound, naive = [], 0.0, []
    chosen = rules(MISS, minimum=1)
    for _ in range(8):
        outcome = listed(month(generator.binomial(n, 0.9, 50), n), chosen)
        found.append(len(outcome.candidates))
        naive.append(outcome.expected["listed_by_point"].iloc[0])
        bound = float(outcome.expected["false_at_most"].iloc[0])
    assert bound <= 2.5
    assert np.mean(found) <= bound
    assert np.mean(naive) >= 15  # what the bare figures would have named


def test_a_name_on_the_list_carries_its_evidence_and_is_for_review() -> None:
    done = assess(month([80, 96, 97, 89], 100), rules(MISS))
    row = done.candidates.iloc[0]
    assert (row["unit"], row["status"], row["consequence"]) == ("U00", "for_review", "warning")
    assert row["chance_at_line"] == pytest.approx(stats.binom.sf(19, 100, 0.1))
    assert row["adjusted_chance"] == pytest.approx(4 * stats.binom.sf(19, 100, 0.1))
    assert row["chance_at_organisation"] == pytest.approx(stats.binom.sf(19, 100, 38 / 400))
    assert 0 < row["probability_wrong"] < 0.05
    assert row["best_case"] == pytest.approx(1 - stats.beta.ppf(0.05, 20, 81))
    assert done.withheld[["unit", "reason"]].to_numpy().tolist() == [["U03", "chance_explains"]]
    assert "for_review_only" in done.notes


def test_reading_the_bare_figures_lists_more_and_says_how_many_wrongly() -> None:
    by_point = {**MISS, "reading": "point"}
    done = assess(month([80, 96, 97, 89], 100), rules(by_point))
    assert units(done.candidates, "miss") == ["U00", "U03"]
    wrong = done.candidates["probability_wrong"]
    assert wrong.iloc[1] > 0.3
    assert done.expected["false_expected"].iloc[0] == pytest.approx(wrong.sum())


def test_on_the_line_is_not_beyond_it() -> None:
    done = assess(month([90, 95, 27], [100, 100, 30]), rules({**MISS, "reading": "point"}))
    assert done.candidates.empty
    assert done.judgements.loc[done.judgements["grain"] == "month", "standing"].tolist() == [
        "below_target",
        "met",
        "below_target",
    ]


def test_two_months_running_are_two_of_one_indicator() -> None:
    running = months([80, 80, 97], [80, 97, 80])
    done = assess(running, rules(TWICE))
    assert units(done.candidates, "twice") == ["U00"]
    assert done.candidates["months"].tolist() == ["2026-07, 2026-08"]
    assert done.candidates["denominator"].tolist() == [200]
    assert done.withheld[["unit", "reason"]].to_numpy().tolist() == [["U02", "not_months_running"]]
    lines = [{"indicator": name, "target": 0.95, "penalty": 0.9} for name in ("on_time", "solved")]
    other = pd.concat([month([80], 100, "2026-07"), month([80], 100, "2026-08", "solved")])
    assert assess(other, rules(TWICE, lines=lines)).candidates.empty


def test_a_thin_month_neither_counts_nor_resets() -> None:
    cells = months([80, 97, 80], [10, 10, 10], [80, 97, 97])
    cells.loc[cells["period"] == "2026-08", "denominator"] = 12
    done = assess(cells, rules(TWICE))
    assert units(done.candidates, "twice") == ["U00"]
    assert done.candidates["months"].tolist() == ["2026-07, 2026-09"]
    row = done.judgements.set_index(["unit", "period"])["months_missed"]
    assert [row["U00", f"2026-0{at}"] for at in (7, 8, 9)] == [1, 1, 2]
    assert row["U02", "2026-09"] == 0
    assert set(assess(cells, rules(TWICE), period="2026-08").judgements["period"]) == {
        "2026-07",
        "2026-08",
        "2026-Q3",
    }
    thin = assess(cells, rules(TWICE), period="2026-08")
    assert thin.candidates.empty
    assert set(thin.withheld["reason"]) == {"few_cases"}


def test_two_thin_months_end_a_run() -> None:
    """June and September are not months running, however few cases there were between."""
    cells = pd.concat([month([80], 100, "2026-06"), months([10], [10], [80])])
    cells.loc[cells["period"].isin(["2026-07", "2026-08"]), "denominator"] = 12
    done = assess(cells, rules(TWICE))
    assert done.candidates.empty
    assert set(done.withheld["reason"]) == {"not_months_running"}
    row = done.judgements.set_index("period")["months_missed"]
    assert [row["2026-06"], row["2026-09"]] == [1, 1]
    assert len(assess(cells[cells["period"] != "2026-06"], rules(MISS)).candidates) == 1


def test_the_best_tenth_with_ties_and_without_few_cases() -> None:
    cells = month([30, 99, 99, *[90] * 17, 10], [30, 100, 100, *[100] * 17, 10])
    lines = [{"indicator": "on_time", "target": 0.85}]
    done = assess(cells, rules(STAR, lines=lines))
    assert units(done.candidates, "star") == ["U00", "U01", "U02"]  # 2 of 20 judged, two tie for the second
    limit = assess(cells, rules({**STAR, "rank_by": "lower_limit"}, lines=lines))
    assert units(limit.candidates, "star") == ["U01", "U02"]  # 30 of 30 is less sure than 99 of 100
    assert (done.candidates["probability_wrong"] < 1).all()
    best = done.expected.set_index("rule").loc["star"]
    assert best["judged"] == 20
    assert best["false_expected"] == pytest.approx(done.candidates["probability_wrong"].sum())


def test_ten_per_cent_of_thirty_are_three() -> None:
    cells = month([100, 99, 98, 97, *[96] * 26], 100)
    assert units(assess(cells, rules(STAR)).candidates, "star") == ["U00", "U01", "U02"]


def test_all_indicators_met_or_no_star() -> None:
    lines = [{"indicator": name, "target": 0.95} for name in ("on_time", "solved")]
    cells = pd.concat([month([100, 98], 100), month([90, 98], 100, indicator="solved")])
    assert units(assess(cells, rules(STAR, lines=lines)).candidates, "star") == []
    anyhow = assess(cells, rules({**STAR, "all_met": False}, lines=lines))
    assert units(anyhow.candidates, "star") == ["U00"]


def complaints(**columns: list[float]) -> pd.DataFrame:
    keys = [(f"U{unit:02}", f"2026-{month:02}") for unit in range(4) for month in (7, 8, 9)]
    return pd.DataFrame(keys, columns=["unit", "period"]).assign(**columns)


def test_a_clean_quarter_by_raised_or_by_upheld_complaints() -> None:
    cells = months([100, 100, 99, 100], [100, 100, 100, 100], [100, 100, 100, 100])
    told = complaints(raised=[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0], upheld=[0] * 12).iloc[:-1]
    done = assess(cells, rules(CLEAN), told)
    assert units(done.candidates, "clean") == ["U00"]  # U03 has no count for September
    assert "complaints_missing" in done.notes
    upheld = assess(cells, rules({**CLEAN, "complaints": "upheld"}), told)
    assert units(upheld.candidates, "clean") == ["U00", "U01"]
    luck = done.candidates["chance_at_organisation"].iloc[0]
    expected = np.exp(-300 * 1 / 900) * (1199 / 1200) ** 300
    assert luck == pytest.approx(expected)
    assert assess(cells, rules(CLEAN), told, period="2026-08").candidates.empty


def test_a_major_complaint_is_reviewed_whatever_the_numbers() -> None:
    told = complaints(raised=[1.0] * 12, major=[0] * 5 + [2] + [0] * 6)
    done = assess(months([100] * 4, [100] * 4, [100] * 4), rules(MAJOR), told)
    assert done.candidates[["unit", "consequence", "numerator"]].to_numpy().tolist() == [["U01", "review", 2]]


def test_every_rule_says_how_many_it_judged_and_named_or_why_nobody() -> None:
    def told(month_assessed: str, minimum: int = 20, **given: Any) -> dict[str, tuple[int, int, str]]:
        cells = months([95, 97, 99], [96, 97, 99], [94, 80, 99])
        chosen = rules(MISS, STAR, CLEAN, MAJOR, minimum=minimum)
        rows = assess(cells, chosen, period=month_assessed, **given).per_rule
        return {row.rule: (row.judged, row.named, row.reason) for row in rows.itertuples()}

    complaints = pd.DataFrame(
        [(unit, f"2026-0{month}", int(unit == "U01"), int(unit == "U01")) for unit in ("U00", "U01", "U02")
         for month in (7, 8, 9)],
        columns=["unit", "period", "raised", "major"],
    )  # fmt: skip
    september = told("2026-09", complaints=complaints)
    assert september["miss"] == (3, 1, "")
    assert september["major"] == (3, 1, "")
    assert september["clean"][0] == 3
    assert told("2026-08", complaints=complaints)["clean"] == (0, 0, "quarter_open")
    silent = told("2026-09")
    assert silent["clean"] == (0, 0, "complaints_missing")
    assert silent["major"] == (0, 0, "complaints_absent")
    few = told("2026-09", minimum=500)
    assert {few[rule] for rule in ("miss", "star", "clean")} == {(0, 0, "few_cases")}


def test_consequences_under_every_reading() -> None:
    lines = [{"indicator": name, "target": 0.95, "penalty": 0.9} for name in ("on_time", "solved")]
    cells = pd.concat([months([70], [70]), months([70], [70]).assign(indicator="solved")])
    done = assess(cells, rules(MISS, TWICE, lines=lines, stacking={"cap": 50}))
    table = done.consequences.set_index(["indicators", "rules_reading"])
    assert table["uncapped_percent"].to_dict() == {
        ("each", "add"): -60,
        ("each", "largest"): -40,
        ("once", "add"): -30,
        ("once", "largest"): -20,
    }
    assert table["pay_percent"].min() == -50
    assert table.index[table["taken"].astype(bool)].tolist() == [("once", "largest")]


UNITS = [f"U{place:02}" for place in range(10)]
CELLS = ["unit", "kind", "count", "bad"]
RATES = {"easy": 0.02, "usual": 0.08, "hard": 0.25}
MIXES = [(0.8, 0.1, 0.1), (0.1, 0.2, 0.7), (0.3, 0.4, 0.3), (0.2, 0.2, 0.6), (0.5, 0.3, 0.2), (0.4, 0.4, 0.2)]


def teams(generator: np.random.Generator, cases: int, worse: float = 1.0) -> pd.DataFrame:
    rows = [
        (f"U{unit:02}", kind, int(cases * part), RATES[kind] * (worse if unit == 0 else 1))
        for unit, mix in enumerate(MIXES)
        for kind, part in zip(RATES, mix, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["unit", "kind", "count", "rate"])
    bad = generator.binomial(frame["count"], frame["rate"])
    return frame.drop(columns="rate").assign(bad=bad)


def cells_of(mix: pd.DataFrame) -> pd.DataFrame:
    sums = mix.groupby("unit", as_index=False)[["count", "bad"]].sum()
    return month((sums["count"] - sums["bad"]).tolist(), sums["count"].tolist())


def test_a_shift_of_the_mix_makes_nobody_a_candidate() -> None:
    """Six teams work alike within each kind of case; the hard mixes lie far beyond the line."""
    generator = np.random.default_rng(11)
    found, without = 0, 0
    for _ in range(15):
        mix = teams(generator, 400)
        with_mix = listed(cells_of(mix), rules(MISS), mix)
        found += len(with_mix.candidates)
        without += len(listed(cells_of(mix), rules(MISS)).candidates)
    assert without >= 15 * 1.5  # the mix alone would have named about two teams every month
    assert found <= 15 * 6 * 0.05
    assert "mix_explains" in set(with_mix.withheld["reason"])
    worse = teams(generator, 400, worse=4.0)
    assert units(assess(cells_of(worse), rules(MISS), mix=worse).candidates, "miss") == ["U00"]


def test_a_mix_of_one_kind_changes_nothing() -> None:
    """Ten units at 75 % against a line of 90 %: that all are alike and have like cases explains nothing."""
    cells = cells_of(alike := pd.DataFrame({"unit": UNITS, "kind": "one", "count": 100, "bad": 25}))
    with_mix, without = listed(cells, rules(MISS), alike), listed(cells, rules(MISS))
    assert len(with_mix.candidates) == len(without.candidates) == 10
    assert with_mix.candidates["chance_mix"].to_numpy() == pytest.approx(without.candidates["chance_at_line"])


def test_missing_a_line_as_all_do_is_not_blamed_on_the_mix() -> None:
    """Two kinds in equal parts for all: no unit's cases are harder, so what keeps them off is being alike."""
    mix = pd.DataFrame([(unit, kind, 50, 12) for unit in UNITS for kind in "ab"], columns=CELLS)
    done = listed(cells_of(mix), rules(MISS), mix)
    assert set(done.withheld["reason"]) == {"like_others"}
    assert len(done.withheld) == 10


@pytest.mark.parametrize("cases", [60, 400])
def test_a_unit_on_the_line_adjusted_for_its_cases_is_beyond_it_rarely(cases: int) -> None:
    """At the level, though what kinds of cases are worth is learnt from the others."""
    generator = np.random.default_rng(cases)
    counts = np.round(np.array(MIXES) * cases).astype(int)
    rates = special.expit([-3.0, -2.0, -0.5])  # the line is what all cases together show
    line = float((counts.sum(axis=0) * rates).sum() / counts.sum())
    runs = pd.DataFrame({"unit": UNITS[: len(MIXES)], "run": [("2026-09",)] * len(MIXES)})
    keys = [(unit, kind) for unit in runs["unit"] for kind in RATES]
    frame = pd.DataFrame(keys, columns=CELLS[:2]).assign(count=counts.ravel())
    drawn = (generator.binomial(counts, rates).ravel() for _ in range(40))
    chances = np.concatenate([chances_on_line(runs, frame.assign(bad=bad), line) for bad in drawn])
    assert np.mean(chances <= 0.05) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / len(chances))
    assert np.mean(chances <= 0.5) >= 0.35  # and it is no test that never speaks


def test_a_month_of_harder_cases_for_all_is_allowed_for() -> None:
    """All work as ever; in the last month most cases are of the harder kind."""
    parts = [("2026-08", "easy", 90, 3), ("2026-08", "hard", 10, 3), ("2026-09", "easy", 30, 1)]
    rows = [(unit, *part) for unit in UNITS for part in (*parts, ("2026-09", "hard", 70, 21))]
    mix = pd.DataFrame(rows, columns=["unit", "period", "kind", "count", "bad"])
    now = mix[mix["period"] == "2026-09"]
    done = listed(cells_of(now), rules(MISS), mix)
    assert set(done.withheld["reason"]) == {"mix_explains"}
    assert len(listed(cells_of(now), rules(MISS)).candidates) == 10


def test_like_with_like_is_exact_under_any_mix() -> None:
    generator = np.random.default_rng(5)
    chances, covered = [], []
    for _ in range(60):
        found = standardise(teams(generator, 120), ["kind"])
        chances += found["chance_worse"].tolist()
        covered += ((found["ratio_low"] <= 1) & (found["ratio_high"] >= 1)).tolist()
    assert np.mean(np.array(chances) <= 0.05) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / len(chances))
    assert np.mean(covered) >= 0.95 - 2 * np.sqrt(0.05 * 0.95 / len(covered))


def test_a_rule_without_levels_is_for_those_of_the_file() -> None:
    two = month([80, 96, 97, 89], 100)
    cells = pd.concat([two.assign(level=level) for level in ("agent", "team", "store")])

    def levels(*chosen: dict[str, Any], **settings: Any) -> list[str]:
        return sorted(assess(cells, rules(*chosen, **settings)).candidates["level"].unique())

    other = {**TWICE, "levels": ["store"]}
    assert levels(MISS) == ["agent", "store", "team"]  # nothing is named: all that there are
    assert levels(MISS, other) == ["store"]
    assert levels(MISS, other, levels=["team"]) == ["team"]
    assert levels({**MISS, "levels": ["agent"]}, levels=["team"]) == ["agent"]
    assert len(assess(two, rules(MISS, other)).candidates)  # cells that do not tell levels apart
