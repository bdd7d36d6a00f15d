"""CSV files: which encoding and delimiter, what the header says, and the file as UTF-8."""

from __future__ import annotations

import codecs
import csv
import gzip
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO, cast

from sqaudit.params import Source

DELIMITERS = (",", ";", "\t", "|")
_LOOKED_AT = 64_000_000  # bytes that decide the encoding; beyond, DuckDB reports a wrong byte itself
_CHUNK = 4_000_000
csv.field_size_limit(10_000_000)


@dataclass(frozen=True)
class CsvLayout:
    """How a CSV file is written: encoding, delimiter and the names in its header."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]


def layout(path: Path, source: Source) -> CsvLayout:
    """The layout of a CSV file, as stated in the source or as found in the file.

    ValueError says what cannot be told.
    """
    encoding = source.encoding or detected_encoding(path)
    try:
        with _text(path, encoding) as lines:
            head = [line for line, _ in zip(lines, range(source.header_row + 50), strict=False)]
    except UnicodeError as error:
        other = "another" if source.encoding else "its"
        raise ValueError(
            f"the file cannot be read as {encoding} ({error}); state {other} `encoding`."
        ) from error
    head = head[source.header_row - 1 :]
    if not head or not head[0].strip():
        raise ValueError(f"the file has no header in line {source.header_row}; state `header_row`.")
    delimiter = source.delimiter or detected_delimiter(head)
    try:
        return CsvLayout(encoding, delimiter, unique_names(next(csv.reader(head, delimiter=delimiter))))
    except csv.Error as error:
        raise ValueError(f"the header in line {source.header_row} cannot be read: {error}.") from error


def is_packed(path: Path) -> bool:
    """Whether the file is packed with gzip, as its ending says."""
    return path.suffix.lower() == ".gz"


def detected_encoding(path: Path) -> str:
    """UTF-8 if the bytes are, else UTF-16 by its mark, else GB18030 (which includes GBK and GB2312)."""
    with _binary(path) as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding in ("utf-8-sig", "gb18030"):
        if _decodes(path, encoding):
            return encoding
    raise ValueError("the file is neither UTF-8 nor GB18030. State its `encoding`.")


def detected_delimiter(lines: list[str]) -> str:
    """The delimiter that splits the most lines into the same number of fields as the header.

    >>> detected_delimiter(["a;b;c", "1,5;2;3"])
    ';'
    """

    def fit(delimiter: str) -> tuple[int, int]:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            return 0, 0
        return (sum(width == widths[0] for width in widths) if widths[0] > 1 else 0, widths[0])

    return max(DELIMITERS, key=fit)


def unique_names(header: Sequence[object]) -> tuple[str, ...]:
    """Column names that occur once: repeated ones are numbered, empty ones named by position.

    Names that differ only in case count as repeated, for the engine does not tell them apart.

    >>> unique_names(["id", "other", "Other", ""])
    ('id', 'other', 'Other_2', 'column_4')
    """
    names: list[str] = []
    taken: set[str] = set()
    for position, cell in enumerate(header, start=1):
        base = str(cell or "").strip().lstrip("\ufeff") or f"column_{position}"
        name, copy = base, 2
        while name.lower() in taken:
            name, copy = f"{base}_{copy}", copy + 1
        taken.add(name.lower())
        names.append(name)
    return tuple(names)


def blank_lines(path: Path) -> list[int]:
    """The numbers of the blank lines of a UTF-8 file; a record that goes over several lines counts as one."""
    if not any(two in text for text in _chunks(path) for two in (b"\n\n", b"\n\r", b"\r\r")):
        return []  # a search costs little beside reading every line
    blank, number, quotes = [], 0, 0
    with _text(path, "utf-8", errors="replace") as lines:
        for line in lines:
            if quotes % 2 == 0:  # no quotation mark is open: a record begins here
                number += 1
                if not line.strip():
                    blank.append(number)
            quotes += line.count('"')
    return blank


def as_utf8(path: Path, encoding: str, folder: Path) -> Path:
    """The file itself if the engine can read it, else a copy in the folder: UTF-8, with one kind of line end.

    The engine takes the first line end that it meets for that of the whole file, and loses rows where
    others follow. UnicodeError where a byte does not fit the encoding.
    """
    is_utf8 = codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii")
    if is_utf8 and _line_ends_agree(path):
        return path
    number = sum(1 for _ in folder.glob("source-*.csv"))
    copy = folder / f"source-{number}.csv"
    errors = (
        "surrogateescape" if is_utf8 else "strict"
    )  # the engine reports the line of a wrong byte in UTF-8
    with (
        _text(path, encoding, newline=None, errors=errors) as text,
        copy.open("w", encoding="utf-8", newline="", errors=errors) as target,
    ):
        while chunk := text.read(_CHUNK):
            target.write(chunk)
    return copy


def _line_ends_agree(path: Path) -> bool:
    pairs = feeds = returns = 0
    for text in _chunks(path):
        pairs += text.count(b"\r\n")
        feeds += text.count(b"\n", 1)
        returns += text.count(b"\r", 1)
    return 0 in (feeds, returns) or pairs == feeds == returns


def _chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file in large pieces, each after the last byte of the one before it."""
    last = b"\0"
    with _binary(path) as file:
        while chunk := file.read(_CHUNK):
            yield last + chunk
            last = chunk[-1:]


@contextmanager
def _binary(path: Path) -> Iterator[IO[bytes]]:
    file = (gzip.open if is_packed(path) else Path.open)(path, "rb")
    with file:
        yield cast("IO[bytes]", file)


@contextmanager
def _text(
    path: Path, encoding: str, newline: str | None = "", errors: str = "strict"
) -> Iterator[TextIOWrapper]:
    with _binary(path) as file, TextIOWrapper(file, encoding, errors, newline) as text:
        yield text


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    seen = 0
    with _binary(path) as file:
        try:
            while seen < _LOOKED_AT and (chunk := file.read(_CHUNK)):
                decoder.decode(chunk)
                seen += len(chunk)
        except UnicodeDecodeError:
            return False
    return True
