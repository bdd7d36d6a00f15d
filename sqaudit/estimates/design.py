"""How a sample was drawn, as names of columns: weights, strata, clusters of every stage, population sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

SingleUnit = Literal["undefined", "certainty", "adjust"]

DESIGNS = (
    "simple", "stratified", "cluster", "stratified_cluster", "multi_stage", "stratified_multi_stage",
    "unequal", "stratified_unequal",
)  # fmt: skip


@dataclass(frozen=True)
class SurveyDesign:
    """The names of the columns that say how each case came into the sample; knows no data.

    weight                 how many cases of the population a sampled case stands for
    inclusion_probability  its inverse, in (0, 1]; give one of the two, or none: then weights are N / n,
                           multiplied over the stages
    strata                 the stratum column, or one for each stage (None where a stage has none)
    clusters               the cluster column of each stage, first stage first; empty when cases are drawn
                           directly
    populations            for each stage, the column with the number of units in the stratum (first stage) or
                           in the cluster of the stage above (later stages): counts, the same in all its rows.
                           One more than clusters: the last stage draws cases within clusters
    single_unit            what a stratum with one sampled unit of several adds to the variance. `undefined`:
                           the standard error is NaN with a reason; `certainty`: nothing, it counts as taken
                           whole; `adjust`: its distance from the mean of all strata. A stratum taken whole
                           adds nothing.

    unequal                whether units were drawn with unequal chances on purpose, so that weights need not
                           be N / n; needs weights or probabilities

    Without populations the first stage counts as drawn with replacement, and later stages need not be known:
    this is the Hansen-Hurwitz approximation for sampling proportional to size, whose joint probabilities are
    unknown. With populations for fewer stages than clusters, the later stages count as taken whole.

    ValueError, with all reasons, for a description that contradicts itself.

    Source: Sarndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, chapters 3 and 4; Hansen and
    Hurwitz (1943), Ann. Math. Stat. 14:333-362; single units: Lumley (2010), Complex Surveys.

    >>> SurveyDesign(weight="weight", strata="channel", populations="calls_in_channel").kind
    'stratified'
    >>> SurveyDesign(clusters=("agent", "call"), populations=("agents", "calls_of_agent")).kind
    'multi_stage'
    """

    weight: str | None = None
    inclusion_probability: str | None = None
    strata: str | Sequence[str | None] = ()
    clusters: str | Sequence[str] = ()
    populations: str | Sequence[str] = ()
    single_unit: SingleUnit = "undefined"
    unequal: bool = False

    def __post_init__(self) -> None:
        for name in ("strata", "clusters", "populations"):
            given = getattr(self, name)
            object.__setattr__(self, name, (given,) if isinstance(given, str) else tuple(given))
        if faults := self._faults():
            raise ValueError("The design contradicts itself: " + " ".join(faults))

    def _faults(self) -> list[str]:
        faults = []
        if self.weight and self.inclusion_probability:
            faults.append("weight and inclusion_probability are both named; name one of them.")
        if self.single_unit not in ("undefined", "certainty", "adjust"):
            faults.append(f"single_unit must be undefined, certainty or adjust; found {self.single_unit!r}.")
        if len(self.populations) > len(self.clusters) + 1:
            faults.append(
                f"{len(self.populations)} populations are named for {len(self.clusters)} cluster stages; "
                "there can be one more at most, for cases drawn within the last clusters."
            )
        if len(self.strata) > self.stage_count:
            faults.append(
                f"strata are named for {len(self.strata)} stages, the design has {self.stage_count}."
            )
        if self.unequal and not (self.weight or self.inclusion_probability):
            faults.append("unequal chances need a column of weights or of inclusion probabilities.")
        return faults

    @property
    def stage_count(self) -> int:
        """How many stages the sample was drawn in, one at least."""
        return max(len(self.clusters), len(self.populations), 1)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the design reads, each once, in the order of its fields."""
        named = (self.weight, self.inclusion_probability, *self.strata, *self.clusters, *self.populations)
        return tuple(dict.fromkeys(name for name in named if name))

    @property
    def is_stratified(self) -> bool:
        """Whether the first stage has strata."""
        return bool(self.strata) and self.strata[0] is not None

    @property
    def is_clustered(self) -> bool:
        """Whether the first stage draws clusters, not cases."""
        return bool(self.clusters)

    @property
    def kind(self) -> str:
        """What the design is called: one of DESIGNS."""
        if self.is_clustered:
            name = "cluster" if self.stage_count == 1 else "multi_stage"
        else:
            name = "unequal" if self.unequal else "simple"
        if not self.is_stratified:
            return name
        return "stratified" if name == "simple" else f"stratified_{name}"

    def stratum(self, stage: int) -> str | None:
        """The stratum column of a stage, counted from 0."""
        return self.strata[stage] if stage < len(self.strata) else None

    def cluster(self, stage: int) -> str | None:
        """The cluster column of a stage, counted from 0; None where cases themselves are drawn."""
        return self.clusters[stage] if stage < len(self.clusters) else None

    def population(self, stage: int) -> str | None:
        """The column of population sizes of a stage, counted from 0."""
        return self.populations[stage] if stage < len(self.populations) else None
