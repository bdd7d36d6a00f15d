"""Everything that is wrong with the file of a standard, as findings beside those of what is sound in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sqaudit.descriptions import read_yaml
from sqaudit.errors import Fault, ParameterError
from sqaudit.faults import Key, at, faults_of, user_key
from sqaudit.lint.finding import Finding
from sqaudit.standards.model import Standard

Content = Mapping[str, Any]
Lines = Mapping[Key, int]
_STAND_INS: Content = {"standard": "standard", "title": "—"}  # for what is missing, so that the rest is read


def read_in_part(path: Path) -> tuple[Standard | None, list[Finding]]:
    """What can be read of a standard, and an error for each fault of its file, with file, line and key.

    An indicator at fault is left out for the rest; None where nothing is left to look at.
    """
    try:
        content, lines = read_yaml(path)
    except ParameterError as error:
        return None, list(map(_as_finding, error.faults))
    try:
        return Standard.model_validate(content), []
    except ValidationError as error:
        fields = [one["loc"] for one in error.errors() if one["loc"]]
        faults = faults_of(error, Standard, content, str(path), lines) if fields else []
        bad = {user_key(location, content, missing=False)[:2] for location in fields}
    kept, found = _without_bad_parts(content, bad, str(path), lines)
    standard, rest = _whole(kept, str(path))
    return standard, [_as_finding(one) for one in (*faults, *found, *rest)]


def standard_files(folders: Iterable[Path]) -> list[Path]:
    """The YAML files in the folders; of two of one name that of the earlier folder."""
    files: dict[str, Path] = {}
    for folder in folders:
        for file in sorted(folder.glob("*.yaml")) if folder.is_dir() else []:
            files.setdefault(file.name, file)
    return list(files.values())


def _without_bad_parts(
    content: Content, bad: set[Key], place: str, lines: Lines
) -> tuple[dict[str, Any], list[Fault]]:
    """The content without its faulty parts, and the faults of single parts that show with the rest around."""
    sound = {name: _sound(name, value, bad) for name, value in content.items() if (name,) not in bad}
    numbered = _numbered(content.get("indicators"), bad)
    faults: list[Fault] = []
    kept: list[Any] = []
    for number, indicator in numbered:
        namesakes = [one for one in kept if _id(one) == _id(indicator)]
        alone = {**sound, "grades": [], "readings": {}, "rules": []}
        reason = _refusal({**alone, "indicators": [*namesakes, indicator]})
        if reason:
            faults.append(Fault(at(place, ("indicators", number), lines), reason))
        else:
            kept.append(indicator)
    for name in ("grades", "readings"):
        others = {key: value for key, value in sound.items() if key not in ("grades", "readings", "rules")}
        if sound.get(name) and kept:
            reason = _refusal({**others, name: sound[name], "indicators": kept[:1]})
            if reason:
                faults.append(Fault(at(place, (name,), lines), reason))
                sound.pop(name)
    return {**sound, "indicators": kept}, faults


def _sound(name: str, value: Any, bad: set[Key]) -> Any:
    """The items of a block that are not at fault."""
    if isinstance(value, Mapping):
        return {key: item for key, item in value.items() if (name, str(key)) not in bad}
    if isinstance(value, list):
        return [item for number, item in enumerate(value) if (name, number) not in bad]
    return value


def _numbered(indicators: object, bad: set[Key]) -> Iterable[tuple[int, Any]]:
    every = indicators if isinstance(indicators, list) else []
    return [(number, one) for number, one in enumerate(every) if ("indicators", number) not in bad]


def _id(indicator: Any) -> object:
    return indicator.get("id") if isinstance(indicator, Mapping) else None


def _refusal(content: Content) -> str:
    """Why a standard of this content would be refused, or nothing."""
    try:
        Standard.model_validate({**_STAND_INS, **content})
    except ValidationError as error:
        return "; ".join(str(one["msg"]).removeprefix("Value error, ") for one in error.errors())
    return ""


def _whole(content: Content, place: str) -> tuple[Standard | None, list[Fault]]:
    """The standard of what is left, or what is wrong with it as a whole."""
    if not content.get("indicators"):
        return None, []
    try:
        return Standard.model_validate({**_STAND_INS, **content}), []
    except ValidationError:
        return None, [Fault(place, _refusal(content))]


def _as_finding(fault: Fault) -> Finding:
    fields = {"place": fault.place, "message": fault.message, "remedy": fault.remedy}
    return Finding("error", "", "fault", fields)


__all__ = ["read_in_part", "standard_files"]
