"""Every code that reaches a reader has words in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pandas as pd
import pytest

from sqaudit.agreement import agreement
from sqaudit.agreement.adjusted import ONE_CASE, SEVERAL_GROUPS
from sqaudit.agreement.calibration import NOT_COMPARED
from sqaudit.agreement.figure import NO_SPREAD, NO_VARIATION, ONE_UNIT, TOO_FEW
from sqaudit.agreement.severity import NO_FREEDOM, NO_RESIDUAL, NOT_SHARED, WITHIN_GROUP
from sqaudit.agreement.table import TOO_MANY
from sqaudit.inspection_results.proof import NOT_TESTED, UNKNOWN_DURATIONS
from sqaudit.present.tables.inspection import reason_words
from sqaudit.present.words import TONGUES, is_said
from sqaudit.sampling.precision import Method
from sqaudit.sampling.switching import Reason
from tests.inspection.conftest import ROOT

REASONS = [
    *(TOO_FEW, ONE_UNIT, NO_VARIATION, NO_SPREAD, TOO_MANY, NOT_SHARED, WITHIN_GROUP, NO_FREEDOM),
    *(NO_RESIDUAL, SEVERAL_GROUPS, ONE_CASE, NOT_COMPARED, NOT_TESTED, UNKNOWN_DURATIONS),
]


def written(module: str, pattern: str) -> list[str]:
    """The codes that stand in the text of a module."""
    return re.findall(pattern, Path(ROOT / "sqaudit" / module).read_text(encoding="utf-8"))


@pytest.mark.parametrize("tongue", TONGUES)
def test_reasons_have_words(tongue: str) -> None:
    codes = [*REASONS, *written("agreement/drift.py", r'"reason": "(\w+)"')]
    codes += written("agreement/intraclass.py", r'"((?:fewer|no|negative)_\w+)"')
    assert len(codes) > 20
    assert all(reason_words(code, tongue) for code in codes)  # type: ignore[arg-type]


def test_coefficients_and_their_intervals_have_words() -> None:
    rated = pd.DataFrame({"ann": [1, 2, 3, 4, 5, 4], "bo": [1, 2, 3, 5, 4, 4]})
    table = agreement(rated, "interval")
    assert [name for name in table["coefficient"] if not is_said(f"agreement.coefficient.{name}")] == []
    methods = set(table["method"]) - {""}
    methods |= {*written("agreement/kappa.py", r'method="(\w+)"')}
    assert [name for name in sorted(methods) if not is_said(f"agreement.method.{name}")] == []


def test_methods_and_reasons_of_sampling_have_words() -> None:
    assert [name for name in get_args(Method) if not is_said(f"precision_method.{name}")] == []
    assert [name for name in get_args(Reason) if not is_said(f"switching_reason.{name}")] == []
