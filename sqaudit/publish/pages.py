"""The page around a report, the front page of a book and the list of all runs: one look, one file each.

A page loads nothing: style and pictures are inside, there is no script, and its content security policy says
so. With two languages it carries both and a switch made of two radio buttons.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sqaudit.present import palette
from sqaudit.present.blocks import stylesheet
from sqaudit.present.words import DASH, Language, Tongue, is_said, say, tongues

TEMPLATES = Path(__file__).with_name("template") / "sqaudit"
Text = str | Mapping[str, str]  # a plain text, or one for each language under 'zh' and 'en'

__all__ = ["Contents", "Failure", "ReportEntry", "RunEntry", "Text", "index_page", "page", "reports_index"]


@dataclass(frozen=True)
class Contents:
    """One line of the table of contents: where it leads, its text, its depth, its language if it has one."""

    anchor: str
    text: str
    level: int
    tongue: str = ""


@dataclass(frozen=True)
class Failure:
    """What a reader learns of a report that did not finish: the cell, counted from one, and its error."""

    error: str
    cell: int | None = None
    source: str = ""


@dataclass(frozen=True)
class ReportEntry:
    """One report on the front page of a book; `links` are its other formats, name -> address."""

    title: Text
    address: str = ""
    summary: Text = ""
    links: Mapping[str, str] = field(default_factory=dict)
    failure: str = ""


@dataclass(frozen=True)
class RunEntry:
    """One run in the list of all runs; `started` orders them and is shown as it is (ISO time).

    `graded` names the standard that grade and score belong to, where the run had several.
    """

    address: str
    period: str
    title: Text
    started: str
    grade: Text = DASH
    score: str = ""
    graded: Text = ""
    verdicts: Mapping[str, int] = field(default_factory=dict)
    failures: int = 0
    links: Mapping[str, str] = field(default_factory=dict)


def page(
    body: str,
    *,
    title: Text,
    language: Language,
    contents: Sequence[Contents] = (),
    facts: Mapping[str, Text] | None = None,
    failure: Failure | None = None,
    quiet_messages: int = 0,
) -> str:
    """A whole HTML page around `body`, which is taken as it is; everything else is escaped.

    The title becomes the headline unless the body brings one. `facts` stand in the footer; a name that is a
    wording key is put into words.
    """
    spoken = tongues(language)
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            body=Markup(body),  # noqa: S704 - our own blocks; the policy of the page stops scripts all the same
            style=Markup(_style()),  # noqa: S704 - read from our own files
            title=_in_tongues(title, spoken),
            headline="<h1" not in body,
            tongues=spoken,
            say=partial(_say, spoken),
            contents=contents,
            facts=_named_texts(facts or {}, spoken),
            failure=failure,
            quiet_messages=quiet_messages,
        )
    )


def index_page(
    entries: Sequence[ReportEntry],
    *,
    title: Text,
    language: Language,
    subtitle: Text = "",
    figures: Mapping[str, Text] | None = None,
    verdicts: Mapping[str, int] | None = None,
    lead: Text = "",
    overview: str = "",
    downloads: Mapping[str, str] | None = None,
    facts: Mapping[str, Text] | None = None,
) -> str:
    """The front page of one book: its result in large figures, its reports, its downloads.

    `figures` are wording key or plain name -> text already rounded; `downloads` name -> address. `lead` is a
    sentence above the figures; `overview` is HTML of our own blocks below them, taken as it is.
    """
    spoken = tongues(language)
    body = (
        _environment()
        .get_template("book.html.j2")
        .render(
            say=partial(_say, spoken),
            subtitle=_in_tongues(subtitle, spoken) if subtitle else None,
            figures=_named_texts(figures or {}, spoken),
            lead=_in_tongues(lead, spoken) if lead else None,
            overview=Markup(overview),  # noqa: S704 - our own blocks
            tally=_tally(verdicts or {}, spoken),
            downloads=[(_name(name, spoken), address) for name, address in (downloads or {}).items()],
            entries=[
                {
                    "title": _in_tongues(entry.title, spoken),
                    "summary": _in_tongues(entry.summary, spoken) if entry.summary else None,
                    "address": entry.address,
                    "failure": entry.failure,
                    "links": list(entry.links.items()),
                }
                for entry in entries
            ],
        )
    )
    headline = _headline(title, spoken)
    return page(headline + body, title=title, language=language, facts=facts)


def reports_index(
    entries: Sequence[RunEntry],
    *,
    language: Language,
    title: Text | None = None,
    facts: Mapping[str, Text] | None = None,
) -> str:
    """The list of all runs, the newest first: period, grade, verdicts, failures and links."""
    spoken = tongues(language)
    shown = title or {tongue: say("page.all_runs", tongue) for tongue in spoken}
    body = (
        _environment()
        .get_template("runs.html.j2")
        .render(
            say=partial(_say, spoken),
            entries=[
                {
                    "address": entry.address,
                    "period": entry.period,
                    "title": _in_tongues(entry.title, spoken),
                    "started": entry.started,
                    "grade": _in_tongues(entry.grade, spoken),
                    "score": entry.score,
                    "graded": _in_tongues(entry.graded, spoken) if entry.graded else None,
                    "tally": _tally(entry.verdicts, spoken),
                    "failures": entry.failures,
                    "links": [(_name(name, spoken), address) for name, address in entry.links.items()],
                }
                for entry in sorted(entries, key=lambda entry: entry.started, reverse=True)
            ],
        )
    )
    return page(_headline(shown, spoken) + body, title=shown, language=language, facts=facts)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )


@lru_cache(maxsize=1)
def _style() -> str:
    both = f"{(TEMPLATES / 'page.css').read_text(encoding='utf-8')}\n{stylesheet()}"
    return re.sub(r"\s*\n\s*", "\n", both).strip()


def _headline(title: Text, spoken: Sequence[Tongue]) -> str:
    module = _environment().get_template("spoken.j2").module
    return f"<h1>{module.spoken(_in_tongues(title, spoken))}</h1>\n"  # type: ignore[attr-defined]


def _say(spoken: Sequence[Tongue], key: str, **fields: object) -> dict[str, str]:
    return {tongue: say(key, tongue, **fields) for tongue in spoken}


def _in_tongues(text: Text, spoken: Sequence[Tongue]) -> dict[str, str]:
    """The text in each language of the page; a single entry when it is the same in all."""
    if isinstance(text, Mapping):
        texts = {str(tongue): str(text.get(tongue) or next(iter(text.values()))) for tongue in spoken}
    else:
        texts = {str(spoken[0]): str(text)}
    return texts if len(set(texts.values())) > 1 else dict(list(texts.items())[:1])


def _name(name: str, spoken: Sequence[Tongue]) -> dict[str, str]:
    return _in_tongues(_say(spoken, name) if is_said(name) else name, spoken)


def _named_texts(
    texts: Mapping[str, Text], spoken: Sequence[Tongue]
) -> list[tuple[dict[str, str], dict[str, str]]]:
    return [(_name(name, spoken), _in_tongues(text, spoken)) for name, text in texts.items()]


def _tally(verdicts: Mapping[str, int], spoken: Sequence[Tongue]) -> list[dict[str, object]]:
    return [
        {
            "count": verdicts[verdict],
            "words": _say(spoken, f"verdict.{verdict}"),
            "mark": mark,
            "colour": palette.VERDICT_COLOURS[verdict],
        }
        for verdict, mark in palette.VERDICT_MARKS.items()
        if verdicts.get(verdict)
    ]
