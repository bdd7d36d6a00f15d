"""Forms as data: every fault at once with its place, and what answers are worth."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqaudit.errors import ParameterError
from sqaudit.inspection_forms import Answer, InspectionForm, find_form, form_hash, read_form, score_case
from tests.forms.filling import FORM, form

FAULTY = """\
form: faulty
version: 2
title: {zh: 表, en: Form}
critical: {customer: case_zero}
sections:
  - id: one
    title: 一
    items:
      - {id: tone, text: Tone, scale: 1-5, weight: 10, critical: customer}
      - {id: told, text: Told, scale: yes_no, weight: 0}
      - {id: told_again, text: Told, scale: 1-7, weight: 5}
      - {id: badge, text: Badge, scale: yes_no, weight: 5, critical: business, colour: red}
  - id: two
    title: 二
    items:
      - {id: rated, text: Rated, scale: 1-5, weight: 10, comment_below: 6}
      - {id: plain, text: Plain, scale: 1-5, weight: 10}
"""


def _form(
    items: list[dict[str, Any]], second: list[dict[str, Any]] | None = None, **keys: Any
) -> InspectionForm:
    sections = [{"id": "a", "title": "A", "items": items}]
    sections += [{"id": "b", "title": "B", "items": second}] if second else []
    return InspectionForm.model_validate(
        {"form": "f", "version": "1", "title": "F", "sections": sections, **keys}
    )


def _item(name: str, weight: float = 10, scale: Any = "yes_no", **keys: Any) -> dict[str, Any]:
    return {"id": name, "text": name, "scale": scale, "weight": weight, **keys}


def test_every_fault_of_a_form_is_told_at_once_with_line_and_key(tmp_path: Path) -> None:
    file = tmp_path / "faulty.yaml"
    file.write_text(FAULTY, encoding="utf-8")
    with pytest.raises(ParameterError) as refused:
        read_form(file)
    told = {(one.place.removeprefix(f"{file}, "), one.message) for one in refused.value.faults}
    places = {place for place, _ in told}
    assert "line 9, sections[1].items[1]" in places  # critical without a level
    assert "line 10, sections[1].items[2].weight" in places
    assert "line 11, sections[1].items[3].scale" in places
    assert "line 12, sections[1].items[4].colour" in places
    assert "line 16, sections[2].items[1]" in places  # a comment below 6 of 5
    assert any("unknown key 'colour'" in message for _, message in told)


def test_what_does_not_go_together_is_told_with_line_and_key(tmp_path: Path) -> None:
    file = tmp_path / "faulty.yaml"
    text = FORM.read_text(encoding="utf-8")
    text = (
        text.replace("panel_scale: score/5 ", "# ")
        .replace(", business: flag", "")
        .replace("id: accuracy", "id: attitude")
    )
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ParameterError) as refused:
        read_form(file)
    messages = [str(one).removeprefix(f"{file}, ") for one in refused.value.faults]
    assert len(messages) == 4
    assert all(message.startswith("line ") for message in messages)
    assert sum("stands more than once" in message for message in messages) == 2
    assert sum("needs `panel_scale`" in message for message in messages) == 1
    assert sum("what follows for business" in message for message in messages) == 1


def test_the_shipped_form_is_found_by_id_and_its_hash_follows_its_words() -> None:
    assert find_form("service_inspection", Path("/")) == FORM
    assert find_form("nothing", Path("/")) is None
    ours = form()
    other = ours.model_copy(update={"note": ours.title})
    assert form_hash(ours) == form_hash(read_form(FORM)) != form_hash(other)


def test_points_follow_weights_and_the_scale_of_ratings() -> None:
    items = [_item("yes", 10), _item("rate", 20, "1-5"), _item("score", 30, "0-100")]
    answers = {"yes": Answer(1), "rate": Answer(3), "score": Answer(50)}
    fifths = score_case(_form(items, panel_scale="score/5"), answers)
    assert (fifths.points, fifths.possible) == (10 + 12 + 15, 60)
    quarters = score_case(_form(items, panel_scale="(score-1)/4"), answers)
    assert (quarters.points, quarters.share) == (10 + 10 + 15, 35 / 60)
    with pytest.raises(ValueError, match="rate: a rating needs a `panel_scale`"):
        score_case(_form(items), answers)


@pytest.mark.parametrize(
    ("rule", "state", "points", "possible"),
    [
        ("redistribute", "scored", 10, 20),
        ("full_points", "scored", 40, 50),
        ("exclude_case", "excluded", math.nan, math.nan),
    ],
)
def test_what_does_not_apply_counts_by_its_rule(
    rule: str, state: str, points: float, possible: float
) -> None:
    one = _form([_item("a"), _item("b"), _item("c", 30, not_applicable=rule)])
    score = score_case(one, {"a": Answer(1), "b": Answer(0), "c": Answer(not_applicable=True)})
    assert score.state == state
    assert (score.points, score.possible) == pytest.approx((points, possible), nan_ok=True)


def test_nothing_that_applies_is_no_score() -> None:
    one = _form([_item("a", not_applicable="redistribute")])
    score = score_case(one, {"a": Answer(not_applicable=True)})
    assert (score.state, math.isnan(score.share)) == ("nothing_applicable", True)


@pytest.mark.parametrize(
    ("policy", "points", "zeroed"),
    [("case_zero", 0, ("a", "b")), ("section_zero", 10, ("a",)), ("flag", 20, ())],
)
def test_a_critical_error_takes_what_its_class_says(
    policy: str, points: float, zeroed: tuple[str, ...]
) -> None:
    items = [_item("fatal", critical="customer"), _item("fine")]
    one = _form(items, [_item("other")], critical={"customer": policy})
    score = score_case(one, {"fatal": Answer(0), "fine": Answer(1), "other": Answer(1)})
    assert (score.points, score.raw_points, score.possible) == (points, 20, 30)
    assert (score.failed, score.zeroed) == (("fatal",), zeroed)


def test_a_critical_level_holds_below_it_and_an_item_may_have_its_own_policy() -> None:
    critical = {"class": "business", "below": 60, "policy": "case_zero"}
    one = _form([_item("right", 10, "0-100", critical=critical)], critical={"business": "flag"})
    assert score_case(one, {"right": Answer(60)}).points == 6
    assert score_case(one, {"right": Answer(59.9)}).points == 0


def test_an_unanswered_item_leaves_the_case_without_a_score() -> None:
    score = score_case(_form([_item("a"), _item("b")]), {"a": Answer(1)})
    assert (score.state, score.unanswered, math.isnan(score.points)) == ("incomplete", ("b",), True)


def test_impossible_answers_are_refused_in_words() -> None:
    one = _form([_item("a", scale="0-100")])
    with pytest.raises(ValueError, match="a: 101 lies outside the scale 0 to 100"):
        score_case(one, {"a": Answer(101)})
    with pytest.raises(ValueError, match="the form f has no item z"):
        score_case(one, {"z": Answer(1)})
    with pytest.raises(ValueError, match="a: 'not applicable' is no answer to this item"):
        score_case(one, {"a": Answer(not_applicable=True)})


@given(st.lists(st.tuples(st.integers(1, 50), st.sampled_from([0.0, 1.0, None])), min_size=1, max_size=8))
def test_sections_add_up_and_a_share_lies_between_nothing_and_all(
    rows: list[tuple[int, float | None]],
) -> None:
    items = [_item(f"i{at}", weight, not_applicable="redistribute") for at, (weight, _) in enumerate(rows)]
    half = len(items) // 2
    one = _form(items[:half], items[half:]) if half else _form(items)
    absent = Answer(not_applicable=True)
    answers = {f"i{at}": absent if value is None else Answer(value) for at, (_, value) in enumerate(rows)}
    score = score_case(one, answers)
    if all(value is None for _, value in rows):
        assert score.state == "nothing_applicable"
        return
    assert score.points == sum(weight for weight, value in rows if value == 1)
    assert 0 <= score.share <= 1
    assert math.fsum(one.points for one in score.sections if one.possible) == score.points
    assert math.fsum(one.possible for one in score.sections) == score.possible
