"""An audit performed again, in sentences: whether it came out the same, what differs, and what may be why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from sqaudit.books.differing import PARTS
from sqaudit.present import numbers
from sqaudit.present.book_words import BookWords
from sqaudit.present.words import Tongue, joined

if TYPE_CHECKING:
    from sqaudit.books.reperform import Verification

__all__ = ["verification_lines"]

_STATUS = ("same", "different", "not_performed")
_PLACE = ["part", "indicator", "period", "grouping", "segment"]


def verification_lines(found: Verification, language: Tongue, at_most: int = 20) -> Iterator[str]:
    """The outcome in lines: the verdict on the book, its files, the figures that differ, the reasons.

    At most so many places are told one by one; the rest are counted.
    """
    words = BookWords(found.standards, language)
    files = found.evidence[found.evidence["what"] == "book_file"]
    yield words.say(
        f"verify.{_STATUS[found.status]}",
        book=found.book.name,
        compared=found.compared,
        tolerance=f"{found.tolerance:g}",
        files=len(files) if found.status == 0 else len(found.altered),
        count=len(found.differences),
    )
    if found.compared:
        yield words.say("verify.cells", parts=joined(_parts(found, words), language))
    yield from (words.say(f"verify.{key}", **fields) for key, fields in found.hindrances)
    yield from _files(found.altered, words)
    yield from _figures(found.differences, words, at_most)
    yield from _reasons(found, words)
    yield words.say("verify.seal", digest=found.seal)


def _parts(found: Verification, words: BookWords) -> list[str]:
    """Each part of the book with the number of its cells that were compared."""
    return [_of_part(part, count, words) for part, count in found.cells.items() if count]


def _of_part(part: str, count: int, words: BookWords) -> str:
    return words.say("verify.of_part", part=words.part(part), count=numbers.plain(count))


def _totals_first(differences: pd.DataFrame) -> pd.DataFrame:
    """What is wrong in total before what is by segment, in each part."""
    rank = (differences["segment"] != "").astype(int)
    order = differences["part"].map({part: place for place, part in enumerate(differences["part"].unique())})
    return differences.assign(_part=order, _rank=rank).sort_values(["_part", "_rank"], kind="stable")


def _files(altered: pd.DataFrame, words: BookWords) -> Iterator[str]:
    for (what, state), rows in altered.groupby(["what", "state"], sort=True):
        key = f"{what}_{state}"
        if what != "book_file" and state == "missing":  # the hindrance has the plain key
            key += "_too"
        places = [place or name for name, place in zip(rows["name"], rows["place"], strict=True)]
        yield words.say(f"verify.{key}", names=joined(places, words.language))


def _figures(differences: pd.DataFrame, words: BookWords, at_most: int) -> Iterator[str]:
    if differences["part"].nunique() > 1 or len(differences) > at_most:
        counts = differences["part"].value_counts()
        parts = [_of_part(part, int(counts[part]), words) for part in differences["part"].unique()]
        yield words.say("verify.by_part", parts=joined(parts, words.language))
    groups = list(_totals_first(differences).groupby(_PLACE, sort=False))
    for (part, indicator, period, grouping, segment), rows in groups[:at_most]:
        changes = [
            words.moved(row["stored"], row["computed"], str(row["figure"]), indicator)
            for row in rows.to_dict("records")
        ]
        own = [words.part(str(part))] if part not in PARTS else []
        name = words.named(indicator or grouping) if indicator or grouping else own.pop()
        where = [one for one in (*own, period, _within(str(part), str(segment), words)) if one]
        yield "  " + words.say(
            "place" if where else "place_bare",
            name=name,
            changes=joined(changes, words.language),
            **({"place": joined(where, words.language)} if where else {}),
        )
    if len(groups) > at_most:
        yield "  " + words.say("verify.more", count=len(groups) - at_most)


def _within(part: str, segment: str, words: BookWords) -> str:
    return words.say("as_read", number=segment) if part == "reading" else segment


def _reasons(found: Verification, words: BookWords) -> Iterator[str]:
    rows = found.reasons
    if len(found.differences) and rows.empty:
        yield words.say("verify.no_reason")
    if rows.empty:
        return
    yield words.say("verify.why")
    for row in rows.to_dict("records"):
        fields = {name: row[name] for name in ("name", "recorded", "found")}
        yield "  " + words.say(f"verify.reason.{row['what']}", kind=words.named(row["kind"]), **fields)
