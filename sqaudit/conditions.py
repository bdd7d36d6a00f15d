"""Conditions in standards and run files: SQL expressions over the columns of one record kind, as data.

An expression is parsed, every node of it is held against an allow-list, and what runs is rendered
anew from the checked tree, never the text as it was written. No sub-query, no table function, no
aggregate, no file access: somebody else's standard can neither read nor write anything.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from sqlglot import Dialect, Token, TokenType, exp
from sqlglot.errors import SqlglotError

from sqaudit.errors import did_you_mean

LONGEST_TEXT = 4_000  # characters; a condition that needs more belongs into a derived column
MOST_BRACKETS = 20  # square ones and braces, of which none is allowed anyway
MOST_NODES = 400
DEEPEST = 40  # brackets, cases and signs within one another: the parser recurses in C and may not come back
_OPENING = (TokenType.L_PAREN, TokenType.CASE)
_CLOSING = (TokenType.R_PAREN, TokenType.END)
_OPERANDS = (
    TokenType.VAR, TokenType.IDENTIFIER, TokenType.NUMBER, TokenType.STRING, TokenType.NULL, TokenType.TRUE,
    TokenType.FALSE, *_CLOSING,
)  # fmt: skip
DIALECT = "duckdb"

_OPERATORS = (
    exp.And, exp.Or, exp.Not, exp.Paren, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ,
    exp.NullSafeNEQ, exp.Between, exp.In, exp.Is, exp.Like, exp.ILike, exp.Add, exp.Sub, exp.Mul, exp.Div,
    exp.Mod, exp.Neg, exp.DPipe, exp.Case, exp.If,
)  # fmt: skip
_ATOMS = (
    exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Var, exp.Interval, exp.Cast,
    exp.TryCast, exp.DataType, exp.DataTypeParam, exp.Tuple,
)  # fmt: skip
_FUNCTIONS = (
    exp.Coalesce, exp.Nullif, exp.Least, exp.Greatest, exp.Abs, exp.Round, exp.Floor, exp.Ceil, exp.Lower,
    exp.Upper, exp.Trim, exp.Length, exp.Contains, exp.StartsWith, exp.DateDiff, exp.DateTrunc,
    exp.TimestampTrunc, exp.Extract, exp.Year, exp.Quarter, exp.Month, exp.Day, exp.Hour, exp.Minute,
    exp.DayOfWeek, exp.DayOfMonth, exp.Ln, exp.Sqrt,
)  # fmt: skip
_ALLOWED = frozenset((*_OPERATORS, *_ATOMS, *_FUNCTIONS))
# Questions to a calendar, with the number of columns each takes; what they become needs a day table joined.
CLOCK_FACTS = ("open_us", "working_time", "workday", "peak_time")
CLOCK_FUNCTIONS = {"working_time": 1, "workday": 1, "peak_time": 1, "business_minutes": 2}
_TYPES = frozenset(
    exp.DType[name]
    for name in (
        "INT", "BIGINT", "DOUBLE", "FLOAT", "DECIMAL", "VARCHAR", "TEXT", "DATE", "TIMESTAMP", "TIMESTAMPNTZ",
        "BOOLEAN", "TIME",
    )
)  # fmt: skip
_LENGTHS = (
    "microsecond", "millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year",
)  # fmt: skip
_UNITS = frozenset((*_LENGTHS, *(f"{name}s" for name in _LENGTHS), "epoch", "dow", "isodow", "doy"))
_LENGTH_OF_TIME = re.compile(r"\s*[+-]?\d+(\s+[A-Za-z]+)?\s*")  # sqlglot drops what stands behind this
_INVISIBLE = ("Cc", "Cf", "Cs")  # control signs, zero-width and direction marks, halves of a character
ALLOWED_WORDS = (
    "Write comparisons, arithmetic, and/or/not, in, between, like, is null, case, intervals, casts and "
    "simple functions of text, numbers and dates."
)


class ConditionError(ValueError):
    """A condition that cannot be accepted, in one sentence."""


@dataclass(frozen=True)
class Condition:
    """A checked expression: the text as written, the SQL that runs, and the columns it reads.

    `instants` are the columns whose place in a calendar it asks for (working_time, workday, peak_time,
    business_minutes): the SQL then reads the columns that `clock_column` names. `numbered` are the columns
    that it compares with a number as they are: a text in one of them would end the query.
    """

    text: str
    sql: str
    columns: frozenset[str]
    instants: frozenset[str] = frozenset()
    numbered: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return self.text


@lru_cache(maxsize=4096)
def condition(text: str, calendar: str = "") -> Condition:
    """The checked condition for a text; ConditionError says what is not allowed.

    `calendar` names the calendar that questions about working time are put to.

    >>> condition("arrived_at <= promised_at").sql
    '"arrived_at" <= "promised_at"'
    >>> condition("score >= (select 1)")
    Traceback (most recent call last):
    sqaudit.conditions.ConditionError: 'score >= (select 1)' uses a sub-query, which is not allowed. ...
    """
    tree = _parsed(text)
    nodes = list(tree.walk())
    if len(nodes) > MOST_NODES:
        raise ConditionError(f"'{text[:60]}...' is too long: {len(nodes)} parts, at most {MOST_NODES}.")
    for node in nodes:
        _refuse_unknown(node, text)
    columns = frozenset(column.name for column in tree.find_all(exp.Column))
    instants = frozenset(
        column.name for call in tree.find_all(exp.Anonymous) for column in call.find_all(exp.Column)
    )
    return Condition(text, _rendered(tree, calendar), columns, instants, frozenset(_numbered(tree)))


def _numbered(tree: exp.Expr) -> Iterator[str]:
    """The columns that stand beside a number in a comparison."""
    for node in tree.find_all(exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Between):
        sides = [one for one in node.iter_expressions() if isinstance(one, exp.Expr)]
        if any(isinstance(one, exp.Literal) and not one.is_string for one in sides):
            yield from (one.name for one in sides if isinstance(one, exp.Column))


def clock_column(fact: str, calendar: str, column: str) -> str:
    """The name of the column that holds a fact of a calendar on an instant.

    Facts: `open_us` (microseconds of open time up to the instant), `working_time`, `workday`, `peak_time`.

    >>> clock_column("open_us", "china_office_hours", "created_at")
    '_open_us china_office_hours created_at'
    """
    return f"_{fact} {calendar} {column}"


def unknown_columns(text: str, known: Collection[str]) -> list[str]:
    """One sentence for every column that the condition reads and the records do not have."""
    missing = sorted(condition(text).columns - set(known))
    return [f"there is no column '{name}'. {did_you_mean(name, list(known))}" for name in missing]


def plain_faults(text: str, known: Collection[str]) -> list[str]:
    """One sentence for everything a condition asks that a row by itself cannot answer.

    That is a column that the records do not have, and a question to a calendar: only the indicators of a
    standard have one.

    >>> plain_faults("working_time(opened)", ["opened"])
    ["'working_time(opened)' asks a calendar, which only the indicators of a standard have."]
    """
    found = unknown_columns(text, known)
    if condition(text).instants:
        found.append(f"'{text[:200]}' asks a calendar, which only the indicators of a standard have.")
    return found


def quoted(name: str) -> str:
    """The column name as an SQL identifier.

    >>> quoted('say "hi"')
    '"say ""hi\"""'
    """
    return exp.to_identifier(name, quoted=True).sql(dialect=DIALECT)


def literal(value: str) -> str:
    """The text as an SQL string literal.

    >>> literal("it's")
    "'it''s'"
    """
    return exp.Literal.string(value).sql(dialect=DIALECT)


def _parsed(text: str) -> exp.Expr:
    if len(text) > LONGEST_TEXT:
        raise ConditionError(f"'{text[:60]}...' is too long: at most {LONGEST_TEXT} characters.")
    if (sign := next(filter(_invisible, text), None)) is not None:
        shown = "".join("□" if _invisible(one) else one for one in text[:200])
        raise ConditionError(f"'{shown}' holds the invisible character U+{ord(sign):04X}. Remove it.")
    dialect = Dialect.get_or_raise(DIALECT)
    selected = f"SELECT {text}"  # in this place a column may be called comment, show or set
    try:
        tokens = dialect.tokenize(selected)
        _refuse_lists(tokens, text)
        _refuse_depth(tokens, text)
        _refuse_hidden(tokens, text)
        statements = dialect.parser().parse(tokens, selected)
    except (SqlglotError, RecursionError, TypeError) as error:  # the compiled parser trips over a bare `->`
        raise ConditionError(f"'{text[:200]}' is no SQL expression: {_reason(error)}.") from error
    return _only_expression(statements, text)


def _refuse_lists(tokens: Sequence[Token], text: str) -> None:
    """Lists within lists, of which none is allowed anyway, would keep the parser busy for long."""
    if sum(token.token_type in (TokenType.L_BRACKET, TokenType.L_BRACE) for token in tokens) > MOST_BRACKETS:
        raise ConditionError(f"'{text[:60]}...' is no SQL expression: it is nested too deeply.")


def _refuse_depth(tokens: Sequence[Token], text: str) -> None:
    """What the parser would have to follow down too far: brackets in brackets, signs before signs."""
    depth = before = 0
    for token in tokens:
        depth += (token.token_type in _OPENING) - (token.token_type in _CLOSING)
        before = 0 if token.token_type in _OPERANDS else before + 1
        if depth + before > DEEPEST:
            raise ConditionError(f"'{text[:60]}...' is no SQL expression: it is nested too deeply.")


def _only_expression(statements: Sequence[exp.Expr | None], text: str) -> exp.Expr:
    """The one expression that was selected; nothing else of a query may stand beside it."""
    statement = statements[0] if len(statements) == 1 else None
    if isinstance(statement, exp.Select):
        parts = {name for name, part in statement.args.items() if part}
        if parts == {"expressions"} and len(statement.expressions) == 1:
            only: exp.Expr = statement.expressions[0]
            return only
    raise ConditionError(f"'{text[:200]}' must be one SQL expression, such as solved_at is not null.")


def _invisible(sign: str) -> bool:
    return unicodedata.category(sign) in _INVISIBLE and sign not in "\t\n\r"


def _refuse_hidden(tokens: Sequence[Token], text: str) -> None:
    """What the parser would drop without a word, so that the reader would see more than runs."""
    if any(token.comments for token in tokens):
        raise ConditionError(f"'{text[:200]}' holds a comment, which is not allowed. Put it beside the key.")
    if any(token.token_type == TokenType.SEMICOLON for token in tokens):
        raise ConditionError(f"'{text[:200]}' must be one SQL expression, without a semicolon.")
    for word, amount in pairwise(tokens):
        follows = word.token_type == TokenType.INTERVAL and amount.token_type == TokenType.STRING
        if follows and not _LENGTH_OF_TIME.fullmatch(amount.text):
            raise ConditionError(
                f"'{text[:200]}' has the interval '{amount.text}'. Write one amount and unit: '30 minutes'."
            )


def _reason(error: SqlglotError | RecursionError | TypeError) -> str:
    """Why a text cannot be parsed, without the parser's own vocabulary."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, TypeError):
        return "something is missing beside a sign"
    details = getattr(error, "errors", None)
    if not details:
        return "a quotation mark is missing"  # all that the tokenizer refuses
    near = str(details[0].get("highlight") or "")
    if "Expecting )" in str(details[0].get("description")):
        return f"a closing bracket is missing near '{near}'"
    return f"it cannot be read near '{near}'"


