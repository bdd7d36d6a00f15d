"""The standards of a run, found by path or id, and all that is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqaudit.errors import Fault, ParameterError
from sqaudit.places import found
from sqaudit.plan.place import Place
from sqaudit.standards import Standard, read_standard
from sqaudit.standards.together import clashes

PACKAGE = Path(__file__).parents[1]


def find_standard(name: str, base: Path) -> Path | None:
    """The file of a standard given by path, or by the id of one that comes with sqaudit."""
    if (path := found(name, base)) is not None and path.is_file():
        return path
    for folder in shipped("params/standards"):
        if (path := folder / f"{name}.yaml").is_file():
            return path
    return None


def named_standard(name: str, base: Path) -> Standard:
    """The standard given by path or id; StandardError where there is none or it has faults."""
    return read_standard(find_standard(name, base) or name)


def standards_at_hand(base: Path) -> list[tuple[Path, Standard]]:
    """Every standard in `params/standards` of a folder and of sqaudit itself, by file."""
    folders = [base / "params" / "standards", *shipped("params/standards")]
    files: dict[str, Path] = {}
    for folder in folders:
        for file in sorted(folder.glob("*.yaml")) if folder.is_dir() else []:
            files.setdefault(file.name, file)
    return [(file, read_standard(file)) for file in files.values()]


def shipped(name: str) -> list[Path]:
    """Where the notebooks or standards that come with sqaudit are: in the package or beside it."""
    return [folder for folder in (PACKAGE / "shipped" / name, PACKAGE.parent / name) if folder.is_dir()]


def read_standards(
    names: Sequence[str], base: Path, where: Place
) -> tuple[list[Standard], list[Path], list[Fault]]:
    """The standards of a run, their files, and everything that is wrong with them."""
    standards, paths, faults = [], [], []
    for index, name in enumerate(names):
        key: list[str | int] = ["standard", index] if len(names) > 1 else ["standard"]
        path = find_standard(name, base)
        if path is None:
            remedy = "Check the path, or name one of `sqaudit standards list`."
            faults.append(where.fault(key, f"there is no file '{name}'.", remedy))
            continue
        try:
            standards.append(read_standard(path))
            paths.append(path)
        except ParameterError as error:
            faults += error.faults
    faults += [where.fault(["standard"], message, "Rename one of them.") for message in clashes(standards)]
    return standards, paths, faults


def standard_faults(given: object, base: Path, where: Place) -> list[Fault]:
    """What is wrong with the standards of a run file that is itself refused."""
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return []
    return read_standards(names, base, where)[2]
