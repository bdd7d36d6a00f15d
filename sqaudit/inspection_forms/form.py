"""An inspection form as a whole: sections of items, and the rules that hold for all of them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any

from pydantic import Field, model_validator

from sqaudit.descriptions import Description, OfOneFile, Text
from sqaudit.inspection_forms.item import CriticalClass, Item, PanelScale, Policy
from sqaudit.standards.values import Identifier

MOST_ITEMS = 120  # an answer and a comment each: columns that a person can still overlook


class Section(Description):
    """Items that belong together."""

    id: Identifier
    title: Text
    items: list[Item] = Field(min_length=1)


class InspectionForm(OfOneFile):
    """What inspectors are asked about every case.

    `critical` says for each class of critical errors what follows: `case_zero` (the case earns no points),
    `section_zero`, or `flag` (told and counted, no points lost). `panel_scale` says how a rating from 1 to 5
    becomes a share (A04); a form with such ratings must say it, since 3 is worth 60 % or 50 %.
    """

    form: Identifier
    version: str
    title: Text
    source: Text = Text()
    note: Text = Text()
    panel_scale: PanelScale | None = None
    critical: dict[CriticalClass, Policy] = Field(default_factory=dict)
    sections: list[Section] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _version_is_text(cls, given: Any) -> Any:
        if isinstance(given, dict) and isinstance(given.get("version"), int | float):
            return {**given, "version": str(given["version"])}
        return given

    @property
    def items(self) -> list[Item]:
        """Every item, in the order of the form."""
        return [item for section in self.sections for item in section.items]

    @property
    def numbers(self) -> dict[str, str]:
        """The number of each item by its id, such as 2.1: the first item of the second section."""
        return {
            item.id: f"{place}.{line}"
            for place, section in enumerate(self.sections, start=1)
            for line, item in enumerate(section.items, start=1)
        }

    def item(self, identifier: str) -> Item:
        """The item with that id; KeyError if there is none."""
        return {item.id: item for item in self.items}[identifier]

    def policy(self, item: Item) -> Policy | None:
        """What a critical error in the item brings about; None where it is none or nothing is said."""
        if item.critical is None:
            return None
        return item.critical.policy or self.critical.get(item.critical.class_)

    def contradictions(self) -> list[tuple[tuple[str | int, ...], str]]:
        """Keys that are sound by themselves and do not go together, each with what is wrong."""
        found: list[tuple[tuple[str | int, ...], str]] = []
        sections = Counter(section.id for section in self.sections)
        items = Counter(item.id for item in self.items)
        for place, section in enumerate(self.sections):
            if sections[section.id] > 1:
                found.append((("sections", place, "id"), f"the id {section.id} stands more than once."))
            for line, item in enumerate(section.items):
                at = ("sections", place, "items", line)
                if items[item.id] > 1:
                    found.append(((*at, "id"), f"the id {item.id} stands more than once."))
                if item.critical and self.policy(item) is None:
                    said = f"`critical` of the form does not say what follows for {item.critical.class_}."
                    found.append(((*at, "critical"), said))
                if item.kind == "1-5" and self.panel_scale is None:
                    said = "a form with ratings needs `panel_scale`: score/5 or (score-1)/4 (A04)."
                    found.append(((*at, "scale"), said))
        if len(self.items) > MOST_ITEMS:
            found.append((("sections",), f"{len(self.items)} items; at most {MOST_ITEMS} fit one form."))
        return found


def form_hash(form: InspectionForm) -> str:
    """Sixteen signs that change with every change of the form, its words included.

    >>> from sqaudit.inspection_forms.read import read_form
    >>> len(form_hash(read_form("params/forms/service_inspection.yaml")))
    16
    """
    said = form.model_dump(mode="json", by_alias=True, exclude_defaults=True)  # a new key changes no old hash
    content = json.dumps(said, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


__all__ = ["MOST_ITEMS", "InspectionForm", "Section", "form_hash"]
