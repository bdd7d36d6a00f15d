"""Who inspects which case: even loads, agents spread over inspectors, nobody their own, some cases twice."""

from __future__ import annotations

import hashlib
import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

COLUMNS = ("case_id", "inspector", "role", "order")


def assign(
    cases: pd.DataFrame,
    inspectors: Sequence[str],
    seed: int | str,
    double_coded: float | Decimal = 0,
    agent: str | None = "agent",
) -> pd.DataFrame:
    """One row for each case and inspector: `case_id, inspector, role (first, second), order`.

    `cases` has `case_id`, perhaps `order` (in which a form lists its cases) and perhaps the column `agent`.
    Loads differ by one at most where nobody is kept from a case; the cases of an agent go round the
    inspectors, so that a strict inspector weighs on all agents alike. Nobody gets a case that is their own
    (names compared without case and width). `double_coded` is the share of cases, rounded up, that a second
    inspector gets too, drawn at random from those a second one may see. Everything follows from the seed and
    the ids, whatever the order of rows. ValueError lists what cannot be: no inspector, one named twice,
    cases that nobody may inspect, a second inspection with nobody for it.

    >>> cases = pd.DataFrame({"case_id": ["a", "b", "c", "d"], "agent": ["Li", "Li", "Wu", "Wu"]})
    >>> assign(cases, ["Li", "Chen"], seed=1).groupby("inspector")["case_id"].apply(list).to_dict()
    {'Chen': ['a', 'b'], 'Li': ['c', 'd']}
    """
    _refuse(cases, inspectors, double_coded)
    known = agent is not None and agent in cases.columns
    agents = dict(zip(cases["case_id"], cases[agent] if known else [""] * len(cases), strict=True))
    own = {name: _plain(name) for name in inspectors}
    allowed = {
        case: [name for name in inspectors if not known or own[name] != _plain(who)]
        for case, who in agents.items()
    }
    if nobody := sorted(case for case, names in allowed.items() if not names):
        raise ValueError(f"nobody but the agent is left to inspect {', '.join(nobody[:5])}; name one more.")
    first = _first(agents, allowed, inspectors, seed)
    second = _second(first, allowed, seed, double_coded)
    orders = cases["order"] if "order" in cases.columns else cases["case_id"].rank(method="first")
    order = dict(zip(cases["case_id"], orders, strict=True))
    rows = [(case, name, "first", order[case]) for case, name in first.items()]
    rows += [(case, name, "second", order[case]) for case, name in second.items()]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.sort_values(["inspector", "order", "case_id"], ignore_index=True)


def assign_replacements(
    cases: pd.DataFrame,
    assigned: pd.DataFrame,
    inspectors: Sequence[str],
    seed: int | str,
    agent: str | None = "agent",
) -> pd.DataFrame:
    """Rows as of `assign` for the cases that were not assigned yet; no rows if all were.

    A case that stands in for another (`replaces`) goes to whoever had that one, in the same roles, so that
    loads and second inspections stay as they were; unless the case is their own. All others are assigned
    anew, without a second inspection.
    """
    new = cases[~cases["case_id"].isin(assigned["case_id"])]
    stands_for = new["replaces"] if "replaces" in new.columns else pd.Series(index=new.index, dtype="str")
    before: dict[str, list[tuple[str, str]]] = {}
    for case, name, role in assigned[["case_id", "inspector", "role"]].itertuples(index=False, name=None):
        before.setdefault(str(case), []).append((str(name), str(role)))
    inherits = stands_for.isin(list(before))
    rows = []
    for record in new[inherits].to_dict("records"):
        own = record.get(agent) if agent else None
        for name, role in before[str(record["replaces"])]:
            others = {one for one, _ in before[str(record["replaces"])]} - {name}
            taken = name if not same_person(name, own) else _stand_in(record, others, inspectors, own, seed)
            rows.append((record["case_id"], taken, role, record.get("order", 0)))
    inherited = pd.DataFrame(rows, columns=list(COLUMNS))
    rest = new[~inherits]
    anew = assign(rest, inspectors, seed, 0, agent) if len(rest) else inherited.iloc[:0]
    return pd.concat([inherited, anew], ignore_index=True) if len(rest) else inherited


def _stand_in(
    record: Mapping[Any, Any], taken: set[str], inspectors: Sequence[str], own: object, seed: int | str
) -> str:
    """Somebody by chance who neither is the agent nor has the case already."""
    left = [name for name in inspectors if name not in taken and not same_person(name, own)]
    if not left:
        raise ValueError(f"nobody but the agent is left to inspect {record['case_id']}; name one more.")
    return min(left, key=lambda name: _chance(seed, "stand in", record["case_id"], name))


