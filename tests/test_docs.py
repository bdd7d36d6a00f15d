"""The documentation is run: every example of docs/*.md and README.md works as it is printed.

A fenced block says in its first line what it is; readers see only the colours of the first word:

    ```csv PATH               a file of the example, written into the working folder
    ```yaml run [PATH]        a run file; with a path it is written, for the commands below it
    ```yaml standard [PATH]   a standard, read as `sqaudit` reads it
    ```yaml records           the `records` (and other keys) of a run file; attached and checked for real
    ```yaml indicators        entries for `indicators` of a standard
    ```yaml part              other keys of a standard
    ```yaml trees             cause trees, read as `sqaudit` reads them
    ```yaml actions PATH      an improvement plan, written and read as `sqaudit` reads it
    ```yaml conditions        expressions that are allowed; `refused` ones are not
    ```python                 run; all blocks of a page share one namespace
    ```console                `$ sqaudit ...` is run; the lines below it must come out (... is anything)

Everything happens in a copy of the folders a reader has; `sh` and `text` blocks are not run.
"""

from __future__ import annotations

import re
import shlex
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import duckdb
import pandas as pd
import pytest
import typer
import yaml
from typer.testing import CliRunner

import sqaudit
from sqaudit import cli, params, review
from sqaudit.actions import read_actions
from sqaudit.cause_tree import read_trees
from sqaudit.conditions import ConditionError, condition
from sqaudit.kinds import catalogue
from sqaudit.sources import peek
from sqaudit.standards import model, rating
from sqaudit.standards.variants import variants

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LINKED = [path for path in (*PAGES, ROOT / "CONTRIBUTING.md") if path.exists()]
MINIMUM = {"standard": "example", "title": "Example", "indicators": []}
INDICATOR = {"id": "example", "name": "Example", "records": "visit", "measure": {"count": "all"}}


@dataclass(frozen=True)
class Block:
    """One fenced block: where it begins, its first line after the fence, and its text."""

    place: str
    info: list[str]
    text: str


