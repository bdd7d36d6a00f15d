"""The manifest of a book: what was asked, read, assumed and written, so that it can be done again."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import sqaudit
from sqaudit.audit import Audit
from sqaudit.review import shown_parameters

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
NAME = "manifest.json"


def described(audit: Audit) -> dict[str, Any]:
    """What a run rests on: parameters, standard, hashed sources with row counts, assumptions, versions."""
    return {
        "sqaudit": sqaudit.__version__,
        "parameters": shown_parameters(audit.run),
        "run_file": audit.plan.place,
        "standards": [
            {"id": one.standard, "version": one.version, "path": str(path), "sha256": sha256(path)}
            for one, path in zip(audit.plan.standards, audit.plan.standard_paths, strict=True)
        ],
        "as_of": audit.as_of.isoformat(),
        "sources": [_source(audit, kind) for kind in audit.attached],
        "assumptions": audit.standard.assumptions_used,
        "random_seeds": {},
        "packages": versions(),
        "python": sys.version.split()[0],
        "platform": platform.platform(),
    }


def versions() -> dict[str, str]:
    """The versions of the packages that figures depend on."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file in the folder but the manifest itself."""
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.name != NAME)
    return {str(file.relative_to(folder)): sha256(file) for file in files}


def sha256(path: Path) -> str:
    """The SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _source(audit: Audit, kind: str) -> Mapping[str, Any]:
    attached = audit.attached[kind]
    return {
        "kind": kind,
        "origin": attached.origin,
        "rows_read": attached.rows_read,
        "rows_kept": attached.rows_kept,
        "files": [
            {"path": str(file), "bytes": file.stat().st_size, "sha256": sha256(file)}
            for file in attached.files
        ],
    }
