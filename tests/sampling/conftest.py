"""Reference numbers kept outside the project, and steady settings for searched examples."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

SHARED = Path(__file__).parents[3] / "shared" / "statistics"

# The search for an example must not depend on how busy the machine is.
settings.register_profile("sampling", deadline=None, derandomize=True, max_examples=50)


@pytest.fixture(scope="session")
def reference() -> Callable[[str], Any]:
    """Reads a file of reference numbers; the test skips, and says so, where it is absent."""

    def read(name: str) -> Any:
        path = SHARED / f"{name}.json"
        if not path.exists():
            pytest.skip(f"the shared reference numbers are not at hand: {path}")
        return json.loads(path.read_text(encoding="utf-8"))

    return read


@pytest.fixture(scope="session")
def audit_tables(reference: Callable[[str], Any]) -> dict[str, Any]:
    """The published attribute-audit tables, by id."""
    return {case["id"]: case for case in reference("b2_audit_tables")["cases"]}
