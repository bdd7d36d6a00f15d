"""Words for the findings about a standard: what was found, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqaudit.lint import Finding
from sqaudit.present.sentences import in_tongue
from sqaudit.present.words import Language, Tongue, say, tongues

__all__ = ["finding_remedy", "finding_sentence"]


def finding_sentence(finding: Finding, language: Language) -> str:
    """What was found, in one sentence; in English without its subject, which stands before it.

    >>> finding_sentence(Finding("warning", "", "weights", {"sum": "90"}), "en")
    'the weights add up to 90, not 100.'
    """
    return _worded(finding, "text", language)


def finding_remedy(finding: Finding, language: Language) -> str:
    """What to do about it."""
    return _worded(finding, "todo", language)


def _worded(finding: Finding, part: str, language: Language) -> str:
    key = f"lint.{finding.check}.{part}"
    texts = (say(key, tongue, **_fields(finding, tongue)).strip() for tongue in tongues(language))
    return " / ".join(dict.fromkeys(texts))


def _fields(finding: Finding, tongue: Tongue) -> dict[str, Any]:
    return {
        name: in_tongue(value, tongue) if isinstance(value, Mapping) else value
        for name, value in finding.fields.items()
    }
