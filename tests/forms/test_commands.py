"""The commands, from a drawn sample to a re-score."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sqaudit.cli import app
from tests.conftest import RUN
from tests.forms.filling import FORM, Filled, form

SAMPLE = f"""\
sample:
  records: visit
  design: simple
  size: 3
  seed: 5
  form: {FORM}
  inspectors: [one, two]
  double_coded: 0
  language: en
"""


def _run(*words: str | Path, status: int = 0) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["sample", *map(str, words), "--json"])
    assert result.exit_code == status, result.output
    content: dict[str, Any] = json.loads(result.stdout)
    return content


@pytest.fixture
def drawn(small: Path) -> Path:
    """A run file whose sample of three visits is drawn; the folder of the sample is beside it."""
    run_file = small / "run.yaml"
    run_file.write_text(RUN + SAMPLE, encoding="utf-8")
    _run("draw", run_file)
    return run_file


def test_forms_are_written_read_and_disputed(drawn: Path) -> None:
    written = [Path(path) for path in _run("forms", drawn)["written"]]
    assert [path.name for path in written] == ["one.xlsx", "two.xlsx"]
    assert len(_run("forms", drawn)["kept"]) == 2
    for path in written:
        filled = Filled(path)
        filled.fill(path.stem, form().items, "en")
        filled.save()
    answered = _run("read", drawn)
    assert (answered["status"], answered["open"], answered["faults"]) == ("complete", 0, [])
    case = next(iter(Filled(written[0]).rows()))
    filled.put(next(iter(filled.rows())), "attitude", 9)
    filled.save()
    again = _run("read", drawn, written[1], status=1)
    assert [fault["check"] for fault in again["faults"]] == ["out_of_range"]
    entries = drawn.with_name("entries.csv")
    entries.write_text(
        f"case_id,item,action,who,why,answer\n{case},attitude,rescore,lead,heard,5\n", encoding="utf-8"
    )
    assert _run("dispute", drawn, entries)["added"] == 1
    result = CliRunner().invoke(app, ["sample", "scores", str(drawn), "--format", "csv"])
    lines = result.stdout.splitlines()
    assert lines[0].lstrip("\ufeff").startswith("case_id,role,inspector,in_force,state,points")
    assert [line.split(",")[1] for line in lines[1:]].count("rescore") == 1


def test_faults_are_told_in_the_language_of_the_reader(drawn: Path) -> None:
    path = Path(_run("forms", drawn)["written"][0])
    filled = Filled(path)
    filled.put(next(iter(filled.rows())), "attitude", 9)
    filled.save()
    result = CliRunner().invoke(app, ["sample", "read", str(drawn), "--language", "zh"])
    assert result.exit_code == 1
    assert "“9”超出范围。 填写1 到 5 的整数。" in result.stdout


def test_what_cannot_be_started_is_refused(drawn: Path) -> None:
    plain = drawn.with_name("plain.yaml")
    plain.write_text(RUN, encoding="utf-8")
    assert _run("forms", plain, status=2)["faults"][0]["message"] == "the run file has no key `sample`."
    refused = _run("read", drawn, status=2)["faults"]
    assert refused[0]["message"] == "no forms were given out for this sample."
    unnamed = drawn.with_name("unnamed.yaml")
    lines = [line for line in SAMPLE.splitlines() if "form:" not in line and "inspectors:" not in line]
    unnamed.write_text(RUN + "\n".join(lines), encoding="utf-8")
    said = [fault["message"] for fault in _run("forms", unnamed, status=2)["faults"]]
    assert said == ["no form is named.", "nobody is named."]
    missing = _run("read", drawn, "--sample", "../..", status=2)["faults"][0]
    assert missing["message"].startswith("there is no sample '../..' in ")


def test_a_sample_in_another_folder_is_found_there_by_every_command(small: Path) -> None:
    run_file, elsewhere = small / "run.yaml", small / "elsewhere"
    run_file.write_text(RUN + SAMPLE, encoding="utf-8")
    _run("draw", run_file, "--folder", elsewhere)
    lost = _run("forms", run_file, status=2)["faults"][0]
    assert "--folder" in lost["remedy"]
    assert "--sample" in lost["remedy"]
    written = [Path(path) for path in _run("forms", run_file, "--folder", elsewhere)["written"]]
    assert {path.parents[2] for path in written} == {elsewhere}
    for path in written:
        filled = Filled(path)
        filled.fill(path.stem, form().items, "en")
        filled.save()
    case = next(iter(Filled(written[0]).rows()))
    assert _run("read", run_file, "--folder", elsewhere)["status"] == "complete"
    scores = CliRunner().invoke(
        app, ["sample", "scores", str(run_file), "--folder", str(elsewhere), "--format", "csv"]
    )
    assert case in scores.stdout
    entries = small / "entries.csv"
    entries.write_text(
        f"case_id,item,action,who,why,answer\n{case},attitude,rescore,lead,heard,5\n", encoding="utf-8"
    )
    assert _run("dispute", run_file, entries, "--folder", elsewhere)["added"] == 1
    assert _run("estimate", run_file, "--folder", elsewhere)["status"] == "estimated"
    told = _run(
        "replace", run_file, case, "--reason", "lost", "--by", "lead", "--folder", elsewhere, status=2
    )
    assert not [one for one in told["faults"] if "there is no sample" in one["message"]]
