"""Named methods: the field's own definitions of its figures, chosen by name and filled with numbers.

Two methods give two figures: a service level of M2 is never put beside one of M4. So an indicator that
names its method carries the name wherever its figure goes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import Field

from sqaudit.descriptions import Description, Text, read_yaml, validated
from sqaudit.errors import did_you_mean

_PLACE = re.compile(r"\{([a-z_]+)\}")
_COLUMN = re.compile(r"[A-Za-z_]\w*")


class Method(Description):
    """A named method: what it says, where it is published, and the keys of an indicator it stands for.

    `with` lists what it takes (a number, or the name of a column) and the value it has unless given.
    `indicator` holds records, event, eligible, measure, unit and direction; `{limit_seconds}` in a text
    there is replaced by the value.
    """

    name: Text
    formula: Text
    source: Text
    family: str
    caution: Text = Text()
    with_: dict[str, float | str] = Field(default_factory=dict, alias="with")
    indicator: dict[str, Any]


class _Catalogue(Description):
    methods: dict[str, Method]


@lru_cache(maxsize=1)
def methods() -> Mapping[str, Method]:
    """Every named method, by its name.

    >>> sorted(methods()["service_level_m4"].with_)
    ['limit_seconds']
    """
    path = Path(__file__).with_name("methods.yaml")
    content, lines = read_yaml(path)
    shifted = {("methods", *key): line for key, line in lines.items()}
    return validated(_Catalogue, {"methods": content}, path.name, shifted).methods


def expanded(given: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of an indicator with those that its method stands for; its own win, but for the measure.

    ValueError where the method is unknown, takes no such value, or stands beside a measure of its own.
    """
    name = given["method"]
    if (method := methods().get(name)) is None:
        raise ValueError(f"there is no method '{name}'. {did_you_mean(name, list(methods()))}")
    filled = {**method.with_, **(given.get("with") or {})}
    if unknown := sorted(set(filled) - set(method.with_)):
        raise ValueError(f"the method {name} takes no {', '.join(unknown)}; it takes {_listed(method)}.")
    for key, value in filled.items():
        _refuse_text(name, key, value)
    made = {key: _filled(value, filled) for key, value in method.indicator.items()}
    if "measure" in given and given["measure"] != made.get("measure"):
        raise ValueError(f"give `method: {name}` or a `measure` of your own, not both.")
    return {**made, **given, "with": filled}


def _refuse_text(name: str, key: str, value: object) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (number or (isinstance(value, str) and _COLUMN.fullmatch(value))):
        raise ValueError(f"the method {name} takes a number or the name of a column as {key}, not {value!r}.")


def _filled(value: Any, given: Mapping[str, float | str]) -> Any:
    """A value with every `{place}` in its texts replaced."""
    if isinstance(value, str):
        return _PLACE.sub(lambda match: _written(given[match[1]]), value)
    if isinstance(value, dict):
        return {key: _filled(item, given) for key, item in value.items()}
    return [_filled(item, given) for item in value] if isinstance(value, list) else value


def _written(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _listed(method: Method) -> str:
    return ", ".join(sorted(method.with_)) or "nothing"


__all__ = ["Method", "expanded", "methods"]
