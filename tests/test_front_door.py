"""The public names: sorted, real, and loaded only when used."""

from __future__ import annotations

import subprocess
import sys

import sqaudit


def test_every_public_name_is_there() -> None:
    assert sqaudit.__all__ == sorted(sqaudit.__all__)
    assert {name: getattr(sqaudit, name) for name in sqaudit.__all__}


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(sqaudit, "nothing_of_that_name")


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = "{'pandas', 'matplotlib', 'scipy', 'duckdb', 'pyarrow', 'papermill'}"
    code = f"import sys, sqaudit.cli; loaded = {heavy} & set(sys.modules); sys.exit(str(loaded or '') or 0)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
