"""An audit performed again: whether a book is as it was, and whether its figures come out again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from sqaudit.actions import Action, read_actions
from sqaudit.assessment import AssessmentRules, read_rules
from sqaudit.audit import Audit
from sqaudit.books.at_hand import RecordedFile, find
from sqaudit.books.basis import Basis, opened
from sqaudit.books.beside import beside_differing, previous_differing, sample_differing
from sqaudit.books.differing import (
    DIFFERENCES,
    TOLERANCE,
    figures_differing,
    readings_differing,
    rows_differing,
    scores_differing,
)
from sqaudit.books.evidence import Evidence, gathered
from sqaudit.books.fingerprints import MANIFEST, sha256
from sqaudit.books.stored import StoredBook, read_book
from sqaudit.calendars import Calendar, read_calendar
from sqaudit.cause_tree import CauseTree, read_trees
from sqaudit.descriptions import validated
from sqaudit.errors import AuditError, ParameterError
from sqaudit.params import RunFile
from sqaudit.plan.kept import KEPT
from sqaudit.review import RUN, Review
from sqaudit.standards import Standard, read_standard

HIDDEN = "***"  # what `shown_url` writes for a secret
SAME, DIFFERENT, NOT_PERFORMED = 0, 1, 2
_MAY_CHANGE_FIGURES = (
    "source", "database", "sample", "standard", "calendar", *KEPT, "previous_book", "program",
    "python", "package",
)  # fmt: skip


@dataclass(frozen=True)
class Verification:
    """What became of performing an audit again.

    `evidence` has a row for each thing that the manifest names (columns EVIDENCE), `differences` one for each
    figure that came out otherwise (DIFFERENCES), among `compared` cells; `cells` has their number by part of
    the book. `hindrances` says why nothing could be computed, as pairs of a key of the wording and its
    fields. `seal` is the hash of the manifest: who keeps it elsewhere can tell whether the manifest itself is
    the one of that day.
    """

    book: Path
    evidence: pd.DataFrame
    differences: pd.DataFrame
    cells: Mapping[str, int]
    hindrances: tuple[tuple[str, Mapping[str, Any]], ...]
    seal: str
    tolerance: float = TOLERANCE
    standards: tuple[Standard, ...] = ()

    @property
    def status(self) -> int:
        """0: no difference; 1: differences; 2: it could not be performed again."""
        if self.hindrances:
            return NOT_PERFORMED
        return DIFFERENT if len(self.differences) or len(self.altered) else SAME

    @property
    def compared(self) -> int:
        """How many cells were compared."""
        return sum(self.cells.values())

    @property
    def altered(self) -> pd.DataFrame:
        """The files of the book and the sources that are not what they were; samples may have grown."""
        lost, grown = self._in("changed", "missing"), self._in("added")
        rows = pd.concat(
            [lost[lost["what"].isin(["book_file", "source", "sample"])], grown[grown["what"] == "book_file"]]
        )
        return rows.sort_index().reset_index(drop=True)

    @property
    def reasons(self) -> pd.DataFrame:
        """What has changed of all that figures are made from: what may be the reason for differences."""
        rows = self._in("changed", "missing", "added", "not_checked")
        return rows[rows["what"].isin(_MAY_CHANGE_FIGURES)].reset_index(drop=True)

    def _in(self, *states: str) -> pd.DataFrame:
        return self.evidence[self.evidence["state"].isin(states)]

    def as_dict(self) -> dict[str, Any]:
        """The outcome as plain values, for JSON."""
        words = {SAME: "same", DIFFERENT: "different", NOT_PERFORMED: "not_performed"}
        return {
            "book": str(self.book),
            "status": words[self.status],
            "compared": self.compared,
            "compared_by_part": dict(self.cells),
            "tolerance": self.tolerance,
            "manifest_sha256": self.seal,
            "hindrances": [{"reason": key, **fields} for key, fields in self.hindrances],
            "altered": self.altered.to_dict("records"),
            "reasons": self.reasons.to_dict("records"),
            "differences": self.differences.to_dict("records"),
        }


def verify_book(
    folder: str | Path, sources: Sequence[str | Path] = (), urls: Mapping[str, str] | None = None
) -> Verification:
    """The audit of a book performed again from its manifest, standards and sources; nothing is written.

    `sources` are folders in which sources that were moved are looked for; `urls` gives addresses of
    databases by record kind, since a book holds no password. What the book holds beside its figures is found
    out again, too: causes, patterns, follow-up, assessment, sample, what changed since an earlier book. Every
    number is compared within TOLERANCE (relative, absolute below 1), every word exactly. ParameterError where
    the folder is no finished book.
    """
    book = read_book(folder)
    evidence = gathered(book, [Path(one) for one in sources])
    differences, cells, hindrances = _performed(book, evidence, [Path(one) for one in sources], urls or {})
    seal = sha256(book.folder / MANIFEST)
    return Verification(
        book=book.folder,
        evidence=evidence.table,
        differences=differences,
        cells=cells,
        hindrances=tuple(hindrances),
        seal=seal,
        standards=book.review.standards,
    )


def _performed(
    book: StoredBook, evidence: Evidence, folders: Sequence[Path], urls: Mapping[str, str]
) -> tuple[pd.DataFrame, dict[str, int], list[tuple[str, Mapping[str, Any]]]]:
    nothing = pd.DataFrame(columns=list(DIFFERENCES))
    try:
        basis = _basis(book, folders)
        hindrances = [*_missing(evidence), *_closed(basis.run, urls)]
        if hindrances:
            return nothing, {}, hindrances
        files = {kind: [one.path for one in found if one.path] for kind, found in evidence.sources.items()}
        basis = basis.with_files({kind: paths for kind, paths in files.items() if paths}).with_urls(urls)
        if evidence.samples is not None:
            basis = basis.with_sample_in(evidence.samples)
        with opened(basis, str(book.folder / RUN)) as audit:
            found = _held_against(book, audit, folders)
    except ParameterError as error:
        return nothing, {}, [("refused", {"why": str(fault)}) for fault in error.faults]
    except AuditError as error:
        return nothing, {}, [("refused", {"why": str(error).splitlines()[0]})]
    differences = [frame for frame, _ in found.values() if len(frame)]
    table = pd.concat(differences, ignore_index=True) if differences else nothing
    return table, {part: count for part, (_, count) in found.items()}, []


def _held_against(
    book: StoredBook, audit: Audit, folders: Sequence[Path]
) -> dict[str, tuple[pd.DataFrame, int]]:
    """By part of the book: what differs from an open audit, and the cells compared."""
    computed = Review.of(audit, _made_at(book))
    old, new = book.review.results, computed.results
    return {
        "score": scores_differing(_stored_scores(book), _scores(computed)),
        "figure": figures_differing(old.measurements, new.measurements),
        "reading": readings_differing(old.readings, new.readings),
        "rows": rows_differing(old.row_account, new.row_account),
        **sample_differing(book.review.sampled, computed.sampled),
        **beside_differing(book.folder, audit),
        **previous_differing(book, audit, folders),
    }


def _made_at(book: StoredBook) -> datetime | None:
    """When the book was begun, by the clock of its run: what a sample keeps out depends on it."""
    started = book.manifest.get("started")
    return None if started is None else datetime.fromisoformat(str(started)).replace(tzinfo=None)


def _basis(book: StoredBook, folders: Sequence[Path]) -> Basis:
    """What the book rests on: the parameters of the manifest, and descriptions with the recorded hash."""
    place = str(book.folder / MANIFEST)
    run = validated(RunFile, dict(book.manifest["parameters"]), place, {})
    standards = tuple(
        _standard(book, one, told, folders)
        for one, told in zip(book.review.standards, book.manifest["standards"], strict=True)
    )
    told = {str(one["name"]): one for one in book.manifest.get("calendars", [])}
    calendars = {
        name: _calendar(book, name, one, told.get(name), folders) for name, one in book.calendars.items()
    }
    return Basis(
        run, standards, calendars, book.base,
        trees=_trees(book, folders), rules=_rules(book, folders), actions=_actions(book, folders),
    )  # fmt: skip


def _standard(book: StoredBook, copy: Standard, told: Mapping[str, Any], folders: Sequence[Path]) -> Standard:
    """The copy in the book, or the original where the copy is not what it was and the original is."""
    original = _better(book, f"standards/{copy.standard}.yaml", told, folders)
    return copy if original is None else read_standard(original)


def _calendar(
    book: StoredBook, name: str, copy: Calendar, told: Mapping[str, Any] | None, folders: Sequence[Path]
) -> Calendar:
    copies = json.loads((book.folder / RUN).read_text(encoding="utf-8")).get("calendars", {})
    original = _better(book, copies.get(name, ""), told, folders) if told and name in copies else None
    return copy if original is None else read_calendar(original)


def _trees(book: StoredBook, folders: Sequence[Path]) -> tuple[CauseTree, ...]:
    if (file := _kept(book, "cause_trees", folders)) is not None:
        return read_trees(file)
    held = (book.review.causes, book.review.followup)
    return next((one.trees for one in held if one is not None), ())


def _rules(book: StoredBook, folders: Sequence[Path]) -> AssessmentRules | None:
    if (file := _kept(book, "assessment", folders)) is not None:
        return read_rules(file)
    return None if book.review.assessed is None else book.review.assessed.rules


def _actions(book: StoredBook, folders: Sequence[Path]) -> tuple[Action, ...]:
    """The plan; where its file is not at hand, its actions as the book tells them, names masked.

    No figure depends on a name. Actions from records are read from the records again.
    """
    if (file := _kept(book, "actions", folders)) is not None:
        return read_actions(file)
    return () if book.review.followup is None else book.review.followup.actions


def _kept(book: StoredBook, key: str, folders: Sequence[Path]) -> Path | None:
    """A file that people keep for the run, as it was: its copy in the book, else the original, else None."""
    recorded, copy = book.kept_files.get(key), book.kept_copies.get(key)
    if recorded is None:
        return None
    if copy is not None and copy.is_file() and sha256(copy) == recorded.sha256:
        return copy
    found = find(recorded, folders, book.around)
    return found.path if found.state == "same" else None


def _better(book: StoredBook, copy: str, told: Mapping[str, Any], folders: Sequence[Path]) -> Path | None:
    recorded = RecordedFile(str(told["path"]), str(told["sha256"]))
    if sha256(book.folder / copy) == recorded.sha256:
        return None
    found = find(recorded, folders, book.around)
    return found.path if found.state == "same" else None


def _missing(evidence: Evidence) -> list[tuple[str, Mapping[str, Any]]]:
    missing = evidence.of("missing")
    rows = missing[missing["what"].isin(["source", "sample"])]
    return [
        (f"{what}_missing", {"name": str(name)})
        for what, name in zip(rows["what"], rows["name"], strict=True)
    ]


def _closed(run: RunFile, urls: Mapping[str, str]) -> list[tuple[str, Mapping[str, Any]]]:
    """Databases whose address is not whole: what was secret in it never reached the book."""
    return [
        ("no_address", {"kind": kind, "url": source.url})
        for kind, source in run.records.items()
        if source.url and HIDDEN in source.url and kind not in urls
    ]


def _stored_scores(book: StoredBook) -> dict[str, Mapping[str, Any]]:
    """The scores that the book printed; those of its measurements where `results.json` cannot be read."""
    try:
        content = json.loads((book.folder / "results.json").read_text(encoding="utf-8"))
        return {str(one["id"]): one["score"] or {} for one in content["standards"]}
    except (OSError, ValueError, KeyError, TypeError):
        return _scores(book.review)


def _scores(review: Review) -> dict[str, Mapping[str, Any]]:
    return {part.standard.standard: part.score.as_dict() if part.weighted else {} for part in review.parts}
