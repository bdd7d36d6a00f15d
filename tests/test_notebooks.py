"""The notebooks keep their rules, and their parameters are those of a run file."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from sqaudit.errors import ParameterError
from sqaudit.publish.parameters import notebook_page, parameters_cell

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOST_LINES = 10


def code_cells(path: Path) -> list[Any]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def tagged(path: Path) -> list[Any]:
    return [cell for cell in code_cells(path) if "parameters" in cell.metadata.get("tags", [])]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_stored_without_outputs(path: Path) -> None:
    for number, cell in enumerate(code_cells(path), start=1):
        assert cell.outputs == [], f"{path.name}, cell {number}: clear its outputs (nbstripout {path.name})"
        assert cell.execution_count is None, f"{path.name}, cell {number}: clear its execution count"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_tell_and_do_not_compute(path: Path) -> None:
    for number, cell in enumerate(code_cells(path), start=1):
        where = f"{path.name}, cell {number}"
        if "parameters" not in cell.metadata.get("tags", []):
            assert len(cell.source.splitlines()) <= MOST_LINES, f"{where}: move what it does into the package"
        kinds = {type(node) for node in ast.walk(ast.parse(cell.source))}
        forbidden = {ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.Lambda, ast.ListComp}
        assert not kinds & forbidden, f"{where}: no loops and no definitions in a notebook"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_parameters_cell_is_made_from_the_model(path: Path) -> None:
    assert [cell.source for cell in tagged(path)] == [parameters_cell(path.stem)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_papermill_runs_a_notebook_with_the_keys_of_a_run_file(path: Path, small: Path) -> None:
    """As `papermill X.ipynb out.ipynb -f run.yaml` does, from the folder of the run file."""
    command = [sys.executable, "-m", "papermill", str(path), "out.ipynb", "-f", "run.yaml"]
    result = subprocess.run(command, cwd=small, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    text = (small / "out.ipynb").read_text(encoding="utf-8")
    assert "Small audit" in text
    assert "was passed unknown parameter" not in result.stderr


def test_a_key_put_in_place_of_the_run_files_own() -> None:
    page = notebook_page(
        {"run": "params/quarterly_review.yaml", "period": "2026-Q2", "compare": "none", "language": "en"}
    )
    assert page.review.run.period == "2026-Q2"
    assert page.review.changes.empty


def test_a_mistyped_parameter_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"unknown parameter 'perod'\. Did you mean 'period'\?"):
        notebook_page({"run": "params/quarterly_review.yaml", "perod": "2026-Q2"})


def test_a_wrong_value_is_refused() -> None:
    with pytest.raises(ParameterError, match="'2026-Q7' is no period"):
        notebook_page({"run": "params/quarterly_review.yaml", "period": "2026-Q7"})


def test_names_in_one_text_are_told_apart_at_the_commas(small: Path) -> None:
    """As papermill hands on `-p dimensions region,weekday`."""
    given = {"run": str(small / "run.yaml"), "indicators": "on_time"}
    page = notebook_page({**given, "dimensions": "region, weekday"}, causes=True)
    assert page.review.causes is not None
    assert [one.indicator for one in page.review.causes.inquiries] == ["on_time"]
    with pytest.raises(ParameterError) as told:
        notebook_page({**given, "dimensions": "region,shift,crew"}, causes=True)
    assert [fault.message for fault in told.value.faults] == [
        "the records of on_time have no column 'shift'.",
        "the records of on_time have no column 'crew'.",
    ]
