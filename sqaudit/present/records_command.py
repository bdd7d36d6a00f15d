"""The command that lists the very records of a segment, written so that no value acts in a shell."""

from __future__ import annotations

from shlex import quote

from sqaudit.standards import Indicator
from sqaudit.standards.measures import SHARES
from sqaudit.standards.model import Piece, ShareOfCounts

_ACTING = frozenset('$`"\\!')  # what a shell acts on within double quotation marks


def records_command(run_file: object, indicator: Indicator, where: str, period: str) -> str:
    """`sqaudit records` for the records of a segment that a table counts: its bad ones, or all of a count.

    `where` is the condition of the segment, `period` the label of the period asked after.
    """
    words = ["sqaudit", "records", str(run_file), indicator.id, "--period", period]
    if (status := status_told(indicator)) is not None:
        words += ["--status", status]
    return " ".join(map(shell_word, [*words, "--where", where]))


def shell_word(text: str) -> str:
    """The text as one word of a shell. Conditions hold single quotation marks, and read best in double ones.

    >>> print(shell_word("team = 'Desk C'"), shell_word("north"), shell_word("$(touch made)"))
    "team = 'Desk C'" north '$(touch made)'
    """
    plain = "'" in text and text.isprintable() and not set(text) & _ACTING
    return f'"{text}"' if plain else quote(text)


def status_told(indicator: Indicator) -> str | None:
    """The status of the records that speak against the service; None where parts call them differently.

    Of a share that should be low these are the ones that meet it: a late dish meets the share of late dishes.
    A count, a mean or a rate has records that were counted, and none that missed anything.
    """
    statuses = {_status(piece, indicator) for piece in indicator.pieces}
    return statuses.pop() if len(statuses) == 1 else None


def _status(piece: Piece, indicator: Indicator) -> str:
    measure = piece.measure
    if measure.kind not in SHARES or isinstance(measure.share, ShareOfCounts):
        return "counted"
    inverted = measure.within is not None and measure.within.counts == "missed"  # counts what is not kept
    return "met" if (indicator.direction == "lower") != inverted else "missed"
