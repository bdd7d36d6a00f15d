"""What a control chart is asked for: its kind, its baseline, where it was re-based and why, and its rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Kind = Literal["p", "u", "xmr", "xbar", "g", "t"]
LimitsBy = Literal["auto", "three_sigma", "exact"]
Dispersion = Literal["auto", "plain", "laney"]

RULES = ("outside", "run", "trend", "two_of_three")
RUN_LENGTH = 7  # NHS England, Making Data Count; Nelson (1984) and Montgomery count 8 or 9
TREND_LENGTH = 6  # NHS England, Making Data Count, and Nelson (1984)
FIRM_POINTS = 20  # limits from fewer points are called temporary
TEMPORARY_POINTS = 12  # fewer give no limits at all


@dataclass(frozen=True)
class Rules:
    """Which patterns count as a signal; at most the four of NHS England's "plot the dots".

    `outside`: a point beyond a control limit. `run`: `run_length` points in a row on one side of the centre
    line. `trend`: `trend_length` points in a row, each higher (or each lower) than the one before.
    `two_of_three`: two of three points in a row in the outer third towards one limit, or beyond it.

    >>> Rules(("outside", "runs"))
    Traceback (most recent call last):
    ValueError: rules has 'runs', which is no rule; known: outside, run, trend, two_of_three.
    """

    names: tuple[str, ...] = RULES
    run_length: int = RUN_LENGTH
    trend_length: int = TREND_LENGTH

    def __post_init__(self) -> None:
        faults = [
            f"rules has '{name}', which is no rule; known: {', '.join(RULES)}."
            for name in self.names
            if name not in RULES
        ]
        if self.run_length < 5:
            faults.append(f"run_length must be 5 or more; found {self.run_length}.")
        if self.trend_length < 4:
            faults.append(f"trend_length must be 4 or more; found {self.trend_length}.")
        _refuse(faults)


@dataclass(frozen=True)
class Rebase:
    """From which period on the limits are recomputed, and the written reason; those before stay."""

    start: str
    reason: str


@dataclass(frozen=True)
class LeftOut:
    """A period that does not help to set the limits, and the written reason. It is still drawn and judged."""

    period: str
    reason: str


@dataclass(frozen=True)
class Design:
    """The settings of a control chart; every fault is named at once in a ValueError.

    `kind`: `p` shares, `u` rates, `xmr` single values, `xbar` means, `g` cases and `t` time between rare
    events. `baseline`: first and last period that set the limits; without it, the first twenty usable points.
    `rebase`, `left_out`: each with a written reason. `limits`: three sigma, exact, or by the size of the
    counts. `dispersion`: plain limits, Laney's, or by what the baseline shows. `lowest` and `highest`: bounds
    that the figure cannot cross (a p chart has 0 and 1, charts of counts and times 0).

    >>> Design("p", rebase=[Rebase("2026-07", " ")])
    Traceback (most recent call last):
    ValueError: the re-basing from 2026-07 needs a written reason.
    """

    kind: Kind
    baseline: tuple[str, str] | None = None
    rebase: tuple[Rebase, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    limits: LimitsBy = "auto"
    dispersion: Dispersion = "auto"
    rules: Rules = field(default_factory=Rules)
    lowest: float | None = None
    highest: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "rebase", tuple(self.rebase))
        object.__setattr__(self, "left_out", tuple(self.left_out))
        _refuse(
            [*_unknown("kind", self.kind, get_args(Kind)), *self._choice_faults(), *self._reason_faults()]
        )

    def bounds(self) -> tuple[float | None, float | None]:
        """What no limit may cross."""
        lowest = 0.0 if self.lowest is None and self.kind in ("p", "u", "g", "t") else self.lowest
        return lowest, 1.0 if self.highest is None and self.kind == "p" else self.highest

    def _choice_faults(self) -> Iterable[str]:
        yield from _unknown("limits", self.limits, get_args(LimitsBy))
        yield from _unknown("dispersion", self.dispersion, get_args(Dispersion))
        if self.limits == "exact" and self.kind not in ("p", "u"):
            yield f"exact limits exist for the kinds p and u; found kind '{self.kind}'."
        if self.limits == "exact" and self.dispersion == "laney":
            yield "exact limits allow for no over-dispersion: choose exact limits or dispersion 'laney'."

    def _reason_faults(self) -> Iterable[str]:
        for one in self.rebase:
            if not one.reason.strip():
                yield f"the re-basing from {one.start} needs a written reason."
        for other in self.left_out:
            if not other.reason.strip():
                yield f"leaving {other.period} out of the baseline needs a written reason."


def rebases(entries: Iterable[Mapping[str, str]]) -> tuple[Rebase, ...]:
    """Re-basing as it is written down: a list of `from` and `reason`.

    >>> rebases([{"from": "2026-07", "reason": "New call centre"}])
    (Rebase(start='2026-07', reason='New call centre'),)
    """
    written = list(entries)
    _refuse(
        f"a re-basing needs the keys from and reason; found: {', '.join(sorted(entry)) or 'none'}."
        for entry in written
        if set(entry) != {"from", "reason"}
    )
    return tuple(Rebase(str(entry["from"]), str(entry["reason"])) for entry in written)


def _unknown(name: str, value: str, known: Iterable[str]) -> Iterable[str]:
    if value not in known:
        yield f"{name} must be one of {', '.join(known)}; found '{value}'."


def _refuse(faults: Iterable[str]) -> None:
    if said := " ".join(faults):
        raise ValueError(said)
