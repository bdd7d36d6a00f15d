"""A sample on disk: everything that proves it is there, nothing is overwritten, and a change is told."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from sqaudit.errors import ParameterError, SourceError
from sqaudit.samples import earlier_samples, read_sample, sample_folder

from .conftest import MADE, Drawing


def test_what_was_drawn_is_read_back(take: Drawing) -> None:
    stored = take()
    assert stored.folder is not None
    again = read_sample(stored.folder)
    pd.testing.assert_frame_equal(again.cases, stored.cases)
    pd.testing.assert_frame_equal(again.reserve, stored.reserve)
    pd.testing.assert_frame_equal(again.strata, stored.strata)
    assert again.settings == stored.settings


def test_everything_an_auditor_asks_for_is_stored(take: Drawing) -> None:
    sample = take()
    settings = sample.settings
    assert sample.id == "visit_2026-Q3"
    assert (sample.seed, sample.design, settings["period"], settings["kind"]) == (
        7,
        "stratified",
        "2026-Q3",
        "visit",
    )
    assert (settings["frame_size"], settings["sample_size"]) == (80, len(sample.cases))
    assert settings["plan"]["rate"] == "0.1"
    assert settings["made"] == "2026-07-20T09:00:00"
    assert len(settings["frame_hash"]) == 64
    assert {"sqaudit", "duckdb", "numbers", "scope", "where", "earlier"} <= set(settings)
    assert sample.strata["stratum_size"].sum() == 80
    hours = sample.profile_counts.query("dimension == 'hour'")
    assert hours["cases"].sum() == 80
    assert list(sample.cases.columns[:3]) == ["case_id", "kind", "stratum"]
    assert "phone" not in sample.cases


def test_durations_of_the_frame_are_kept_within_strata(take: Drawing) -> None:
    deciles = take(duration="minutes", strata=["region"]).profile_durations
    south = deciles[deciles["stratum"] == "south"].set_index("quantile")["value"]
    assert south.loc[[0.0, 0.5, 1.0]].tolist() == [0, 4, 8]


def test_a_name_that_is_taken_is_numbered(take: Drawing) -> None:
    names = [take(earlier="allow").id for _ in range(3)]
    assert names == ["visit_2026-Q3", "visit_2026-Q3_2", "visit_2026-Q3_3"]


@pytest.mark.parametrize("file", ["sample.parquet", "reserve.parquet", "sample.json"])
def test_a_changed_file_is_told(take: Drawing, file: str) -> None:
    folder = take().folder
    assert folder is not None
    if file == "sample.json":
        settings = json.loads((folder / file).read_text(encoding="utf-8"))
        settings["seed"] = 8
        (folder / file).write_text(json.dumps(settings), encoding="utf-8")
    else:
        cases = pd.read_parquet(folder / file)
        cases.iloc[1:].to_parquet(folder / file, index=False)
    with pytest.raises(SourceError, match=f"{file} of the sample in .* changed after the draw"):
        read_sample(folder)


def test_a_folder_that_is_no_sample_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no complete sample: sample\.json is missing"):
        read_sample(tmp_path)
    (tmp_path / "sample.json").write_text("[1, 2]", encoding="utf-8")
    with pytest.raises(SourceError, match="cannot be read"):
        read_sample(tmp_path)


def test_a_folder_that_cannot_be_written_is_told(take: Drawing, run_file: Path) -> None:
    (run_file.parent / "full").write_text("a file")
    with pytest.raises(ParameterError, match="full cannot be written"):
        take(folder="full")


def test_cases_of_earlier_samples_are_left_out_by_rule(take: Drawing, run_file: Path) -> None:
    first = take()
    second = take(MADE + timedelta(weeks=3))
    assert not set(first.cases["case_id"]) & set(second.cases["case_id"])
    assert second.settings["frame_size"] == 80 - len(first.cases)
    assert second.settings["earlier"] == {
        "rule": "exclude",
        "samples": ["visit_2026-Q3"],
        "cases": len(first.cases),
    }
    again = take(MADE + timedelta(weeks=4), earlier="allow")
    assert again.cases["case_id"].tolist() == first.cases["case_id"].tolist()
    weeks = take(MADE + timedelta(weeks=4), earlier={"exclude_weeks": 2})
    assert weeks.settings["earlier"]["samples"] == ["visit_2026-Q3_2", "visit_2026-Q3_3"]
    found = earlier_samples(run_file.parent / "samples")
    assert [one.made for one in found] == sorted(one.made for one in found)


def test_cases_without_id_are_told_also_where_earlier_ones_are_left_out(
    take: Drawing, run_file: Path
) -> None:
    take()
    visits = run_file.parent / "visits.csv"
    visits.write_text(visits.read_text(encoding="utf-8").replace("V05,", ","), encoding="utf-8")
    with pytest.raises(ParameterError, match="1 visit records have no visit_id"):
        take()


def test_what_the_engine_cannot_compute_is_told_with_its_keys(take: Drawing) -> None:
    with pytest.raises(ParameterError) as caught:
        take(where="reported_at - 5 is null", take_all="reported_at > 5")
    assert [fault.place for fault in caught.value.faults] == ["sample.where", "sample.take_all"]
    with pytest.raises(ParameterError, match=r"sample\.size_by"):
        take(design="proportional_to_size", size_by="region", rate=0.2)


def test_the_folder_of_a_sample_can_be_read_by_those_who_read_the_folder_around_it(take: Drawing) -> None:
    folder = take().folder
    assert folder is not None
    assert folder.stat().st_mode == folder.parent.stat().st_mode
    assert [one.name for one in folder.parent.iterdir()] == [folder.name]


def test_another_period_and_seed_take_the_place_of_the_plans_own(run_file: Path) -> None:
    from sqaudit.audit import open_audit
    from sqaudit.samples import draw

    with open_audit(run_file) as audit:
        assert audit.run.sample is not None
        week = draw(audit, audit.run.sample, MADE, period="2026-W28", seed=8)
    assert set(week.cases["week"]) == {"2026-W28"}
    assert (week.seed, week.id) == (8, "visit_2026-W28")


def test_samples_lie_beside_the_project() -> None:
    assert sample_folder("samples", Path("/p/params")) == Path("/p/samples")
    assert sample_folder("samples", Path("/p")) == Path("/p/samples")
    assert sample_folder("/elsewhere", Path("/p")) == Path("/elsewhere")
