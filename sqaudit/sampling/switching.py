"""When inspection gets stricter or milder: the switching rules of MIL-STD-105E as a machine fed with lots.

A state is frozen; `after` gives the next one. It knows what has happened since the last switch, because the
rules of the standard look back no further.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sqaudit.sampling.acceptance import chance_of_acceptance
from sqaudit.sampling.attribute_plans import SinglePlan
from sqaudit.sampling.chances import Law

Inspection = Literal["normal", "tightened", "reduced", "discontinued"]
Reason = Literal[  # names, not words: what a reader is told is said elsewhere
    "start",
    "no_change",
    "two_of_five_rejected",
    "five_accepted",
    "five_rejected_when_tightened",
    "ten_accepted",
    "rejected_when_reduced",
    "between_the_numbers",
    "work_irregular",
    "awaiting_correction",
    "resumed_after_correction",
]

REJECTED_TO_TIGHTEN, WINDOW = 2, 5  # 4.7.1: two of five or fewer consecutive lots
ACCEPTED_TO_RELAX = 5  # 4.7.2: five consecutive lots
ACCEPTED_TO_REDUCE = 10  # 4.7.3 a: the preceding ten lots, all accepted
REJECTED_TO_STOP = 5  # 4.8: five not accepted while tightened inspection lasts


@dataclass(frozen=True)
class LotResult:
    """What the original inspection of a lot found. Resubmitted lots do not count and are left out.

    `nonconforming` counts those in the sample. `marginal` says that a reduced plan found more than its
    acceptance number and less than its rejection number: accepted, yet back to normal. `steady` says that
    work went on regularly.
    """

    accepted: bool
    nonconforming: int = 0
    marginal: bool = False
    steady: bool = True


@dataclass(frozen=True)
class SwitchingState:
    """The inspection in force for the next lot, why, and what has happened since the last switch.

    `allow_reduced` is the decision of the responsible authority (4.7.3 d). `limit_number` is what ten
    samples together may show for reduced inspection (Table VIII); None drops that condition, as
    ANSI/ASQ Z1.4 allows.
    """

    inspection: Inspection = "normal"
    reason: Reason = "start"
    recent_rejections: tuple[bool, ...] = ()
    accepted_in_a_row: int = 0
    nonconforming_in_a_row: tuple[int, ...] = ()
    rejected_since_switch: int = 0
    allow_reduced: bool = False
    limit_number: int | None = None

    def after(self, lot: LotResult) -> SwitchingState:
        """The state for the next lot. Once discontinued, nothing but `resumed` leads on."""
        if self.inspection == "discontinued":
            return replace(self, reason="awaiting_correction")
        seen = self._with(lot)
        if self.inspection == "normal":
            return seen._from_normal(lot)
        return seen._from_tightened() if self.inspection == "tightened" else seen._from_reduced(lot)

    def resumed(self) -> SwitchingState:
        """The state after corrective action: tightened inspection (4.8)."""
        return self._switched("tightened", "resumed_after_correction")

    def _with(self, lot: LotResult) -> SwitchingState:
        return replace(
            self,
            reason="no_change",
            recent_rejections=(*self.recent_rejections, not lot.accepted)[-WINDOW:],
            accepted_in_a_row=self.accepted_in_a_row + 1 if lot.accepted else 0,
            nonconforming_in_a_row=(*self.nonconforming_in_a_row, lot.nonconforming)[-ACCEPTED_TO_REDUCE:],
            rejected_since_switch=self.rejected_since_switch + (not lot.accepted),
        )

    def _from_normal(self, lot: LotResult) -> SwitchingState:
        if sum(self.recent_rejections) >= REJECTED_TO_TIGHTEN:
            return self._switched("tightened", "two_of_five_rejected")
        few = self.limit_number is None or sum(self.nonconforming_in_a_row) <= self.limit_number
        if self.allow_reduced and self.accepted_in_a_row >= ACCEPTED_TO_REDUCE and few and lot.steady:
            return self._switched("reduced", "ten_accepted")
        return self

    def _from_tightened(self) -> SwitchingState:
        if self.rejected_since_switch >= REJECTED_TO_STOP:
            return self._switched("discontinued", "five_rejected_when_tightened")
        if self.accepted_in_a_row >= ACCEPTED_TO_RELAX:
            return self._switched("normal", "five_accepted")
        return self

    def _from_reduced(self, lot: LotResult) -> SwitchingState:
        if not lot.accepted:
            return self._switched("normal", "rejected_when_reduced")
        if lot.marginal:
            return self._switched("normal", "between_the_numbers")
        return self if lot.steady else self._switched("normal", "work_irregular")

    def _switched(self, inspection: Inspection, reason: Reason) -> SwitchingState:
        return SwitchingState(
            inspection, reason, allow_reduced=self.allow_reduced, limit_number=self.limit_number
        )


def judged(plan: SinglePlan, nonconforming: int, *, steady: bool = True) -> LotResult:
    """The result of a lot in whose sample so many were found, by the plan it was inspected with.

    >>> from sqaudit.sampling.attribute_plans import single_plan
    >>> judged(single_plan("J", 2.5, "reduced"), 3)
    LotResult(accepted=True, nonconforming=3, marginal=True, steady=True)
    """
    return LotResult(
        accepted=nonconforming < plan.reject,
        nonconforming=nonconforming,
        marginal=plan.accept < nonconforming < plan.reject,
        steady=steady,
    )


def history(lots: Iterable[LotResult], start: SwitchingState | None = None) -> pd.DataFrame:
    """Which inspection was in force for each lot, and what followed from it; lots in order of inspection.

    Columns: `lot` (counted from 1), `inspection`, `accepted` (missing for a lot that came after inspection
    was discontinued), `nonconforming`, `next_inspection`, `reason` (a name of `Reason`).

    >>> history([LotResult(True), LotResult(False), LotResult(False)])["next_inspection"].tolist()
    ['normal', 'normal', 'tightened']
    """
    state, rows = start or SwitchingState(), []
    for number, lot in enumerate(lots, start=1):
        following = state.after(lot)
        counts = state.inspection != "discontinued"
        rows.append(
            {
                "lot": number,
                "inspection": state.inspection,
                "accepted": lot.accepted if counts else pd.NA,
                "nonconforming": lot.nonconforming,
                "next_inspection": following.inspection,
                "reason": following.reason,
            }
        )
        state = following
    columns = ["lot", "inspection", "accepted", "nonconforming", "next_inspection", "reason"]
    return pd.DataFrame(rows, columns=columns).astype({"accepted": "boolean"})


def scheme_oc(
    normal: tuple[int, int], tightened: tuple[int, int], rates: npt.ArrayLike, law: Law = "binomial"
) -> pd.DataFrame:
    """The OC of normal and tightened inspection in turn, in the long run and without discontinuing.

    Each plan is (sample size, acceptance number). Columns: `rate_share`, `accepted_normal`,
    `accepted_tightened`, `time_tightened_share` (of lots), `chance_of_acceptance` (of the scheme).

    Source: Stephens and Larson (1967), J. Am. Stat. Assoc. 62:1099-1110.

    >>> scheme_oc((200, 7), (200, 5), [0.03]).round(4)["chance_of_acceptance"].tolist()
    [0.4691]
    """
    shares = np.atleast_1d(np.asarray(rates, dtype=np.float64))
    of_normal = np.atleast_1d(chance_of_acceptance(*normal, shares, law))
    of_tightened = np.atleast_1d(chance_of_acceptance(*tightened, shares, law))
    times = np.array([_tightened_share(a, b) for a, b in zip(of_normal, of_tightened, strict=True)])
    return pd.DataFrame(
        {
            "rate_share": shares,
            "accepted_normal": of_normal,
            "accepted_tightened": of_tightened,
            "time_tightened_share": times,
            "chance_of_acceptance": (1 - times) * of_normal + times * of_tightened,
        }
    )


def _tightened_share(normal: float, tightened: float) -> float:
    """The share of lots under tightened inspection, from the two mean lengths of stay.

    A stay under normal inspection ends with two rejections among five lots; one under tightened with five
    acceptances in a row.
    """
    if normal == 1:
        return 0.0
    if tightened == 0:
        return 1.0
    rejected = 1 - normal
    # After a rejection the next four lots decide: all accepted, and the stay goes on as if new.
    within_window = (1 - normal**4) / rejected  # lots inspected in that window, on average
    stay_normal = (1 / rejected + within_window) / (1 - normal**4)
    if tightened == 1:
        stay_tightened = float(ACCEPTED_TO_RELAX)
    else:
        # Feller (1968), An Introduction to Probability Theory I, 3rd ed., XIII.7: waiting for a run.
        run = tightened**ACCEPTED_TO_RELAX
        stay_tightened = (1 - run) / ((1 - tightened) * run) if run > 0 else np.inf
    return 1.0 if np.isinf(stay_tightened) else stay_tightened / (stay_tightened + stay_normal)
