"""Estimates, standard errors and intervals agree with R's survey package on the California API samples.

The reference was computed outside the project with R 4.2.2 and survey 4.1.1 (see the file's `source`).
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from sqaudit.estimates import (
    IntervalSettings,
    Mean,
    Ratio,
    Share,
    Survey,
    SurveyDesign,
    Total,
    estimate,
    survey,
)
from sqaudit.estimates.adjustment import poststratify

SHARED = Path(__file__).parents[3] / "shared" / "statistics"
REFERENCE = SHARED / "a_survey_api.json"

pytestmark = pytest.mark.skipif(
    not REFERENCE.is_file(), reason="the reference numbers (../shared/statistics) are not at hand"
)

DESIGNS = {
    "srs": ("apisrs", SurveyDesign(populations="fpc")),
    "strat": ("apistrat", SurveyDesign(weight="pw", strata="stype", populations="fpc")),
    "strat_nofpc": ("apistrat", SurveyDesign(weight="pw", strata="stype")),
    "clus1": ("apiclus1", SurveyDesign(weight="pw", clusters="dnum", populations="fpc")),
    "clus1_fpcweights": ("apiclus1", SurveyDesign(clusters="dnum", populations="fpc")),
    "clus2": ("apiclus2", SurveyDesign(clusters=("dnum", "snum"), populations=("fpc1", "fpc2"))),
}
TYPES = {"E": 4421, "H": 755, "M": 1018}
CALLS = {
    "mean.api00": (Mean("api00"), ()),
    "total.enroll": (Total("enroll"), ()),
    "ratio.api00_api99": (Ratio("api00", "api99"), ()),
    "domain.api00_by_stype": (Mean("api00"), "stype"),
    "domain.schwide_by_compimp": (Share("sch.wide", equals="Yes"), "comp.imp"),
}


def cases() -> list[dict]:
    return json.loads(REFERENCE.read_text(encoding="utf-8"))["cases"] if REFERENCE.is_file() else []


def sample_of(name: str) -> Survey:
    file, design = DESIGNS[name]
    frame = pd.read_csv(SHARED / f"{file}.csv")
    frame["rare"] = (frame["comp.imp"] == "No") & (frame["sch.wide"] == "Yes")
    return survey(frame, design)


def close(value: object, tolerance: float) -> object:
    return pytest.approx(value, rel=tolerance, abs=1e-12)


def split(case: dict) -> tuple[str, str]:
    design, call = case["id"].split(".", 1)
    return design, call


@pytest.mark.parametrize(
    "case", [case for case in cases() if split(case)[1] in CALLS], ids=lambda case: case["id"]
)
def test_estimates_agree_with_r(case: dict) -> None:
    name, call = split(case)
    item, by = CALLS[call]
    found = estimate(sample_of(name), item, by)
    expected = case["expected"]
    estimates, errors = expected["estimate"], expected["se"]
    keys = [*estimates] if isinstance(estimates, dict) else [None]
    assert len(found) == len(keys)
    for (_, row), key in zip(found.iterrows(), keys, strict=True):
        assert row["estimate"] == close(estimates[key] if key else estimates, 1e-8)
        assert row["standard_error"] == close(errors[key] if key else errors, 1e-6)
    if "ci95_t" in expected:
        assert [found["low"][0], found["high"][0]] == close(expected["ci95_t"][0], 1e-6)
        normal = estimate(sample_of(name), item, by, IntervalSettings(distribution="normal"))
        assert [normal["low"][0], normal["high"][0]] == close(expected["ci95_normal"][0], 1e-6)
    if "degf" in expected:
        assert found["degrees_of_freedom"][0] == expected["degf"]
    if "deff" in expected:
        assert found["design_effect"][0] == close(expected["deff"], 1e-6)


@pytest.mark.parametrize(
    "case", [case for case in cases() if ".prop." in case["id"]], ids=lambda case: case["id"]
)
def test_shares_agree_with_r(case: dict) -> None:
    sample, expected = sample_of(split(case)[0]), case["expected"]
    for position, answer in enumerate(["No", "Yes"]):
        share = Share("sch.wide", equals=answer)
        for distribution in ("t", "normal"):
            settings = IntervalSettings(distribution=distribution, share_method="mean")
            row = estimate(sample, share, settings=settings).iloc[0]
            assert row["estimate"] == close(expected["estimate"][f"sch.wide{answer}"], 1e-8)
            assert row["standard_error"] == close(expected["se"][f"sch.wide{answer}"], 1e-6)
            assert [row["low"], row["high"]] == close(expected[f"ci95_{distribution}"][position], 1e-6)


@pytest.mark.parametrize(
    "case", [case for case in cases() if ".svyciprop." in case["id"]], ids=lambda case: case["id"]
)
def test_share_intervals_agree_with_r(case: dict) -> None:
    sample = sample_of(split(case)[0])
    share = Share("rare") if case["id"].endswith("rare") else Share("sch.wide", equals="Yes")
    for entry in case["expected"]["by_method"]:
        row = estimate(sample, share, settings=IntervalSettings(share_method=entry["method"])).iloc[0]
        tolerance = 1e-4 if entry["method"] == "likelihood" else 1e-6
        assert row["degrees_of_freedom"] == case["expected"]["df"]
        # R fits a regression for two of the methods and stops within 1e-8 of the share itself.
        assert row["estimate"] == close(entry["estimate"], 1e-8)
        assert [row["low"], row["high"]] == close(entry["ci95"], tolerance)


@pytest.mark.parametrize("name", ["srs", "clus1"])
def test_poststratification_agrees_with_r(name: str) -> None:
    expected = next(case for case in cases() if case["id"] == f"poststrat.{name}")["expected"]
    sample = poststratify(sample_of(name), "stype", TYPES)
    items = {
        "mean_api00": Mean("api00"),
        "total_enroll": Total("enroll"),
        "prop_schwide": Share("sch.wide", equals="No"),
    }
    settings = IntervalSettings(distribution="normal", share_method="mean")
    for key, item in items.items():
        row = estimate(sample, item, settings=settings).iloc[0]
        assert row["estimate"] == close(next(iter(expected[key]["estimate"].values())), 1e-8)
        assert row["standard_error"] == close(next(iter(expected[key]["se"].values())), 1e-6)
        assert [row["low"], row["high"]] == close(expected[key]["ci95_normal"][0], 1e-6)


def test_pooling_strata_without_weights_is_another_figure() -> None:
    expected = next(case for case in cases() if case["id"] == "naive.pooled.strat")["expected"]
    frame = pd.read_csv(SHARED / "apistrat.csv")
    pooled = estimate(survey(frame, SurveyDesign()), [Mean("api00"), Share("sch.wide", equals="Yes")])
    weighted = estimate(sample_of("strat"), [Mean("api00"), Share("sch.wide", equals="Yes")])
    assert pooled["estimate"].tolist() == close(
        [expected["naive_mean_api00"], expected["naive_prop_schwide"]], 1e-8
    )
    assert pooled["standard_error"][0] == close(expected["naive_se"], 1e-6)
    assert weighted["estimate"].tolist() == close(
        [expected["weighted_mean_api00"] if "weighted_mean_api00" in expected else expected["weighted_mean"],
         expected["weighted_prop_schwide"]], 1e-8,
    )  # fmt: skip


def test_a_census_is_the_truth_and_has_no_width() -> None:
    expected = next(case for case in cases() if case["id"] == "truth.apipop")["expected"]
    frame = pd.read_csv(SHARED / "apipop.csv").assign(size=6194)
    census = survey(frame, SurveyDesign(populations="size"))
    found = estimate(census, [Mean("api00"), Share("sch.wide", equals="Yes"), Total("enroll")]).set_index(
        "item"
    )
    assert found.loc["api00", ["estimate", "low", "high"]].tolist() == close(
        [expected["mean_api00"]] * 3, 1e-8
    )
    assert found.loc["sch.wide = Yes", "estimate"] == close(expected["prop_schwide"], 1e-8)
    assert found.loc["enroll", "estimate"] == expected["total_enroll_nonmissing"]
    assert found.loc["enroll", "missing"] == expected["n_missing_enroll"]
    assert found["standard_error"].tolist() == [0, 0, 0]
    assert found["reason"].tolist() == ["census", "census", "missing_values"]


def test_weights_that_disagree_with_the_population_are_found() -> None:
    """The weights of this data set are known to be mislabelled: 33.8 where 757 / 15 was expected."""
    assert sample_of("clus1").findings["check"].tolist() == ["weight_disagrees"]
    assert sample_of("strat").findings.empty