def _refuse(cases: pd.DataFrame, inspectors: Sequence[str], double_coded: float | Decimal) -> None:
    problems = []
    plain = Counter(_plain(name) for name in inspectors)
    if not plain or "" in plain:
        problems.append("no inspector is named, or one has no name.")
    if twice := sorted(name for name in inspectors if plain[_plain(name)] > 1):
        problems.append(f"one inspector is named twice: {', '.join(twice)}.")
    if not 0 <= double_coded <= 1:
        problems.append(f"the share of cases inspected twice is {double_coded:g}; expected 0 to 1.")
    elif double_coded > 0 and len(plain) < 2:
        problems.append("a second inspection needs a second inspector.")
    if repeated := cases.loc[cases["case_id"].duplicated(), "case_id"].astype(str).tolist():
        problems.append(f"a case stands twice: {', '.join(repeated[:5])}.")
    if problems:
        raise ValueError(" ".join(problems))


def _first(
    agents: dict[str, object], allowed: dict[str, list[str]], inspectors: Sequence[str], seed: int | str
) -> dict[str, str]:
    """Agent by agent, each case to whoever has the fewest: so the cases of one agent go round."""
    names = {_plain(name) for name in inspectors}
    load: Counter[str] = Counter()
    seen: Counter[tuple[str, str]] = Counter()
    chosen = {}

    def place(case: str) -> tuple[bool, str, str]:  # agents who inspect come first: their cases fit fewest
        who = _plain(agents[case])
        return who not in names, _chance(seed, "agent", who), _chance(seed, "case", case)

    for case in sorted(agents, key=place):
        who = _plain(agents[case])
        taken = min(allowed[case], key=lambda one: (load[one], seen[one, who], _chance(seed, "first", one)))
        chosen[case] = taken
        load[taken] += 1
        seen[taken, who] += 1
    return chosen


def _second(
    first: dict[str, str],
    allowed: dict[str, list[str]],
    seed: int | str,
    share: float | Decimal,
) -> dict[str, str]:
    others = {case: [name for name in allowed[case] if name != one] for case, one in first.items()}
    possible = sorted((case for case in first if others[case]), key=lambda case: _chance(seed, "twice", case))
    wanted = math.ceil(Fraction(str(share)) * len(first))  # exact: 0.07 of 100 is 7
    if wanted > len(possible):
        raise ValueError(
            f"{wanted} cases are to be inspected twice and a second inspector is left for {len(possible)}."
        )
    load: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    chosen = {}
    for case in possible[:wanted]:
        one = first[case]
        taken = min(
            others[case], key=lambda name: (load[name], pairs[one, name], _chance(seed, "second", name))
        )
        chosen[case] = taken
        load[taken] += 1
        pairs[one, taken] += 1
    return chosen


def _chance(*parts: object) -> str:
    """A number by chance that is the same on every machine."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()


def _plain(name: object) -> str:
    return "".join(unicodedata.normalize("NFKC", str(name)).split()).casefold()


def same_person(one: object, other: object) -> bool:
    """Whether two names are one person's: width, spaces and capital letters aside.

    >>> same_person("Li Wei", "ｌｉｗｅｉ")
    True
    """
    return _plain(one) == _plain(other)


def columns_of_person(frame: pd.DataFrame, column: str) -> list[str]:
    """The columns that tell whom the column tells of: itself, those named after it, and its equals.

    A column is its equal if both have several values and each value of one goes with one of the other.

    >>> cases = pd.DataFrame({"agent": ["a", "b", "a"], "agent_name": 1, "desk": [7, 8, 7], "team": 1})
    >>> columns_of_person(cases, "agent")
    ['agent', 'agent_name', 'desk']
    """
    if column not in frame.columns:
        return []
    found = [str(name) for name in frame.columns if name == column or str(name).startswith(f"{column}_")]
    if frame[column].nunique() > 1:
        found += [str(name) for name in _others(frame, column, found) if _one_to_one(frame, column, name)]
    return found


def _others(frame: pd.DataFrame, column: str, found: Iterable[str]) -> list[str]:
    known = {*found, "case_id", column}
    return [name for name in frame.columns if name not in known]


def _one_to_one(frame: pd.DataFrame, one: str, other: str) -> bool:
    pairs = frame[[one, other]].astype(str).drop_duplicates()
    alone = frame[one].nunique() == len(frame)  # an agent for each case: any id would be its equal
    return not alone and len(pairs) == pairs[one].nunique() == pairs[other].nunique()


__all__ = ["COLUMNS", "assign", "assign_replacements", "columns_of_person", "same_person"]
