from __future__ import annotations

import re
from html.parser import HTMLParser

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from sqaudit.present.blocks import bilingual, heading, stack, style
from sqaudit.publish.export import (
    MOST_CONTENTS,
    Failure,
    ReportEntry,
    RunEntry,
    _readable,
    index_page,
    notebook_to_html,
    reports_index,
    with_contents,
    without_addresses,
)
from sqaudit.publish.pages import Contents

TITLE = {"zh": "第三季度审计", "en": "Audit of Q3 <2026>"}
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="


class Closed(HTMLParser):
    """Fails when a tag is left open or closed out of turn."""

    VOID = frozenset(["meta", "br", "img", "input", "link", "hr"])

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        assert tag in self.VOID

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def shown(html: object) -> nbformat.NotebookNode:
    return new_code_cell("show()", outputs=[new_output("display_data", data={"text/html": str(html)})])


@pytest.fixture
def notebook() -> nbformat.NotebookNode:
    warned = new_output("stream", name="stderr", text="FutureWarning: secret path /home/x")
    printed = new_output("stream", name="stdout", text="\x1b[31mred <b>\x1b[0m\x07")
    picture = new_output("display_data", data={"image/png": PIXEL, "text/plain": "<Figure>"})
    return new_notebook(
        cells=[
            shown(style()),
            shown(heading("quarterly_review.title", 1, "both")),
            new_code_cell("secret_source = 1", outputs=[warned, printed]),
            shown(
                stack(
                    heading("quarterly_review.scorecard", 2, "both"),
                    heading("quarterly_review.trends", 3, "both"),
                )
            ),
            shown(bilingual(lambda tongue: f"<p>in {tongue}</p>", "both")),
            new_markdown_cell("## Aside\n\nSee [the site](https://example.org/x) $x$."),
            new_code_cell("figure", outputs=[picture]),
            new_code_cell("quiet", outputs=[warned], metadata={"tags": ["hidden"]}),
        ]
    )


def test_a_page_stands_alone(notebook: nbformat.NotebookNode) -> None:
    html = notebook_to_html(notebook, title=TITLE, language="both")
    Closed(html)
    bare = html.replace("http-equiv", "")
    assert "http" not in bare
    assert "<script" not in bare
    assert "<link" not in bare
    assert "@import" not in bare
    assert not re.search(r"url\((?!data:)", bare)
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in html
    assert len(html.encode()) < 20_000


def test_sources_prompts_and_messages_stay_in_the_notebook(notebook: nbformat.NotebookNode) -> None:
    html = notebook_to_html(notebook, title=TITLE, language="en")
    assert "secret_source" not in html
    assert "FutureWarning" not in html
    assert "1 message from the run not shown here" in html
    assert '<pre class="printed">red &lt;b&gt;</pre>' in html
    assert "In [" not in html


def test_our_notebook_style_is_not_carried_twice(notebook: nbformat.NotebookNode) -> None:
    html = notebook_to_html(notebook, title=TITLE, language="both")
    assert html.count("table.sq caption") == 1
    assert html.count("<style") == 1


def test_the_notebook_is_left_as_it_was(notebook: nbformat.NotebookNode) -> None:
    before = nbformat.writes(notebook)
    notebook_to_html(notebook, title=TITLE, language="both")
    assert nbformat.writes(notebook) == before


def test_the_page_can_come_from_a_file(notebook: nbformat.NotebookNode, tmp_path) -> None:
    path = tmp_path / "run.ipynb"
    nbformat.write(notebook, path)
    facts = {"page.as_of": "2026-10-08", "seed": "<1>"}
    assert notebook_to_html(path, title=TITLE, language="zh", facts=facts) == notebook_to_html(
        notebook, title=TITLE, language="zh", facts=facts
    )


def test_the_contents_lead_to_every_heading_in_its_language(notebook: nbformat.NotebookNode) -> None:
    html = notebook_to_html(notebook, title=TITLE, language="both")
    navigation = html.split("<nav", 1)[1].split("</nav>", 1)[0]
    entries = re.findall(r'<li class="([^"]+)"><a href="#([^"]+)"', navigation)
    assert ("level2 zh", "quarterly-review-scorecard-zh") in entries
    assert ("level3 en", "quarterly-review-trends-en") in entries
    assert ("level2", "aside") in entries
    for _, anchor in entries:
        assert html.count(f'id="{anchor}"') == 1
    assert len(re.findall(r"<h1", html)) == 2  # the notebook's own title, once in each language


def test_the_switch_is_there_for_two_languages_only(notebook: nbformat.NotebookNode) -> None:
    both = notebook_to_html(notebook, title=TITLE, language="both")
    assert both.count('type="radio"') == 2
    assert "#show-zh:checked ~ * .en" in both
    assert 'type="radio"' not in notebook_to_html(notebook, title=TITLE, language="en")
    assert '<html lang="zh-CN">' in both
    assert '<html lang="en">' in notebook_to_html(notebook, title=TITLE, language="en")


def test_titles_and_facts_are_escaped() -> None:
    html = notebook_to_html(
        new_notebook(), title=TITLE, language="en", facts={"page.as_of": "<b>", "<i>": "x"}
    )
    assert "<title>Audit of Q3 &lt;2026&gt;</title>" in html
    assert "<h1><span>Audit of Q3 &lt;2026&gt;</span></h1>" in html
    assert "<dt><span>Data as of</span></dt><dd><span>&lt;b&gt;</span></dd>" in html
    assert "<i>" not in html


