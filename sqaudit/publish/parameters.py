"""Parameters of a notebook: the cell that declares them, and the check that guards them.

Papermill only warns about names it does not know, and schedulers inject values unchecked; so the first
cell after the parameters hands everything to `notebook_page`, which refuses what a run file would refuse.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from sqaudit.audit import Audit
from sqaudit.books import compare_with
from sqaudit.books.kept import read_kept
from sqaudit.errors import Fault, ParameterError
from sqaudit.inquiry.assessing import Assessed
from sqaudit.inquiry.causes import Causes
from sqaudit.inquiry.followup import FollowUp
from sqaudit.inquiry.patterns import Patterns
from sqaudit.params import RunFile
from sqaudit.plan import plan, planned
from sqaudit.report.page import Page
from sqaudit.review import Review, read_review

SAMPLE = "params/quarterly_review.yaml"
# Run files that a notebook starts from where that of the quarter has nothing to show in it.
DEFAULTS = {
    "sampling_plan": "params/inspection.yaml",
    "inspection_review": "params/inspection_review.yaml",
}
OWN = ("run", "results")  # parameters of the notebook itself, beside the keys of a run file
ALSO = {  # further ones of single notebooks, with their meaning
    "root_cause": {
        "indicators": "ids to look into; without it, those that call for an analysis",
        "dimensions": "columns to look by, and weekday, hour, part_of_day, new_agent",
    },
}
_PLAIN = (str, int, float, bool, list, tuple, dict)


def notebook_page(
    namespace: Mapping[str, Any],
    *,
    causes: bool = False,
    followup: bool = False,
    assessment: bool = False,
    previous_book: bool = False,
) -> Page:
    """The page of a notebook for the parameters in its namespace (`globals()`).

    With `causes`, it also looks into the indicators that call for it, or into those that `indicators` names,
    and at what goes through all records. With `followup`, the improvement plan is followed up.
    With `assessment`, agents and teams are assessed by the rules of the run, and gaming is looked for.
    With `previous_book`, the audit is held against the earlier book that the run names.

    Inside a book (`results` names the run folder) nothing is read or measured again. Otherwise the
    run file `run` is used with every parameter that is not None in place of its key; parameters that
    bring their own `standard` and `records` stand for a whole run file, as with `papermill -f`.
    ParameterError lists every fault, names that look like a mistyped parameter among them.
    """
    refuse_mistyped(namespace)
    given = {name: namespace[name] for name in RunFile.model_fields if namespace.get(name) is not None}
    if namespace.get("results"):
        folder = Path(namespace["results"])
        review = read_review(folder)
        return Page(review, read_kept(folder, review.standards) if previous_book else None)
    base = Path.cwd()
    if "standard" in given and "records" in given:
        the_plan = planned(given, base, "parameters")
    else:
        the_plan = plan(_run_file(str(namespace.get("run") or SAMPLE), base), **given)
    with Audit(the_plan) as audit:
        review = Review.of(audit)
        if causes:
            review = replace(review, causes=_causes(audit, namespace), patterns=Patterns.of(audit))
        if followup:
            review = replace(review, followup=FollowUp.of(audit))
        if assessment:
            review = replace(review, assessed=Assessed.of(audit))
        before = the_plan.previous_book if previous_book else None
        return Page(review, None if before is None else compare_with(before, audit))


def _causes(audit: Audit, namespace: Mapping[str, Any]) -> Causes:
    wanted, dimensions = (namespace.get(name) or () for name in ("indicators", "dimensions"))
    return Causes.of(audit, _listed(wanted), _listed(dimensions))


def _listed(given: str | Iterable[str]) -> list[str]:
    """A list of names; a text holds them with commas, as `papermill -p dimensions team,hour` gives it."""
    if not isinstance(given, str):
        return list(given)
    return [name for part in given.split(",") if (name := part.strip())]


def refuse_mistyped(namespace: Mapping[str, Any]) -> None:
    """ParameterError for plain values whose name is nearly that of a parameter, such as `perod`."""
    known = [*RunFile.model_fields, *OWN, *(name for own in ALSO.values() for name in own)]
    faults = [
        Fault("parameters", f"unknown parameter '{name}'.", f"Did you mean '{near[0]}'?")
        for name, value in namespace.items()
        if not name.startswith("_")
        and name not in known
        and isinstance(value, _PLAIN)
        and (near := get_close_matches(name, known, n=1, cutoff=0.8))
    ]
    if faults:
        raise ParameterError(faults)


_MEANINGS = {
    "title": "what the book is called",
    "standard": "path or id of a standard, or a list of several",
    "calendar": "calendar of working time, in place of the standards' own",
    "period": '"2026-Q3", "2026-09", "2026-W38", "2026-07-01..2026-07-14", "all"',
    "compare": '"previous", "none" or a period',
    "as_of": "when open cases are judged, such as 2026-10-08",
    "timezone": "the zone of all times shown",
    "segments": "columns to group by",
    "scope": "condition that bounds the population",
    "records": "record kind -> source",
    "language": '"zh", "en" or "both"',
    "notebooks": "the reports of a book",
    "formats": '"html", "xlsx"',
    "interval": '"wilson" or "exact"',
    "confidence": "of every interval",
    "minimum_cases": "fewer in a segment get no verdict",
    "show_personal_data": "True shows names and phones",
    "timeout_minutes": "for each notebook of a book",
    "sample": "how cases are drawn for inspection",
    "cause_trees": "file of the cause trees that people keep",
    "assessment": "path or name of the rules of an assessment",
    "actions": "file of the improvement plan; without it, the records improvement_action",
    "previous_book": "folder of an earlier book, or a pattern; the review says what has changed since",
}


def parameters_cell(notebook: str = "") -> str:
    """The parameters cell of a notebook: every key of a run file, so that papermill knows them all."""
    meanings = {**ALSO.get(notebook, {}), **{name: _MEANINGS[name] for name in RunFile.model_fields}}
    keys = "\n".join(f"{name} = None  # {meaning}" for name, meaning in meanings.items())
    return (
        "# A run file, and keys that take the place of its own; None leaves a key as it is.\n"
        f'run = "{DEFAULTS.get(notebook, SAMPLE)}"\n'
        'results = ""  # inside a book: the folder with the results\n'
        f"{keys}"
    )


def _run_file(name: str, base: Path) -> Path:
    """The run file, looked for from the folder of the notebook upwards."""
    wanted = Path(name)
    for folder in (base, *base.parents):
        if (folder / wanted).is_file():
            return folder / wanted
    remedy = "Start the notebook in the project's folder, or set `run` to the whole path."
    raise ParameterError([Fault("run", f"there is no file '{name}' in {base} or above it.", remedy)])
