"""The assessment of the sample records: mix accuses nobody, whoever games is found, and pages say it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml

from sqaudit.assessment import AssessmentRules, assess
from sqaudit.audit import Audit, audit_of, open_audit
from sqaudit.errors import ParameterError, SourceError
from sqaudit.inquiry.assessing import FILE, Assessed, read_assessed
from sqaudit.inquiry.unit_cells import count_units
from sqaudit.params import Language
from sqaudit.periods import parse
from sqaudit.present.assessment_terminal import assessment_lines
from sqaudit.report.page import Page
from sqaudit.review import Review

ROOT = Path(__file__).parents[2]
KINDS = ("ticket", "chat", "call", "survey", "complaint")
CHINESE = re.compile(r"[\u4e00-\u9fff]+")


@pytest.fixture(scope="module")
def audit() -> Iterator[Audit]:
    """The records that the core indicators are counted from."""
    content = yaml.safe_load((ROOT / "params" / "quarterly_review.yaml").read_text(encoding="utf-8"))
    content |= {"standard": ["customer_service_assurance", "after_sales_evaluation"], "segments": ["team"]}
    content |= {"records": {kind: content["records"][kind] for kind in KINDS}}
    del content["cause_trees"]
    with audit_of(content, ROOT) as one:
        yield one


@pytest.fixture(scope="module")
def assessed(audit: Audit) -> Assessed:
    """Its assessment of September 2026, the last month of the quarter."""
    return Assessed.of(audit)


def page(audit: Audit, assessed: Assessed | None, language: Language) -> str:
    run = audit.run.model_copy(update={"language": language})
    review = replace(Review.of(audit), run=run, assessed=assessed)
    return Page(review).assessment().html + Page(review).gaming().html


def texts(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", re.sub(r'(src|alt)="[^"]*"', "", html))).split())


def rules(**changes: Any) -> AssessmentRules:
    """Rules for teams on the first contact of tickets, of which P9 shifts the mix of customers."""
    miss = {
        "id": "miss",
        "kind": "missed",
        "line": "target",
        "levels": ["team"],
        "consequence": {"id": "look"},
    }
    lines = [{"indicator": "fcr_ticket", "target": 0.90}]
    content = {"assessment": "x", "title": "X", "lines": lines, "rules": [miss], **changes}
    return AssessmentRules.model_validate(content)


def named_by(audit: Audit, rules: AssessmentRules, month: str) -> set[str]:
    counted = count_units(audit, rules, parse(month))
    done = assess(counted.cells, rules, counted.complaints, counted.mix, period=month)
    return set(done.candidates["unit"])


def test_the_shift_to_new_customers_makes_no_team_a_candidate(audit: Audit) -> None:
    """P9 sends every team more new customers. Beside it only Desk C with its newcomers (P5) works worse."""
    assert named_by(audit, rules(), "2026-08") > {"Desk C", "Repair East"}
    assert named_by(audit, rules(), "2026-09") == {"Desk A", "Desk C", "Repair East"}
    known = rules(mix=["customer_class"])
    assert named_by(audit, known, "2026-08") == {"Desk C"}
    assert named_by(audit, known, "2026-09") == set()  # the newcomers had learnt by then


def test_by_the_rules_of_the_sample_only_cases_call_for_a_review(assessed: Assessed) -> None:
    done = assessed.done
    assert done is not None
    assert assessed.month == "2026-09"
    assert set(done.candidates["kind"]) == {"major_complaint"}
    assert set(done.candidates["status"]) == {"for_review"}
    response = done.expected[done.expected["indicator"] == "response_timeliness"]
    assert (response["listed_by_point"] > 0).all()  # innocents that a list of figures would have named
    assert (response["false_at_most"] < 1.5).all()


def test_whoever_games_is_found_and_nobody_else(assessed: Assessed) -> None:
    assert assessed.gaming is not None
    assert set(assessed.gaming.findings["segment"]) == {"在线三组"}


def test_a_month_has_one_finding_whichever_period_brought_it_about(audit: Audit, assessed: Assessed) -> None:
    by_month = Assessed.of(audit, parse("2026-09"))
    assert by_month.gaming is not None
    assert assessed.gaming is not None
    assert by_month.gaming.period == assessed.gaming.period == "2026-Q3"
    assert by_month.gaming.as_dict() == assessed.gaming.as_dict()
    lines = assessment_lines(by_month, audit.standard, "both")
    assert lines == assessment_lines(assessed, audit.standard, "both")
    assert any(re.search(r"in the records of 2026-Q3, \d of them not explained", line) for line in lines)
    assert any(line.startswith("在 2026-Q3 的记录中比较了") for line in lines)


def test_counts_are_those_of_the_figures(audit: Audit) -> None:
    counted = count_units(audit, audit.plan.assessment or rules(), parse("2026-09"))
    cells = counted.cells[(counted.cells["level"] == "team") & (counted.cells["period"] == "2026-09")]
    for name, own in cells.groupby("indicator"):
        figure = audit.measure(by=["team"], period="2026-09", indicators=[str(name)]).set_index("team")
        figure = figure[figure.index.notna()]
        both = own.set_index("unit")[["numerator", "denominator"]]
        assert both.sort_index().equals(figure.loc[both.index, ["numerator", "denominator"]].sort_index())
    nobody = counted.unassigned[counted.unassigned["period"] == "2026-09"]
    total = audit.measure(period="2026-09", indicators=["response_timeliness"])["denominator"].iloc[0]
    seen = cells.loc[cells["indicator"] == "response_timeliness", "denominator"].sum()
    left = nobody.loc[(nobody["level"] == "team") & (nobody["indicator"] == "response_timeliness"), "cases"]
    assert seen + left.sum() == total


def test_a_month_without_complaint_is_known_where_others_complained(audit: Audit) -> None:
    counted = count_units(audit, audit.plan.assessment or rules(), parse("2026-09"))
    assert counted.complaints is not None
    september = counted.complaints[counted.complaints["period"] == "2026-09"]
    teams = (
        september[september["level"] == "team"].groupby("unit")[["raised", "major"]].sum().to_dict("index")
    )
    assert teams["在线二组"] == {"raised": 0, "major": 0}
    assert teams["Repair East"] == {"raised": 3, "major": 1}


def test_what_a_book_keeps_is_read_as_it_was(assessed: Assessed, tmp_path: Path) -> None:
    assessed.save(tmp_path)
    again = read_assessed(tmp_path)
    assert again is not None
    assert again.as_dict() == assessed.as_dict()
    assert read_assessed(tmp_path / "elsewhere") is None
    (tmp_path / FILE).write_text("{}", encoding="utf-8")
    with pytest.raises(SourceError, match="does not hold an assessment"):
        read_assessed(tmp_path)


def test_an_english_page_names_grounds_and_holds_no_chinese_but_names(
    audit: Audit, assessed: Assessed
) -> None:
    text = texts(page(audit, assessed, "en"))
    assert "It is no payroll file, and nothing in it is a decision." in text
    assert "can be told apart from all others together; ranks mean roughly nothing here" in text
    assert "are expected not to be among the worst at all" in text
    assert "Rule out first:" in text
    assert "as far as cases are independent of each other and true levels vary smoothly" in text
    assert "在线三组: the figure stands out, and the records look as if it had been worked on" in text
    done = assessed.done
    assert done is not None
    units = " ".join([*done.comparison["unit"], *done.candidates["unit"]])
    assert all(word in units for word in CHINESE.findall(text))


def test_a_chinese_page_speaks_chinese(audit: Audit, assessed: Assessed) -> None:
    text = texts(page(audit, assessed, "zh"))
    assert "这是供人工复核的名单，不是工资表" in text
    assert "先排除：" in text
    assert "以个案相互独立、真实水平在单位之间平缓分布为前提" in text
    assert not re.search(r"\b(unit|listed|line|wrong|cases|month)\b", text)


def test_without_rules_or_units_the_page_says_what_it_cannot_assess(small: Path) -> None:
    with open_audit(small / "run.yaml") as audit:
        told = texts(page(audit, Assessed.of(audit), "en"))
    assert "The run file names no rules" in told
    assert "No records say whose cases they are" in told
    with open_audit(small / "run.yaml", assessment="assessment") as audit:  # the name of the one that ships
        told = texts(page(audit, Assessed.of(audit), "en"))
    assert "nobody can be assessed" in told
    assert "Timely responses: the standards of the run have no such indicator; not assessed." in told


def test_rules_that_do_not_fit_are_refused_all_at_once(small: Path) -> None:
    text = """\
        assessment: own
        title: Own
        lines: [{indicator: on_time, target: 0.1, direction: lower}, {indicator: on_timee, target: 0.9}]
        rules: [{id: a, kind: missed, levels: [phone], consequence: {id: look}}]
    """
    (small / "own.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ParameterError) as refused:
        open_audit(small / "run.yaml", assessment="own.yaml")
    said = str(refused.value)
    assert "on_time is better when higher in the standard, here when lower." in said
    assert "Did you mean 'on_time'?" in said
    assert "'phone' holds personal data" in said
    with pytest.raises(ParameterError, match=r"there is no file 'nowhere\.yaml'"):
        open_audit(small / "run.yaml", assessment="nowhere.yaml")


def test_every_fault_of_a_file_of_rules_is_told_in_one_go_and_in_order(small: Path) -> None:
    text = """\
        assessment: own
        title: Own
        levels: [agnt, department]
        mix: [chanel]
        level: 2
        lines:
          - {indicator: on_time, target: 80%, penalty: 90%}
          - {indicator: on_timee, target: 0.9}
          - {indicator: on_timee, target: 0.9, warning: 0.8}
        rules:
          - {id: a, kind: mised, consequence: {id: look}}
          - {id: a, kind: missed, levels: [phone], consequence: {id: look}}
          - {id: c, kind: top, indicator: on_tme, consequence: {id: look}}
          - {id: d, kind: qqqq, consequence: {id: look}}
          - {id: e, consequence: {id: look}}
          - {id: f, kind: missed}
    """
    (small / "own.yaml").write_text(dedent(text), encoding="utf-8")
    with pytest.raises(ParameterError) as refused:
        open_audit(small / "run.yaml", assessment="own.yaml")
    known = "Known: clean_quarter, major_complaint, missed, top."
    expected = [
        "line 3, levels[1]: no records have the column 'agnt'. Did you mean 'agent'?",
        "line 4, mix[1]: no records have the column 'chanel'. Did you mean 'channel'?",
        "line 5, level: 2 does not fit. Write a number below 1.",
        "line 7, lines[1]: on_time: the target must not lie below warn or penalty.",
        "line 8, lines[2].indicator: on_timee has lines more than once.",
        "line 8, lines[2].indicator: the standard has no indicator 'on_timee'. Did you mean 'on_time'?",
        "line 9, lines[3].warning: unknown key 'warning'. Did you mean 'warn'?",
        "line 9, lines[3].indicator: on_timee has lines more than once.",
        "line 9, lines[3].indicator: the standard has no indicator 'on_timee'. Did you mean 'on_time'?",
        f"line 11, rules[1].kind: 'mised' is not known. Did you mean 'missed'? {known}",
        "line 11, rules[1].id: the id a stands more than once.",
        "line 12, rules[2].id: the id a stands more than once.",
        "line 12, rules[2].levels[1]: 'phone' holds personal data, which a book does not show. "
        "Name units by an id, or set `show_personal_data: true`.",
        "line 13, rules[3].indicator: on_tme has no lines. Did you mean 'on_time'?",
        f"line 14, rules[4].kind: 'qqqq' is not known. {known}",
        f"line 15, rules[5].kind: this key is missing. Add it. {known}",
        "line 16, rules[6].consequence: this key is missing. Add it.",
    ]
    assert [str(fault).split("own.yaml, ")[1] for fault in refused.value.faults] == expected


def test_each_rule_tells_how_many_it_judged_or_why_nobody(assessed: Assessed, audit: Audit) -> None:
    assert assessed.done is not None
    told = assessed.done.per_rule.set_index(["rule", "level"])
    assert set(told.index.get_level_values("rule")) == {rule.id for rule in assessed.done.rules.rules}
    assert told.loc[("service_star", "agent"), ["judged", "reason"]].tolist() == [0, "few_cases"]
    assert told.loc[("clean_quarter", "team"), ["named", "reason"]].tolist() == [0, ""]
    assert told.loc[("clean_quarter", "team"), "judged"] > 0
    english, chinese = (
        texts(page(audit, assessed, tongue))
        for tongue in ("en", "zh")  # type: ignore[arg-type]
    )
    assert "Rule “Service star” (Agent): nobody could be judged: no unit has the 20 cases" in english
    assert "规则“服务之星”（人员）：无法判断任何单位：没有一个单位有判断所需的 20 件。" in chinese
    assert "these rows tell of the same complaints, once for each level" in english
    assert "这几行说的是同样的投诉" in chinese
    assert "the document names “Mandatory review”, for E47" in english
    assert "No consequence on the list changes pay" in english
    assert "名单上的后果都不涉及绩效工资" in chinese
    lines = "\n".join(assessment_lines(assessed, audit.standard, "both"))
    assert "Rule “Quarter without complaint” (Team): " in lines
    assert "规则“季度零投诉”（班组）：" in lines
    assert assessed.told()["per_rule"] == assessed.done.per_rule.to_dict("records")


def test_a_book_of_before_is_read_without_what_it_could_not_tell(assessed: Assessed, tmp_path: Path) -> None:
    content = assessed.as_dict()
    del content["frames"]["per_rule"]
    del content["gaming"]["period"]
    (tmp_path / FILE).write_text(json.dumps(content), encoding="utf-8")
    found = read_assessed(tmp_path)
    assert found is not None
    assert found.done is not None
    assert found.done.per_rule.empty
    assert found.gaming is not None
    assert found.gaming.period == ""


def test_levels_are_those_of_the_file_of_rules_or_of_the_records(audit: Audit) -> None:
    bare = {"id": "miss", "kind": "missed", "line": "target", "consequence": {"id": "look"}}

    def counted(**changes: Any) -> tuple[set[str], list[tuple[str, str]]]:
        found = count_units(audit, rules(rules=[bare], **changes), parse("2026-09"))
        return set(found.cells["level"]), found.lacking[["name", "reason"]].to_records(index=False).tolist()

    assert counted() == ({"agent", "team", "department"}, [])
    assert counted(levels=["region"]) == ({"region"}, [])
    assert counted(levels=["shop"]) == (set(), [("shop", "absent_columns"), ("miss", "no_level")])


def test_a_rule_that_judges_nobody_is_told(small: Path) -> None:
    text = """\
        assessment: own
        title: Own
        lines: [{indicator: on_time, target: 0.9}]
        rules: [{id: a, name: Missed, kind: missed, consequence: {id: look}}]
    """
    (small / "own.yaml").write_text(text, encoding="utf-8")
    with open_audit(small / "run.yaml", assessment="own.yaml") as audit:
        found = Assessed.of(audit)
        told = texts(page(audit, found, "en"))
        assert "规则“Missed”：记录中没有它所针对的层级" in texts(page(audit, found, "zh"))
    assert "The rule “Missed” judges nobody: the records have none of its levels." in told
    (small / "own.yaml").write_text("levels: [phone]\n" + dedent(text), encoding="utf-8")
    with pytest.raises(ParameterError, match="'phone' holds personal data"):
        open_audit(small / "run.yaml", assessment="own.yaml")
