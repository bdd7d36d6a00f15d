"""CSV files: which encoding and delimiter, what the header says, and the file as UTF-8."""

from __future__ import annotations

import codecs
import csv
import gzip
from collections.abc import Iterator
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
        codecs.lookup(encoding)
    except LookupError as error:
        raise ValueError(
            f"'{encoding}' is no encoding. Write utf-8, gb18030 or another codec of Python."
        ) from error
    try:
        with _text(path, encoding) as lines:
            head = [line for line, _ in zip(lines, range(source.header_row + 50), strict=False)]
    except (UnicodeError, EOFError, OSError) as error:
        raise ValueError(f"the file cannot be read as {encoding}: {error}. State its `encoding`.") from error
    head = head[source.header_row - 1 :]
    if not head:
        raise ValueError(f"the file has no header in line {source.header_row}.")
    delimiter = source.delimiter or detected_delimiter(head)
    return CsvLayout(encoding, delimiter, unique_names(next(csv.reader(head, delimiter=delimiter))))


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
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        return (sum(width == widths[0] for width in widths) if widths[0] > 1 else 0, widths[0])

    return max(DELIMITERS, key=fit)


def unique_names(header: list[str] | tuple[object, ...]) -> tuple[str, ...]:
    """Column names that occur once: repeated ones are numbered, empty ones named by position.

    >>> unique_names(["id", "other", "other", ""])
    ('id', 'other', 'other_2', 'column_4')
    """
    names: list[str] = []
    for position, cell in enumerate(header, start=1):
        base = str(cell or "").strip().lstrip("\ufeff") or f"column_{position}"
        name, copy = base, 2
        while name in names:
            name, copy = f"{base}_{copy}", copy + 1
        names.append(name)
    return tuple(names)


def as_utf8(path: Path, encoding: str, folder: Path) -> Path:
    """The file itself if the engine can read it, else a UTF-8 copy in the folder.

    UnicodeError where a byte does not fit the encoding.
    """
    if codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii"):
        return path
    number = sum(1 for _ in folder.glob("source-*.csv"))
    copy = folder / f"source-{number}.csv"
    with _text(path, encoding) as text, copy.open("w", encoding="utf-8", newline="") as target:
        while chunk := text.read(_CHUNK):
            target.write(chunk)
    return copy


@contextmanager
def _binary(path: Path) -> Iterator[IO[bytes]]:
    file = (gzip.open if path.suffix == ".gz" else Path.open)(path, "rb")
    with file:
        yield cast("IO[bytes]", file)


@contextmanager
def _text(path: Path, encoding: str) -> Iterator[TextIOWrapper]:
    with _binary(path) as file, TextIOWrapper(file, encoding, newline="") as text:
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
