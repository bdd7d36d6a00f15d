"""Fingerprints: the hash of a file or of a whole folder, and the versions of what computes."""

from __future__ import annotations

import hashlib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sqaudit.book_folders import MANIFEST  # names the hash of every other file, so it has none itself

PACKAGES = (
    "duckdb",
    "jupyterlab",
    "matplotlib",
    "nbconvert",
    "numpy",
    "pandas",
    "papermill",
    "pyarrow",
    "pydantic",
    "scipy",
    "sqlglot",
)

__all__ = ["MANIFEST", "PACKAGES", "hashes", "program_version", "sha256", "versions"]


def program_version() -> str:
    """The version of sqaudit itself; `absent` where it runs without being installed."""
    try:
        return version("sqaudit")
    except PackageNotFoundError:
        return "absent"


def versions() -> dict[str, str]:
    """The versions of the packages that figures depend on; `absent` for one that is not installed."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file in the folder but the manifest, by its path in the folder."""
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.name != MANIFEST)
    return {file.relative_to(folder).as_posix(): sha256(file) for file in files}


def sha256(path: Path) -> str:
    """The SHA-256 of a file, read in pieces.

    >>> sha256(Path("LICENSE")) == sha256(Path("LICENSE"))
    True
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
