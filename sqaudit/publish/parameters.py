"""Parameters of a notebook: the cell that declares them, and the check that guards them.

Papermill only warns about names it does not know, and schedulers inject values unchecked; so the first
cell after the parameters hands everything to `notebook_page`, which refuses what a run file would refuse.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from sqaudit.audit import Audit
from sqaudit.errors import Fault, ParameterError
from sqaudit.page import Page
from sqaudit.params import RunFile
from sqaudit.plan import plan, planned
from sqaudit.review import Review, read_review

SAMPLE = "params/quarterly_review.yaml"
OWN = ("run", "results")  # parameters of the notebook itself, beside the keys of a run file
_PLAIN = (str, int, float, bool, list, tuple, dict)


def notebook_page(namespace: Mapping[str, Any]) -> Page:
    """The page of a notebook for the parameters in its namespace (`globals()`).

    Inside a book (`results` names the run folder) nothing is read or measured again. Otherwise the
    run file `run` is used with every parameter that is not None in place of its key; parameters that
    bring their own `standard` and `records` stand for a whole run file, as with `papermill -f`.
    ParameterError lists every fault, names that look like a mistyped parameter among them.
    """
    refuse_mistyped(namespace)
    given = {name: namespace[name] for name in RunFile.model_fields if namespace.get(name) is not None}
    if namespace.get("results"):
        review = read_review(namespace["results"])
        return Page(review)
    base = Path.cwd()
    if "standard" in given and "records" in given:
        the_plan = planned(given, base, "parameters")
    else:
        the_plan = plan(_run_file(str(namespace.get("run") or SAMPLE), base), **given)
    with Audit(the_plan) as audit:
        return Page(Review.of(audit))


def refuse_mistyped(namespace: Mapping[str, Any]) -> None:
    """ParameterError for plain values whose name is nearly that of a parameter, such as `perod`."""
    known = [*RunFile.model_fields, *OWN]
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


def parameters_cell() -> str:
    """The source of the parameters cell: every key of a run file, so that papermill knows them all."""
    keys = " = ".join(name for name in RunFile.model_fields)
    return (
        "# A run file, and keys to put in place of its own: set any of them below, None leaves it as it is.\n"
        f'run = "{SAMPLE}"\n'
        'results = ""  # a book sets this: the folder with its results\n'
        f"{_wrapped(keys)} = None"
    )


def _wrapped(keys: str) -> str:
    """The chain of names on lines of readable length."""
    lines, line = [], ""
    for name in keys.split(" = "):
        joined = f"{line} = {name}" if line else name
        if len(joined) > 96:
            lines.append(line)
            joined = name
        line = joined
    return " = \\\n    ".join([*lines, line])


def _run_file(name: str, base: Path) -> Path:
    """The run file, looked for from the folder of the notebook upwards."""
    wanted = Path(name)
    for folder in (base, *base.parents):
        if (folder / wanted).is_file():
            return folder / wanted
    return wanted
