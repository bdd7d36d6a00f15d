"""The map cannot lie: ARCHITECTURE.md names every module of the package, and no other."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_map_names_every_module() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = text.split("## Floors")[1].split("## ")[0]
    named = {word for row in table.splitlines() for word in re.findall(r"\| `(\w+)` \|", row)}
    files = {file.stem for file in (ROOT / "sqaudit").glob("*.py")} | {
        folder.name for folder in (ROOT / "sqaudit").iterdir() if (folder / "__init__.py").is_file()
    }
    assert named == files - {"__init__", "__main__"}


def test_the_floors_of_the_linter_name_every_module() -> None:
    import tomllib

    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    named = {name.strip().removeprefix("sqaudit.") for layer in layers for name in layer.split("|")}
    files = {file.stem for file in (ROOT / "sqaudit").glob("*.py")} | {
        folder.name for folder in (ROOT / "sqaudit").iterdir() if (folder / "__init__.py").is_file()
    }
    assert named == files - {"__init__"}
