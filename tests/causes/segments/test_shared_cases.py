"""A few cases of every family of root causes, whose right answers others have written down."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.benchmarks.root_cause_cases import FAMILIES, judged

CASES = Path(__file__).parents[3].parent / "shared" / "root_cause_cases"

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the root-cause cases (../shared) are not at hand")

SOME = {
    "service_rates": ["20k_1010", "20k_1012", "20k_1014", "20k_1015"],
    "live_video_rates": [f"case_{number:02}" for number in range(0, 68, 6)],
    "synthetic_s": ["342931", "650850", "254506"],
    "synthetic_l": ["185771", "429712"],
    "squeeze_b0": ["cuboid_layer_1_n_ele_3_1450866900", "cuboid_layer_3_n_ele_2_1451120700"],
}


@pytest.mark.parametrize("family", FAMILIES)
def test_micro_f1_of_some_cases(family: str) -> None:
    cases = judged(CASES, family, only=SOME[family])
    assert len(cases) == len(SOME[family])
    hit, false, missed = (cases[name].sum() for name in ("hit", "false", "missed"))
    assert 2 * hit / (2 * hit + false + missed) >= FAMILIES[family]
    quiet = cases[cases["causes"] == 0]
    assert quiet["false"].sum() == 0


def test_cases_are_read_whole() -> None:
    for family in FAMILIES:
        assert len(pd.read_csv(CASES / f"{family}_causes.csv")) > 0
