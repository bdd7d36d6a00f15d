"""Words for inspection forms: what an item takes, what is wrong with a filled form, and where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqaudit.inspection_forms import InspectionForm, Item
from sqaudit.inspections.faults import expected
from sqaudit.present.sentences import in_tongue
from sqaudit.present.words import Language, Tongue, is_missing, joined, named, placeholders, say, tongues

__all__ = [
    "answer_words",
    "below_words",
    "both_ways",
    "expected_words",
    "fault_line",
    "fault_place",
    "fault_remedy",
    "fault_sentence",
]

_ANSWERS = {"yes": "answer_yes", "no": "answer_no", "not_applicable": "not_applicable"}


def answer_words(item: Item, language: Language) -> list[str]:
    """The answers that a form offers for an item, as they stand in its list; none for a scale to 100.

    >>> answer_words(Item(id="told", text="Told", scale="yes_no", weight=1), "both")
    ['是 / Yes', '否 / No']
    """
    numbers = [str(number) for number in range(1, 6)] if item.kind == "1-5" else []
    yes_no = [say(f"inspection_form.answer_{word}", language) for word in ("yes", "no")]
    words = {"yes_no": yes_no, "1-5": numbers, "0-100": []}.get(item.kind)
    if words is None:
        words = [both_ways(choice.text.both(), language) for choice in item.choices]
    absent = [say("inspection_form.not_applicable", language)] if item.not_applicable else []
    return [*words, *absent]


def both_ways(text: Mapping[str, str], language: Language) -> str:
    """A text of somebody's own in the language; for both, the Chinese and the English in one line."""
    return " / ".join(dict.fromkeys(in_tongue(text, tongue) for tongue in tongues(language)))


def expected_words(form: InspectionForm, item: Item, language: Language) -> str:
    """What an item takes, in words."""
    fields = expected(form, item)
    return " / ".join(dict.fromkeys(_expected(fields, tongue) for tongue in tongues(language)))


def below_words(item: Item, level: float | None, language: Language) -> str:
    """Which answers of an item lie below a level, in words; without a level, the lowest answer.

    >>> below_words(Item(id="told", text="Told", scale="yes_no", weight=1), None, "en")
    'if No'
    """
    if item.kind == "yes_no":
        return say("inspection_form.if_no", language)
    if level is None:
        level = min(
            one
            for one in (*(choice.points for choice in item.choices), item.bounds[1])
            if one > item.bounds[0]
        )
    fitting = [one for one in item.choices if one.points == level]
    words = [
        in_tongue(fitting[0].text.both(), tongue) if fitting else f"{level:g}" for tongue in tongues(language)
    ]
    said = [
        say("inspection_form.below", one, level=word)
        for one, word in zip(tongues(language), words, strict=True)
    ]
    return " / ".join(dict.fromkeys(said))


def fault_sentence(fault: Mapping[str, Any], language: Tongue) -> str:
    """What is wrong, in one sentence, without its place."""
    return _worded(fault, "text", language)


def fault_remedy(fault: Mapping[str, Any], language: Tongue) -> str:
    """What to do about it."""
    return _worded(fault, "todo", language)


def fault_place(fault: Mapping[str, Any], language: Tongue) -> str:
    """Where it is: file, sheet, cell, and the case and item that it belongs to.

    >>> fault_place({"file": "li.xlsx", "sheet": "Inspection", "row": 7, "column": "F"}, "en")
    'li.xlsx, sheet Inspection, cell F7'
    """
    row, column, sheet = fault.get("row"), fault.get("column"), fault.get("sheet")
    here = None if is_missing(row) else str(row)
    shape = "file" if here is None else "line"
    if sheet:
        shape = {(True, True): "cell", (True, False): "row", (False, True): "column"}.get(
            (here is not None, bool(column)), "sheet"
        )
    fields = {
        "file": fault.get("file"),
        "sheet": sheet,
        "row": here,
        "column": column,
        "cell": f"{column}{here}",
    }
    place = say(f"form_place.{shape}", language, **_only(f"form_place.{shape}", fields))
    case, detail = fault.get("case_id"), fault.get("detail") or {}
    if case and "number" in detail:
        text = in_tongue(detail["text"], language)
        return say(
            "form_place.case_item", language, place=place, case_id=case, number=detail["number"], text=text
        )
    return say("form_place.case", language, place=place, case_id=case) if case else place


def fault_line(fault: Mapping[str, Any], language: Tongue) -> str:
    """A fault in one line: where, what, and what to do."""
    colon = "：" if language == "zh" else ": "
    space = "" if language == "zh" else " "
    remedy = fault_remedy(fault, language)
    return f"{fault_place(fault, language)}{colon}{fault_sentence(fault, language)}{space}{remedy}"


def _worded(fault: Mapping[str, Any], part: str, language: Tongue) -> str:
    key = f"form_fault.{fault['check']}.{part}"
    detail = dict(fault.get("detail") or {})
    fields: dict[str, Any] = {**fault, **detail}
    if "scale" in detail:
        fields["expected"] = _expected(detail, language)
    if "field" in detail:
        fields["field"] = named({}, detail["field"], language, "form_field")
    if (spoken := _ANSWERS.get(str(fields.get("answer")))) is not None:
        fields["answer"] = say(f"inspection_form.{spoken}", language)
    return say(key, language, **_only(key, fields)).strip()


def _only(key: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: fields.get(name) for name in placeholders(key)}


def _expected(fields: Mapping[str, Any], language: Tongue) -> str:
    key = f"inspection_form.expected_{fields['scale']}"
    choices: Iterable[str] = [in_tongue(text, language) for text in fields["choices"]]
    given = {"choices": joined(choices, language)} if "choices" in placeholders(key) else {}
    words = say(key, language, **given)
    if not fields["may_not_apply"]:
        return words
    return say("inspection_form.or_not_applicable", language, expected=words)
