"""Turns an executed notebook into one HTML file that needs nothing else: no script, no font, no address.

Cells' sources, prompts and messages on the error stream stay in the notebook file. What cells put out as HTML
is taken as it is, since it comes from our own blocks; printed text and errors are escaped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
from nbconvert import HTMLExporter
from nbconvert.filters import strip_ansi
from traitlets.config import Config

from sqaudit.present.words import Language
from sqaudit.publish.pages import (
    TEMPLATES,
    Contents,
    Failure,
    ReportEntry,
    RunEntry,
    Text,
    index_page,
    page,
    reports_index,
)

HIDDEN_TAGS = frozenset({"hidden", "remove-cell", "papermill-error-cell-tag"})
DEEPEST = 3  # heading level that still enters the table of contents
MOST_CONTENTS = 30  # lines of a table of contents, beyond which it keeps to the second level
_OUTSIDE = re.compile(
    r"""\s(?:href|src|srcset|action|poster|data|xmlns(?::\w+)?)\s*=\s*(["'])"""
    r"""\s*(?:https?:|ftp:|//|javascript:)[^"']*\1""",
    re.IGNORECASE,
)

__all__ = ["Failure", "ReportEntry", "RunEntry", "Text", "index_page", "notebook_to_html", "reports_index"]


def notebook_to_html(
    notebook: Any,
    *,
    title: Text,
    language: Language,
    facts: Mapping[str, Text] | None = None,
    failure: Failure | Mapping[str, Any] | None = None,
) -> str:
    """One self-contained HTML page from an executed notebook (a node, or the path of an .ipynb file).

    With two languages the page has a switch. `facts` stand in the footer. `failure` (cell, source, error)
    puts a banner on top, so that a reader knows that the rest is missing; without it the page says nothing
    about errors beyond what the cells show. Cells tagged 'hidden' or 'remove-cell' are left out.
    """
    is_file = isinstance(notebook, str | Path)
    node = nbformat.read(notebook, as_version=4) if is_file else deepcopy(notebook)  # type: ignore[no-untyped-call]
    node.cells = [_marked(cell) for cell in node.cells if not HIDDEN_TAGS & set(_tags(cell))]
    rendered, _ = _exporter().from_notebook_node(node)
    body, contents = with_contents(without_addresses(rendered))
    return page(
        body,
        title=title,
        language=language,
        contents=_readable(contents),
        facts=facts,
        failure=_as_failure(failure),
        quiet_messages=_quiet_messages(node),
    )


def with_contents(body: str) -> tuple[str, list[Contents]]:
    """The body with an id on every heading, each id once, and the table of contents that leads to them.

    >>> with_contents('<h2>A &amp; B</h2><h2>A &amp; B</h2>')[0]
    '<h2 id="a-b">A &amp; B</h2><h2 id="a-b-2">A &amp; B</h2>'
    """
    contents: list[Contents] = []
    taken: set[str] = set()

    def anchored(match: re.Match[str]) -> str:
        level, attributes, inner = int(match[1]), match[2], match[3]
        text = " ".join(unescape(re.sub(r"<[^>]+>", "", inner)).split())
        anchor = _free(_attribute(attributes, "id") or _slug(text), taken)
        taken.add(anchor)
        if 2 <= level <= DEEPEST and text:
            contents.append(Contents(anchor, text, level, _attribute(attributes, "lang")))
        others = re.sub(r'\s+id="[^"]*"', "", attributes)
        return f'<h{level} id="{anchor}"{others}>{inner}</h{level}>'

    return re.sub(r"<h([1-6])((?:\s[^>]*)?)>(.*?)</h\1>", anchored, body, flags=re.DOTALL), contents


def without_addresses(body: str) -> str:
    """The body without scripts, without the notebook's own style, and without anything from elsewhere.

    >>> without_addresses('<a href="https://example.org">x</a><script>1</script><a href="#b">y</a>')
    '<a>x</a><a href="#b">y</a>'
    """
    body = re.sub(r'<style class="sqaudit">.*?</style>', "", body, flags=re.DOTALL)
    body = re.sub(r"<(script|iframe|object)\b.*?</\1\s*>", "", body, flags=re.DOTALL | re.IGNORECASE)
    body = re.sub(r"<(?:link|base|meta|embed)\b[^>]*>", "", body, flags=re.IGNORECASE)
    return re.sub(r"<[a-zA-Z][^<>]*>", lambda tag: _OUTSIDE.sub("", tag[0]), body)


def _readable(contents: Sequence[Contents]) -> list[Contents]:
    """The table of contents, without its third level where it would be long."""
    lines = Counter(entry.tongue for entry in contents)
    if max(lines.values(), default=0) <= MOST_CONTENTS:
        return list(contents)
    return [entry for entry in contents if entry.level == 2]


@lru_cache(maxsize=1)
def _exporter() -> Any:
    settings = Config()
    settings.TemplateExporter.extra_template_basedirs = [str(TEMPLATES.parent)]
    settings.HTMLExporter.exclude_anchor_links = True
    exporter = HTMLExporter(config=settings, template_name=TEMPLATES.name)  # type: ignore[no-untyped-call]
    exporter.register_filter("plain_text", _plain_text)  # type: ignore[no-untyped-call]
    return exporter


def _marked(cell: Any) -> Any:
    """The cell, tagged 'failed' when it holds an error."""
    if any(output.output_type == "error" for output in cell.get("outputs", [])):
        cell.metadata["tags"] = [*_tags(cell), "failed"]
    return cell


def _tags(cell: Any) -> list[str]:
    return list(cell.metadata.get("tags", []))


def _quiet_messages(node: Any) -> int:
    outputs = (output for cell in node.cells for output in cell.get("outputs", []))
    return sum(output.output_type == "stream" and output.name == "stderr" for output in outputs)


def _as_failure(failure: Failure | Mapping[str, Any] | None) -> Failure | None:
    if failure is None:
        return None
    given = failure if isinstance(failure, Failure) else Failure(**failure)
    return Failure(_plain_text(given.error), given.cell, given.source)


def _plain_text(text: str) -> str:
    """The text without terminal colours and other control characters."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", strip_ansi(str(text)))  # type: ignore[no-untyped-call]


def _attribute(attributes: str, name: str) -> str:
    found = re.search(rf'\s{name}="([^"]*)"', attributes)
    return found[1] if found else ""


def _free(anchor: str, taken: set[str]) -> str:
    number, free = 1, anchor
    while free in taken:
        number += 1
        free = f"{anchor}-{number}"
    return free


def _slug(text: str) -> str:
    return re.sub(r"[\W_]+", "-", text.lower()).strip("-") or "part"
