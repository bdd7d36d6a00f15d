"""Shares of units pulled towards what all units show, the more the fewer their cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from sqaudit.intervals import tail_of

Array = npt.NDArray[np.float64]

_SPREADS, _RATES = 20, 12  # points the average runs over
_ALIKE = 1e6  # a prior worth more cases than this times the largest unit leaves no difference to speak of
_SEED = 19330604  # any number will do; fixed, so that the same records give the same figures


class Prior(NamedTuple):
    """The beta distribution units are taken to come from: its mean, and how many cases it is worth.

    `worth` is infinite where units differ no more than chance explains.
    """

    mean: float
    worth: float

    @property
    def alpha(self) -> float:
        """The first parameter of the distribution."""
        return self.mean * self.worth

    @property
    def beta(self) -> float:
        """The second parameter of the distribution."""
        return (1 - self.mean) * self.worth


def beta_binomial(successes: npt.ArrayLike, trials: npt.ArrayLike) -> Prior:
    """The beta distribution of the units' true shares that makes what they show most likely.

    Units without cases take no part. Where units differ no more than chance explains, `worth` is infinite
    and `mean` the pooled share; both are NaN without cases, or when all or none succeed.

    Source: Griffiths (1973), Biometrics 29:637-648; Efron and Morris (1975), J. Am. Stat. Assoc. 70:311-319.

    >>> beta_binomial([5, 5, 5], [10, 10, 10])
    Prior(mean=0.5, worth=inf)
    """
    x, n = _known(successes, trials)
    if not 0 < x.sum() < n.sum():
        return Prior(np.nan, np.nan)
    pooled = float(x.sum() / n.sum())
    if _slope(x, n, pooled) <= 0:
        return Prior(pooled, np.inf)
    from scipy.optimize import minimize  # imported here: only analyses need it

    def loss(at: Array) -> float:
        worth, share = np.exp(np.clip(at[0], -20, 40)), special.expit(np.clip(at[1], -30, 30))
        return -float(_likelihood(x, n, worth * share, worth * (1 - share)).sum())

    start = np.array([np.log(n.mean()), special.logit(pooled)])
    found = minimize(
        loss, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-11, "maxiter": 2000}
    )
    worth, share = float(np.exp(np.clip(found.x[0], -20, 40))), float(special.expit(found.x[1]))
    return Prior(pooled, np.inf) if worth > _ALIKE * n.max() else Prior(share, worth)


def shrunken_shares(successes: npt.ArrayLike, trials: npt.ArrayLike, prior: Prior) -> Array:
    """The expected share of each unit under the prior; the pooled share where all are alike."""
    x, n = (np.asarray(values, np.float64) for values in (successes, trials))
    if np.isinf(prior.worth):
        return np.full(x.shape, prior.mean)
    return np.asarray((x + prior.alpha) / (n + prior.worth))


@dataclass(frozen=True, eq=False)
class Beliefs:
    """What is known of the true shares of units, averaged over how much units may differ.

    `weight` is how likely each of the priors (`alpha`, `beta`) is; `successes` and `trials` are the units'.
    """

    successes: Array
    trials: Array
    alpha: Array
    beta: Array
    weight: Array

    def chance_at_least(self, line: float) -> Array:
        """How likely it is for each unit that its true share is at least the line."""
        if line <= 0 or line > 1:
            return np.full(self.successes.shape, 1.0 if line <= 0 else 0.0)
        up, down = self._parameters()
        return np.asarray(self.weight @ special.betaincc(up, down, line))

    def moments(self) -> tuple[Array, Array]:
        """Expected value and variance of each unit's true share."""
        up, down = self._parameters()
        mean = up / (up + down)
        inner = mean * (1 - mean) / (up + down + 1)
        centre = self.weight @ mean
        return centre, self.weight @ (inner + (mean - centre) ** 2)

    def draws(self, count: int = 2000) -> Array:
        """True shares as they may be, `count` times for all units together; the same every time."""
        generator = np.random.default_rng(_SEED)
        pick = generator.choice(len(self.weight), size=count, p=self.weight)
        up, down = self._parameters()
        return np.asarray(generator.beta(up[pick], down[pick]))

    def _parameters(self) -> tuple[Array, Array]:
        return self.alpha[:, None] + self.successes, self.beta[:, None] + self.trials - self.successes


class Shrunken(NamedTuple):
    """Shrunken shares with the ends of their intervals."""

    share: Array
    low: Array
    high: Array


