"""Knows every word and sentence a reader meets, in Chinese and in English.

The texts lie in `wording/*.yaml`, under dotted keys such as `verdict.met`; each leaf holds `zh` and `en`.
Placeholders are named, `{count}`; `{count:row|rows}` writes the number with the noun that fits it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources
from numbers import Integral
from string import Formatter
from typing import Any, Literal, get_args

import yaml

Tongue = Literal["zh", "en"]
Language = Literal["zh", "en", "both"]
Labels = Mapping[str, Mapping[str, str]]

TONGUES: tuple[Tongue, ...] = get_args(Tongue)
DASH = "—"  # stands wherever there is nothing to show

# Names that stay in Latin letters in a Chinese sentence.
PROPER_TERMS = frozenset(
    [
        *[
            "Wilson",
            "Clopper",
            "Pearson",
            "Student",
            "Poisson",
            "Holm",
            "Benjamini",
            "Hochberg",
            "Newcombe",
            "Wald",
            "Laney",
            "Korn",
            "Graubard",
        ],
        *["NPS", "CSAT", "CES", "SQL", "Parquet", "CSV", "JSON", "Excel", "HTML", "PDF", "DOCX", "XLSX"],
        *["ID", "UTC", "Unicode", "Jupyter", "SQAUDIT_FONT", "GB", "MIL", "STD", "AC", "Gwet"],
    ]
)

__all__ = [
    "DASH",
    "TONGUES",
    "Labels",
    "Language",
    "Tongue",
    "is_missing",
    "is_said",
    "joined",
    "keys",
    "named",
    "placeholders",
    "say",
    "tongues",
    "wording_faults",
]


def tongues(language: Language) -> tuple[Tongue, ...]:
    """The single languages a page in `language` is written in.

    >>> tongues("both")
    ('zh', 'en')
    """
    return TONGUES if language == "both" else (language,)


def say(key: str, language: Language, **fields: object) -> str:
    """The text under `key`, filled with `fields`; for 'both' the Chinese and the English joined by ' / '.

    Whole numbers get thousands separators, lists are joined the way the language does it, and a field that is
    missing from the data (None or NaN) becomes a dash. Rounding is not done here: pass floats already worded
    by `numbers`. Raises KeyError for an unknown key or a field that was not given.

    >>> say("verdict.met", "both")
    '达标 / Met'
    >>> say("check.duplicate_id.text", "en", kind="Visit", column="visit_id", count=1204, examples=["A", "B"])
    'Visit: 1,204 rows repeat a visit_id that is already there (A, B).'
    """
    if language == "both":
        return " / ".join(dict.fromkeys(say(key, tongue, **fields) for tongue in TONGUES))
    entry = _wording().get(key)
    if entry is None:
        raise KeyError(f"No wording under '{key}'. Add it to sqaudit/present/wording/ in both languages.")
    speaker = _Speaker(language)
    try:
        return speaker.vformat(entry[language], (), fields)
    except KeyError as error:
        needed = ", ".join(sorted(placeholders(key)))
        raise KeyError(f"The wording '{key}' needs the fields {needed}; {error} was not given.") from None


def is_said(key: str) -> bool:
    """Whether there is a wording under `key`.

    >>> is_said("verdict.met"), is_said("verdict.splendid")
    (True, False)
    """
    return key in _wording()


def keys(prefix: str = "") -> list[str]:
    """Every key that starts with `prefix`, in the order of the wording files.

    >>> keys("verdict.")
    ['verdict.met', 'verdict.not_met', 'verdict.undetermined', 'verdict.monitored', 'verdict.not_assessable']
    """
    return [key for key in _wording() if key.startswith(prefix)]


def placeholders(key: str) -> frozenset[str]:
    """The names of the fields that the wording under `key` asks for."""
    return _fields(_wording()[key]["en"])


def joined(items: Iterable[object], language: Tongue) -> str:
    """The items in one line, as the language lists things; a dash when there are none.

    >>> joined(["甲", "乙"], "zh"), joined(["a", "b"], "en")
    ('甲、乙', 'a, b')
    """
    return ("、" if language == "zh" else ", ").join(map(str, items)) or DASH


def named(labels: Labels, identifier: object, language: Tongue, family: str | None = None) -> str:
    """What a reader calls `identifier`: from `labels`, else our own word in `family`, else the id itself.

    A missing identifier (None or NaN) becomes a dash.

    >>> named({"onsite": {"zh": "上门及时率"}}, "onsite", "en")
    '上门及时率'
    >>> named({}, "timeliness", "en", family="dimension"), named({}, "shift", "en", family="segment")
    ('Timeliness', 'shift')
    """
    if is_missing(identifier):
        return DASH
    given = labels.get(str(identifier))
    if given:
        return given.get(language) or next(iter(given.values()))
    key = f"{family}.{identifier}"
    return say(key, language) if family and is_said(key) else str(identifier)


def is_missing(value: object) -> bool:
    """Whether a single value is missing: None, NaN, NaT or NA.

    >>> is_missing(None), is_missing(float("nan")), is_missing("")
    (True, True, False)
    """
    return (
        value is None
        or type(value).__name__ in {"NaTType", "NAType"}
        or (isinstance(value, float) and value != value)
    )


def wording_faults() -> list[str]:
    """Everything wrong with the wording files; an empty list when both languages are complete and clean."""
    return [f"{key}: {fault}" for key, entry in _wording().items() for fault in _entry_faults(entry)]


def _entry_faults(entry: Mapping[str, str]) -> Iterable[str]:
    absent = [tongue for tongue in TONGUES if not str(entry.get(tongue, "")).strip()]
    if absent or set(entry) - set(TONGUES):
        yield f"needs zh and en and nothing else, has {', '.join(entry)}"
        return
    if _fields(entry["zh"]) != _fields(entry["en"]):
        yield f"placeholders differ: {sorted(_fields(entry['zh']))} and {sorted(_fields(entry['en']))}"
    if re.search(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]", entry["en"]):
        yield "Chinese characters in the English text"
    chinese = re.sub(r"\{[^}]*\}", " ", entry["zh"])
    strays = [word for word in re.findall(r"[A-Za-z_]{2,}", chinese) if word not in PROPER_TERMS]
    if strays:
        yield f"Latin words in the Chinese text: {', '.join(strays)}"


class _Speaker(Formatter):
    """Writes one field the way the language writes it."""

    def __init__(self, language: Tongue) -> None:
        self.language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        if "|" in format_spec:
            one, many = format_spec.split("|")
            return f"{self._spoken(value)} {one if value == 1 else many}"
        return self._spoken(value)

    def _spoken(self, value: object) -> str:
        if is_missing(value):
            return DASH
        if isinstance(value, bool | str):
            return str(value)
        if isinstance(value, Integral):
            return f"{value:,}"
        if isinstance(value, list | tuple | set | frozenset):
            return joined(value, self.language)
        if isinstance(value, dt.datetime):
            return value.strftime("%Y-%m-%d %H:%M")
        return str(value)


def _fields(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)


@lru_cache(maxsize=1)
def _wording() -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = {}
    folder = resources.files(__package__).joinpath("wording")
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if file.name.endswith(".yaml"):
            tree = yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
            for key, entry in _leaves(tree, ""):
                if key in texts:
                    raise ValueError(f"The wording '{key}' is given twice, the second time in {file.name}.")
                texts[key] = entry
    return texts


_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C loader is ten times faster where it was built


def _leaves(tree: Mapping[str, Any], prefix: str) -> Iterable[tuple[str, dict[str, str]]]:
    for name, branch in tree.items():
        if all(isinstance(value, Mapping) for value in branch.values()):
            yield from _leaves(branch, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", dict(branch)