def _refuse_unknown(node: exp.Expr, text: str) -> None:
    if isinstance(node, exp.Anonymous) and (takes := CLOCK_FUNCTIONS.get(node.name.lower())):
        plain = [one for one in node.expressions if isinstance(one, exp.Column)]
        if len(plain) != takes or len(node.expressions) != takes:
            noun = "one column" if takes == 1 else "two columns"
            raise ConditionError(f"'{text[:200]}': {node.name.lower()} takes {noun} and nothing else.")
        return
    if type(node) not in _ALLOWED:
        raise ConditionError(f"'{text[:200]}' uses {_spoken(node)}, which is not allowed. {ALLOWED_WORDS}")
    if node.error_messages():  # the parser lets "@" pass without a value
        raise ConditionError(f"'{text[:200]}' lacks a value for {_spoken(node)}.")
    if isinstance(node, exp.Column) and (node.table or not node.name):
        raise ConditionError(f"'{text[:200]}' names '{node.sql(DIALECT)}': write a column without its table.")
    if isinstance(node, exp.Identifier) and not (node.args.get("quoted") or node.name.isidentifier()):
        raise ConditionError(
            f"'{text[:200]}' has the name {node.name}: text stands in straight single quotes ('), "
            'an unusual column name in straight double quotes (").'
        )
    if isinstance(node, exp.DataType) and (node.this not in _TYPES or node.args.get("nested")):
        raise ConditionError(f"'{text[:200]}' casts to {node.sql(DIALECT)}, which is not allowed.")
    if isinstance(node, exp.In) and not (
        node.expressions or node.args.get("query") or node.args.get("unnest")
    ):
        raise ConditionError(f"'{text[:200]}' needs a list in brackets behind 'in'.")
    if (unit := _unit(node)) is not None and unit.name.lower() not in _UNITS:
        raise ConditionError(
            f"'{text[:200]}' has the unit of time '{unit.name}'. Known: {', '.join(_LENGTHS)}."
        )


