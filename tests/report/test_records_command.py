"""The command that lists the records of a segment: safe in a shell, and of those that the table counts."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import sqaudit
from sqaudit.cli import app
from sqaudit.conditions import condition
from sqaudit.inquiry.dimensions import Dimension, quoted_if_needed
from sqaudit.measure.cells import cells
from sqaudit.present.records_command import records_command, status_told
from sqaudit.standards.measures import SHARES

RUN = "params/quarterly_review.yaml"


@pytest.fixture(scope="module")
def audit() -> Iterator[sqaudit.Audit]:
    with sqaudit.open_audit(RUN) as opened:
        yield opened


HOSTILE = [
    "$(touch made)",
    "`touch made`",
    '"; touch made; "',
    "it's; touch made",
    "it's $(touch made)",
    "!!",
    "\\",
    "a\nb",
    "万家 店",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_no_value_acts_in_a_shell(audit: sqaudit.Audit, tmp_path: Path, value: str) -> None:
    where = Dimension("team", "team").condition_for(value)
    one = audit.standard.indicator("fcr_ticket")
    command = records_command(f"runs of {value}.yaml", one, where, "2026-08")
    script = f"sqaudit() {{ printf '%s\\0' \"$@\"; }}\n{command}"
    ran = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, check=True)
    words = ran.stdout.decode().split("\0")[:-1]
    assert words == [
        "records", f"runs of {value}.yaml", "fcr_ticket", "--period", "2026-08",
        "--status", "missed", "--where", where,
    ]  # fmt: skip
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["team of 'A'", 'the "best" team', "$(touch made)", "select", "区域 1"])
def test_a_column_of_any_name_is_asked_for_by_that_name(name: str) -> None:
    where = Dimension(name, quoted_if_needed(name)).condition_for("north")
    assert condition(where).columns == {name}


def test_the_status_is_that_of_the_records_that_were_counted(audit: sqaudit.Audit) -> None:
    """Held against the cells of the indicators of the sample: shares of good and of bad, counts, means."""
    period, seen = audit.run.chosen_period, set()
    for one in audit.standard.indicators:
        if one.kind_of_measure not in (*SHARES, "count", "mean", "rate"):
            continue
        if not all(kind in audit.columns for kind in one.kinds):
            continue
        status = status_told(one)
        question = audit.question(((),), (period,), (one.id,))
        made = cells(audit.engine, audit.standard, audit.columns, question, one, {})
        wanted = made["bad" if one.kind_of_measure in SHARES else "rows"].sum()
        assert len(audit.records(one.id, status)) == wanted, one.id
        seen.add((one.kind_of_measure in SHARES, one.direction, status))
    assert {(True, "lower", "met"), (True, "lower", "missed"), (True, "higher", "missed")} <= seen
    assert not {status for share, _, status in seen if not share} - {"counted"}


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (("fcr_ticket", "--period", "2026-08", "--compare", "2026-06"), 32),
        (("problem_count",), 140),
    ],
)
def test_the_printed_command_lists_as_many_records_as_the_table(words: tuple[str, ...], count: int) -> None:
    told = CliRunner().invoke(app, ["causes", RUN, *words, "--dimensions", "team"], terminal_width=60)
    printed = [line for line in told.stdout.splitlines() if line.startswith("sqaudit records")]
    assert len(printed) == 1
    assert str(count) in told.stdout
    listed = CliRunner().invoke(app, [*shlex.split(printed[0])[1:], "--format", "csv"])
    assert listed.exit_code == 0
    assert len(listed.stdout.splitlines()) == count + 1
