"""Two audits compared: every figure, verdict, score and grade that differs, and what each is due to."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from sqaudit.audit import Audit
from sqaudit.books.at_hand import FoundFile, RecordedFile, find
from sqaudit.books.basis import Basis, opened
from sqaudit.books.chain import attributed, turned
from sqaudit.books.factors import PROGRAM, Pair, Side
from sqaudit.books.fingerprints import program_version, sha256, versions
from sqaudit.books.stored import StoredBook, read_book
from sqaudit.causes.composite import composite_parts
from sqaudit.errors import AuditError, ParameterError
from sqaudit.results import Results
from sqaudit.review import Review
from sqaudit.scoring import Score
from sqaudit.standards import Standard

KEYS = ("indicator", "grouping", "segment")
FIGURES = ("value", "low", "high", "numerator", "denominator", "pending", "excluded", "target", "points")
SCORE_PARTS = ("standard", "causes", "indicator", "part", "decides")
INPUTS = ("cause", "what", "before", "now")
UNKNOWN = ("not_assessable", "")  # verdicts and grades of a state that the records do not reach
TOTAL = "total"  # the grouping of rows on a whole period
STANDARD = "standard"  # the grouping of rows on a whole standard: its score and grade


@dataclass(frozen=True)
class Comparison:
    """What differs between two audits, and why.

    `figures` has a row for each number that moved: `indicator, grouping, segment, figure, before, now,
    change`, a column for each cause in `steps`, `together, together_causes` (what could not be told apart)
    and `turned_at` (with which cause a figure appeared or vanished). `words` has verdicts and grades: KEYS,
    `what, before, now, turned_at`. `score_parts` shares the steps of each score out to indicators. `inputs`
    is what differs in what the two rest on, also where no figure depends on it. `steps` is the order in which
    causes were changed, from the stored figures of the earlier to those of the later. `refused` has the
    steps that could not be computed, each with the reason. `standards` are those of both, the later first.
    """

    before: str
    now: str
    steps: tuple[str, ...]
    figures: pd.DataFrame
    words: pd.DataFrame
    score_parts: pd.DataFrame
    inputs: pd.DataFrame
    recomputed: int
    sources_at_hand: tuple[bool, bool]
    refused: tuple[tuple[str, str], ...] = ()
    standards: tuple[Standard, ...] = ()

    @property
    def same(self) -> bool:
        """Whether no figure, verdict, score or grade differs."""
        return self.changed.empty and self.words.empty

    @property
    def changed(self) -> pd.DataFrame:
        """The figures that are not what they were; others moved on the way and came back."""
        return self.figures[self.figures["change"].ne(0)].reset_index(drop=True)

    @property
    def figures_in_total(self) -> pd.DataFrame:
        """The figures of the whole period and of whole standards, without those of unnamed segments."""
        return _in_total(self.figures)

    @property
    def words_in_total(self) -> pd.DataFrame:
        """The verdicts on the whole period, and the grades."""
        return _in_total(self.words)

    @property
    def causes(self) -> list[str]:
        """The causes that have a column in `figures`."""
        return list(dict.fromkeys(self.steps))

    def as_dict(self) -> dict[str, Any]:
        """The comparison as plain values, for JSON."""
        return {
            "before": self.before,
            "now": self.now,
            "status": "same" if self.same else "different",
            "steps": list(self.steps),
            "recomputed": self.recomputed,
            "sources_at_hand": dict(zip(("before", "now"), self.sources_at_hand, strict=True)),
            "refused": [{"step": step, "why": why} for step, why in self.refused],
            **{
                name: getattr(self, name).to_dict("records")
                for name in ("inputs", "figures", "words", "score_parts")
            },
        }


def compare_books(before: str | Path, now: str | Path, sources: Sequence[str | Path] = ()) -> Comparison:
    """Two books compared, in the order of steps that `Comparison` states; nothing is written.

    Nothing is computed again where no figure differs. `sources` are folders in which sources that were moved
    are looked for. Sources count as at hand when they have the hash that was recorded; without those of the
    earlier book, its data and the program of its day are one cause, since nobody can tell them apart.
    ParameterError where a folder is no finished book.
    """
    folders = [Path(one) for one in sources]
    return _compared(Pair(*(_of_book(read_book(one), folders) for one in (before, now))))


def compare_with(before: str | Path, audit: Audit, sources: Sequence[str | Path] = ()) -> Comparison:
    """An earlier book compared with an open audit, as `compare_books` does."""
    folders = [Path(one) for one in sources]
    return _compared(Pair(_of_book(read_book(before), folders), _of_audit(audit)))


def _in_total(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["grouping"].isin([TOTAL, STANDARD])].reset_index(drop=True)


def _of_book(book: StoredBook, folders: Sequence[Path]) -> Side:
    files = {
        kind: tuple(find(file, folders, book.around) for file in found)
        for kind, found in book.source_files.items()
    }
    told = book.manifest
    used = {
        "sqaudit": str(told["sqaudit"]),
        "python": str(told.get("python", "")),
        **told.get("packages", {}),
    }
    basis = Basis(book.review.run, book.review.standards, book.calendars, book.base)
    return Side(book.name, book.review, basis, files, used)


def _of_audit(audit: Audit) -> Side:
    files = {
        kind: tuple(_as_found(file) for file in attached.files) for kind, attached in audit.attached.items()
    }
    used = {"sqaudit": program_version(), "python": sys.version.split()[0], **versions()}
    plan = audit.plan
    basis = Basis(plan.run, plan.standards, plan.calendars, plan.base)
    return Side(Path(plan.place).name, Review.of(audit), basis, files, used, measured_now=True)


def _as_found(file: Path) -> FoundFile:
    digest = sha256(file)
    return FoundFile(RecordedFile(str(file), digest), file, digest)


def _compared(pair: Pair) -> Comparison:
    first, last = pair.before.review, pair.now.review
    inputs = pd.DataFrame(list(pair.inputs), columns=list(INPUTS))
    hand = (pair.before.at_hand, pair.now.at_hand)
    if _nothing_differs(pair):
        return _told(pair, [first, last], [PROGRAM], inputs, hand, 0, [])
    reviews, refused = _states(pair)
    steps = [PROGRAM, *pair.order, *([] if pair.now.measured_now else [PROGRAM])]
    computed = sum(one is not None for one in reviews)
    return _told(pair, [first, *reviews, last], steps, inputs, hand, computed, refused)


def _nothing_differs(pair: Pair) -> bool:
    ends = [pair.before.review, pair.now.review]
    numbers = attributed([_numbers(one, pair.segments, True) for one in ends], [PROGRAM])
    return numbers.empty and turned([_words(one, pair.segments) for one in ends], [PROGRAM]).empty


def _states(pair: Pair) -> tuple[list[Review | None], list[tuple[str, str]]]:
    """The audits between the two: the earlier computed again, then with one factor more at a time.

    With all factors it is the later audit again, which an open one has just been measured for.
    """
    found: list[Review | None] = []
    refused = []
    for count in range(len(pair.order) + (0 if pair.now.measured_now else 1)):
        step = pair.order[count - 1] if count else PROGRAM
        basis = pair.mixed(frozenset(pair.order[:count]))
        if basis is None:
            found.append(None)
            continue
        try:
            with opened(basis, f"{pair.before.name}, {step}") as audit:
                found.append(_figures_alone(audit))
        except ParameterError as error:
            found.append(None)
            refused.append((step, "; ".join(map(str, error.faults))))
        except AuditError as error:
            found.append(None)
            refused.append((step, str(error).splitlines()[0]))
    return found, refused


def _figures_alone(audit: Audit) -> Review:
    """What a comparison asks of an audit: figures, verdicts and scores of its period."""
    nothing = pd.DataFrame()
    results = Results(audit.figures, nothing, nothing, nothing, audit.as_of)
    return Review(audit.run, audit.plan.standards, results, {})


def _told(
    pair: Pair,
    reviews: Sequence[Review | None],
    steps: Sequence[str],
    inputs: pd.DataFrame,
    hand: tuple[bool, bool],
    computed: int,
    refused: Sequence[tuple[str, str]],
) -> Comparison:
    first, last = pair.before.review, pair.now.review
    # Behind the first stands that one computed again, before the last likewise unless it was just measured.
    mixed = range(2, len(reviews) - (1 if pair.now.measured_now else 2))
    numbers = [
        None if one is None else _numbers(one, pair.segments, place not in mixed)
        for place, one in enumerate(reviews)
    ]
    words = [None if one is None else _words(one, pair.segments) for one in reviews]
    return Comparison(
        before=pair.before.name,
        now=pair.now.name,
        steps=tuple(steps),
        figures=attributed(numbers, steps).reset_index(),
        words=turned(words, steps, UNKNOWN).reset_index(),
        score_parts=_score_parts(reviews, steps),
        inputs=inputs,
        recomputed=computed,
        sources_at_hand=hand,
        refused=tuple(refused),
        standards=(*last.standards, *first.standards),
    )


def _numbers(review: Review, segments: Sequence[str], whole: bool) -> pd.Series:
    """Every number of the period under audit, by KEYS and the name of the figure.

    In a mixture of two audits, an indicator without a value has no other number either: the zero cases of
    a period that the records do not reach are no finding.
    """
    frame = _rows(review, segments)
    card = review.scorecard.set_index("indicator")["capped_score"]
    total = frame["grouping"] == TOTAL
    frame = frame.assign(points=frame["indicator"].map(card).where(total).astype("float64"))
    if not whole:
        numbers = [name for name in FIGURES if name != "target"]
        frame[numbers] = frame[numbers].astype("float64").where(frame["value"].notna())
    long = frame.melt(list(KEYS), list(FIGURES), "figure", "number")
    scores = [
        (part.standard.standard, STANDARD, "", name, getattr(part.score, name))
        for part in review.parts
        if part.weighted
        for name in ("score", "targets_met")
    ]
    every = pd.concat([long, pd.DataFrame(scores, columns=list(long.columns))], ignore_index=True)
    return every.set_index([*KEYS, "figure"])["number"].astype("float64")


def _words(review: Review, segments: Sequence[str]) -> pd.Series:
    """Verdicts by KEYS, and the grade of each standard in both languages."""
    frame = _rows(review, segments).assign(what="verdict")
    told = frame[[*KEYS, "what", "verdict"]].rename(columns={"verdict": "word"})
    grades = [
        (part.standard.standard, STANDARD, "", f"grade_{tongue}", getattr(part.score, f"grade_{tongue}"))
        for part in review.parts
        if part.weighted
        for tongue in ("zh", "en")
    ]
    whole = pd.concat([told, pd.DataFrame(grades, columns=list(told.columns))], ignore_index=True)
    return whole.set_index([*KEYS, "what"])["word"]


def _rows(review: Review, segments: Sequence[str]) -> pd.DataFrame:
    """The figures of the period under audit: in total, and by each segment."""
    frame = review.results.measurements
    frame = frame[(frame["period"] == review.run.chosen_period.label)].copy()
    parts = [frame[frame["grouping"] == TOTAL].assign(segment="")]
    for name in segments:
        own = frame[frame["grouping"] == name]
        parts.append(own.assign(segment=own[name].fillna("").astype(str)) if name in own else own.head(0))
    whole = pd.concat([part for part in parts if len(part)] or [parts[0]], ignore_index=True)
    return whole.astype(dict.fromkeys(KEYS, "object"))


def _score_parts(reviews: Sequence[Review | None], steps: Sequence[str]) -> pd.DataFrame:
    """Every step of every score, shared out to indicators."""
    known = [(place, one) for place, one in enumerate(reviews) if one is not None]
    rows = [
        row
        for (start, old), (end, new) in pairwise(known)
        for row in _step_of_scores(old, new, "+".join(dict.fromkeys(steps[start:end])))
    ]
    return pd.DataFrame(rows, columns=list(SCORE_PARTS))


def _step_of_scores(old: Review, new: Review, causes: str) -> Iterator[tuple[str, str, str, float, bool]]:
    later = {part.standard.standard: part for part in new.parts if part.weighted}
    for part in old.parts:
        other = later.get(part.standard.standard)
        if other is None or not part.weighted or part.score.score == other.score.score:
            continue
        name = part.standard.standard
        if part.standard.scoring.not_assessable != other.standard.scoring.not_assessable:
            yield name, causes, "", other.score.score - part.score.score, True  # no weights in common
            continue
        table = composite_parts(
            part.scorecard,
            other.scorecard,
            not_assessable=other.standard.scoring.not_assessable,
            weight_total_before=part.score.weight_total,
            weight_total_now=other.score.weight_total,
            special_before=_special(part.score, part.standard),
            special_now=_special(other.score, other.standard),
            bounds=[grade.from_ for grade in other.standard.grades],
        )
        for row in table[table["part"] != 0].to_dict("records"):
            yield name, causes, str(row["indicator"]), float(row["part"]), bool(row["decides"])


def _special(score: Score, standard: Standard) -> float:
    """The points outside the weights."""
    spread = standard.scoring.not_assessable == "renormalise"
    base = score.weight_assessed if spread else score.weight_total
    if not base > 0 or score.score != score.score:
        return 0.0
    points = score.score - 100 * score.capped / base
    return points if abs(points) > 1e-9 else 0.0  # the rest of a rounded division is none