def blocks(page: Path) -> Iterator[Block]:
    """Every fenced block of a page in order."""
    text = page.read_text(encoding="utf-8")
    for match in re.finditer(r"^```([^\n]*)\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE):
        line = text.count("\n", 0, match.start()) + 1
        yield Block(f"{page.name}:{line}", match[1].split(), match[2])


def section(page: str, heading: str) -> str:
    """The part of a page below a heading, up to the next heading of the same or a higher level."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    found = re.search(rf"^(#+) {re.escape(heading)}\n(.*?)(?=^#{{1,2}} |\Z)", text, re.DOTALL | re.MULTILINE)
    assert found, f"{page} has no heading '{heading}'"
    return found[2]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with what a reader has, and the files that examples speak of without printing them."""
    for name in ("params", "data_samples", "notebooks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    _more_sources(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("SERVICE_DB", f"sqlite:///{tmp_path / 'exports' / 'service.sqlite'}")
    return tmp_path


def _more_sources(folder: Path) -> None:
    exports = folder / "exports"
    exports.mkdir()
    tickets = pd.read_csv(folder / "data_samples/tickets.csv")
    for month in ("2026-07", "2026-08", "2026-09"):
        part = tickets[tickets["created_at"].str.startswith(month)]
        part.to_csv(exports / f"tickets-{month}.csv", index=False)
        below = exports / "tickets" / f"month={month}"
        below.mkdir(parents=True)
        part.assign(created_at=pd.to_datetime(part["created_at"])).to_parquet(
            below / "part.parquet", index=False
        )
    with closing(sqlite3.connect(exports / "service.sqlite")) as database:
        tickets.to_sql("tickets", database, index=False)
    with duckdb.connect(str(exports / "service.duckdb")) as database:
        database.execute("CREATE SCHEMA audit; CREATE TABLE audit.tickets AS SELECT * FROM tickets")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # kernels leave sockets behind
@pytest.mark.parametrize("page", [path for path in PAGES if path.exists()], ids=lambda path: path.name)
def test_every_example_of_a_page_works(page: Path, workspace: Path) -> None:
    namespace: dict[str, Any] = {}
    for block in blocks(page):
        kind = block.info[0] if block.info else ""
        try:
            if kind == "csv":
                _write(workspace, block.info[1], block.text)
            elif kind == "yaml":
                _load(workspace, block)
            elif kind == "python":
                exec(compile(block.text, block.place, "exec"), namespace)  # noqa: S102 - our own pages
            elif kind == "console":
                _type_in(block)
            else:
                assert kind in ("sh", "text", "json", "bash"), "say what the block is"
        except (Exception, SystemExit) as error:
            error.add_note(f"in the block at {block.place}")
            raise


def _write(workspace: Path, name: str, text: str) -> Path:
    path = workspace / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _load(workspace: Path, block: Block) -> None:
    content = yaml.safe_load(block.text)
    what, *name = block.info[1:] or [_guessed(content)]
    if what in ("run", "standard"):
        path = _write(workspace, name[0] if name else "example.yaml", block.text)
        if what == "standard":
            sqaudit.read_standard(path)
        else:
            params.RunFile.model_validate(content)
    elif what == "records":
        with sqaudit.audit_of(
            {"standard": "after_sales_evaluation", "period": "2026-Q3", **content}
        ) as audit:
            assert (audit.row_account.query("step == 'used'")["rows"] > 0).all(), "no row is used"
            audit.measure(audit.run.segments)
    elif what == "indicators":
        model.Standard.model_validate({**MINIMUM, "indicators": content})
    elif what == "part":
        model.Standard.model_validate({**MINIMUM, "indicators": [INDICATOR], **content})
    elif what == "trees":
        (path := Path("trees_of_the_page.yaml")).write_text(block.text, encoding="utf-8")
        assert read_trees(path)
    elif what == "actions":
        assert read_actions(_write(workspace, name[0], block.text))
    elif what == "conditions":
        for text in content["allowed"]:
            condition(text)
        for text in content["refused"]:
            with pytest.raises(ConditionError):
                condition(text)
    else:
        assert what == "any", f"'yaml {what}' is no kind of block"


def _guessed(content: object) -> str:
    """What an unmarked block is: a run file, a standard, or a part that only has to be YAML."""
    keys = set(content) if isinstance(content, dict) else set()
    if {"standard", "records"} <= keys:
        return "run"
    return "standard" if {"standard", "indicators"} <= keys else "any"


def _type_in(block: Block) -> None:
    """Run the commands of a console block one after the other and look for the lines below each."""
    status = 0
    for typed in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, expected = typed.partition("\n")
        if command == "echo $?":
            assert str(status) == expected.strip(), f"the exit status is {status}"
        elif command.startswith("sqaudit run ") and block.place.startswith("README"):
            continue  # "Two commands" is tried elsewhere
        elif command.startswith("sqaudit "):
            status, output = _run(shlex.split(command)[1:])
            _look_for(expected, output)
        else:
            raise AssertionError(f"'{command}' is no command this test can run")


def _run(arguments: list[str]) -> tuple[int, str]:
    """The exit status and everything a command says, in this process: a second interpreter costs seconds."""
    answer = CliRunner().invoke(cli.app, arguments)
    if answer.exception and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    return answer.exit_code, answer.output


def _look_for(expected: str, output: str) -> None:
    """Every expected line stands in the output, in order, whatever the spaces."""
    plain = " ".join(output.split())
    start = 0
    for line in filter(None, (" ".join(line.split()) for line in expected.splitlines())):
        if line == "...":
            continue
        pattern = ".*?".join(re.escape(part.strip()) for part in line.split("..."))
        found = re.compile(pattern).search(plain, start)
        assert found, f"'{line}' is not in the output, which is:\n{output}"
        start = found.end()


def _commands() -> dict[str, Any]:
    """Every command by its words, such as `standards show`."""
    top = typer.main.get_command(cli.app)
    found: dict[str, Any] = {}
    for name, one in top.commands.items():  # type: ignore[attr-defined]
        below = getattr(one, "commands", {})
        found |= {f"{name} {sub}": command for sub, command in below.items()} or {name: one}
    return found


def _options(command: Any) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts} | {"--help"}


@pytest.mark.parametrize("page", LINKED, ids=lambda path: path.name)
def test_every_command_and_option_named_exists(page: Path) -> None:
    commands = _commands()
    groups = {name.split()[0] for name in commands if " " in name}
    every_option = set.union(*(_options(command) for command in commands.values()))
    text = page.read_text(encoding="utf-8")
    pieces = re.findall(r"`([^`\n]+)`", text) + [
        line for block in blocks(page) for line in block.text.splitlines()
    ]
    for piece in pieces:
        for call in re.findall(r"(?:^|[\s$/])sqaudit ([a-z]+\b[^|;&#]*)", piece):
            words = call.split()
            name = " ".join(words[:2]) if words[0] in groups else words[0]
            assert name in commands or name in groups, f"'sqaudit {call}': there is no such command"
            unknown = set(re.findall(r"(?<!\S)--?[a-z][a-z-]*", call)) - _options(commands[name])
            assert not unknown, f"'sqaudit {call}': there is no option {unknown}"
        if re.fullmatch(r"--[a-z-]+(?: .*)?", piece):
            assert piece.split()[0] in every_option, f"there is no option {piece}"


@pytest.mark.parametrize("page", LINKED, ids=lambda path: path.name)
def test_every_relative_link_resolves(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        place = (page.parent / name).resolve() if name else page
        assert place.exists(), f"{page.name} links to {target}, which is not there"
        if anchor and place.suffix == ".md":
            assert anchor in _anchors(place), f"{page.name} links to {target}, which has no such heading"


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def kinds_table() -> str:
    """The table of record kinds as the page has it."""
    lines = ["| kind | what it is | key | event time |", "|---|---|---|---|"]
    for name, kind in catalogue().items():
        time = f"`{kind.time}`" if kind.time else "none"
        what = f"{kind.name.en} {kind.name.zh}"
        lines.append(f"| [`{name}`](data_dictionary.md#{name}) | {what} | `{kind.key}` | {time} |")
    return "\n".join(lines)


def test_the_table_of_record_kinds_is_the_catalogue() -> None:
    page = (ROOT / "docs/bring_your_own_data.md").read_text(encoding="utf-8")
    assert kinds_table() in page, "the table should be:\n" + kinds_table()


def test_the_table_of_standards_counts_right() -> None:
    """Each standard that comes with sqaudit is listed, with its indicators and those with a target."""
    rows = re.findall(
        r"^\| `(\w+)` \| [^|]+ \| (\d+) \| (\d+) \|$",
        section("bring_your_own_data.md", "Several standards"),
        re.MULTILINE,
    )
    standards = [sqaudit.read_standard(path) for path in sorted((ROOT / "params/standards").glob("*.yaml"))]
    counted = {
        (one.standard, len(one.indicators), sum(bool(own.all_targets) for own in one.indicators))
        for one in standards
    }
    assert {(name, int(all_), int(with_target)) for name, all_, with_target in rows} == counted


def test_the_front_page_counts_right() -> None:
    """What README.md says of the standards it ships, and of their other readings."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    run = yaml.safe_load((ROOT / "params/quarterly_review.yaml").read_text(encoding="utf-8"))
    standards = [sqaudit.read_standard(ROOT / f"params/standards/{name}.yaml") for name in run["standard"]]
    rows = {entry.row for one in standards for entry in [*one.indicators, *one.rules]}
    readings = sum(len(variants(one)) + sum(map(len, one.readings.values())) for one in standards)
    for number, what in (
        (len(rows), "rows"),
        (sum(len(one.indicators) for one in standards), "indicators"),
        (readings // 100 * 100, "other readings"),
        (len(run["records"]), "kinds of record"),
    ):
        assert f"{number} {what}" in text, f"README.md should say '{number} {what}'"


@pytest.mark.parametrize(
    ("page", "described"),
    [
        ("bring_your_own_data.md", params.RunFile),
        ("bring_your_own_data.md", params.Source),
        ("bring_your_own_data.md", params.OneRowPer),
        ("write_your_own_standard.md", model.Standard),
        ("write_your_own_standard.md", model.Indicator),
        ("write_your_own_standard.md", model.Measure),
        ("write_your_own_standard.md", model.Within),
        ("write_your_own_standard.md", model.Target),
        ("write_your_own_standard.md", model.Scoring),
        ("write_your_own_standard.md", model.Rule),
    ],
)
def test_every_key_is_described(page: str, described: Any) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    keys = [field.alias or name for name, field in described.model_fields.items()]
    missing = [key for key in keys if not re.search(rf"`{key}[`:]", text)]
    assert not missing, f"{page} says nothing of {missing} of {described.__name__}"


def test_every_word_for_dates_is_described() -> None:
    text = section("bring_your_own_data.md", "Reading columns")
    assert [word for word in params.DATE_WORDS if f"`{word}`" not in text] == []


def test_every_ending_of_a_file_is_described() -> None:
    text = section("bring_your_own_data.md", "Sources")
    assert [ending for ending in peek._ENDINGS if f"`{ending}`" not in text] == []


def test_every_command_is_described() -> None:
    text = (ROOT / "docs/automate.md").read_text(encoding="utf-8")
    assert [name for name in _commands() if f"`sqaudit {name}" not in text] == []


def test_every_method_has_its_source() -> None:
    """The names of methods in measurement frames, and works cited as the docstrings cite them."""
    text = (ROOT / "docs/methods.md").read_text(encoding="utf-8")
    code = (ROOT / "sqaudit/measure/figures.py").read_text(encoding="utf-8")
    named = set(re.findall(r'method="(\w+)"', code)) | set(re.findall(r'\("(\w+)", intervals\.', code))
    assert {name for name in named if f"`{name}`" not in text} == set()
    docstrings = " ".join(re.sub(r"[(),]", "", (ROOT / "sqaudit/intervals.py").read_text("utf-8")).split())
    cited = re.findall(r"\| ([A-Z][^|]*?\(\d{4}\))", text)
    assert cited
    for work in cited:
        assert re.sub(r"[(),]", "", work) in docstrings, f"{work} is cited nowhere in the code"


def test_every_rule_of_scoring_is_explained() -> None:
    text = section("methods.md", "Scores")
    rules = get_args(rating.Scoring.model_fields["rule"].annotation)
    assert rules
    assert [rule for rule in rules if f"| `{rule}` |" not in text] == []


def test_the_files_of_a_book_are_described() -> None:
    """The table of files names what `sqaudit.run` writes, as far as the code names it."""
    text = section("automate.md", "The book on disk")
    for name in ("manifest.json", "results.json", "measurements.parquet", "run.json", *review.FILES.values()):
        assert f"`{name}`" in text
