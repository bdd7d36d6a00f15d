"""What is wrong or notable about a sample under its design: every finding at once, as rows of a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sqaudit.estimates.design import SurveyDesign
from sqaudit.estimates.layout import Array, Integers, codes, paired

FINDINGS = ("severity", "check", "column", "count", "examples", "text")
SAME_WEIGHT = 1e-3  # weights in files are often rounded to four digits
SHOWN = 3  # examples in a sentence


@dataclass(frozen=True)
class Finding:
    """One row of the table: an error stops the estimation, a warning goes along with it."""

    severity: str
    check: str
    column: str
    count: int
    examples: list[str]
    text: str


def design_findings(
    frame: pd.DataFrame, design: SurveyDesign, stratum_sizes: Mapping[object, float] | None = None
) -> pd.DataFrame:
    """Everything that speaks against the sample under its design, errors first.

    Columns out: `severity` (error, warning), `check`, `column`, `count` (rows or strata concerned),
    `examples`, `text`. `stratum_sizes` are all strata of the population with their number of units: with them
    strata without a sampled case are found, and sizes that differ from the frame's. An empty table means
    nothing was found.

    >>> calls = pd.DataFrame({"weight": [2.0, -1.0], "team": ["A", None]})
    >>> design_findings(calls, SurveyDesign(weight="weight", strata="team"))["check"].tolist()
    ['weight_not_positive', 'stratum_missing', 'single_unit_stratum']
    """
    found = list(_findings(frame, design, stratum_sizes or {}))
    found.sort(key=lambda finding: finding.severity != "error")
    return pd.DataFrame([asdict(finding) for finding in found], columns=list(FINDINGS))


def refuse_errors(findings: pd.DataFrame) -> None:
    """ValueError with the text of every error in the table, if it has one."""
    errors = findings[findings["severity"] == "error"]
    if len(errors):
        raise ValueError("The sample does not fit its design: " + " ".join(errors["text"]))


def weights(frame: pd.DataFrame, design: SurveyDesign) -> Array:
    """The weight of each row: as given, else 1 / probability, else N / n over all stages, else 1."""
    if design.weight:
        return _numbers(frame, design.weight)
    if design.inclusion_probability:
        return np.asarray(1 / _numbers(frame, design.inclusion_probability))
    return _weights_from_populations(frame, design)


def _findings(frame: pd.DataFrame, design: SurveyDesign, sizes: Mapping[object, float]) -> Iterator[Finding]:
    missing = [name for name in design.columns if name not in frame.columns]
    if missing:
        present = ", ".join(map(str, frame.columns)) or "none"
        text = f"The sample lacks {', '.join(missing)}, which the design reads; present: {present}."
        yield Finding("error", "column_missing", missing[0], len(missing), missing, text)
        return
    if frame.empty:
        yield Finding("error", "no_cases", "", 0, [], "The sample has no case; one at least is needed.")
        return
    errors = [*_of_weights(frame, design), *_of_labels(frame, design), *_of_populations(frame, design)]
    yield from errors
    yield from _of_single_units(frame, design)
    yield from _of_strata(frame, design, sizes)
    if not any(finding.severity == "error" for finding in errors):
        yield from _of_agreement(frame, design)


def _of_weights(frame: pd.DataFrame, design: SurveyDesign) -> Iterator[Finding]:
    if name := design.weight:
        value = _numbers(frame, name)
        yield from _where(
            frame, name, "weight_missing", np.isnan(value), "rows have no weight that is a number"
        )
        wrong = (value < 0) | np.isinf(value)
        yield from _where(
            frame, name, "weight_not_positive", wrong, "rows have a weight below 0 or without limit"
        )
        if not wrong.any() and not (value > 0).any():
            yield Finding(
                "error", "weight_not_positive", name, len(frame), [], f"{name}: no weight is above 0."
            )
    if name := design.inclusion_probability:
        value = _numbers(frame, name)
        wrong = ~((value > 0) & (value <= 1))
        text = "rows have an inclusion probability that is not above 0 and at most 1"
        yield from _where(frame, name, "probability_out_of_range", wrong, text)
    if not design.weight and not design.inclusion_probability and not design.populations:
        text = (
            "The design names neither weights nor populations: every case counts 1, "
            "and totals are those of the sample."
        )
        yield Finding("warning", "no_weights", "", len(frame), [], text)


def _of_labels(frame: pd.DataFrame, design: SurveyDesign) -> Iterator[Finding]:
    for name in dict.fromkeys(name for name in design.strata if name):
        absent = frame[name].isna().to_numpy()
        yield from _where(frame, name, "stratum_missing", absent, "rows have no stratum")
    for name in dict.fromkeys(design.clusters):
        absent = frame[name].isna().to_numpy()
        yield from _where(frame, name, "cluster_missing", absent, "rows have no cluster")
    if design.is_clustered and design.is_stratified:
        pairs = frame[[design.strata[0], design.clusters[0]]].drop_duplicates()
        across = sorted(map(str, pairs[design.clusters[0]][pairs[design.clusters[0]].duplicated()].unique()))
        if across:
            text = (
                f"{design.clusters[0]}: {len(across)} clusters appear in several strata ({_shown(across)}); "
                "each is taken as another cluster in every stratum."
            )
            yield Finding(
                "warning", "cluster_in_strata", design.clusters[0], len(across), across[:SHOWN], text
            )


def _of_populations(frame: pd.DataFrame, design: SurveyDesign) -> Iterator[Finding]:
    for number, name in enumerate(design.populations):
        size = _numbers(frame, name)
        wrong = ~(size >= 1)
        text = "rows have no population size of 1 or more (a count is expected, not a fraction)"
        yield from _where(frame, name, "population_not_a_count", wrong, text)
        if wrong.any():
            continue
        cells = _cells(frame, design, number, size)
        if several := cells.named(frame, cells.low < cells.high):
            text = f"{name}: {len(several)} strata have several population sizes ({_shown(several)})."
            yield Finding("error", "population_differs", name, len(several), several[:SHOWN], text)
        beyond = cells.sampled > cells.low
        if over := cells.named(frame, beyond):
            first = int(np.flatnonzero(beyond)[0])
            text = (
                f"{name}: {len(over)} strata have more sampled units than units in the population "
                f"({_shown(over)}; the first {cells.sampled[first]} of {cells.low[first]:g})."
            )
            yield Finding("error", "sample_above_population", name, len(over), over[:SHOWN], text)


def _of_single_units(frame: pd.DataFrame, design: SurveyDesign) -> Iterator[Finding]:
    for number in range(max(1, len(design.populations))):
        name = design.population(number)
        size = _numbers(frame, name) if name else np.full(len(frame), np.inf)
        cells = _cells(frame, design, number, size)
        if alone := cells.named(frame, (cells.sampled == 1) & (cells.high > 1)):
            place = "strata" if number == 0 else f"strata or clusters of stage {number + 1}"
            text = (
                f"{len(alone)} {place} have a single sampled unit of several ({_shown(alone)}); "
                f"their variance is treated as {design.single_unit}."
            )
            column = design.stratum(number) or ""
            yield Finding("warning", "single_unit_stratum", column, len(alone), alone[:SHOWN], text)


def _of_strata(frame: pd.DataFrame, design: SurveyDesign, sizes: Mapping[object, float]) -> Iterator[Finding]:
    if not sizes or not design.is_stratified:
        return
    name = str(design.strata[0])
    present = set(frame[name].dropna())
    absent = sorted(str(label) for label in sizes if label not in present and sizes[label] > 0)
    if absent:
        text = (
            f"{name}: {len(absent)} strata of the population have no case in the sample ({_shown(absent)})."
        )
        yield Finding("warning", "stratum_not_sampled", name, len(absent), absent, text)
    unknown = sorted(str(label) for label in present if label not in sizes)
    if unknown:
        text = f"{name}: {len(unknown)} strata of the sample are none of the population ({_shown(unknown)})."
        yield Finding("error", "stratum_unknown", name, len(unknown), unknown, text)
    if column := design.population(0):
        told = frame.groupby(name)[column].first()
        other = sorted(str(label) for label in told.index if label in sizes and told[label] != sizes[label])
        if other:
            text = (
                f"{column}: {len(other)} strata have another size than the population says ({_shown(other)})."
            )
            yield Finding("warning", "stratum_size_differs", column, len(other), other, text)
    elif not design.is_clustered and (design.weight or design.inclusion_probability):
        held = pd.Series(weights(frame, design)).groupby(frame[name].to_numpy()).sum()
        off = [label for label in held.index if label in sizes and _differ(held[label], sizes[label])]
        if off:
            other = sorted(map(str, off))
            text = (
                f"{name}: the weights of {len(off)} strata do not add up to their size "
                f"({_shown(other)}; the first {held[off[0]]:g} of {sizes[off[0]]:g})."
            )
            yield Finding("warning", "weights_do_not_add_up", name, len(off), other, text)


def _of_agreement(frame: pd.DataFrame, design: SurveyDesign) -> Iterator[Finding]:
    """Weights as given against N / n: they agree unless weights were adjusted or are wrong."""
    if not design.populations or not (design.weight or design.inclusion_probability) or design.unequal:
        return
    if len(design.populations) < len(design.clusters):
        return
    given, expected = weights(frame, design), _weights_from_populations(frame, design)
    off = np.abs(given - expected) > SAME_WEIGHT * expected
    if off.any():
        first = int(np.flatnonzero(off)[0])
        name = design.weight or design.inclusion_probability or ""
        text = (
            f"{name}: {int(off.sum())} rows have a weight that differs from N / n "
            f"(the first {given[first]:g} where {expected[first]:g} was expected)."
        )
        yield Finding("warning", "weight_disagrees", name, int(off.sum()), [f"{given[first]:g}"], text)


def _differ(found: float, expected: float) -> bool:
    return abs(found - expected) > SAME_WEIGHT * expected


def _weights_from_populations(frame: pd.DataFrame, design: SurveyDesign) -> Array:
    found = np.ones(len(frame))
    for number, name in enumerate(design.populations):
        size = _numbers(frame, name)
        cells = _cells(frame, design, number, size)
        found = found * size / cells.sampled[cells.of_row]
    return found


@dataclass(frozen=True, eq=False)
class _Cells:
    """The strata of a stage: of each row its stratum; of each stratum its sampled units and sizes as told."""

    of_row: Integers
    sampled: Integers
    low: Array
    high: Array
    labels: tuple[str, ...]

    def named(self, frame: pd.DataFrame, chosen: npt.NDArray[np.bool_]) -> list[str]:
        """What to call the strata chosen in a sentence."""
        if not chosen.any() or not self.labels:
            return ["the whole sample"] if chosen.any() else []
        first = np.unique(self.of_row, return_index=True)[1][chosen]
        rows = frame[list(self.labels)].iloc[first].itertuples(index=False)
        return sorted("/".join(map(str, label)) for label in rows)


def _cells(frame: pd.DataFrame, design: SurveyDesign, number: int, size: Array) -> _Cells:
    """The strata of a stage; those of a later stage lie within the units of the stage above."""
    above = [column for stage in range(number) for column in (design.stratum(stage), design.cluster(stage))]
    within = [column for column in (*above, design.stratum(number)) if column]
    stratum = codes(frame, within)
    cluster = design.cluster(number)
    unit = paired(stratum, codes(frame, [cluster])) if cluster else np.arange(len(frame), dtype=np.int64)
    count = int(stratum.max()) + 1
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, stratum, size)
    np.maximum.at(high, stratum, size)
    of_unit = stratum[np.unique(unit, return_index=True)[1]]
    return _Cells(stratum, np.bincount(of_unit, minlength=count), low, high, tuple(within))


def _numbers(frame: pd.DataFrame, name: str) -> Array:
    return pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=np.float64)


def _where(frame: pd.DataFrame, name: str, check: str, wrong: np.ndarray, text: str) -> Iterator[Finding]:
    if wrong.any():
        rows = [str(label) for label in frame.index[wrong][:SHOWN]]
        said = f"{name}: {int(wrong.sum())} {text} (row {', '.join(rows)})."
        yield Finding("error", check, name, int(wrong.sum()), rows, said)


def _shown(labels: object) -> str:
    listed = [str(label) for label in labels]  # type: ignore[attr-defined]
    more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    return ", ".join(listed[:SHOWN]) + more
