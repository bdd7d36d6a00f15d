"""The data dictionary: the page is the catalogue, every column has its names, links are in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sqaudit import cli
from sqaudit.conditions import condition
from sqaudit.kinds import Column, catalogue
from sqaudit.present.dictionary import kind_section, readers_of, whence
from sqaudit.standards import Standard

ROOT = Path(__file__).parents[1]
LINKED = [(kind, name) for kind, one in catalogue().items() for name in one.columns if one.columns[name].link]


def output(*words: str) -> str:
    answer = CliRunner().invoke(cli.app, ["kinds", *words])
    assert answer.exit_code == 0, answer.output
    return answer.stdout


def test_the_page_is_what_the_command_writes() -> None:
    page = (ROOT / "docs" / "data_dictionary.md").read_text(encoding="utf-8")
    remedy = "out of date: sqaudit kinds --markdown > docs/data_dictionary.md"
    assert page == output("--markdown"), remedy


@pytest.mark.parametrize("kind", catalogue())
def test_every_column_has_a_name_of_its_own_in_both_languages(kind: str) -> None:
    columns = catalogue()[kind].columns
    assert [name for name, one in columns.items() if not (one.name and one.name.zh and one.name.en)] == []
    for tongue in ("zh", "en"):
        names = [one.name.in_language(tongue) for one in columns.values() if one.name]
        assert sorted({name for name in names if names.count(name) > 1}) == []


@pytest.mark.parametrize(("kind", "name"), LINKED)
def test_every_link_leads_to_columns_that_are_described(kind: str, name: str) -> None:
    own, link = catalogue()[kind].columns, catalogue()[kind].columns[name].link
    assert link is not None
    there = set(catalogue()[link.records].columns)
    way, found = link.found
    assert set(link.by) <= set(own) & there
    assert (condition(found).columns if way == "any" else {found}) <= there
    assert condition(link.where or "true").columns <= there


@pytest.mark.parametrize(
    ("given", "english", "chinese"),
    [
        (
            {"link": {"records": "visit", "by": ["a", "b"], "next": "at"}},
            "found in the next of the `visit` records with the same `a`, `b`: its `at`",
            "`a`、`b` 相同的下一条 `visit` 记录的 `at`",
        ),
        (
            {"link": {"records": "visit", "by": ["a"], "any": "true"}},
            "found in `visit` records: whether there is one with the same `a`",
            "是否有 `a` 相同的 `visit` 记录",
        ),
        (
            {
                "link": {
                    "records": "card",
                    "by": ["a"],
                    "last": "skill",
                    "covering": {"at": "t", "from": "x", "until": "y"},
                }
            },
            "found in `card` records with the same `a`: the last `skill`, valid at `t` (from `x` until `y`)",
            "`a` 相同的 `card` 记录中最后的 `skill`（在 `t` 时有效：从 `x` 到 `y`）",
        ),
        (
            {"link": {"records": "visit", "by": ["a"], "all": "at", "where": "ok"}, "otherwise": "b"},
            "found in `visit` records with the same `a`: every `at`, as a list where `ok`; "
            "else computed from the row: `b`",
            "`a` 相同的 `visit` 记录中的全部 `at`（仅限 `ok`）；否则由本行算得：`b`",
        ),
        ({}, "", ""),
    ],
)
def test_where_a_column_is_found_is_told_in_words(
    given: dict[str, object], english: str, chinese: str
) -> None:
    column = Column.model_validate(given)
    assert (whence(column, "en"), whence(column, "zh")) == (english, chinese)


def test_a_column_names_its_indicators_and_what_is_found_by_it() -> None:
    indicator = {
        "id": "told",
        "name": "Told",
        "records": "visit",
        "measure": {"share": "eta_told_at < arrived_at"},
    }
    standard = Standard.model_validate({"standard": "s", "title": "S", "indicators": [indicator]})
    readers = readers_of(catalogue(), [standard])
    assert readers["visit", "arrived_at"] == ["`told`"]
    assert "→ `visit.eta_told_at`" in readers["notification", "sent_at"]
    assert "→ `visit.eta_told_at`" in readers["notification", "kind"]
    assert ("visit", "address") not in readers


def test_a_kind_of_ones_own_is_described_too() -> None:
    text = {"standard": "s", "title": "S", "indicators": [], "record_kinds": {}}
    own = {"name": "Box", "columns": {"box_id": {"unit": "a|b"}}}
    indicator = {"id": "i", "name": "I", "records": "box", "measure": {"count": "all"}}
    standard = Standard.model_validate({**text, "indicators": [indicator], "record_kinds": {"box": own}})
    section = kind_section("box", standard.kind("box"), {})
    assert "Key: —; event time: —." in section
    assert "| `box_id` | — | — | text | a&#124;b |  |  |" in section


def test_the_command_shows_an_overview_or_one_kind() -> None:
    assert "improvement_action" in output()
    shown = output("visit")
    assert "eta_told_at" in shown
    assert output("visit", "--markdown").startswith("## visit\n")
    refused = CliRunner().invoke(cli.app, ["kinds", "vist"])
    assert refused.exit_code == 2
    assert "Did you mean 'visit'?" in refused.stderr
