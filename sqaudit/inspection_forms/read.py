"""Inspection forms from their YAML files, or every fault of such a file."""

from __future__ import annotations

from pathlib import Path

from sqaudit.descriptions import read_yaml, validated_in_part
from sqaudit.errors import Fault, ParameterError
from sqaudit.faults import at
from sqaudit.inspection_forms.form import InspectionForm

_PACKAGE = Path(__file__).parents[1]


def read_form(path: str | Path) -> InspectionForm:
    """The form in a YAML file; ParameterError lists every fault with file, line and key.

    >>> [item.id for item in read_form("params/forms/service_inspection.yaml").items][:2]
    ['attitude', 'timeliness']
    """
    file = Path(path)
    content, lines = read_yaml(file)
    form, faults = validated_in_part(InspectionForm, content, str(file), lines)
    if form is not None:
        # places of a form made in part are those of the file only where nothing was left out
        shown = lines if not faults else {}
        faults += [Fault(at(str(file), key, shown), said) for key, said in form.contradictions()]
    if faults or form is None:
        raise ParameterError(faults)
    return form


def find_form(name: str, base: Path) -> Path | None:
    """The file of a form given by its path beside `base` or above, or by the id of one that is shipped."""
    for folder in (base, *base.resolve().parents, Path()):
        if (file := folder / name).is_file():
            return file
    shipped = [
        folder / "params" / "forms" / f"{name}.yaml" for folder in (_PACKAGE / "shipped", _PACKAGE.parent)
    ]
    return next((file for file in shipped if file.is_file()), None)