def test_a_failure_says_which_cell_and_why_without_running_anything() -> None:
    error = new_output("error", ename="ValueError", evalue="<script>bad</script>", traceback=["\x1b[0;31mx"])
    node = new_notebook(cells=[new_code_cell("boom()", outputs=[error])])
    failure = {"cell": 3, "source": "boom('<script>')", "error": "\x1b[31mValueError\x1b[0m: <script>"}
    html = notebook_to_html(node, title="t", language="en", failure=failure)
    assert "This report did not finish" in html
    assert "Cell 3 failed and what follows it is missing" in html
    assert '<pre class="printed error">ValueError: &lt;script&gt;</pre>' in html
    assert "boom(&#39;&lt;script&gt;&#39;)" in html
    assert 'id="failed-cell"' in html
    assert "\x1b" not in html
    assert "<script" not in html
    dead = notebook_to_html(new_notebook(), title="t", language="zh", failure=Failure("内核停止"))
    assert "运行中断" in dead


def test_repeated_headings_get_ids_of_their_own() -> None:
    body, contents = with_contents('<h2 id="a">One</h2><h2 id="a">Two</h2><h3>三 组</h3><h4>deep</h4>')
    assert [entry.anchor for entry in contents] == ["a", "a-2", "三-组"]
    assert body.endswith('<h3 id="三-组">三 组</h3><h4 id="deep">deep</h4>')


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ('<img src="https://x.org/a.png" alt="a">', '<img alt="a">'),
        ("<a href='//x.org' src=\"http://y\">t</a>", "<a>t</a>"),
        ('<a href="javascript:alert(1)">t</a>', "<a>t</a>"),
        ('<iframe src="x"></iframe><link rel="stylesheet" href="x">', ""),
        ('<img src="data:image/png;base64,AA">', '<img src="data:image/png;base64,AA">'),
        ("<p>written as http://x.org</p>", "<p>written as http://x.org</p>"),
    ],
)
def test_nothing_leads_elsewhere(given: str, kept: str) -> None:
    assert without_addresses(given) == kept


def test_the_front_page_of_a_book_shows_result_reports_and_failures() -> None:
    html = index_page(
        [
            ReportEntry({"zh": "季度", "en": "Quarter"}, "q.html", links={"PDF": "q.pdf"}),
            ReportEntry("Root <causes>", failure="ValueError: <x>"),
        ],
        title=TITLE,
        language="both",
        figures={"page.score": "72.38"},
        verdicts={"met": 4, "not_met": 0, "undetermined": 1},
        downloads={"workbook.scorecard": "scorecard.xlsx"},
    )
    Closed(html)
    assert '<a href="q.html"><span class="zh" lang="zh">季度</span>' in html
    assert "Root &lt;causes&gt;" in html
    assert "ValueError: &lt;x&gt;" in html
    assert html.count('class="broken"') == 1
    assert "✓</b> 4" in html
    assert "未达标" not in html
    assert '<a href="scorecard.xlsx">' in html
    assert len(html.encode()) < 20_000


def test_the_list_of_runs_names_the_standard_of_a_grade() -> None:
    grade, graded = {"zh": "优秀", "en": "Excellent"}, {"zh": "售后评价", "en": "After-sales"}
    html = reports_index(
        [RunEntry("a/index.html", "2026-Q3", "t", "2026-10-08", grade=grade, score="97.85", graded=graded)],
        language="en",
    )
    Closed(html)
    assert re.search(r"Excellent</span> <small>97.85</small> <small><span>After-sales</span></small>", html)
    assert "售后" not in html


def test_a_sentence_and_a_table_stand_on_the_front_page_where_there_are_several_standards() -> None:
    lead = {"zh": "得分属于甲", "en": "The score is that of A"}
    html = index_page(
        [], title="t", language="both", lead=lead, overview="<table><tr><td>A</td></tr></table>",
        verdicts={"met": 4},
    )  # fmt: skip
    Closed(html)
    assert html.index("The score is that of A") < html.index('id="standards"') < html.index("<td>A</td>")
    assert 'id="standards"' not in index_page([], title="t", language="en", verdicts={"met": 4})


def test_a_long_table_of_contents_keeps_to_the_second_level() -> None:
    few = [Contents(str(number), "x", 2 + number % 2, "en") for number in range(MOST_CONTENTS)]
    assert _readable(few) == few
    many = [*few, Contents("last", "x", 3, "en")]
    assert {entry.level for entry in _readable(many)} == {2}


def test_all_runs_stand_newest_first() -> None:
    runs = [
        RunEntry(f"{quarter}/index.html", quarter, "t", finished, failures=failures)
        for quarter, finished, failures in [
            ("2026-Q1", "2026-04-02", 0),
            ("2026-Q3", "2026-10-08", 2),
            ("2026-Q2", "2026-07-03", 0),
        ]
    ]
    html = reports_index(runs, language="en")
    Closed(html)
    assert re.findall(r'<a href="(2026-Q\d)/', html) == ["2026-Q3", "2026-Q2", "2026-Q1"]
    assert "2 reports did not finish" in html
    assert "There are no audit books yet." in reports_index([], language="en")
