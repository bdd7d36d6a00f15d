"""Inspection forms from their YAML files, or every fault of such a file."""

from __future__ import annotations

from pathlib import Path

from sqaudit.descriptions import read_described
from sqaudit.inspection_forms.form import InspectionForm

_PACKAGE = Path(__file__).parents[1]


def read_form(path: str | Path) -> InspectionForm:
    """The form in a YAML file; ParameterError lists every fault with file, line and key.

    >>> [item.id for item in read_form("params/forms/service_inspection.yaml").items][:2]
    ['attitude', 'timeliness']
    """
    return read_described(path, InspectionForm)


def find_form(name: str, base: Path) -> Path | None:
    """The file of a form given by its path beside `base` or above, or by the id of one that is shipped."""
    for folder in (base, *base.resolve().parents, Path()):
        if (file := folder / name).is_file():
            return file
    shipped = [
        folder / "params" / "forms" / f"{name}.yaml" for folder in (_PACKAGE / "shipped", _PACKAGE.parent)
    ]
    return next((file for file in shipped if file.is_file()), None)
