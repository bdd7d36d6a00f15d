"""plan, draw, forms, read, replace, estimate: by commands, with forms filled in by a program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from sqaudit.cli import app
from tests.forms.filling import Filled, form
from tests.inspection.conftest import ROOT, RUN


def run(*given: str | Path, status: int = 0) -> Any:
    """What a command prints as one line of JSON."""
    result = CliRunner().invoke(app, ["sample", *map(str, given), "--json"])
    assert result.exit_code == status, result.output
    assert result.stdout.count("\n") == 1
    return json.loads(result.stdout)


@pytest.fixture
def run_file(tmp_path: Path) -> Path:
    """The run file of the shipped inspection with a small sample and a folder of its own."""
    content = yaml.safe_load(RUN.read_text(encoding="utf-8"))
    content |= {"notebooks": ["data_quality"], "language": "en"}
    content["standard"] = str(ROOT / "params/standards/customer_service_assurance.yaml")
    content["calendar"] = str(ROOT / content["calendar"])
    content["records"]["ticket"]["path"] = str(ROOT / content["records"]["ticket"]["path"])
    content["sample"] |= {
        "rate": 0.01,
        "minimum": 3,
        "folder": str(tmp_path / "samples"),
        "double_coded": 0.5,
    }
    content["sample"] |= {"form": str(ROOT / content["sample"]["form"]), "inspectors": ["ann", "bo"]}
    path = tmp_path / "run.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


def test_from_plan_to_estimate(run_file: Path) -> None:
    planned = run("plan", run_file)
    drawn = run("draw", run_file)
    assert drawn["sample_size"] == planned["sample_size"]
    assert drawn["frame_size"] == planned["frame_size"] == 1560
    nothing = run("estimate", run_file, status=2)
    assert nothing["faults"][0]["message"] == "no case has been answered in full yet."
    written = [Path(path) for path in run("forms", run_file)["written"]]
    case = next(iter(Filled(written[0]).rows()))
    replaced = run("replace", run_file, case, "--reason", "recording lost", "--by", "lead")
    assert replaced["original"] == case
    written += [Path(path) for path in run("forms", run_file)["written"]]
    for path in written:
        filled = Filled(path)
        filled.fill(path.stem.split("-part")[0], form().items, "en")
        filled.save()
    assert run("read", run_file)["faults"] == []
    told = run("estimate", run_file, "--by", "channel")
    responses = told["responses"][0]
    assert responses["drawn"] == drawn["sample_size"] + 1
    assert responses["not_inspected"] >= 1
    critical = next(row for row in told["population"] if row["item"] == "critical")
    assert 0 <= critical["low"] <= critical["estimate"] <= critical["high"] <= 1
    assert critical["population"] == pytest.approx(1560)
    assert {row["channel"] for row in told["by"]["channel"]} == {"app", "on_site", "online", "phone"}
    assert {row["item"] for row in told["agreement"]} <= {item.id for item in form().items}
    assert told["agreement"]
    assert "Stratified random sample" in told["grounds"]["population"]["en"]
    assert "分层随机抽样" in told["grounds"]["population"]["zh"]
    assert all(row["of"] in ("drawn", "answered") for row in told["reconciliation"])


def test_tables_leave_the_command(tmp_path: Path) -> None:
    target = tmp_path / "estimates.csv"
    words = ["sample", "estimate", str(RUN), "--output", str(target), "--by", "channel"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    lines = target.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("by,group,item,figure,estimate,standard_error,low,high,n")
    assert {line.split(",")[0] for line in lines[1:]} == {"", "channel"}


def test_the_terminal_speaks_chinese_too() -> None:
    words = ["sample", "estimate", str(RUN), "--by", "channel", "--language", "zh"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert all(word in result.stdout for word in ("平均得分率", "分层随机抽样", "检查员"))


def test_an_unknown_column_or_sample_is_refused() -> None:
    column = run("estimate", RUN, "--by", "chanel", status=2)["faults"][0]
    assert column["message"] == "the cases have no column 'chanel'."
    assert column["remedy"] == "Did you mean 'channel'?"
    sample = run("estimate", RUN, "--sample", "quarterly_2026-Q2", status=2)["faults"][0]
    assert "there is no sample 'quarterly_2026-Q2'" in sample["message"]