def _unit(node: exp.Expr) -> exp.Expr | None:
    """The unit of time that a node names. sqlglot renders some of them as they are: none may pass unread."""
    if isinstance(node, exp.Var):
        return node
    found = node.this if isinstance(node, exp.Extract) else node.args.get("unit")
    return found if isinstance(found, exp.Expr) else None


def _spoken(node: exp.Expr) -> str:
    if isinstance(node, exp.Query | exp.Subquery):
        return "a sub-query"
    if isinstance(node, exp.Anonymous):
        return f"the function {node.name.lower()}"
    if isinstance(node, exp.AggFunc):
        return f"the aggregate {node.sql_name().lower()}"
    if isinstance(node, exp.Func):
        return f"the function {node.sql_name().lower()}"
    if isinstance(node, exp.Star):
        return "a star"
    return f"the construct {type(node).__name__}"


def _rendered(tree: exp.Expr, calendar: str) -> str:
    quoted_tree = tree.copy().transform(_asked_of, calendar).transform(_missing_if_unreadable)
    for identifier in quoted_tree.find_all(exp.Identifier):
        identifier.set("quoted", True)
    return quoted_tree.sql(dialect=DIALECT, comments=False)


def _missing_if_unreadable(node: exp.Expr) -> exp.Expr:
    """A cast of values, by which what cannot be read is missing: an error of the engine would print it."""
    if type(node) is exp.Cast and not isinstance(node.this, exp.Literal):
        return exp.TryCast(**{name: part for name, part in node.args.items() if part is not None})
    return node


def _asked_of(node: exp.Expr, calendar: str) -> exp.Expr:
    """A question to a calendar as the columns that answer it."""
    if not isinstance(node, exp.Anonymous):
        return node
    fact, names = node.name.lower(), [one.name for one in node.expressions]
    if fact != "business_minutes":
        return exp.column(clock_column(fact, calendar, names[0]))
    start, end = (exp.column(clock_column("open_us", calendar, name)) for name in names)
    return exp.paren(
        exp.Div(this=exp.paren(exp.Sub(this=end, expression=start)), expression=exp.Literal.number("6e7"))
    )
