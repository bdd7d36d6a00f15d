"""Conditions: what is refused and in which words, what is accepted and that it computes right."""

from __future__ import annotations

import re
import subprocess
import sys

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sqaudit.conditions import (
    ALLOWED_WORDS,
    LONGEST_TEXT,
    MOST_NODES,
    ConditionError,
    condition,
    literal,
    quoted,
    unknown_columns,
)

ROWS = """
    (1, 'phone', 4, 2.5, true, TIMESTAMP '2026-07-01 09:30:15', TIMESTAMP '2026-07-01 10:00:00'),
    (2, 'it''s', 2, -1.0, false, TIMESTAMP '2026-09-30 23:59:59', NULL),
    (3, NULL, NULL, NULL, NULL, NULL, TIMESTAMP '2026-07-02 00:00:00'),
    (4, ' Phone ', 5, 0.0, true, TIMESTAMP '2024-02-29 00:00:00', TIMESTAMP '2024-02-28 00:00:00')
"""
NAMES = "(id, channel, score, amount, solved, opened, closed)"


@pytest.fixture(scope="module")
def records() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:", config={"autoload_known_extensions": "false"})
    connection.execute("SET error_on_division_by_zero = false")  # as the engine has it
    connection.execute(f"CREATE TABLE t AS SELECT * FROM (VALUES {ROWS}) AS v {NAMES}")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def answers(records: duckdb.DuckDBPyConnection, sql: str) -> list[object]:
    return [row[0] for row in records.execute(f"SELECT ({sql}) FROM t ORDER BY id").fetchall()]


