"""Cause trees: read with every fault, never claimed without evidence, listed, merged, exported, drawn."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sqaudit.cause_tree import (
    BRANCHES,
    CauseTree,
    as_yaml,
    branch_of,
    merged,
    placed,
    read_trees,
    tree_faults,
)
from sqaudit.cause_tree.export import action_rows
from sqaudit.cause_tree.listing import listed, open_whys
from sqaudit.cause_tree.owners import names_owners, with_owners_as
from sqaudit.descriptions import Text
from sqaudit.errors import ParameterError
from sqaudit.plan import plan
from sqaudit.present.blocks import png
from sqaudit.present.figures.fishbone import MOST_CAUSES, alt_fishbone, fishbone
from sqaudit.present.figures.why_chain import alt_why_chain, why_chain

TREE = """\
indicator: onsite_promise_rate
effect: {zh: 到达及时率下降, en: Arrival in time fell}
period: 2026-Q3
process:
  - cause: {zh: 四点以后没有人派工, en: Nobody dispatches after four}
    status: supported
    evidence: [{figure: onsite_promise_rate, period: 2026-Q3, where: "region = 'north'"}]
    why:
      - cause: {zh: 晚班取消了, en: The late shift was closed}
        status: supported
        evidence: [change request of 7 August]
        why:
          - cause: {zh: 没有人负责排班规则, en: Nobody owns the rota rule}
            action: {zh: 指定负责人, en: Name an owner}
            owner: 王样例
            due: 2026-11-15
people:
  - cause: {zh: 新人不熟悉路线, en: Newcomers do not know the routes}
    status: ruled_out
    evidence: [{record: "training:T000012"}]
