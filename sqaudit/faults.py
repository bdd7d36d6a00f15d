"""What is wrong with a description, in sentences that name file, line and key."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from sqaudit.errors import Fault, did_you_mean

Key = tuple[str | int, ...]


def at(place: str, key: Sequence[str | int], lines: Mapping[Key, int]) -> str:
    """Where a key stands, in words: the file, its line, and the path of keys.

    >>> at("run.yaml", ("records", "visit", "path"), {("records", "visit"): 7})
    'run.yaml, line 7, records.visit.path'
    """
    nearest = (lines.get(tuple(key[:length])) for length in range(len(key), -1, -1))
    line = next((one for one in nearest if one is not None), None)
    return ", ".join(filter(None, (place, f"line {line}" if line else "", _dotted(key))))


def faults_of(
    error: ValidationError,
    model: type[BaseModel],
    content: Mapping[str, Any],
    place: str,
    lines: Mapping[Key, int],
) -> list[Fault]:
    """One fault for everything that a model refuses in the content."""
    found = []
    for detail in error.errors(include_url=False):
        key = user_key(detail["loc"], content, detail["type"] == "missing")
        message, remedy = _sentence(dict(detail), key, model)
        found.append(Fault(at(place, key, lines), message, remedy))
    return found


def user_key(location: Key, content: object, missing: bool) -> Key:
    """The location without the parts that pydantic adds for unions (they are no keys of the content)."""
    kept: list[str | int] = []
    inside = content
    for part in location[:-1] if missing else location:
        if isinstance(inside, Mapping):
            keys = {str(key): key for key in inside}
            if str(part) in keys:
                kept.append(str(part))
                inside = inside[keys[str(part)]]
        elif isinstance(inside, list) and isinstance(part, int) and part < len(inside):
            kept.append(part)
            inside = inside[part]
    return (*kept, location[-1]) if missing else tuple(kept)


def _sentence(detail: dict[str, Any], key: Key, model: type[BaseModel]) -> tuple[str, str]:
    kind, given = detail["type"], detail.get("input")
    context = detail.get("ctx", {})
    if kind == "extra_forbidden":
        return f"unknown key '{key[-1]}'.", did_you_mean(str(key[-1]), _known_keys(model, key))
    if kind == "missing":
        return "this key is missing.", "Add it."
    if kind == "value_error":
        return str(context.get("error", detail["msg"])), ""
    if kind in ("literal_error", "enum"):
        return f"{_shown(given)} is not known.", f"Expected {context.get('expected')}."
    if kind in ("too_short", "string_too_short"):
        return "nothing is given.", "Give at least one."
    if kind == "invalid_key":
        return f"the key {_shown(given)} is no text.", "Put it in quotes."
    if kind in _NO_DATE:
        return f"{_shown(given)} is no date.", "Write 2026-08-31."
    if kind in _NO_TIME:
        return f"{_shown(given)} is no date or time.", "Write 2026-10-08 or 2026-10-08 09:30."
    if kind in _BOUNDS:
        name, wanted = _BOUNDS[kind]
        return f"{_shown(given)} does not fit.", f"Write {wanted.format(context[name])}."
    plain = str(detail["msg"]).removeprefix("Input should be ")
    return f"{_shown(given)} does not fit.", f"Expected {_EXPECTED.get(kind, plain)}."


_NO_DATE = ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact")
_NO_TIME = ("datetime_type", "datetime_parsing", "datetime_from_date_parsing", "datetime_object_invalid")
# The bound of a number, by the type of fault: what pydantic calls it, and how it is said.
_BOUNDS = {
    "greater_than_equal": ("ge", "{:g} or more"),
    "greater_than": ("gt", "a number above {:g}"),
    "less_than_equal": ("le", "{:g} or less"),
    "less_than": ("lt", "a number below {:g}"),
}
# What is expected of a value, for the types of fault whose own words speak of Python.
_EXPECTED = {
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), "`key: value` lines"),
    **dict.fromkeys(("list_type", "tuple_type"), "a list"),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "a valid integer such as 20"),
    **dict.fromkeys(("float_type", "float_parsing"), "a number"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "true or false"),
    "string_type": "a text",
}


def _shown(given: object) -> str:
    text = re.sub(r"://[^@\s'\"]*@", "://***@", repr(given))  # never a password
    return text if len(text) <= 60 else f"{text[:57]}..."


def _known_keys(model: type[BaseModel], key: Key) -> list[str]:
    """The keys that the model knows where `key` stands; every key of the models below where in doubt."""
    current: list[type[BaseModel]] = [model]
    for part in key[:-1]:
        nested = [found for one in current for found in _models_at(one, part)]
        current = nested or current
    return [field.alias or name for one in current for name, field in one.model_fields.items()]


def _models_at(model: type[BaseModel], part: str | int) -> list[type[BaseModel]]:
    for name, field in model.model_fields.items():
        if part in (name, field.alias):
            return _models_in(field.annotation)
    return []


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for inner in getattr(annotation, "__args__", ()) for found in _models_in(inner)]


def _dotted(key: Sequence[str | int]) -> str:
    words = ""
    for part in key:
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if words else str(part)
    return words
