"""Permanent random numbers: one for each case and seed, the same for every engine, version and row order.

The number of a case is the MD5 digest of `seed|case id` in UTF-8, its sixteen bytes read as a whole number
with the lowest byte first. MD5 keeps no secret here: it is a published function whose values look like
chance, which anybody can repeat with any tool, and which an engine computes where the records are. Cases in
the order of their numbers are in random order; the first n of them are a simple random sample without
replacement. A case keeps its number whatever is added to the records or taken from them.

Source: permanent random numbers: Ohlsson (1995), in Cox et al. (eds), Business Survey Methods, 153-169.
"""

from __future__ import annotations

import hashlib
from fractions import Fraction

from sqaudit.conditions import literal

RANGE = 2**128  # numbers lie in [0, RANGE)


def number_sql(seed: int, unit_sql: str) -> str:
    """The SQL of the permanent random number of a case, an unsigned whole number of 128 bits; missing for
    a missing id.

    >>> number_sql(7, '"ticket_id"')
    'md5_number(\\'7|\\' || CAST("ticket_id" AS VARCHAR))'
    """
    return f"md5_number({literal(f'{seed}|')} || CAST({unit_sql} AS VARCHAR))"


def number(seed: int, unit: str) -> int:
    """The permanent random number of a case, in Python.

    >>> number(7, "T1")
    157119189935881859666434976055230120221
    """
    digest = hashlib.md5(f"{seed}|{unit}".encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest, "little")


def random_start(seed: int, stratum: str, total: int) -> int:
    """A whole number in [0, total), drawn from the seed and the stratum: where a systematic sample starts.

    >>> 0 <= random_start(7, "phone", 1000) < 1000
    True
    """
    return int(Fraction(number(seed, f"start of {stratum}"), RANGE) * total)


def cutoff(share: Fraction) -> int:
    """The number below which the share of all numbers lies.

    >>> cutoff(Fraction(1, 4)) == RANGE // 4
    True
    """
    return min(RANGE - 1, int(share * RANGE))
