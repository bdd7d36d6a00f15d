"""Public holidays and make-up workdays of a country, as the library `holidays` knows them.

For China these are the days that the General Office of the State Council announces each November for the
next year, moved days included: the library marks a weekend day that is worked in exchange (调休) in
`weekend_workdays`, and a moved day off as an entry of `special_public_holidays` with two dates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqaudit.descriptions import Text
from sqaudit.errors import did_you_mean

_TONGUES = {"zh": "zh_CN", "en": "en_US"}


@dataclass(frozen=True)
class PublicDays:
    """The days of some years: those off with their names, and the weekend days that are worked instead."""

    off: Mapping[date, Text]
    worked: frozenset[date]


def public_days(country: str, subdivision: str | None, year: int) -> PublicDays:
    """The public days of a year, among those around it."""
    return _public_days(country, subdivision, year // 10)


@lru_cache(maxsize=256)
def _public_days(country: str, subdivision: str | None, decade: int) -> PublicDays:
    """The days of a decade. Exchanges across New Year's Eve are announced with either of the years."""
    import holidays

    years = range(decade * 10 - 1, decade * 10 + 11)
    known = {
        tongue: holidays.country_holidays(
            country, subdiv=subdivision, years=years, expand=False, language=language
        )
        for tongue, language in _languages(country).items()
    }
    off = {day: Text(**{tongue: str(names[day]) for tongue, names in known.items()}) for day in known["zh"]}
    return PublicDays(off, frozenset(known["zh"].weekend_workdays))


@lru_cache(maxsize=64)
def last_published(country: str) -> int | None:
    """The last year whose exchanged days are known; None where the country's days follow from rules alone."""
    import holidays

    special = getattr(holidays.country_holidays(country), "special_public_holidays", {})
    exchanged = (year for year, days in special.items() if any(len(day) > 3 for day in _each(days)))
    return max(exchanged, default=None)


@lru_cache(maxsize=64)
def years_known(country: str) -> tuple[int, int]:
    """The first and the last year that the library computes at all."""
    import holidays

    found = holidays.country_holidays(country)
    return found.start_year, found.end_year


def country_fault(country: str, subdivision: str | None) -> str:
    """Why the library has no such country or part of one, in a sentence; empty if it has."""
    import holidays

    known = holidays.list_supported_countries()
    if country not in known:
        return f"'{country}' is no country code. Write the two letters of ISO 3166, such as CN or DE."
    if subdivision is not None and subdivision not in known[country]:
        return f"{country} has no part '{subdivision}'. {did_you_mean(subdivision, list(known[country]))}"
    return ""


@lru_cache(maxsize=64)
def _languages(country: str) -> dict[str, str | None]:
    """The library's word for each of our languages; None, the country's own, where it has no such names."""
    import holidays

    supported = holidays.country_holidays(country).supported_languages
    return {tongue: name if name in supported else None for tongue, name in _TONGUES.items()}


def _each(days: tuple[object, ...]) -> tuple[tuple[object, ...], ...]:
    """The library writes a single day without the brackets around it."""
    return days if days and isinstance(days[0], tuple) else (days,)  # type: ignore[return-value]
