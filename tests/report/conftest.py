"""One review of the sample run over all standards, measured once for all tests of reports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sqaudit.audit import open_audit
from sqaudit.params import Language
from sqaudit.review import Review

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def quarter() -> Review:
    """The sample quarterly review of five standards."""
    with open_audit(ROOT / "params" / "quarterly_review.yaml") as audit:
        return Review.of(audit)


@pytest.fixture(scope="session")
def told(quarter: Review) -> Callable[[Language], Review]:
    """The same review in another language."""

    def in_language(language: Language) -> Review:
        run = quarter.run.model_copy(update={"language": language})
        return Review(run, quarter.standards, quarter.results, quarter.origins)

    return in_language
