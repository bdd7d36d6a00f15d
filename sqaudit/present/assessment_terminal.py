"""An assessment on a terminal: who to look at, what to expect of the list, and what nobody can judge."""

from __future__ import annotations

from sqaudit.inquiry.assessing import Assessed
from sqaudit.present.assessment_sentences import (
    candidate_sentences,
    consequence_sentences,
    expected_sentence,
    names_of,
    note_sentences,
    rule_sentences,
    same_cases_sentences,
)
from sqaudit.present.definitions import labels_of
from sqaudit.present.gaming_sentences import gaming_lines
from sqaudit.present.words import Labels, Language, Tongue, named, say, tongues
from sqaudit.standards import Standard

__all__ = ["assessment_lines", "labels_for", "lacking_lines"]


def assessment_lines(found: Assessed, standard: Standard, language: Language) -> list[str]:
    """What an assessment says: candidates, how many to expect wrong, gaming, and what is lacking."""
    return [line for tongue in tongues(language) for line in _lines(found, labels_of(standard), tongue)]


def _lines(found: Assessed, standard_labels: Labels, tongue: Tongue) -> list[str]:
    labels = labels_for(standard_labels, found)
    gaming = [] if found.gaming is None else list(gaming_lines(found.gaming, standard_labels, tongue))
    if found.rules is None:
        return [say("assessment.no_rules", tongue), *gaming]
    title = found.rules.title.in_language(tongue)
    lines = [say("assessment.intro", tongue, title=title, month=found.month)]
    if found.done is None:
        return [*lines, say("assessment.nothing", tongue), *lacking_lines(found, labels, tongue), *gaming]
    judged = found.done.expected[found.done.expected["judged"] > 0]
    lines += candidate_sentences(found.done, tongue)
    for said in (same_cases_sentences, consequence_sentences, rule_sentences):
        lines += said(found.done, labels, tongue)
    lines += [
        f"{named(labels, row['rule'], tongue)} · {expected_sentence(row, labels, tongue)}"
        for row in judged.to_dict("records")
    ]
    notes = note_sentences(found.done, tongue)[1:]  # the first is the purpose, which stands above
    return [*lines, *notes, *lacking_lines(found, labels, tongue), *gaming]


def labels_for(labels: Labels, found: Assessed) -> Labels:
    """What a reader calls indicators, rules and consequences: as the rules say, else as the standard says."""
    return {**labels, **(names_of(found.rules) if found.rules is not None else {})}


def lacking_lines(found: Assessed, labels: Labels, tongue: Tongue) -> list[str]:
    """A sentence for everything the rules ask for and the records do not hold, and for cases of nobody."""
    lines = []
    if found.lacking is not None:
        for row in found.lacking.to_dict("records"):
            family = {"level": "segment", "mix": "segment"}.get(str(row["what"]))
            name = named(labels, row["name"], tongue, family)
            lines.append(say(f"assessment.lacking.{row['reason']}", tongue, name=name, where="levels"))
    if found.unassigned is not None:
        for row in found.unassigned.to_dict("records"):
            fields = {
                "level": named(labels, row["level"], tongue, "segment"),
                "indicator": named(labels, row["indicator"], tongue),
                "count": int(row["cases"]),
            }
            lines.append(say("assessment.unassigned", tongue, **fields))
    return lines
