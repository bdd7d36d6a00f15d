"""The sheet that explains a form: how to fill it in, what each item asks, which form it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqaudit.inspection_forms import InspectionForm, Item, Section
from sqaudit.inspections.issue import Issue
from sqaudit.present.form_words import below_words, both_ways, expected_words
from sqaudit.present.palette import PALE
from sqaudit.present.words import Language, keys, say, tongues
from sqaudit.publish.forms.paper import GRID, Paper, arrange_page, lines

COLUMNS = {
    **{"section": 16, "number": 6, "item": 18, "expected": 26, "guidance": 48, "weight": 8},
    **{"critical": 26, "not_applicable": 20, "comment": 14},
}  # with their widths in characters


def write_guidance_sheet(paper: Paper, issue: Issue, inspector: str, cases: int, language: Language) -> None:
    """Add the sheet, which is there to be read only."""
    sheet = paper.book.add_worksheet(say("inspection_form.guidance", language).replace("/", "·")[:31])
    form = issue.form
    bold = paper.format(bold=True, font_size=12)
    sheet.write_string(0, 0, both_ways(form.title.both(), language), paper.format(bold=True, font_size=14))
    sheet.write_string(2, 0, say("guidance_sheet.how", language), bold)
    line = 3
    for key in keys("guidance_sheet.how_"):
        for tongue in tongues(language):
            sheet.write_string(line, 0, f"• {say(key, tongue)}")
            line += 1
    line = _write_items(paper, sheet, form, line + 1, language)
    sheet.write_string(line + 1, 0, say("guidance_sheet.facts", language), bold)
    for name, text in _facts(issue, inspector, cases, language):
        line += 1
        sheet.write_string(line + 1, 0, name, paper.format(bold=True))
        sheet.write_string(line + 1, 2, text)
    for at, room in enumerate(COLUMNS.values()):
        sheet.set_column(at, at, room)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    arrange_page(sheet, 0, 0)


def _write_items(paper: Paper, sheet: Any, form: InspectionForm, line: int, language: Language) -> int:
    head = paper.format(**GRID, bold=True, bg_color=PALE)
    for at, name in enumerate(COLUMNS):
        sheet.write_string(line, at, say(f"guidance_sheet.{name}", language), head)
    sheet.set_row(line, 30)
    for section in form.sections:
        for item in section.items:
            line += 1
            cells = _item_cells(form, section, item, language)
            for at, text in enumerate(cells):
                if isinstance(text, float):
                    sheet.write_number(line, at, text, paper.format(**GRID, align="center"))
                else:
                    sheet.write_string(line, at, text, paper.format(**GRID))
            tall = max(lines(str(text), room) for text, room in zip(cells, COLUMNS.values(), strict=True))
            sheet.set_row(line, 14 * tall + 4)
    return line + 1


def _item_cells(form: InspectionForm, section: Section, item: Item, language: Language) -> list[str | float]:
    return [
        _stacked(section.title.both(), language),
        form.numbers[item.id],
        _stacked(item.text.both(), language),
        expected_words(form, item, language).replace(" / ", "\n") if item.choices else
        expected_words(form, item, language),
        _stacked(item.guidance.both(), language),
        float(item.weight),
        _critical(form, item, language),
        say(f"not_applicable_policy.{item.not_applicable}", language) if item.not_applicable else "",
        "" if item.comment_below is None else below_words(item, item.comment_below, language),
    ]  # fmt: skip


def _critical(form: InspectionForm, item: Item, language: Language) -> str:
    if item.critical is None:
        return ""
    said = [
        say(
            "guidance_sheet.critical_rule",
            tongue,
            class_name=say(f"critical_class.{item.critical.class_}", tongue),
            when=below_words(item, item.critical.below, tongue),
            policy=say(f"critical_policy.{form.policy(item)}", tongue),
        )
        for tongue in tongues(language)
    ]
    return "★ " + "\n".join(said)


def _facts(issue: Issue, inspector: str, cases: int, language: Language) -> Sequence[tuple[str, str]]:
    form = issue.form
    facts = {
        **{"sample": issue.sample_id, "form": form.form, "version": form.version},
        **{"form_hash": issue.form_hash, "inspector": inspector, "cases": str(cases)},
        **{"source": both_ways(form.source.both(), language)},
    }
    return [(say(f"guidance_sheet.{name}", language), text) for name, text in facts.items() if text]


def _stacked(text: dict[str, str], language: Language) -> str:
    return "\n".join(dict.fromkeys(text[tongue] for tongue in tongues(language)))


__all__ = ["write_guidance_sheet"]
