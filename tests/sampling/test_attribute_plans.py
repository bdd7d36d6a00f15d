"""Plans by attributes equal transcriptions of MIL-STD-105E, and the tables obey the laws of their making."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any, get_args

import pytest

from sqaudit.sampling.acceptance import chance_of_acceptance
from sqaudit.sampling.attribute_plans import (
    DOWN,
    EMPTY,
    UP,
    Level,
    Severity,
    code_letter,
    lot_plan,
    lot_plans,
    plan_table,
    single_plan,
)

Read = Callable[[str], Any]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
LETTERS = "ABCDEFGHJKLMNPQR"


# --- the reference file -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "severity"),
    [
        ("normal", "normal"),
        ("tightened", "tightened"),
        ("reduced_milstd105e", "reduced"),
        ("normal_aql10", "normal"),
    ],
)
def test_plans_of_the_reference(reference: Read, part: str, severity: Severity) -> None:
    for row in reference("c_aql_plans")[part]:
        plan = single_plan(row["code"], row["aql"], severity)
        assert (plan.sample_size, plan.accept, plan.reject) == (row["n"], row["Ac"], row["Re"]), row


def test_code_letters_of_the_reference(reference: Read) -> None:
    for row in reference("c_aql_plans")["code_letters"]:
        for lot in (row["lot_min"], row["lot_max"] or 10**9):
            for level in get_args(Level):
                assert code_letter(lot, level) == row[level], (lot, level)


def test_lots_of_the_reference(reference: Read) -> None:
    for row in reference("c_aql_plans")["lot_lookup_normal"]:
        plan = lot_plan(row["lot"], row["aql"], row["level"])
        assert (plan.code, plan.plan_size, plan.accept, plan.reject, plan.inspect_all) == (
            row["code"], row["n"], row["Ac"], row["Re"], row["inspect_all"],
        ), row  # fmt: skip


# --- small published examples -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lot", "aql", "severity", "code", "n", "accept", "reject"),
    [
        # Montgomery, Introduction to Statistical Quality Control, section 15.4: N = 2000, AQL 0.65 %.
        (2000, 0.65, "normal", "K", 125, 2, 3),
        (2000, 0.65, "tightened", "K", 125, 1, 2),
        (2000, 0.65, "reduced", "K", 50, 1, 3),
        # The vignette of AQLSchemes and Stephens and Larson (1967): letter L, AQL 1.5 %.
        (5000, 1.5, "normal", "L", 200, 7, 8),
        (5000, 1.5, "tightened", "L", 200, 5, 6),
    ],
)
def test_published_lots(
    lot: int, aql: float, severity: Severity, code: str, n: int, accept: int, reject: int
) -> None:
    plan = lot_plan(lot, aql, severity=severity)
    assert (plan.code, plan.sample_size, plan.accept, plan.reject) == (code, n, accept, reject)


# --- laws of the tables -------------------------------------------------------------------------------


@pytest.mark.parametrize("severity", SEVERITIES)
def test_every_letter_and_aql_leads_to_a_plan(severity: Severity) -> None:
    for code in LETTERS:
        for aql in plan_table(severity).aqls:
            plan = single_plan(code, aql, severity)
            assert 0 <= plan.accept < plan.reject


@pytest.mark.parametrize("severity", SEVERITIES)
def test_acceptance_numbers_run_along_diagonals(severity: Severity) -> None:
    table = plan_table(severity)
    for upper, lower in pairwise(LETTERS):
        for column in range(1, len(table.aqls)):
            one, other = table.cells[upper][column], table.cells[lower][column - 1]
            if "/" in one and "/" in other:
                assert one == other, (upper, float(table.aqls[column]))


@pytest.mark.parametrize("severity", SEVERITIES)
def test_arrows_lead_past_arrows_only_and_down_to_stricter_letters(severity: Severity) -> None:
    table = plan_table(severity)
    for code in LETTERS:
        for column, cell in enumerate(table.cells[code]):
            if cell in (UP, DOWN):
                used = single_plan(code, table.aqls[column], severity).code_used
                assert (used > code) == (cell == DOWN)
            else:
                assert cell != EMPTY


@pytest.mark.parametrize("severity", SEVERITIES)
def test_n_times_aql_is_about_the_same_for_one_acceptance_number(severity: Severity) -> None:
    # Sizes and AQLs grow by the fifth root of ten, so the product along a diagonal moves only by rounding.
    products: dict[str, list[float]] = {}
    table = plan_table(severity)
    # The smallest reduced samples are all 2, where the standard leaves the series.
    for code in [letter for letter in LETTERS if table.sample_sizes[letter] > 2]:
        for aql, cell in zip(table.aqls, table.cells[code], strict=True):
            if "/" in cell:
                products.setdefault(cell, []).append(float(aql) * table.sample_sizes[code])
    for cell, values in products.items():
        assert max(values) / min(values) < 1.3, (cell, values)


@pytest.mark.parametrize("aql", [0.01, 0.025, 0.1, 0.25, 0.4, 0.65, 1, 1.5, 2.5, 4, 6.5, 10])
def test_severities_are_in_order(aql: float) -> None:
    for code in LETTERS:
        plans = {severity: single_plan(code, aql, severity) for severity in SEVERITIES}
        accepted = {
            name: float(chance_of_acceptance(plan.sample_size, plan.accepted_up_to, aql / 100))
            for name, plan in plans.items()
        }
        assert accepted["tightened"] <= accepted["normal"] + 1e-12
        # A lot between the numbers of a reduced plan is accepted.
        assert accepted["reduced"] >= accepted["normal"] - 1e-12
        assert plans["reduced"].sample_size <= plans["normal"].sample_size


def test_the_producer_at_the_aql_is_accepted_as_the_standard_says() -> None:
    # Between about 88 % (small samples, none allowed) and 99 % of lots at the AQL, under normal inspection.
    for code in LETTERS:
        for aql in [aql for aql in plan_table("normal").aqls if aql <= 10]:
            plan = single_plan(code, aql)
            accepted = chance_of_acceptance(plan.sample_size, plan.accept, float(aql) / 100)
            assert 0.86 < accepted < 0.998, plan


# --- edges --------------------------------------------------------------------------------------------


def test_the_longest_arrow_ends_below_the_last_letter() -> None:
    plan = single_plan("R", 0.025, "tightened")
    assert (plan.code_used, plan.sample_size, plan.accept, plan.reject) == ("S", 3150, 1, 2)


def test_small_lots_are_inspected_whole() -> None:
    plan = lot_plan(13, 1.0)
    assert (plan.plan_size, plan.sample_size, plan.inspect_all) == (13, 13, True)
    assert not lot_plan(14, 1.0).inspect_all


def test_several_lots_as_a_table() -> None:
    table = lot_plans({"phone": 600, "chat": 60}, 2.5)
    assert table["lot"].tolist() == ["phone"] * 3 + ["chat"] * 3
    assert table["sample_size"].tolist() == [80, 80, 32, 20, 32, 8]
    assert lot_plans({}, 2.5).columns.tolist() == table.columns.tolist()


def test_what_the_standard_does_not_have_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"^lot_size must be a whole number of 2 or more; found 1\.$"):
        code_letter(1)
    with pytest.raises(
        ValueError, match=r"^level must be one of S-1, S-2, S-3, S-4, I, II, III; found 'IV'\.$"
    ):
        code_letter(100, "IV")  # type: ignore[arg-type]
    with pytest.raises(
        ValueError, match=r"^aql_percent must be one of the reduced table: 0\.01, .*, 10; found 15\.$"
    ):
        single_plan("A", 15, "reduced")
    with pytest.raises(
        ValueError, match=r"^code must be a letter from A to R, without I and O; found 'I'\.$"
    ):
        single_plan("I", 1)
    with pytest.raises(ValueError, match=r"^the tightened table has no plan for letter S at AQL 1\.$"):
        single_plan("S", 1, "tightened")
    with pytest.raises(
        ValueError, match=r"^severity must be one of normal, tightened, reduced; found 'mild'\.$"
    ):
        plan_table("mild")  # type: ignore[arg-type]
