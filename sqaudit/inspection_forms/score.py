"""What the answers to one case are worth: points, points possible, share, critical errors, by section."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqaudit.inspection_forms.form import InspectionForm, Section
from sqaudit.inspection_forms.item import Item

State = Literal["scored", "incomplete", "excluded", "nothing_applicable"]
NOTHING = float("nan")


@dataclass(frozen=True)
class Answer:
    """An answer to one item: its value on the item's scale, or that the item does not apply."""

    value: float = NOTHING
    not_applicable: bool = False


@dataclass(frozen=True)
class SectionScore:
    """The points of one section; NaN where the case has no score or nothing of the section applies."""

    section: str
    points: float
    possible: float
    share: float


@dataclass(frozen=True)
class CaseScore:
    """What a case is worth, and why it is not scored where it is not.

    `raw_points` are those before critical errors took any. `failed` are the items with a critical error,
    `zeroed` what was taken for it: the ids of sections, or all of them for the case. All figures are NaN
    unless `state` is `scored`.
    """

    state: State
    points: float
    raw_points: float
    possible: float
    share: float
    failed: tuple[str, ...]
    zeroed: tuple[str, ...]
    unanswered: tuple[str, ...]
    sections: tuple[SectionScore, ...]


def score_case(form: InspectionForm, answers: Mapping[str, Answer]) -> CaseScore:
    """The score of one case from its answers by item.

    A case is scored when every item is answered (`incomplete` else), unless an item that does not apply
    puts the case out (`excluded`), or none applies. Items that do not apply count by their own rule:
    neither as points nor as possible (so that their weight is spread over all others in proportion), or as
    all points. A critical error takes the points of the case or of its section by the policy of its class;
    the points possible stay. ValueError for an unknown item or a value outside its scale.

    >>> from sqaudit.inspection_forms.read import read_form
    >>> form = read_form("params/forms/service_inspection.yaml")
    >>> score_case(form, {"attitude": Answer(4)}).state
    'incomplete'
    """
    if unknown := sorted(set(answers) - {item.id for item in form.items}):
        raise ValueError(f"the form {form.form} has no item {', '.join(unknown)}.")
    given = {key: one for key, one in answers.items() if one.not_applicable or not math.isnan(one.value)}
    unanswered = tuple(item.id for item in form.items if item.id not in given)
    failed = [item for item in form.items if item.id in given and _fails(item, given[item.id])]
    state = _state(form, given, unanswered)
    names = tuple(item.id for item in failed)
    if state != "scored":
        nothing = tuple(SectionScore(one.id, NOTHING, NOTHING, NOTHING) for one in form.sections)
        return CaseScore(state, NOTHING, NOTHING, NOTHING, NOTHING, names, (), unanswered, nothing)
    zeroed = _zeroed(form, failed)
    counted = [(section, *_counted(form, section, given)) for section in form.sections]
    sections = tuple(
        _section(section.id, 0.0 if section.id in zeroed else earned, possible)
        for section, earned, possible in counted
    )
    raw = math.fsum(earned for _, earned, _ in counted)
    points = math.fsum(one.points for one in sections if one.possible > 0)
    possible = math.fsum(possible for *_, possible in counted)
    return CaseScore(state, points, raw, possible, points / possible, names, zeroed, (), sections)


def _state(form: InspectionForm, given: Mapping[str, Answer], unanswered: Sequence[str]) -> State:
    absent = {item.id for item in form.items if item.id in given and given[item.id].not_applicable}
    if any(item.not_applicable == "exclude_case" for item in form.items if item.id in absent):
        return "excluded"
    if unanswered:
        return "incomplete"
    counts = [item for item in form.items if item.id not in absent or item.not_applicable == "full_points"]
    return "scored" if counts else "nothing_applicable"


def _fails(item: Item, answer: Answer) -> bool:
    if answer.not_applicable:
        if item.not_applicable is None:
            raise ValueError(f"{item.id}: 'not applicable' is no answer to this item.")
        return False
    return item.fails(answer.value)


def _zeroed(form: InspectionForm, failed: Sequence[Item]) -> tuple[str, ...]:
    """The sections whose points are lost."""
    lost = {item.id for item in failed if form.policy(item) == "section_zero"}
    if any(form.policy(item) == "case_zero" for item in failed):
        return tuple(section.id for section in form.sections)
    return tuple(one.id for one in form.sections if any(item.id in lost for item in one.items))


def _counted(form: InspectionForm, section: Section, given: Mapping[str, Answer]) -> tuple[float, float]:
    """Points earned and points possible of a section."""
    earned, possible = [], []
    for item in section.items:
        answer = given[item.id]
        if answer.not_applicable and item.not_applicable != "full_points":
            continue
        share = 1.0 if answer.not_applicable else item.share(answer.value, form.panel_scale)
        earned.append(item.weight * share)
        possible.append(item.weight)
    return math.fsum(earned), math.fsum(possible)


def _section(name: str, points: float, possible: float) -> SectionScore:
    if possible == 0:  # nothing of the section applies: no points to win or lose
        return SectionScore(name, NOTHING, 0.0, NOTHING)
    return SectionScore(name, points, possible, points / possible)


__all__ = ["Answer", "CaseScore", "SectionScore", "State", "score_case"]
