"""Reasons in free text: the words that low scores or complaints use more often than other remarks do."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from sqaudit.causes.words_in_text import words_of
from sqaudit.finite_population import Array
from sqaudit.frames import require
from sqaudit.tests_of_change.families import adjusted

LEAST_TEXTS = 5  # a word fewer remarks share is an anecdote, and may be somebody's name
LEAST_REMARKS = 20  # in the group and in the rest, as everywhere in the house
PRIOR_TEXTS = 10.0  # weight of the prior, in remarks: little beside a hundred, much beside five
EXAMPLES = 5

__all__ = ["LEAST_REMARKS", "LEAST_TEXTS", "Reasons", "log_odds", "reasons"]


@dataclass(frozen=True)
class Reasons:
    """Words with their counts, most telling first; how many remarks they rest on; codes of what to note.

    `notes`: `evidence_never_alone` always, `too_few` where a group has under 20 remarks, `left_out` where
    remarks were empty or their group is not known.
    """

    table: pd.DataFrame
    remarks: int
    rest: int
    left_out: int
    notes: tuple[str, ...]


def reasons(
    remarks: pd.DataFrame, *, hidden: Collection[str] = (), least: int = LEAST_TEXTS, confidence: float = 0.95
) -> Reasons:
    """Which words remarks of a group use more often than the rest, with counts and examples to open.

    Columns in: `key` (of the record), `text`, `group` (true for the remarks in question). Columns of
    `table`: `word`, `texts, texts_rest` (remarks with the word, each counted once), `share, share_rest`,
    `log_odds` (positive: more often here), `z, p, q` (two-sided, Benjamini-Hochberg over the words),
    `telling` (q <= 1 - confidence and more often here) and `examples` (keys, at most five, in order).
    Words in fewer than `least` remarks are left out, and texts never appear. What `words_of` takes for
    personal data is masked, and so are the texts in `hidden`. A word shows what people speak of, not what
    went wrong: it is evidence beside counts, and never alone. ValueError for a group that is neither true
    nor false; FrameError for missing columns.

    Source: log odds with an informative Dirichlet prior, Monroe, Colaresi and Quinn (2008), Political
    Analysis 16:372-403, on counts of remarks instead of words; Benjamini and Hochberg (1995).

    >>> remarks = pd.DataFrame({"key": range(80), "group": [True] * 30 + [False] * 50,
    ...     "text": ["师傅迟到了"] * 20 + ["还好"] * 10 + ["还好"] * 48 + ["迟到"] * 2})
    >>> found = reasons(remarks).table
    >>> found.loc[found["telling"], ["word", "texts", "texts_rest"]].to_dict("records")
    [{'word': '迟到', 'texts': 20, 'texts_rest': 2}, {'word': '师傅', 'texts': 20, 'texts_rest': 0}]
    """
    require(remarks, ["key", "text", "group"], "an analysis of reasons")
    if not (remarks["group"].isin([True, False]) | remarks["group"].isna()).all():
        raise ValueError("group must be true for the remarks in question and false for the rest.")
    known = remarks[remarks["group"].notna() & remarks["text"].fillna("").astype(str).str.strip().ne("")]
    here = known["group"].astype(bool).to_numpy()
    n, n_rest = int(here.sum()), int((~here).sum())
    left_out = len(remarks) - len(known)
    enough = min(n, n_rest) >= LEAST_REMARKS
    table = _counted(known, here, hidden) if enough else pd.DataFrame(columns=["word", "texts", "texts_rest"])
    table = table[table["texts"] + table["texts_rest"] >= least].reset_index(drop=True)
    table = _weighed(table, n, n_rest, 1 - confidence)
    notes = {"too_few": not enough, "left_out": left_out > 0}
    return Reasons(
        table,
        n,
        n_rest,
        left_out,
        ("evidence_never_alone", *(name for name, holds in notes.items() if holds)),
    )


def log_odds(
    texts: Array, remarks: float, texts_rest: Array, remarks_rest: float, prior: float = PRIOR_TEXTS
) -> tuple[Array, Array]:
    """The log odds ratio of each word between a group and the rest, and its z.

    Both groups are first given `prior` remarks in which each word is as frequent as in all remarks taken
    together, so that rare words do not look extreme. The variance also has the terms of the remarks
    without the word, which Monroe and others drop because single words are rare among words. A word in
    every remark, or in none, tells nothing: ratio and z are 0.

    >>> ratio, z = log_odds(np.array([20.0]), 100, np.array([10.0]), 100, prior=10)
    >>> round(float(ratio[0]), 3), round(float(z[0]), 2)
    (0.733, 1.86)
    """
    share = (texts + texts_rest) / (remarks + remarks_rest)
    tells = (share > 0) & (share < 1)
    with_word = [count + prior * share for count in (texts, texts_rest)]
    without = [total + prior - count for total, count in zip((remarks, remarks_rest), with_word, strict=True)]
    counts = [np.where(tells, count, 1.0) for count in (*with_word, *without)]
    ratio = np.log(counts[0] / counts[2]) - np.log(counts[1] / counts[3])
    return ratio, ratio / np.sqrt(sum(1 / count for count in counts))


def _counted(known: pd.DataFrame, here: Iterable[bool], hidden: Collection[str]) -> pd.DataFrame:
    """Remarks with each word, in the group and in the rest, and the first keys of the group."""
    rows = [
        (word, inside, key)
        for key, text, inside in zip(known["key"], known["text"].astype(str), here, strict=True)
        for word in sorted(set(words_of(text, hidden)))
    ]
    pairs = pd.DataFrame(rows, columns=["word", "inside", "key"]).astype({"inside": bool})
    pairs = pairs.assign(_written=pairs["key"].astype("string"))
    inside = pairs[pairs["inside"]].sort_values(["word", "key", "_written"], key=_sortable, kind="stable")
    total = pairs.groupby("word").size()
    texts = inside.groupby("word").size().reindex(total.index, fill_value=0)
    examples = inside.groupby("word")["key"].apply(lambda keys: tuple(keys[:EXAMPLES])).reindex(total.index)
    return pd.DataFrame(
        {
            "word": total.index,
            "texts": texts.to_numpy(),
            "texts_rest": (total - texts).to_numpy(),
            "examples": [found if isinstance(found, tuple) else () for found in examples],
        }
    )


def _sortable(column: pd.Series) -> pd.Series:
    """Numbers by size; anything else by how it is written."""
    return column if pd.api.types.is_numeric_dtype(column) else column.astype("string")


def _weighed(table: pd.DataFrame, n: int, n_rest: int, alpha: float) -> pd.DataFrame:
    texts, rest = table["texts"].to_numpy("float64"), table["texts_rest"].to_numpy("float64")
    ratio, z = log_odds(texts, n, rest, n_rest) if len(table) else (np.array([]), np.array([]))
    p = 2 * special.ndtr(-np.abs(z))
    q = adjusted(p)
    weighed = table.assign(
        share=texts / max(n, 1), share_rest=rest / max(n_rest, 1), log_odds=ratio, z=z, p=p, q=q,
        telling=(q <= alpha) & (ratio > 0),
    )  # fmt: skip
    ordered = weighed.sort_values(["z", "word"], ascending=[False, True], kind="stable")
    return ordered.reindex(columns=list(_COLUMNS)).reset_index(drop=True)


_COLUMNS = (
    "word", "texts", "texts_rest", "share", "share_rest", "log_odds", "z", "p", "q", "telling", "examples",
)  # fmt: skip
