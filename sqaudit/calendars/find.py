"""Calendars from their YAML files, given by path or by the id of one at hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqaudit.calendars.model import Calendar
from sqaudit.descriptions import read_yaml, validated
from sqaudit.errors import Fault, ParameterError, did_you_mean

FOLDER = Path("params") / "calendars"
_PACKAGE = Path(__file__).parents[1]


def read_calendar(path: str | Path) -> Calendar:
    """The calendar in a YAML file; ParameterError lists every fault with file, line and key.

    >>> read_calendar("params/calendars/china_office_hours.yaml").timezone
    'Asia/Shanghai'
    """
    content, lines = read_yaml(Path(path))
    return validated(Calendar, content, str(path), lines)


def find_calendar(name: str, base: Path = Path()) -> Path | None:
    """The file of a calendar given by path or by id, or None.

    Looked for from the folder `base`, then from each folder above it, then from the folder one is in; an id
    stands for `params/calendars/<id>.yaml` there, or for a calendar that comes with sqaudit.
    """
    around = dict.fromkeys((base.resolve(), *base.resolve().parents, Path.cwd()))
    named = [folder / name for folder in around] + [folder / f"{name}.yaml" for folder in _folders(base)]
    return next((path for path in named if _is_file(path)), None)


def named_calendar(name: str, base: Path = Path()) -> Calendar:
    """The calendar given by path or id; ParameterError where there is none or it has faults."""
    path = find_calendar(name, base)
    if path is None:
        known = [file.stem for folder in _folders(base) for file in folder.glob("*.yaml")]
        raise ParameterError(
            [Fault("calendar", f"there is no calendar '{name}'.", did_you_mean(name, sorted(set(known))))]
        )
    return read_calendar(path)


def calendars_at_hand(base: Path = Path()) -> list[tuple[Path, Calendar]]:
    """Every calendar in `params/calendars` of a folder and of sqaudit itself, by file."""
    files: dict[str, Path] = {}
    for folder in _folders(base):
        for file in sorted(folder.glob("*.yaml")):
            files.setdefault(file.name, file)
    return [(file, read_calendar(file)) for file in files.values()]


def _folders(base: Path) -> Iterator[Path]:
    """The folders of calendars: around the base, where one is, and those that come with sqaudit."""
    roots = (base.resolve(), *base.resolve().parents, Path.cwd(), _PACKAGE / "shipped", _PACKAGE.parent)
    return (root / FOLDER for root in dict.fromkeys(roots) if (root / FOLDER).is_dir())


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long a name, or a sign that no name can have
        return False
