"""Replacements: a case that cannot be inspected stays as a non-response, and the next one is logged.

`replacements.jsonl` has one line for each: `original, replacement, stratum, place, reason, by, at`.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from sqaudit.errors import Fault, ParameterError, SourceError, did_you_mean
from sqaudit.samples.model import Sample
from sqaudit.samples.store import read_sample

LOG = "replacements.jsonl"
COLUMNS = ("original", "replacement", "stratum", "place", "reason", "by", "at")


def replace_case(folder: str | Path, case_id: str, reason: str, by: str, at: datetime) -> dict[str, Any]:
    """The case that takes the place of one that cannot be inspected, as a line of the log.

    It is the next one of the same stratum in the order of the permanent random numbers; nobody can choose it.
    The original stays in the sample as a non-response, with the reason, who said so and when. A replacement
    that fails in its turn may be replaced too. ParameterError for an unknown case, one that was replaced
    before, no reason or name, and a stratum whose reserve is used up.
    """
    sample = read_sample(folder)
    log = read_replacements(folder)
    _refuse(sample, log, case_id, reason, by)
    known = pd.concat([sample.cases, sample.reserve])
    stratum = str(known.loc[known["case_id"] == case_id, "stratum"].iloc[0])
    line = {
        "original": case_id,
        **_next(sample, log, stratum),
        "reason": reason.strip(),
        "by": by.strip(),
        "at": at.isoformat(timespec="seconds"),
    }
    with (Path(folder) / LOG).open("a", encoding="utf-8") as file:
        file.write(json.dumps({name: line[name] for name in COLUMNS}, ensure_ascii=False) + "\n")
    return line


def read_replacements(folder: str | Path) -> pd.DataFrame:
    """Every replacement of a sample in the order they were made; no rows if there were none."""
    file = Path(folder) / LOG
    try:
        lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
        return pd.DataFrame([json.loads(line) for line in lines if line.strip()], columns=list(COLUMNS))
    except (OSError, ValueError) as error:
        raise SourceError(f"{file} cannot be read: {error}.") from error


def standing_cases(sample: Sample) -> pd.DataFrame:
    """The cases to inspect now: those drawn with their replacements, and what became of each.

    The columns of `sample.cases`, then `status` (drawn, replacement, not_inspected), `replaces` (the case it
    stands in for) and `reason` (why it was not inspected). A case that was replaced stays, as a non-response.
    """
    log = read_replacements(sample.folder) if sample.folder else pd.DataFrame(columns=list(COLUMNS))
    stands_for = dict(zip(log["replacement"], log["original"], strict=True))
    reasons = dict(zip(log["original"], log["reason"], strict=True))
    spare = sample.reserve[sample.reserve["case_id"].isin(list(stands_for))]
    place = {name: at for at, name in enumerate(log["replacement"])}
    spare = spare.sort_values("case_id", key=lambda ids: ids.map(place))
    spare = spare.assign(order=range(len(sample.cases) + 1, len(sample.cases) + 1 + len(spare)))
    every = pd.concat([sample.cases, spare], ignore_index=True) if len(spare) else sample.cases.copy()
    ids = every["case_id"].astype(object)
    status = [
        "not_inspected" if one in reasons else "replacement" if one in stands_for else "drawn" for one in ids
    ]
    return every.assign(
        status=status, replaces=ids.map(stands_for).astype("string"), reason=ids.map(reasons).astype("string")
    )


def _refuse(sample: Sample, log: pd.DataFrame, case_id: str, reason: str, by: str) -> None:
    standing = [*sample.cases["case_id"], *log["replacement"]]
    faults = []
    if case_id not in standing:
        message = f"the sample {sample.id} has no case '{case_id}'."
        faults.append(Fault("case", message, did_you_mean(case_id, standing)))
    elif case_id in set(log["original"]):
        own = log.loc[log["original"] == case_id, "replacement"].iloc[0]
        faults.append(Fault("case", f"'{case_id}' was replaced before, by '{own}'.", f"Replace '{own}'."))
    for name, given in (("reason", reason), ("by", by)):
        if not given.strip():
            faults.append(
                Fault(name, "nothing is given.", "A replacement is logged with its reason and name.")
            )
    if faults:
        raise ParameterError(faults)


def _next(sample: Sample, log: pd.DataFrame, stratum: str) -> dict[str, Any]:
    """The next case of the stratum that has not been used."""
    spare = sample.reserve[sample.reserve["stratum"] == stratum].sort_values("order")
    free = spare[~spare["case_id"].isin(list(log["replacement"]))]
    if free.empty:
        message = f"no case is held ready any more in the stratum {stratum}."
        if sample.design not in ("simple", "stratified"):
            message = f"a sample of the design {sample.design} has no next case."
        remedy = "Leave the case as a non-response, or draw a further sample with `earlier: exclude`."
        raise ParameterError([Fault("case", message, remedy)])
    first = free.iloc[0]
    return {"replacement": str(first["case_id"]), "stratum": stratum, "place": int(first["order"])}
