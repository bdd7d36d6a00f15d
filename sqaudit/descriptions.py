"""YAML files read safely, and what is wrong with them in sentences that name file, line and key.

Every description (standard, run file, record kinds) is a frozen pydantic model; this module turns a
file into such a model or into the list of all its faults at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from sqaudit.errors import Fault, ParameterError
from sqaudit.faults import Key, at, faults_of, user_key

LARGEST_FILE = 4_000_000  # bytes; a description is written by people
LONGEST_WORD = 10_000  # characters of a plain value
DEEPEST = 50  # levels of keys within keys
MOST_KEYS = 50_000
_TOO_DEEP = f"it is nested deeper than {DEEPEST} levels"
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same loader, in C where it was built
Model = TypeVar("Model", bound="Description")
WholeFile = TypeVar("WholeFile", bound="OfOneFile")


class Description(BaseModel):
    """The base of everything read from YAML: frozen, and an unknown key is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class OfOneFile(Description):
    """A description that is a file of its own, whose keys may contradict each other."""

    def contradictions(self) -> list[tuple[Key, str]]:
        """Keys that are sound by themselves and do not go together, each with what is wrong."""
        return []


class Text(Description):
    """A text in Chinese, English or both; one plain text stands for both.

    >>> Text.model_validate("Desk").in_language("zh")
    'Desk'
    """

    zh: str = ""
    en: str = ""

    @model_validator(mode="before")
    @classmethod
    def _plain_text_is_both(cls, given: object) -> object:
        return {"zh": given, "en": given} if isinstance(given, str) else given

    def in_language(self, language: str) -> str:
        """The text in the language, or in the other one where it is missing."""
        first, second = (self.zh, self.en) if language == "zh" else (self.en, self.zh)
        return first or second

    def both(self) -> dict[str, str]:
        """The text as a mapping with both languages filled."""
        return {"zh": self.in_language("zh"), "en": self.in_language("en")}


def shape(given: object) -> str:
    """The tag for a value that may be written short (one text or number) or long (a mapping)."""
    return "long" if isinstance(given, dict | BaseModel) else "short"


def read_yaml(path: Path) -> tuple[dict[str, Any], dict[Key, int]]:
    """The mapping in a YAML file, and the line of every key.

    ParameterError where the file is missing, too large, no YAML, holds a key twice, or is no mapping.
    """
    place = str(path)
    if not path.is_file():
        raise ParameterError([Fault(place, "there is no such file.", "Check the path.")])
    if path.stat().st_size > LARGEST_FILE:
        raise ParameterError([Fault(place, f"the file is larger than {LARGEST_FILE:,} bytes.")])
    try:
        text = path.read_text(encoding="utf-8-sig")
        root, content = _loaded(text)
    except UnicodeDecodeError as error:
        raise ParameterError([Fault(place, "the file is not UTF-8.", "Save it as UTF-8.")]) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ParameterError([Fault(place, f"this is no valid YAML: {_yaml_reason(error)}.")]) from error
    if not isinstance(content, dict) or root is None:
        raise ParameterError([Fault(place, "the file must hold `key: value` lines.")])
    lines: dict[Key, int] = {}
    try:
        twice = _walk(root, (), lines)
    except (ParameterError, RecursionError) as error:
        raise ParameterError([Fault(place, "the file nests or repeats itself without end.")]) from error
    if twice:
        raise ParameterError(
            [
                Fault(f"{place}, line {line}", f"the key '{key}' stands twice.", "Keep one.")
                for key, line in twice
            ]
        )
    return content, lines


def read_described(path: str | Path, model: type[WholeFile]) -> WholeFile:
    """The model in a YAML file; ParameterError lists each fault and contradiction with its place."""
    file = Path(path)
    content, lines = read_yaml(file)
    found, faults = validated_in_part(model, content, str(file), lines)
    if found is not None:
        # places of a model made in part are those of the file only where nothing was left out
        shown = lines if not faults else {}
        faults += [Fault(at(str(file), key, shown), said) for key, said in found.contradictions()]
    if faults or found is None:
        raise ParameterError(faults)
    return found


