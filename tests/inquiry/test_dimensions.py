"""What a search for causes may compare by: offered, named, and told as conditions on records."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import sqaudit
from sqaudit.conditions import condition
from sqaudit.errors import ParameterError
from sqaudit.inquiry.dimensions import bins_of_number, bins_of_time, chosen_dimensions, described_dimensions
from sqaudit.inquiry.inquire import inquire
from sqaudit.plan import described_kinds


@pytest.fixture(scope="module")
def audit() -> Iterator[sqaudit.Audit]:
    with sqaudit.open_audit("params/quarterly_review.yaml") as opened:
        yield opened


def _offered(audit: sqaudit.Audit, indicator: str, hidden: tuple[str, ...] = ()) -> list[str]:
    one, kinds = audit.standard.indicator(indicator), described_kinds(audit.standard)
    found = described_dimensions(one, kinds, audit.columns, audit.run.segments, hidden)
    return [dimension.name for dimension in found]


def test_what_comes_about_by_the_service_is_not_offered(audit: sqaudit.Audit) -> None:
    offered = _offered(audit, "fcr_ticket")
    assert {"team", "agent", "product", "customer_class", "part_of_day", "weekday"} <= set(offered)
    assert not {"status", "result", "closure_code", "handlings", "ticket_id", "customer_name"} & set(offered)


def test_the_part_and_its_supplier_are_found_in_the_materials(audit: sqaudit.Audit) -> None:
    assert {"fitted_part", "supplier"} <= set(_offered(audit, "repair_first_pass_rate"))


def test_hidden_columns_are_left_out(audit: sqaudit.Audit) -> None:
    assert "agent" not in _offered(audit, "fcr_ticket", hidden=("agent",))


def test_a_rate_is_compared_by_what_both_of_its_sides_have(audit: sqaudit.Audit) -> None:
    assert {"kind", "outlet", "issue_class"}.isdisjoint(_offered(audit, "complaint_rate"))
    assert "team" in _offered(audit, "complaint_rate")


def test_every_unknown_name_is_told_at_once(audit: sqaudit.Audit) -> None:
    one, kinds = audit.standard.indicator("fcr_ticket"), described_kinds(audit.standard)
    with pytest.raises(ParameterError) as told:
        chosen_dimensions(["tem", "hour", "colour"], one, kinds, audit.columns, ())
    assert [fault.message for fault in told.value.faults] == [
        "the records of fcr_ticket have no column 'tem'.",
        "the records of fcr_ticket have no column 'colour'.",
    ]
    assert told.value.faults[0].remedy == "Did you mean 'team'?"


def test_a_name_given_twice_means_what_it_means_once(audit: sqaudit.Audit) -> None:
    one, kinds = audit.standard.indicator("fcr_ticket"), described_kinds(audit.standard)
    chosen = chosen_dimensions(["team", "hour", "team", "hour"], one, kinds, audit.columns, ())
    assert [dimension.name for dimension in chosen] == ["team", "hour"]


def test_new_agents_are_looked_at_without_the_agents(audit: sqaudit.Audit) -> None:
    found = inquire(audit, "fcr_ticket", ["team", "new_agent"])
    assert found.dimensions == ("team", "new_agent")
    assert ["new_agent"] in found.segments["dimensions"].tolist()
    assert "agent" in inquire(audit, "fcr_ticket", ["agent", "new_agent"]).dimensions
    one, kinds = audit.standard.indicator("fcr_ticket"), described_kinds(audit.standard)
    with pytest.raises(ParameterError, match="have no column 'new_agent'"):
        chosen_dimensions(["new_agent"], one, kinds, audit.columns, hidden=("agent",))


def test_every_bin_is_a_condition_that_is_allowed() -> None:
    for dimension in [*bins_of_time("offered_at"), bins_of_number("talk_seconds", [60, 300, 900])]:
        assert condition(dimension.condition_for(dimension.name)).columns <= {"offered_at", "talk_seconds"}


def test_a_value_with_a_quotation_mark_stays_a_value() -> None:
    told = chosen = bins_of_time("offered_at")[2].condition_for("x' or 1=1 --")
    assert condition(told).columns == {"offered_at"}
    assert "''" in chosen
