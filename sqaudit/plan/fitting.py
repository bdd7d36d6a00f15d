"""Whether the types of columns fit what a standard asks of them, before a value of them is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from sqaudit.conditions import condition, quoted
from sqaudit.errors import Fault
from sqaudit.kinds import RecordKind
from sqaudit.params import RunFile
from sqaudit.readings import expressions
from sqaudit.standards.measures import LimitBy
from sqaudit.standards.model import Piece, Standard
from sqaudit.standards.variants import variants

Types = Mapping[str, Mapping[str, str]]  # for each record kind, the types of its columns in our words
_SPOKEN = {
    "text": "text",
    "integer": "whole numbers",
    "number": "numbers",
    "boolean": "yes or no",
    "timestamp": "times",
    "timestamps": "lists of times",
    "list": "lists",
}


def described_types(run: RunFile, kinds: Mapping[str, RecordKind]) -> dict[str, dict[str, str]]:
    """The types that columns of a run will have as far as they are stated, by record kind."""
    return {
        kind: {**{name: column.type for name, column in kinds[kind].columns.items()}, **source.types}
        for kind, source in run.records.items()
        if kind in kinds
    }


def type_word(sql_type: str) -> str:
    """Our word for a type of the engine; empty for one that nothing is said of.

    >>> type_word("BIGINT"), type_word("TIMESTAMP[]"), type_word("MAP(VARCHAR, INTEGER)")
    ('integer', 'timestamps', 'list')
    """
    if sql_type.startswith("TIMESTAMP") and sql_type.endswith("[]"):
        return "timestamps"
    if sql_type.endswith("]") or sql_type.startswith(("STRUCT", "MAP", "UNION")):
        return "list"
    if sql_type.startswith(("TIMESTAMP", "DATE")):
        return "timestamp"
    if sql_type.startswith(("DOUBLE", "FLOAT", "DECIMAL")):
        return "number"
    if sql_type.endswith(("INT", "INTEGER")):
        return "integer"
    return {"VARCHAR": "text", "BOOLEAN": "boolean"}.get(sql_type, "")


def fitting_faults(standard: Standard, path: object, types: Types) -> list[Fault]:
    """One fault for every column of a standard's measures whose type cannot serve, under any reading."""
    read = [(one.id, one) for one in standard.indicators]
    read += [(one.original, one.indicator) for one in variants(standard)]
    faults = [
        Fault(f"{path}, {name}, {key}", message, remedy)
        for name, indicator in read
        for piece in indicator.pieces
        if piece.kind in types
        for key, message, remedy in _misfits(piece, types[piece.kind])
    ]
    return list(dict.fromkeys(faults))


def _misfits(piece: Piece, types: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Keys, what is wrong there, and what to do."""
    yield from _numbers(piece, types)
    within, gap = piece.measure.within, piece.measure.gap
    if within is not None:
        yield from _no_times("measure.within", piece, types, [within.from_, within.to, within.deadline])
        if isinstance(within.limit, LimitBy):
            yield from _words("measure.within.limit", piece, types, within.limit)
    if gap is not None:
        yield from _no_times("measure.gap", piece, types, [gap.from_, gap.to])
        if (found := types.get(gap.times, "timestamps")) not in ("timestamps", ""):
            message = f"'{gap.times}' of {piece.kind} records holds {_SPOKEN[found]}, not lists of times."
            yield "measure.gap.times", message, "Name a column with all instants of a case in a list."


def _numbers(piece: Piece, types: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Columns of text that a condition compares with a number."""
    for text in expressions(piece):
        for name in sorted(condition(text).numbered):
            if types.get(name) == "text":
                message = (
                    f"'{text}' compares '{name}' of {piece.kind} records, which holds text, with a number."
                )
                yield "measure", message, "Put the number in single quotes, or give the column a number type."


def _no_times(
    key: str, piece: Piece, types: Mapping[str, str], names: Iterable[str | None]
) -> Iterator[tuple[str, str, str]]:
    for name in names:
        found = types.get(name or "", "")
        if name is not None and found not in ("timestamp", ""):
            message = f"'{name}' of {piece.kind} records holds {_SPOKEN[found]}, and a time is needed."
            yield key, message, "Name a column of times, or give it the type timestamp."


def _words(
    key: str, piece: Piece, types: Mapping[str, str], limit: LimitBy
) -> Iterator[tuple[str, str, str]]:
    """Words under `when` that are no value of the column that the limit goes by."""
    name = limit.by.strip()
    found = types.get(name, "") if condition(limit.by).sql == quoted(name) else ""
    for word, own in limit.when.items():
        if not _FITS.get(found, _anything)(word):
            message = (
                f"'{word}' is no value of '{name}', which holds {_SPOKEN[found]} in {piece.kind} records."
            )
            yield f"{key}.when", message, "Write the values as the records have them."
        if isinstance(own, LimitBy):
            yield from _words(f"{key}.when.{word}", piece, types, own)


def _anything(_: str) -> bool:
    return True


def _read_by(reader: Callable[[str], object]) -> Callable[[str], bool]:
    def fits(word: str) -> bool:
        try:
            reader(word)
        except ValueError:
            return False
        return True

    return fits


_FITS: Mapping[str, Callable[[str], bool]] = {
    "integer": _read_by(int),
    "number": _read_by(float),
    "boolean": lambda word: word.lower() in ("true", "false", "t", "f", "1", "0"),
    "timestamp": _read_by(datetime.fromisoformat),
    "timestamps": lambda _: False,
    "list": lambda _: False,
}
