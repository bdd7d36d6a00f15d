"""Named methods: the field's own definitions of its figures, chosen by name and filled with numbers.

Two methods give two figures: a service level of M2 is never put beside one of M4. So an indicator that
names its method carries the name wherever its figure goes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from sqaudit.descriptions import Description, Text, read_yaml, validated
from sqaudit.errors import did_you_mean
from sqaudit.standards.measures import Measure

_PLACE = re.compile(r"\{([a-z0-9_]+)\}")
_COLUMN = re.compile(r"[A-Za-z_]\w*")


class Method(Description):
    """A named method: what it says, where it is published, and the keys of an indicator it stands for.

    `with` lists what it takes and the value it has unless given: a number (0 or more), or the name of a
    column where the value is a name. `indicator` holds records, event, eligible, measure, unit, direction
    and evidence; `{limit_seconds}` in a text there is replaced by the value. Methods of one `family` mean
    to measure the same thing and do it differently: their figures never stand in one trend. `caution`
    says what misleads in the figure.
    """

    name: Text
    formula: Text
    source: Text
    family: str
    caution: Text = Text()
    with_: dict[str, float | str] = Field(default_factory=dict, alias="with")
    indicator: dict[str, Any]


class _Catalogue(Description):
    families: dict[str, Text]
    methods: dict[str, Method]

    @model_validator(mode="after")
    def _families_are_known(self) -> _Catalogue:
        unknown = sorted({one.family for one in self.methods.values()} - set(self.families))
        if unknown:
            raise ValueError(f"methods name families that are not listed: {', '.join(unknown)}.")
        return self


@lru_cache(maxsize=1)
def _catalogue() -> _Catalogue:
    path = Path(__file__).with_name("methods.yaml")
    content, lines = read_yaml(path)
    return validated(_Catalogue, content, path.name, lines)


def methods() -> Mapping[str, Method]:
    """Every named method, by its name.

    >>> sorted(methods()["service_level_m4"].with_)
    ['limit_seconds']
    """
    return _catalogue().methods


def families() -> Mapping[str, Text]:
    """What each family of methods measures, by its name.

    >>> families()["service_level"].en
    'Service level'
    """
    return _catalogue().families


def expanded(given: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of an indicator with those that its method stands for.

    Its own keys win, but for two: the measure is the method's alone, and an `eligible` of its own narrows
    the one of the method (a service level of the phone line) and never widens it, so that the figure is
    what its name says.
    ValueError where the method is unknown, takes no such value, or stands beside a measure of its own.

    >>> expanded({"method": "service_level_m2", "eligible": "channel = 'phone'"})["eligible"]
    "(answered_at is not null) and (channel = 'phone')"
    """
    name = given["method"]
    if (method := methods().get(name)) is None:
        raise ValueError(f"there is no method '{name}'. {did_you_mean(name, list(methods()))}")
    filled = {**method.with_, **(given.get("with") or {})}
    if unknown := sorted(set(filled) - set(method.with_)):
        raise ValueError(f"the method {name} takes no {', '.join(unknown)}; it takes {_listed(method)}.")
    for key, value in filled.items():
        _refuse_unlike(name, key, value, method.with_[key])
    made = {key: _filled(value, filled) for key, value in method.indicator.items()}
    if "measure" in given and not _same(given["measure"], made["measure"]):
        raise ValueError(f"give `method: {name}` or a `measure` of your own, not both.")
    eligible = _narrowed(made.get("eligible"), given.get("eligible"))
    narrowed = {"eligible": eligible} if eligible else {}
    return {**made, **given, **narrowed, "measure": made["measure"], "with": filled}


def _refuse_unlike(name: str, key: str, value: object, usual: float | str) -> None:
    """A number where the method has a number, a column where it has a column."""
    if isinstance(usual, str):
        if not (isinstance(value, str) and _COLUMN.fullmatch(value)):
            raise ValueError(f"the method {name} takes the name of a column as {key}, not {value!r}.")
    elif isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise ValueError(f"the method {name} takes a number, 0 or more, as {key}, not {value!r}.")


def _same(one: Any, other: Any) -> bool:
    """Whether two descriptions are one measure, however written: an indicator keeps 7d as seconds."""
    made = Measure.model_validate(other)
    if one == made.model_dump(by_alias=True, exclude_unset=True):
        return True
    try:
        return Measure.model_validate(one) == made
    except ValueError:
        return False


def _narrowed(made: str | None, own: Any) -> Any:
    """Both conditions; the own one alone where it has been narrowed before (a reading of the indicator)."""
    if made is None or own is None:
        return made if own is None else own
    return own if own == made or str(own).startswith(f"({made}) and (") else f"({made}) and ({own})"


def _filled(value: Any, given: Mapping[str, float | str]) -> Any:
    """A value with every `{place}` in its texts replaced."""
    if isinstance(value, str):
        return _PLACE.sub(lambda match: _written(given[match[1]]), value)
    if isinstance(value, dict):
        return {key: _filled(item, given) for key, item in value.items()}
    return [_filled(item, given) for item in value] if isinstance(value, list) else value


def _written(value: float | str) -> str:
    """A number as it was meant: 20 and not 20.0, 1234567 and not 1.23457e+06."""
    return str(int(value)) if not isinstance(value, str) and value == int(value) else str(value)


def _listed(method: Method) -> str:
    return ", ".join(sorted(method.with_)) or "nothing"


__all__ = ["Method", "expanded", "families", "methods"]
