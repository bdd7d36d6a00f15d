"""The files of the notebooks of a run."""

from __future__ import annotations

from pathlib import Path

from sqaudit.errors import Fault, did_you_mean
from sqaudit.params import RunFile
from sqaudit.places import found
from sqaudit.plan.place import Place
from sqaudit.plan.standards import shipped


def notebook_files(run: RunFile, base: Path, where: Place) -> tuple[dict[str, Path], list[Fault]]:
    """The file of every notebook: one of the user's own before the one that comes with sqaudit."""
    files, faults = {}, []
    for index, name in enumerate(run.notebooks):
        own = found(f"notebooks/{name}.ipynb", base)
        candidates = [own] if own else [folder / f"{name}.ipynb" for folder in shipped("notebooks")]
        path = next((path for path in candidates if path is not None and path.is_file()), None)
        if path is None:
            known = sorted({file.stem for folder in shipped("notebooks") for file in folder.glob("*.ipynb")})
            faults.append(
                where.fault(
                    ["notebooks", index], f"there is no notebook '{name}'.", did_you_mean(name, known)
                )
            )
        else:
            files[name] = path
    return files, faults
