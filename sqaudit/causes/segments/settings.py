"""The settings of the search for segments, each default with the family of cases it came from."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Settings:
    """What the search takes for granted; the defaults are meant to be left alone.

    They were set on five families of cases: service rates (simulated tickets with six dimensions),
    live-video rates (real error rates, labelled by operators), and three families of forecasts whose causes
    were planted (two synthetic, one made from real totals). A value that works over a wide range is the
    middle of that range, not the best of it.
    """

    depth: int | None = None  # most conditions of a segment; None: 3 for two periods, all for a forecast
    most: int = 12  # segments; the synthetic families plant at most 6
    base_price: float = 3.0  # -ln 0.05: with the prices of the looks, one audit in twenty at most
    merge: float = 0.5  # live-video rates: 0.45-0.6; every other family: anything from 0.3 to 0.6
    merge_gain: float = 2.0  # the rest of a parent must have moved visibly: chi-square of 4, two deviations
    split: float = 0.4  # share of what a parent's children know; any family: 0.3-0.6
    least_share: float = 0.05  # of the greatest excess: worth telling; live-video 0.03-0.1, service 0-0.1
    cell_spread: float = 0.6  # random cell effect, logit or log; live-video rates: 0.5-0.7
    cell_spread_before: float = 0.3  # the same for the period before, which is longer; live-video rates
    spread_per_dimension: float = 0.2  # its limit with one or two dimensions: coarse groups wander less
    pseudo_count: float = 20.0  # fewest cases of the prediction mixed into a cell's own; live-video: 10-50
    least_interaction: float = 0.1  # logit or log: never believe that main effects say everything
    effect_spread: float = 1.0  # prior of one level's main effect, logit or log: a factor of 2.7
    alpha: float = 0.05  # a segment with a greater adjusted p is not distinguishable from noise
    overlap: float = 0.9  # of all cases of two segments: then they cannot be told apart
    draws: int | None = None  # for the adjusted p; None: 99 on small tables, 19 on large ones
    seed: int = 20260101  # of the draws

    def fitted_to(self, dimensions: int) -> Settings:
        """The settings for cells cut by so many dimensions.

        The random effects were learnt on cells of three to six dimensions. The fewer dimensions, the more
        cases a cell holds, and the less it wanders from one period to the next.

        >>> Settings().fitted_to(1).cell_spread, Settings().fitted_to(6).cell_spread
        (0.2, 0.6)
        """
        most = self.spread_per_dimension * dimensions
        share = min(1.0, most / self.cell_spread) if self.cell_spread else 1.0
        return replace(
            self,
            cell_spread=self.cell_spread * share,
            cell_spread_before=self.cell_spread_before * share,
        )