REFUSED = {
    "a sub-query": ["score >= (select 1)", "score in (select 1)", "(table t) = 1"],
    "exists": ["exists(select 1)", "not exists (from t)"],
    "the function read_text": ["read_text('/etc/passwd') = 'x'", "coalesce(read_text('x'), channel) = ''"],
    "the function read_csv": ["read_csv('x') is null"],
    "the function getenv": ["getenv('HOME') = 'x'"],
    "the function columns": ["columns('a') = 1", "columns(*) > 1", "COLUMNS(x -> x) = 1"],
    "a star": ["*", "* exclude (a)"],
    "the aggregate": ["count(*) > 1", "sum(score) > 1", "max(score)", "array_agg(score)", "median(score)"],
    "the construct Window": ["row_number() over ()", "lag(score) over (order by id)"],
    "the function json_extract": ["x -> x + 1"],
    "the function array": ["[1, 2] = score"],
    "the function struct": ["{'a': 1} = score", "struct_pack(a := 1)", "score = {{ x }}"],
    "the construct Bracket": ["score[1]", "score[1:2] = 1"],
    "the function to_map": ["map {'a': 1} = score"],
    "the function explode": ["unnest(score)", "unnest([1])"],
    "the construct RawString": ["$$x$$ = channel", "$tag$x$tag$ = channel"],
    "the construct ByteString": [r"e'\x41' = channel"],
    "a comment": ["score >= 4 -- or more", "score /* five */ = 5", "/* hint */ score", "/*+ x */ score = 1"],
    "without a semicolon": ["score; drop table t", "score = 1;", "solved; select 1"],
    "the construct Placeholder": ["score = ?", "score = $1", "score = :x"],
    "the construct PositionalColumn": ["#1 = 1"],
    "the construct Any": ["score = any([1])"],
    "the construct All": ["score = all (select 1)"],
    "the construct Alias": ["score as b", "score b"],
    "the function now": ["opened < now()"],
    "the function current_date": ["opened < current_date"],
    "the function current_timestamp": ["opened < current_timestamp"],
    "the function rand": ["random() < 0.5"],
    "the function current_user": ["current_user = 'x'"],
    "the function regexp_like": ["channel ~ 'p.*'", "regexp_matches(channel, 'x')"],
    "the construct SimilarTo": ["channel similar to 'p.*'"],
    "the construct Escape": ["channel like 'x!%' escape '!'"],
    "the function collate": ["channel collate nocase = 'x'"],
    "the construct AtTimeZone": ["opened at time zone 'UTC' = opened"],
    "the function pg_sleep": ["pg_sleep(9)"],
    "the function getvariable": ["getvariable('x') = 1"],
    "the function system": ["system('ls')"],
    "the function concat": ["channel = 'a' 'b'"],
    "casts to": [
        "channel::regclass = 1", "channel::json = 1", "score::int[] = 1", "cast(score as struct(x int))",
        "cast(channel as enum('x'))", "channel::blob", "channel::uuid = 1", "opened::timestamptz",
        "cast(channel as my_type)", "score::hugeint", "cast(score as map(int, int))",
    ],
    "write a column without its table": ["t.score = 1", "main.t.score = 1", "a.b.c.d = 1"],
    "is too long": [
        " and ".join(["score = 1"] * 300),
        f"channel = '{'x' * LONGEST_TEXT}'",
        "a" * (LONGEST_TEXT + 1),
        "-" + " + ".join(["1"] * (MOST_NODES // 2 + 1)),
    ],
    "it is nested too deeply": [
        "(" * 1900 + "a" + ")" * 1900, "not " * 900 + "a", "[" * 3900, "{" * 3900, "- " * 1900 + "a",
        "cast(" * 700, "if(" * 900,
    ],
    "lacks a value": ["@", "score = @"],
    "is no SQL expression": [
        "score >", "select 1", "score = 'x", 'score = "x',
        "score union all", "not", "case when", "`score` = 1", "score ＝ 1", "{% x %}", "))", "0x1F = score",
        "cast(score as varchar using x)", "lambda x: x", "x'ab' = channel",
    ],
    "a closing bracket is missing": ["coalesce(score, 1", "score in (1, 2"],
    "a quotation mark is missing": ["channel = 'it's'", '"score = 1'],
    "the unit of time": [
        'extract("epoch from opened), (select 1" from opened) = 1',
        "date_diff('da''y); drop table t; --', opened, closed) > 1", "date_diff(channel, opened, closed) > 1",
        "date_trunc('mo''nth', opened) = opened", "opened > closed + interval 2 fortnights",
        "date_trunc(channel, opened) = opened", "extract(x from opened) = 1",
    ],
    "Write one amount and unit": [
        "opened + interval '1 day) or (1=1' > closed", "opened + interval '1 day; x' > closed",
        "opened + interval '1 day 2 hours' > closed", "opened + interval '1:00:00' > closed",
        "opened + interval 'P1D' > closed",
    ],
    "invisible character U+0000": ["channel = 'a\x00b'", "sco\x00re = 1"],
    "invisible character U+200B": ["score\u200b = 1", "channel = 'phone\u200b'"],
    "invisible character U+202E": ["channel = '\u202eenohp'"],
    "invisible character U+D800": ["channel = '\ud800'"],
    "invisible character U+FEFF": ["\ufeffscore = 1"],
    "straight single quotes": ["channel = ‘phone’", "channel = “phone”", "channel = ′phone′"],
    "must be one SQL expression": [
        "", "   ", ";", "\n\t", ";;", "from t",
        "score order by id", "score limit 1", "distinct score", "score, id", "score from t",
        "score union select 1", "score into t", "score where true", "score group by id",
    ],
    "needs a list in brackets behind 'in'": ["score in amount"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("words", "text"),
    [(words, text) for words, texts in REFUSED.items() for text in texts],
    ids=lambda v: v[:40],
)
def test_refused_with_a_sentence(words: str, text: str) -> None:
    with pytest.raises(ConditionError) as caught:
        condition(text)
    sentence = str(caught.value)
    assert words in sentence
    assert sentence.endswith(".")
    assert len(sentence) < 600
    assert sentence.isprintable() or "\n" in text
    assert "<class" not in sentence
    assert "TokenType" not in sentence


STATEMENTS = """
    set x = 1 | attach 'x.db' | install httpfs | load httpfs | pragma version | call f() | copy t to 'x' |
    export database 'x' | create table x (a int) | drop table t | insert into t values (1) | delete from t |
    update t set a = 1 | values (1) | describe t | explain select 1 | use x | with a as (select 1) select 1
"""


@pytest.mark.parametrize("text", [text.strip() for text in STATEMENTS.split("|")])
def test_statements_are_refused(text: str) -> None:
    with pytest.raises(ConditionError, match=r"\.$"):
        condition(text)


def test_a_whole_sentence() -> None:
    with pytest.raises(ConditionError) as caught:
        condition("getenv('HOME') = 'x'")
    assert str(caught.value) == (
        f"'getenv('HOME') = 'x'' uses the function getenv, which is not allowed. {ALLOWED_WORDS}"
    )


ACCEPTED = {
    "score >= 4": [True, False, None, True],
    "SCORE >= 4 AND solved": [True, False, None, True],
    "score between 2 and 4": [True, True, None, False],
    "not score between 2 and 4": [False, False, None, True],
    "channel in ('phone', 'it''s')": [True, True, None, False],
    "channel not in ('phone')": [False, True, None, True],
    "lower(trim(channel)) = 'phone'": [True, False, None, True],
    "channel like '%hon%'": [True, False, None, True],
    "channel ilike 'PHONE'": [True, False, None, False],
    "channel not like 'p%'": [False, True, None, True],
    "starts_with(channel, 'ph')": [True, False, None, False],
    "contains(channel, '''')": [False, True, None, False],
    "length(channel) > 4": [True, False, None, True],
    "channel is null": [False, False, True, False],
    "closed is not null": [True, False, True, True],
    "solved is true": [True, False, False, True],
    "solved is not true": [False, True, True, False],
    "solved is distinct from true": [False, True, True, False],
    "channel is not distinct from null": [False, False, True, False],
    "(channel is not null) = solved": [True, False, None, True],
    "(not solved) is null": [False, False, True, False],
    "not (solved is null)": [True, True, False, True],
    "coalesce(score, 0) + 1": [5, 3, 1, 6],
    "nullif(score, 2)": [4, None, None, 5],
    "greatest(score, 3) - least(score, 3)": [1, 1, 0, 2],
    "case when score >= 4 then 'good' when score is null then 'none' else 'bad' end": [
        "good",
        "bad",
        "none",
        "good",
    ],
    "case score when 4 then 1 else 0 end": [1, 0, 0, 0],
    "if(solved, score, 0)": [4, 0, 0, 5],
    "closed - opened <= interval '30 minutes'": [True, None, None, True],
    "closed <= opened + interval 30 minute": [True, None, None, True],
    "closed > opened + interval '1' hour": [False, None, None, False],
    "date_diff('minute', opened, closed)": [30, None, None, -1440],
    "date_diff('days', opened, closed)": [0, None, None, -1],
    "extract(hour from opened)": [9, 23, None, 0],
    "extract(epoch from closed) - extract(epoch from opened)": [1785.0, None, None, -86400.0],
    "hour(opened) * 60 + minute(opened)": [570, 1439, None, 0],
    "year(opened) * 100 + month(opened)": [202607, 202609, None, 202402],
    "quarter(opened)": [3, 3, None, 1],
    "day(opened)": [1, 30, None, 29],
    "dayofweek(opened) in (0, 6)": [False, False, None, False],
    "opened >= timestamp '2026-07-01' and opened < date '2026-10-01'": [True, True, None, False],
    "date_trunc('month', opened) = timestamp '2026-07-01'": [True, False, None, False],
    "cast(opened as date) = date '2024-02-29'": [False, False, None, True],
    "opened::time < time '10:00:00'": [True, False, None, True],
    "try_cast(channel as int) is null": [True, True, True, True],
    "score::varchar || '/' || id::text": ["4/1", "2/2", None, "5/4"],
    "round(amount * 1.25, 1)": [3.1, -1.3, None, 0.0],
    "abs(amount) + floor(amount) + ceil(amount)": [7.5, -1.0, None, 0.0],
    "-amount": [-2.5, 1.0, None, 0.0],
    "- -amount": [2.5, -1.0, None, 0.0],
    "score % 2 = 1 or amount / 2 > 1": [True, False, None, True],
    "1 - (2 - score)": [3, 1, None, 4],
    "2 * (score + 1) / 4": [2.5, 1.5, None, 3.0],
    "sqrt(score * score)": [4.0, 2.0, None, 5.0],
    "ln(1) = 0": [True] * 4,
    "solved or score = 2 and amount > 0": [True, False, None, True],
    "(solved or score = 2) and amount > 0": [True, False, None, False],
    "true": [True] * 4,
    "1_000 = 1e3": [True] * 4,
}


@pytest.mark.parametrize("text", list(ACCEPTED))
def test_accepted_and_computed(records: duckdb.DuckDBPyConnection, text: str) -> None:
    found = answers(records, condition(text).sql)
    expected = ACCEPTED[text]
    assert [float(one) if hasattr(one, "__float__") else one for one in found] == [
        pytest.approx(float(one)) if isinstance(one, int | float) else one for one in expected
    ]
    assert found == answers(records, text)


def test_columns_are_those_read() -> None:
    found = condition("coalesce(a, \"B c\") > 1 and '渠道' = 渠道 and date_diff('day', d, e) > 0")
    assert found.columns == {"a", "B c", "渠道", "d", "e"}
    assert str(found) == "coalesce(a, \"B c\") > 1 and '渠道' = 渠道 and date_diff('day', d, e) > 0"


def test_every_name_is_quoted_so_no_keyword_or_constant_can_slip_in() -> None:
    for word in ("user", "default", "rowid", "date", "current_schema", "x"):
        assert condition(word).sql == f'"{word}"'


def test_quoted_identifiers_with_quotes(records: duckdb.DuckDBPyConnection) -> None:
    name = 'a" = 1 OR "b'
    found = condition(f"{quoted(name)} = 1")
    assert found.columns == {name}
    assert found.sql == '"a"" = 1 OR ""b" = 1'
    with pytest.raises(duckdb.BinderException):
        answers(records, found.sql)


def test_unknown_columns_suggest_the_nearest() -> None:
    assert unknown_columns("scor > 1 and channel = 'x'", ["score", "channel"]) == [
        "there is no column 'scor'. Did you mean 'score'?"
    ]
    assert unknown_columns("score > 1", {"score"}) == []


def visible() -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs")), max_size=40)


@given(visible())
def test_text_round_trips_exactly(records: duckdb.DuckDBPyConnection, text: str) -> None:
    sql = condition(f"channel = {literal(text)} or {literal(text)} = 'x'").sql
    inner = re.fullmatch(r"\"channel\" = ('.*') OR \1 = 'x'", sql, re.DOTALL)
    assert inner
    assert answers(records, inner[1]) == [text] * 4


@given(visible().filter(lambda name: name.strip()))
def test_names_round_trip_exactly(name: str) -> None:
    assert condition(f"{quoted(name)} is null").columns == {name}


NUMBERS = ["score", "amount", "id", "1", "2.5", "-3", "null"]
TEXTS = ["channel", "'phone'", "'it''s'", "''", "null"]
TIMES = ["opened", "closed", "timestamp '2026-07-01 12:00:00'"]


def expressions() -> st.SearchStrategy[str]:
    """Well-typed conditions of every allowed construct, nested."""
    numbers = st.recursive(
        st.sampled_from(NUMBERS),
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "%"]), inner).map(" ".join),
            inner.map(lambda x: f"({x})"),
            inner.map(lambda x: f"- ({x})"),
            st.builds("{}({})".format, st.sampled_from(["abs", "floor", "ceil", "round"]), inner),
            st.builds("{}({}, {})".format, st.sampled_from(["coalesce", "least", "greatest"]), inner, inner),
        ),
        max_leaves=4,
    )  # fmt: skip
    compared = st.sampled_from(["=", "<>", "<", "<=", ">", ">=", "is distinct from"])
    simple = st.one_of(
        st.tuples(numbers, compared, numbers).map(" ".join),
        st.tuples(st.sampled_from(TEXTS), compared, st.sampled_from(TEXTS)).map(" ".join),
        st.tuples(st.sampled_from(TIMES), compared, st.sampled_from(TIMES)).map(" ".join),
        st.tuples(numbers, numbers, numbers).map(lambda p: f"{p[0]} between {p[1]} and {p[2]}"),
        st.builds("{} {} ('phone', 'x')".format, st.sampled_from(TEXTS), st.sampled_from(["in", "not in"])),
        st.sampled_from(TEXTS).map(lambda x: f"lower({x}) like '%o%'"),
        st.sampled_from(TIMES).map(lambda x: f"date_diff('minute', {x}, closed) > 5"),
        st.sampled_from(["solved", "true", "false", "score is null", "channel is not null"]),
    )  # fmt: skip
    return st.recursive(
        simple,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join),
            inner.map(lambda x: f"not {x}"),
            inner.map(lambda x: f"({x})"),
            inner.map(lambda x: f"({x}) is not true"),
            st.tuples(inner, inner).map(lambda p: f"case when {p[0]} then {p[1]} else false end"),
        ),
        max_leaves=5,
    )


