"""The drawn cases of a plan, with everything an estimate needs to know of how they were drawn."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from sqaudit.conditions import literal, quoted
from sqaudit.drawing.frame import SampleFrame, Stratum, id_faults
from sqaudit.drawing.permutation import digests, first_by_number, strata_of
from sqaudit.drawing.sizes import sample_sizes
from sqaudit.drawing.systematic import by_size, every_so_manieth, size_chances
from sqaudit.engines.duckdb import DuckDBEngine
from sqaudit.errors import Fault, ParameterError
from sqaudit.sample_plan import SamplePlan

LEADING = ("case_id", "kind", "stratum")
FIGURES = ("stratum_size", "stratum_sample", "inclusion_probability", "cluster", "order")
STRATA = ("stratum_size", "stratum_sample", "inclusion_probability")
# Up to here every id is compared with every other. Above, only the ids near the cut are: two rows of one id
# have one number, so a doubled id that could be drawn is seen there; comparing ten million takes longer than
# drawing.
COMPARED_WHOLE = 2_000_000

Figures = Mapping[Stratum, int]


@dataclass(frozen=True)
class Drawn:
    """What a draw gives: tidy frames, in the order of strata and places.

    `cases` has `case_id, kind, stratum`, the strata columns, `stratum_size` (N_h), `stratum_sample` (n_h;
    both count clusters in a cluster design), `inclusion_probability`, `cluster` (missing unless clusters were
    drawn), `order` (1 ... n) and the columns carried along. `reserve` has the same columns for the cases next
    in line in each stratum, their `order` continuing within the stratum. `strata` has one row for each
    stratum: `stratum`, the strata columns, N_h, n_h, inclusion probability (missing where it differs from
    case to case). `frame_hash` is the same for the same cases in the same strata under one seed, in whatever
    order.
    """

    cases: pd.DataFrame
    reserve: pd.DataFrame
    strata: pd.DataFrame
    frame_hash: str
    frame_size: int


def draw_cases(engine: DuckDBEngine, frame: SampleFrame, plan: SamplePlan, sizes: Figures) -> Drawn:
    """The sample of a plan from a frame whose strata have these sizes.

    ParameterError for an empty frame, cases without id, ids that stand for several cases, sizes (in a design
    in proportion to them) that are missing or not above zero, and strata a rule has no figure for.
    """
    total = sum(sizes.values())
    if not total:
        message = f"no {frame.kind} record lies in the period, scope and `where` of the sample."
        raise ParameterError([Fault("sample.records", message, "Check them with `sqaudit sample plan`.")])
    sorted_anyway = plan.design in ("systematic", "proportional_to_size")
    if (total <= COMPARED_WHOLE or sorted_anyway) and (faults := id_faults(engine, frame)):
        raise ParameterError(faults)
    wanted = sample_sizes(plan, sizes)
    sums: Mapping[Stratum, str]
    if plan.design == "systematic":
        rows = every_so_manieth(engine, frame, plan.seed, plan.order_by or "", sizes, wanted)
        sums = digests(engine, frame, plan.seed)
    elif plan.design == "proportional_to_size":
        chances = size_chances(engine, frame, plan.size_by or "", wanted)
        rows = by_size(engine, frame, plan.seed, plan.size_by or "", chances)
        sums = digests(engine, frame, plan.seed)
    else:
        more = {one: min(n + _reserve_wanted(plan, n), sizes[one]) for one, n in wanted.items()}
        ordered = first_by_number(engine, frame, plan.seed, sizes, more)
        rows, sums = ordered.cases, ordered.digests
    return _drawn(engine, frame, rows, sizes, wanted, sums, plan)


def frame_hash(sizes: Figures, sums: Mapping[Stratum, str]) -> str:
    """SHA-256 over one line for each stratum, in the order of their names: name, N, XOR of all numbers.

    The XOR does not depend on the order of the cases and changes with any id. Adding a pair of equal ids
    would leave it, but changes N.
    """
    lines = sorted(f"{one.name}\t{size}\t{sums.get(one, '0' * 32)}\n" for one, size in sizes.items())
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _reserve_wanted(plan: SamplePlan, n: int) -> int:
    """How many cases of a stratum with n in the sample are held ready; only random order has a next case."""
    return math.ceil(Fraction(plan.reserve) * n) if plan.design in ("simple", "stratified") else 0


def _drawn(
    engine: DuckDBEngine,
    frame: SampleFrame,
    rows: pd.DataFrame,
    sizes: Figures,
    wanted: Figures,
    sums: Mapping[Stratum, str],
    plan: SamplePlan,
) -> Drawn:
    table = _described(frame, rows, sizes, wanted)
    place, n = table["_place"].astype("int64"), table["stratum_sample"]
    spare = n.map({own: _reserve_wanted(plan, own) for own in set(wanted.values())})
    drawn, reserve = table[place <= n], table[(place > n) & (place <= n + spare)]
    if frame.clustered:
        drawn = _items(engine, frame, drawn)
    columns = [*LEADING, *frame.keys, *FIGURES, *_carried(frame)]
    return Drawn(
        _typed(drawn.assign(order=range(1, len(drawn) + 1))[columns]),
        _typed(reserve.assign(order=reserve["_place"]).reindex(columns=columns)),
        _strata(frame, sizes, wanted, plan),
        frame_hash(sizes, sums),
        sum(sizes.values()),
    )


def _described(frame: SampleFrame, rows: pd.DataFrame, sizes: Figures, wanted: Figures) -> pd.DataFrame:
    """The rows with their stratum, its sizes and their chance, in the order of strata and places."""
    belonging = strata_of(frame, rows)
    strata, spread = belonging.strata, belonging.spread
    given = rows.reset_index(drop=True).drop(columns=[name for name in frame.keys if name in rows])
    own = {
        "stratum": spread([one.name for one in strata]),
        "stratum_size": spread([sizes[one] for one in strata]),
        "stratum_sample": spread([wanted[one] for one in strata]),
        **{name: spread([one.labels[at] for one in strata]) for at, name in enumerate(frame.keys)},
    }
    chance = given["_probability"] if "_probability" in given else own["stratum_sample"] / own["stratum_size"]
    table = given.assign(**own, kind=frame.kind, inclusion_probability=chance, cluster=None)
    return table.rename(columns={"_unit": "case_id"}).sort_values(["stratum", "_place", "case_id"])


def _carried(frame: SampleFrame) -> list[str]:
    """What is carried along beside the strata columns."""
    return [name for name in frame.carried if name not in frame.keys]


def _items(engine: DuckDBEngine, frame: SampleFrame, clusters: pd.DataFrame) -> pd.DataFrame:
    """All cases of the drawn clusters, in the order of the clusters."""
    unit = f"CAST({quoted(frame.unit)} AS VARCHAR)"
    ids = ", ".join(literal(one) for one in clusters["case_id"]) or "NULL"
    items = engine.query(
        frame.rows(
            f"{unit} AS _cluster",
            f"CAST({quoted(frame.case_id)} AS VARCHAR) AS case_id",
            *map(quoted, _carried(frame)),
            where=[f"{unit} IN ({ids})"],
        )
    )
    kept = clusters.drop(columns=["cluster"]).rename(columns={"case_id": "cluster"})
    kept = kept.assign(_at=range(len(clusters)))
    items = items.drop(columns=frame.key_names)
    joined = kept.merge(items, left_on="cluster", right_on="_cluster", how="left")
    return joined.sort_values(["_at", "case_id"])


def _strata(frame: SampleFrame, sizes: Figures, wanted: Figures, plan: SamplePlan) -> pd.DataFrame:
    equal = plan.design != "proportional_to_size"
    rows = [
        {
            "stratum": one.name,
            **dict(zip(frame.keys, one.labels, strict=True)),
            "take_all": one.take_all,
            "stratum_size": size,
            "stratum_sample": wanted[one],
            "inclusion_probability": wanted[one] / size if equal else math.nan,
        }
        for one, size in sizes.items()
    ]
    columns = ["stratum", *frame.keys, "take_all", *STRATA]
    return pd.DataFrame(rows, columns=columns).sort_values("stratum").reset_index(drop=True)


def _typed(cases: pd.DataFrame) -> pd.DataFrame:
    whole = dict.fromkeys(("stratum_size", "stratum_sample", "order"), "int64")
    texts = dict.fromkeys(("case_id", "kind", "stratum", "cluster"), "string")
    return cases.astype({**whole, **texts, "inclusion_probability": "float64"}).reset_index(drop=True)