"""


@pytest.fixture
def tree(tmp_path: Path) -> CauseTree:
    (tmp_path / "tree.yaml").write_text(TREE, encoding="utf-8")
    return read_trees(tmp_path / "tree.yaml")[0]


def test_whys_are_listed_from_the_branch_downwards(tree: CauseTree) -> None:
    found = listed([tree])
    assert found[["branch", "place", "status"]].values.tolist() == [
        ["people", "1", "ruled_out"],
        ["process", "1", "supported"],
        ["process", "1.1", "supported"],
        ["process", "1.1.1", "suspected"],
    ]
    assert found["evidence"].tolist()[1] == "onsite_promise_rate, 2026-Q3, region = 'north'"


def test_a_why_without_evidence_says_so(tree: CauseTree) -> None:
    wanted = open_whys([tree])
    assert wanted[["place", "wants"]].values.tolist() == [["1.1.1", "evidence"]]


def test_nothing_is_claimed_without_evidence() -> None:
    with pytest.raises(ValueError, match="a cause that is supported names its `evidence`"):
        CauseTree.model_validate(
            {"indicator": "a", "effect": "b", "people": [{"cause": "c", "status": "supported"}]}
        )


def test_every_fault_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "tree.yaml"
    file.write_text(
        "indicator: On Time\neffect: late\npeople:\n  - cause: x\n    evidence: [{record: V17}]\n"
        "process:\n  - cause: y\n    evidence: [{figure: a, where: 'x = (select 1)'}]\nmachine: []\n",
        encoding="utf-8",
    )
    with pytest.raises(ParameterError) as told:
        read_trees(file)
    text = str(told.value)
    assert "line 1, indicator: 'On Time' is no id." in text
    assert "'V17' names no record. Write kind:key, such as visit:V000017." in text
    assert "uses a sub-query, which is not allowed" in text
    assert "machine" in text


def test_two_trees_for_one_indicator_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "trees.yaml"
    file.write_text("trees:\n- {indicator: a, effect: b}\n- {indicator: a, effect: c}\n", encoding="utf-8")
    with pytest.raises(ParameterError, match="a has a tree already"):
        read_trees(file)


def test_references_are_held_against_the_audit(tree: CauseTree) -> None:
    known = {"onsite_promise_rate": {"zone": "VARCHAR"}}
    messages = [fault.message for fault in tree_faults([tree], known, ["training"], "tree.yaml")]
    assert messages == ["of the records of onsite_promise_rate, there is no column 'region'. Known: zone."]
    messages = [
        fault.message for fault in tree_faults([tree], {"onsite_promise": {}}, ["training"], "tree.yaml")
    ]
    assert messages[0] == "the standard has no indicator 'onsite_promise_rate'."


def test_a_record_of_no_kind_and_a_condition_nobody_can_ask_are_told() -> None:
    evidence = [
        {"record": "visits:V1"},
        {"record": "visit:V1"},
        {"figure": "a", "where": "working_time(created_at)"},
        {"figure": "a", "where": "hour(created_at) = 9"},
        "minutes of 7 August",
    ]
    tree = CauseTree.model_validate(
        {"indicator": "a", "effect": "b", "people": [{"cause": "c", "evidence": evidence}]}
    )
    faults = tree_faults([tree], {"a": {"created_at": "TIMESTAMP"}}, ["ticket", "visit"], "tree.yaml")
    assert [str(fault) for fault in faults] == [
        "tree.yaml, a, people 1: 'visits:V1': there is no record kind 'visits'. Did you mean 'visit'?",
        "tree.yaml, a, people 1: of the records of a, 'working_time(created_at)' asks a calendar, which only "
        "the indicators of a standard have.",
    ]


@pytest.mark.parametrize(
    ("evidence", "sentence"),
    [
        ('{record: "nokind:1"}', "there is no record kind 'nokind'"),
        ('{figure: on_time, where: "working_time(reported_at)"}', "asks a calendar"),
    ],
)
def test_a_run_whose_trees_cite_what_is_not_there_is_refused(
    small: Path, evidence: str, sentence: str
) -> None:
    tree = f"indicator: on_time\neffect: late\npeople:\n- {{cause: c, evidence: [{evidence}]}}\n"
    (small / "trees.yaml").write_text(tree, encoding="utf-8")
    with pytest.raises(ParameterError, match=re.escape(sentence)):
        plan(small / "run.yaml", cause_trees="trees.yaml")


def test_findings_go_to_the_branch_that_their_dimensions_name() -> None:
    assert branch_of(["product", "supplier"]) == "material"
    assert branch_of(["team", "hour"]) == "process"
    assert branch_of(["region", "agent"]) == "people"
    findings = [
        {"text": "region = north", "where": "region = 'north'", "dimensions": ["region"]},
        {"text": "arrivals by signature", "where": None, "branch": "measurement"},
    ]
    tree = placed("onsite_promise_rate", Text(zh="晚", en="late"), findings, "2026-Q3")
    assert [(branch, one.computed) for branch, one in tree.roots] == [
        ("environment", True),
        ("measurement", True),
    ]


def test_a_computed_finding_is_added_once_and_changes_nothing_of_what_people_wrote(tree: CauseTree) -> None:
    computed = placed(
        "onsite_promise_rate",
        tree.effect,
        [
            {"text": "north", "where": "region = 'north'", "dimensions": ["region"]},
            {"text": "southeast", "where": "region = 'southeast'", "dimensions": ["region"]},
        ],
    )
    both = merged(tree, computed)
    assert [one.cause.en for one in both.environment] == ["southeast"]  # north is cited already
    assert both.process == tree.process
    assert merged(both, computed) == both


def test_what_is_written_can_be_read_again(tree: CauseTree, tmp_path: Path) -> None:
    (tmp_path / "again.yaml").write_text(as_yaml([tree]), encoding="utf-8")
    assert read_trees(tmp_path / "again.yaml") == (tree,)


def test_owners_are_masked_however_deep_and_nothing_else_is(tree: CauseTree) -> None:
    (masked,) = with_owners_as([tree], "***")
    assert names_owners([tree])
    assert [cause.owner for _, _, cause in masked.walk() if cause.owner] == ["***"]
    assert as_yaml([masked]).replace("'***'", "王样例") == as_yaml([tree])


def test_actions_carry_the_chain_and_the_segment(tree: CauseTree) -> None:
    rows = action_rows([tree])
    assert rows.to_dict("records") == [
        {
            "cause": "Nobody dispatches after four ← The late shift was closed ← Nobody owns the rota rule",
            "cause_reference": "onsite_promise_rate/process/1.1.1",
            "action": "Name an owner",
            "indicator": "onsite_promise_rate",
            "segment": "region = 'north'",
            "owner": "王样例",
            "department": None,
            "due_at": "2026-11-15",
            "status": "proposed",
        }
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_figures_are_drawn_and_described(tree: CauseTree, language: str) -> None:
    assert png(fishbone(tree, language)).startswith(b"\x89PNG")  # type: ignore[arg-type]
    assert png(why_chain(tree, "process", 1, language)).startswith(b"\x89PNG")  # type: ignore[arg-type]
    assert tree.effect.in_language(language) in alt_fishbone(tree, language)  # type: ignore[arg-type]
    assert alt_why_chain(tree, "process", 1, language).count("←") == 3  # type: ignore[arg-type]


def test_a_full_branch_says_how_many_more_there_are() -> None:
    causes = [f"cause {number}" for number in range(MOST_CAUSES + 3)]
    tree = CauseTree.model_validate({"indicator": "a", "effect": "b", "people": causes})
    texts = [text.get_text() for text in fishbone(tree, "en").axes[0].texts]
    assert "3 more" in texts
    assert len([text for text in texts if text.startswith("cause")]) == MOST_CAUSES


def test_an_empty_tree_is_an_empty_skeleton() -> None:
    tree = CauseTree.model_validate({"indicator": "a", "effect": "b"})
    texts = [text.get_text() for text in fishbone(tree, "en").axes[0].texts]
    assert len([text for text in texts if text in ("People", "Tools", "Material")]) == 3
    assert listed([tree]).empty
    assert action_rows([tree]).empty
    assert len(BRANCHES) == 6