def validated(model: type[Model], content: Mapping[str, Any], place: str, lines: Mapping[Key, int]) -> Model:
    """The model made of the content; ParameterError lists every fault with file, line and key."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise ParameterError(faults_of(error, model, content, place, lines)) from error


def _events(text: str) -> Iterator[yaml.Event]:
    """The events of a text. Some versions of the C parser look ahead and stop at a depth of their own."""
    try:
        yield from yaml.parse(text, Loader=_SafeLoader)
    except yaml.YAMLError as error:
        if "nesting depth" in str(error):
            raise ValueError(_TOO_DEEP) from error
        raise


def _refuse_bombs(text: str) -> None:
    """ValueError for small texts that would exhaust the parser: depth, merges, endless scalars."""
    depth = 0
    for event in _events(text):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.ScalarEvent) and event.implicit[0]:
            if event.value == "<<":
                raise ValueError("merge keys (<<) are not read; write the keys out")
            if len(event.value) > LONGEST_WORD:
                raise ValueError(f"a value without quotes is longer than {LONGEST_WORD:,} characters")
        if depth > DEEPEST:
            raise ValueError(_TOO_DEEP)


class _Loader(_SafeLoader):  # type: ignore[misc]  # the loader is one of two
    """Safe loading in which what looks like a date and is none stays a text, to be refused in its place."""


def _date_or_text(loader: Any, node: yaml.ScalarNode) -> object:
    try:
        return loader.construct_yaml_timestamp(node)
    except (ValueError, AttributeError):  # the 40th of a month; no date at all under the tag of dates
        return node.value


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _date_or_text)


def _loaded(text: str) -> tuple[yaml.Node | None, Any]:
    """The nodes and the content of a YAML text, parsed once, by safe loading only."""
    _refuse_bombs(text)
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        return node, None if node is None else loader.construct_document(node)
    finally:
        loader.dispose()


def _yaml_reason(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
    return f"{getattr(error, 'problem', None) or str(error).splitlines()[0]}{where}"


def _walk(node: yaml.Node, path: Key, lines: dict[Key, int]) -> list[tuple[str, int]]:
    if len(lines) > MOST_KEYS:  # anchors within anchors can make a small file endless
        raise ParameterError([Fault(f"line {node.start_mark.line + 1}", f"more than {MOST_KEYS:,} keys.")])
    twice: list[tuple[str, int]] = []
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in seen:
                twice.append((name, line))
            seen.add(name)
            twice += _walk(value, (*path, name), lines)
            lines[(*path, name)] = line
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            twice += _walk(value, (*path, index), lines)
            lines[(*path, index)] = value.start_mark.line + 1
    return twice


def validated_in_part(
    model: type[Model], content: Mapping[str, Any], place: str, lines: Mapping[Key, int]
) -> tuple[Model | None, list[Fault]]:
    """The model made of what is sound in the content, and all faults.

    The faulty keys are left out for a second try, so that what depends on the sound ones can still be
    checked and every fault is listed at once. The model is None where a required key is at fault.
    """
    try:
        return model.model_validate(content), []
    except ValidationError as error:
        faults = faults_of(error, model, content, place, lines)
        kept = _without(content, [one["loc"] for one in error.errors() if one["type"] != "missing"])
        try:
            return model.model_validate(kept), faults
        except ValidationError:
            return None, faults


def _without(content: Mapping[str, Any], locations: Sequence[Key]) -> Any:
    """A copy of the content without the values at the locations (an item of a list goes whole)."""
    unwanted = {user_key(location, content, missing=False) for location in locations}

    def copied(value: Any, path: Key) -> Any:
        if isinstance(value, Mapping):
            return {
                key: copied(item, (*path, str(key)))
                for key, item in value.items()
                if (*path, str(key)) not in unwanted
            }
        if isinstance(value, list):
            return [
                copied(item, (*path, index))
                for index, item in enumerate(value)
                if not any(key[: len(path) + 1] == (*path, index) for key in unwanted)
            ]
        return value

    return copied(content, ())
