"""Files from somebody else: small ones that would exhaust a parser, read a file, or print personal data."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import duckdb
import pytest

from sqaudit.errors import ParameterError
from sqaudit.plan import plan
from sqaudit.publish.run import run
from sqaudit.publish.tables import as_csv

BOMBS = {
    "brackets": "a: " + "[" * 25_000,
    "dashes": "a:\n  " + "- " * 50_000,
    "merges": "a0: &a0 {k: v}\n"
    + "".join(f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 10)}]}}\n" for i in range(1, 9)),
    "sexagesimal": "a: 1" + ":1" * 150_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_yaml_bomb_is_refused_with_a_sentence(tmp_path: Path, name: str) -> None:
    """In a process of its own, since what is to be prevented is the end of the process."""
    (tmp_path / "run.yaml").write_text(BOMBS[name])
    command = [sys.executable, "-m", "sqaudit", "check", str(tmp_path / "run.yaml")]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 2
    assert "this is no valid YAML" in result.stderr


def test_a_sheet_of_astronomic_size_is_refused(small: Path) -> None:
    cells = '<row r="1"><c r="A1" t="inlineStr"><is><t>visit_id</t></is></c></row>'
    cells += '<row r="1048576"><c r="XFD1048576"/></row>'
    with zipfile.ZipFile(small / "visits.xlsx", "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", f"<worksheet><sheetData>{cells}</sheetData></worksheet>")
    text = (small / "run.yaml").read_text().replace("visits.csv", "visits.xlsx")
    (small / "run.yaml").write_text(text)
    with pytest.raises(ParameterError, match="a sheet spans more than 100,000,000 cells"):
        plan(small / "run.yaml")


def test_a_view_in_somebody_elses_database_is_refused(small: Path) -> None:
    with duckdb.connect(str(small / "foreign.duckdb")) as connection:
        connection.execute("CREATE VIEW visits AS SELECT * FROM read_text('/etc/passwd')")
    text = (
        (small / "run.yaml")
        .read_text()
        .replace("{path: visits.csv}", "{path: foreign.duckdb, table: visits}")
    )
    (small / "run.yaml").write_text(text)
    with pytest.raises(ParameterError, match="'visits' is a view, whose query could read any file"):
        plan(small / "run.yaml")


@pytest.mark.parametrize("name", ["_period", "_month", "grouped__period", "i0_n", "rows_read"])
def test_columns_cannot_pose_as_those_of_the_queries(small: Path, name: str) -> None:
    (small / "visits.csv").write_text((small / "visits.csv").read_text().replace("region", name))
    with pytest.raises(ParameterError, match=f"the name '{name}' is used by sqaudit itself"):
        plan(small / "run.yaml", segments=[])


def test_personal_data_are_no_segments(small: Path) -> None:
    with pytest.raises(ParameterError, match="'phone' holds personal data"):
        plan(small / "run.yaml", segments=["phone"])
    derived = {"visit": {"path": "visits.csv", "derived": {"contact": "phone"}}}
    with pytest.raises(ParameterError, match="'contact' holds personal data"):
        plan(small / "run.yaml", records=derived, segments=["contact"])
    assert plan(small / "run.yaml", segments=["phone"], show_personal_data=True)


def test_passwords_are_not_in_faults(small: Path) -> None:
    with pytest.raises(ParameterError) as caught:
        plan(small / "run.yaml", records={"visit": "postgresql://someone:SECRET@host/base"})
    assert "SECRET" not in str(caught.value)


def test_a_page_of_somebody_else_is_left_alone(small: Path) -> None:
    (small / "site").mkdir()
    (small / "site" / "index.html").write_text("my site")
    foreign = small / "site" / "other"
    foreign.mkdir()
    (foreign / "manifest.json").write_text(
        '{"title": {}, "summary": {"verdicts": ["x"]}, "period": 1, "started": ""}'
    )
    book = run(small / "run.yaml", out=small / "site", notebooks=["data_quality"])
    assert book.status == "complete"
    assert (small / "site" / "index.html").read_text() == "my site"


def test_headers_of_a_csv_are_no_formulas() -> None:
    import pandas as pd

    content = as_csv(pd.DataFrame({"=1+1": [" =2", "＝3", "fine"]})).decode("utf-8-sig")
    assert content.splitlines() == ["'=1+1", "' =2", "'＝3", "fine"]
