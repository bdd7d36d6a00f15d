"""The manifest of a book: what was asked, read, assumed and written, so that it can be done again."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqaudit.audit import Audit
from sqaudit.books.fingerprints import MANIFEST as NAME
from sqaudit.books.fingerprints import PACKAGES, hashes, program_version, sha256, versions
from sqaudit.calendars import find_calendar
from sqaudit.inquiry.owners import may_be_copied
from sqaudit.plan import Plan
from sqaudit.plan.kept import kept_paths
from sqaudit.review import shown_parameters
from sqaudit.sampled import sample_files
from sqaudit.samples import sample_folder

__all__ = ["NAME", "PACKAGES", "calendar_paths", "copied_paths", "described", "hashes", "sha256", "versions"]


def described(audit: Audit, before: Path | None = None) -> dict[str, Any]:
    """What a run rests on, and the book `before` that it was held against.

    Parameters, standard, hashed sources with row counts, assumptions, versions.
    """
    return {
        "sqaudit": program_version(),
        "parameters": shown_parameters(audit.run),
        "run_file": audit.plan.place,
        "base": str(audit.plan.base.resolve()),
        "standards": [
            {"id": one.standard, "version": one.version, "path": str(path), "sha256": sha256(path)}
            for one, path in zip(audit.plan.standards, audit.plan.standard_paths, strict=True)
        ],
        "calendars": [
            {"name": name, "path": str(path), "sha256": sha256(path)}
            for name, path in calendar_paths(audit.plan).items()
        ],
        "kept": [
            {"key": key, "path": str(path), "sha256": sha256(path)}
            for key, path in kept_paths(audit.run, audit.plan.base).items()
        ],
        "sample": _sample(audit),
        "previous_book": before and {"path": str(before / NAME), "sha256": sha256(before / NAME)},
        "as_of": audit.as_of.isoformat(),
        "sources": [_source(audit, kind) for kind in audit.attached],
        "assumptions": audit.standard.assumptions_used,
        "random_seeds": {},
        "packages": versions(),
        "python": sys.version.split()[0],
        "platform": platform.platform(),
    }


def calendar_paths(plan: Plan) -> dict[str, Path]:
    """The files of the calendars that a run asks, by the name that the standard or the run file uses."""
    found = {name: find_calendar(name, plan.base) for name in plan.calendars}
    return {name: path for name, path in found.items() if path is not None}


def copied_paths(audit: Audit) -> dict[str, Path]:
    """The files that keys of the run file name, by key, as far as a book may hold a copy of them."""
    paths = kept_paths(audit.run, audit.plan.base)
    return {key: path for key, path in paths.items() if may_be_copied(audit, key)}


def _sample(audit: Audit) -> Mapping[str, Any] | None:
    """The folder of the run's samples with the files in it; None where it draws no cases."""
    if audit.run.sample is None:
        return None
    folder = sample_folder(audit.run.sample.folder, audit.plan.base).resolve()
    files = [{"path": name, "sha256": sha256(file)} for name, file in sample_files(folder).items()]
    return {"folder": str(folder), "files": files}


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