@given(expressions())
def test_what_is_accepted_runs_and_means_what_was_written(
    records: duckdb.DuckDBPyConnection, text: str
) -> None:
    assert repr(answers(records, condition(text).sql)) == repr(answers(records, text))


@given(st.text(st.sampled_from("abc ()'\"-*/;,.=<>[]{}$@#?:!~|&%^\\ \n01selctfromwhn"), max_size=60))
@example(text="->")
def test_any_noise_is_accepted_or_refused_with_a_sentence(text: str) -> None:
    try:
        found = condition(text)
    except ConditionError as error:
        sentence = str(error)
    else:
        sentence = "."
        assert condition(found.sql).sql == found.sql  # what runs is itself allowed, and rendered alike
    assert sentence.endswith(".")


def test_deep_nesting_never_ends_the_process() -> None:
    """The compiled parser recurses in C: a segmentation fault could not be caught in this process."""
    code = (
        "from sqaudit.conditions import condition, ConditionError\n"
        "for sign in '( [ { - not~ a[ case~when~ a~in~( if( x. cast( select~ @'.split():\n"
        "    try: condition(sign.replace('~', ' ') * (3990 // len(sign)))\n"
        "    except ConditionError: pass\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_columns_may_be_called_like_statements() -> None:
    assert condition("comment is not null").sql == 'NOT "comment" IS NULL'
    assert condition("show = 1 and set > 2").columns == {"show", "set"}
