"""What stands at present: the answers in force, their earlier versions, the scores of cases, what is open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from sqaudit.inspection_forms import Answer, CaseScore, InspectionForm, score_case
from sqaudit.inspections.issue import Issue, read_issue
from sqaudit.inspections.reading import ANSWERS
from sqaudit.inspections.store import kept

HISTORY = (
    *("case_id", "item", "inspector", "role", "answer", "value", "not_applicable", "comment"),
    *("version", "reading", "read_at", "file", "sheet", "row", "column"),
)
SCORES = (
    *("case_id", "role", "inspector", "in_force", "state", "points", "raw_points", "possible", "share"),
    *("failed", "customer_errors", "business_errors", "compliance_errors", "zeroed", "unanswered"),
)
SECTIONS = ("case_id", "role", "section", "points", "possible", "share")
OPEN = ("case_id", "inspector", "role", "answered", "items", "state")
_ONE = ["case_id", "item", "inspector", "role"]  # what an answer is an answer to, and whose


def answer_history(folder: Path) -> pd.DataFrame:
    """Every version of every answer, in the columns HISTORY, the oldest first.

    A version is an answer or comment that differs from the one before it; reading a form again that says the
    same adds none. Re-scores stand under the role `rescore` and the name of whoever re-scored.
    """
    tables = [one.table("answers") for one in kept(folder)]
    if not tables:
        return _typed(pd.DataFrame(columns=list(HISTORY)))
    every = pd.concat(tables, ignore_index=True).sort_values([*_ONE, "reading"], kind="stable")
    before = every.groupby(_ONE, sort=False)[["answer", "comment"]].shift()
    changed = (every["answer"] != before["answer"]) | (every["comment"] != before["comment"])
    every = every[changed]
    every = every.assign(version=every.groupby(_ONE, sort=False).cumcount() + 1)
    return _typed(every[list(HISTORY)].reset_index(drop=True))


def answers(folder: Path) -> pd.DataFrame:
    """The answers in force, in the columns HISTORY: the last version of each, by case, item and inspector.

    Of several re-scores of one item the last stands. `value` is the number on the item's scale (yes is 1, a
    choice is its points) and missing where the item does not apply; `answer` is its name.
    """
    history = answer_history(folder)
    last = history.groupby(_ONE, sort=False).tail(1)
    rescores = last["role"] == "rescore"
    newest = last[rescores].sort_values("reading").groupby(["case_id", "item"], sort=False).tail(1)
    both = pd.concat([last[~rescores], newest])
    return both.sort_values(["case_id", "item", "role", "inspector"], ignore_index=True)


def case_scores(folder: Path) -> pd.DataFrame:
    """One row for each case and role, in the columns SCORES; cases nobody answered are `incomplete`.

    The role `rescore` takes the answers of the first inspector with those that were re-scored in their place.
    `in_force` marks the one row of a case that counts: the re-score where there is one, else the first. All
    figures are missing where `state` is not `scored`; see `inspection_forms.score_case`.
    """
    issue = read_issue(folder)
    rows = [_score_row(issue.form, *one) for one in _scored(issue, answers(folder))]
    frame = pd.DataFrame(rows, columns=list(SCORES))
    return frame.sort_values(["case_id", "role"], ignore_index=True)


def section_scores(folder: Path) -> pd.DataFrame:
    """One row for each case, role and section, in the columns SECTIONS; missing where a case has no score."""
    issue = read_issue(folder)
    rows = [
        (case, role, one.section, one.points, one.possible, one.share)
        for case, role, _, score, _ in _scored(issue, answers(folder))
        for one in score.sections
    ]
    return pd.DataFrame(rows, columns=list(SECTIONS))


def open_cases(folder: Path) -> pd.DataFrame:
    """The cases that are not answered in full, in the columns OPEN: the non-response of the inspection.

    `state` is `not_started` or `partly`; `answered` of `items` answers are there. Second inspections stand
    beside the first ones, each in a row of its own.
    """
    issue = read_issue(folder)
    known = answers(folder).groupby(["case_id", "inspector", "role"]).size().to_dict()
    of = len(issue.form.items)
    rows = [
        (case, name, role, count, of, "partly" if count else "not_started")
        for (case, name), role in sorted(issue.roles.items())
        if (count := int(known.get((case, name, role), 0))) < of
    ]
    return pd.DataFrame(rows, columns=list(OPEN))


def _scored(issue: Issue, given: pd.DataFrame) -> Iterator[tuple[str, str, str, CaseScore, bool]]:
    """Every case and role with its score and whether it is the one in force."""
    by_role: dict[tuple[str, str], dict[str, Answer]] = {}
    who: dict[tuple[str, str], list[str]] = {}
    for row in given.to_dict("records"):
        place = (str(row["case_id"]), str(row["role"]))
        by_role.setdefault(place, {})[str(row["item"])] = Answer(row["value"], row["not_applicable"])
        who.setdefault(place, []).append(str(row["inspector"]))
    for (case, name), role in sorted(issue.roles.items()):
        said = by_role.get((case, role), {})
        again = by_role.get((case, "rescore"))
        yield case, role, name, score_case(issue.form, said), role == "first" and again is None
        if role == "first" and again is not None:
            names = ", ".join(sorted(set(who[case, "rescore"])))
            yield case, "rescore", names, score_case(issue.form, {**said, **again}), True


def _score_row(
    form: InspectionForm, case: str, role: str, inspector: str, score: CaseScore, in_force: bool
) -> tuple[object, ...]:
    classes = [item.critical.class_ for item in form.items if item.critical and item.id in score.failed]
    counts = [classes.count(name) for name in ("customer", "business", "compliance")]
    figures = (score.points, score.raw_points, score.possible, score.share)
    return (
        *(case, role, inspector, in_force, score.state, *figures),
        *(_listed(score.failed), *counts, _listed(score.zeroed), _listed(score.unanswered)),
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    numbers = {"value": "float64", "not_applicable": "bool"}
    numbers |= dict.fromkeys(("version", "reading", "row"), "int64")
    return frame.astype({name: numbers.get(name, "str") for name in HISTORY})


__all__ = [
    "ANSWERS",
    "HISTORY",
    "OPEN",
    "SCORES",
    "SECTIONS",
    "answer_history",
    "answers",
    "case_scores",
    "open_cases",
    "section_scores",
]