def beliefs(successes: npt.ArrayLike, trials: npt.ArrayLike) -> Beliefs:
    """What the units tell of each other, without taking the estimated spread between them as known.

    The prior is averaged over all spreads (the shrinkage of a typical unit is taken to be anything from none
    to all, alike) and common shares (Jeffreys), each as likely as the units make it. Units without cases get
    what is known of any unit.

    Source: uniform shrinkage: Christiansen and Morris (1997), J. Am. Stat. Assoc. 92:618-632; average over
    priors: Kass and Steffey (1989), J. Am. Stat. Assoc. 84:717-726.
    """
    x, n = (np.nan_to_num(np.asarray(values, np.float64)) for values in (successes, trials))
    used = n > 0
    if not used.any():
        return Beliefs(x, n, np.array([0.5]), np.array([0.5]), np.ones(1))
    typical = used.sum() / (1 / n[used]).sum()
    pull = (np.arange(_SPREADS) + 0.5) / _SPREADS
    worth = typical * pull / (1 - pull)
    # Rates are tried where the units put them, for each spread by itself.
    told = 1 / (1 + (n[used][:, None] - 1) / (worth + 1))
    up = (x[used][:, None] * told).sum(axis=0) + 0.5
    down = ((n - x)[used][:, None] * told).sum(axis=0) + 0.5
    steps = (np.arange(_RATES) + 0.5) / _RATES
    share = np.clip(special.betaincinv(up[:, None], down[:, None], steps), 1e-12, 1 - 1e-12)
    alpha, beta = worth[:, None] * share, worth[:, None] * (1 - share)
    logs = _likelihood(x[used], n[used], alpha.ravel()[:, None], beta.ravel()[:, None]).sum(axis=1)
    logs = logs.reshape(share.shape) - 0.5 * (np.log(share) + np.log1p(-share))
    logs -= (up[:, None] - 1) * np.log(share) + (down[:, None] - 1) * np.log1p(-share)
    logs += special.betaln(up, down)[:, None]
    weight = np.exp(logs - logs.max()).ravel()
    return Beliefs(x, n, alpha.ravel(), beta.ravel(), weight / weight.sum())


def shrink(successes: npt.ArrayLike, trials: npt.ArrayLike, confidence: float = 0.95) -> Shrunken:
    """Shrunken shares of units, each with an interval that does not take the spread between units as known.

    The share is that of the most likely beta distribution (see `beta_binomial`), its interval that of the
    beta distribution with the mean square error about it over all distributions (see `beliefs`). Where all or
    none succeed the share is the average over distributions. NaN for a unit without cases.

    >>> shrink([19, 28, 30, 10], [30, 30, 30, 10]).share.round(3).tolist()
    [0.659, 0.929, 0.989, 0.974]
    """
    x, n = (np.asarray(values, np.float64) for values in (successes, trials))
    known = beliefs(x, n)
    centre, variance = known.moments()
    prior = beta_binomial(x, n)
    share = centre if np.isnan(prior.mean) else shrunken_shares(x, n, prior)
    square = np.clip(variance + (centre - share) ** 2, 1e-300, 0.999 * share * (1 - share))
    worth = share * (1 - share) / square - 1
    tail = tail_of(confidence)
    low = special.betaincinv(share * worth, (1 - share) * worth, tail)
    high = special.betainccinv(share * worth, (1 - share) * worth, tail)
    empty = ~(n > 0)
    return Shrunken(*(np.where(empty, np.nan, values) for values in (share, low, high)))


def _known(successes: npt.ArrayLike, trials: npt.ArrayLike) -> tuple[Array, Array]:
    x, n = (np.asarray(values, np.float64) for values in (successes, trials))
    used = n > 0
    return x[used], n[used]


def _slope(x: Array, n: Array, rate: float) -> float:
    """How the likelihood rises with the correlation within units, at none: twice the derivative."""
    alike = x * (x - 1) / rate + (n - x) * (n - x - 1) / (1 - rate)
    return float((alike - n * (n - 1)).sum())


def _likelihood(x: Array, n: Array, alpha: Array | float, beta: Array | float) -> Array:
    return np.asarray(special.betaln(x + alpha, n - x + beta) - special.betaln(alpha, beta))


__all__ = ["Beliefs", "Prior", "Shrunken", "beliefs", "beta_binomial", "shrink", "shrunken_shares"]
