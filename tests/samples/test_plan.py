"""Faults of a sample plan: all at once, with key and line, before a record is read; and the two commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sqaudit.cli import app
from sqaudit.errors import ParameterError
from sqaudit.plan import plan
from sqaudit.present.words import wording_faults
from sqaudit.sample_plan import SamplePlan


def with_plan(run_file: Path, text: str) -> Path:
    head = run_file.read_text(encoding="utf-8").partition("sample:")[0]
    run_file.write_text(head + text, encoding="utf-8")
    return run_file


def test_every_fault_at_once_with_key_and_line(run_file: Path) -> None:
    bad = """\
sample:
  records: visit
  design: cluster
  strata: [regoin, week, day]
  where: "regin = 'north'"
  take_all: minutes > 5
  columns: [phone]
  size: 10
  order_by: minutes
  allocation: neyman
  form: nowhere.yaml
  seed: 1
"""
    with pytest.raises(ParameterError) as caught:
        plan(with_plan(run_file, bad))
    told = [str(fault) for fault in caught.value.faults]
    for sentence in (
        "run.yaml, line 11, sample.design: cluster needs the key `cluster`.",
        "run.yaml, line 12, sample.strata: visit records have no column 'regoin'. Did you mean 'region'?",
        "run.yaml, line 12, sample.strata: two grains of time are named; the finer one is enough.",
        "run.yaml, line 13, sample.where: there is no column 'regin'. Did you mean 'region'?",
        "run.yaml, line 14, sample.take_all: it does not go with the design cluster.",
        "run.yaml, line 15, sample.columns: 'phone' holds personal data, which a sample does not carry.",
        "run.yaml, line 17, sample.order_by: it belongs to the design systematic, not to cluster.",
        "run.yaml, line 18, sample.allocation: neyman needs `spreads` for every stratum.",
        "run.yaml, line 19, sample.form: there is no file 'nowhere.yaml'.",
    ):
        assert any(sentence in one for one in told), (sentence, told)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{records: visit, seed: 1}", "give either `rate` (a share such as 0.10) or `size`"),
        ("{records: visit, seed: 1, rate: 10}", "10 cases are a `size`"),
        ("{records: visit, rate: 0.1}", "this key is missing"),
        ("{records: visit, seed: 1, rate: 0.1, stata: [region]}", "Did you mean 'strata'?"),
        ("{records: vist, seed: 1, rate: 0.1, design: simple}", "Did you mean 'visit'?"),
        ("{records: visit, seed: 1, rate: 0.1}", "stratified needs `strata`"),
        ("{records: visit, seed: 1, rate: 0.1, strata: [region], where: (select 1)}", "a sub-query"),
        ("{records: visit, seed: 1, rate: 0.1, strata: [region], name: ../up}", "sample.name"),
        ("{records: visit, seed: 1, rate: 0.1, strata: [region], earlier: never}", "sample.earlier"),
    ],
)
def test_single_faults(run_file: Path, text: str, sentence: str) -> None:
    with pytest.raises(ParameterError) as caught:
        plan(with_plan(run_file, f"sample: {text}\n"))
    assert sentence in str(caught.value)


def test_a_rate_is_read_as_it_is_written() -> None:
    assert str(SamplePlan(records="call", rate=0.07, seed=1, strata=["team"]).rate) == "0.07"


def test_the_plan_is_shown_without_drawing(run_file: Path) -> None:
    result = CliRunner().invoke(app, ["sample", "plan", str(run_file), "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["frame_size"], told["records"], told["period"]) == (80, "visit", "2026-Q3")
    assert not (run_file.parent / "samples").exists()


@pytest.mark.parametrize(("language", "word"), [("zh", "抽样计划"), ("en", "To reach ±3 points")])
def test_the_plan_in_both_languages(run_file: Path, language: str, word: str) -> None:
    result = CliRunner().invoke(app, ["sample", "plan", str(run_file), "--language", language])
    assert word in result.stdout


def test_a_draw_writes_its_folder_and_tells_where(run_file: Path) -> None:
    result = CliRunner().invoke(app, ["sample", "draw", str(run_file), "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    folder = run_file.parent / "samples" / "visit_2026-Q3"
    assert told["folder"] == str(folder)
    assert {one.name for one in folder.iterdir()} == {"sample.parquet", "reserve.parquet", "sample.json"}
    again = CliRunner().invoke(app, ["sample", "draw", str(run_file)])
    assert again.stdout.strip().endswith("visit_2026-Q3_2")


def test_what_only_the_records_show_is_told_with_its_line(run_file: Path) -> None:
    text = "sample:\n  records: visit\n  strata: [agent]\n  minimum: 0\n  size: 3\n  seed: 1\n"
    result = CliRunner().invoke(app, ["sample", "draw", str(with_plan(run_file, text)), "--json"])
    assert result.exit_code == 2
    [fault] = json.loads(result.stdout)["faults"]
    assert fault["place"].endswith("run.yaml, line 13, sample.size")
    assert "no case for 2 of 5 strata: E3; E4." in fault["message"]


def test_a_run_without_a_plan_is_refused(small: Path) -> None:
    result = CliRunner().invoke(app, ["sample", "draw", str(small / "run.yaml"), "--json"])
    assert result.exit_code == 2
    assert "no key `sample`" in result.stdout


def test_the_inspection_of_the_sample_records_can_be_drawn(tmp_path: Path) -> None:
    words = ["sample", "draw", "params/inspection.yaml", "--folder", str(tmp_path), "--json"]
    told = json.loads(CliRunner().invoke(app, words).stdout)
    assert told["frame_size"] == 1560
    assert told["sample_size"] >= 156


def test_no_wording_is_missing_in_either_language() -> None:
    assert [fault for fault in wording_faults() if fault.startswith("sampling.")] == []
