"""Conditions in standards and run files: SQL expressions over the columns of one record kind, as data.

An expression is parsed, every node of it is held against an allow-list, and what runs is rendered
anew from the checked tree, never the text as it was written. No sub-query, no table function, no
aggregate, no file access: somebody else's standard can neither read nor write anything.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from sqlglot import exp, parse
from sqlglot.errors import SqlglotError

from sqaudit.errors import did_you_mean

LONGEST_TEXT = 4_000  # characters; a condition that needs more belongs into a derived column
MOST_NODES = 400
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
_TYPES = frozenset(
    getattr(exp.DataType.Type, name)
    for name in ("INT", "BIGINT", "DOUBLE", "FLOAT", "DECIMAL", "VARCHAR", "TEXT", "DATE", "TIMESTAMP", "TIMESTAMPNTZ", "BOOLEAN", "TIME")
)  # fmt: skip
ALLOWED_WORDS = (
    "Write comparisons, arithmetic, and/or/not, in, between, like, is null, case, intervals, casts and simple "
    "functions of text, numbers and dates."
)


class ConditionError(ValueError):
    """A condition that cannot be accepted, in one sentence."""


@dataclass(frozen=True)
class Condition:
    """A checked expression: the text as written, the SQL that runs, and the columns it reads."""

    text: str
    sql: str
    columns: frozenset[str]

    def __str__(self) -> str:
        return self.text


@lru_cache(maxsize=4096)
def condition(text: str) -> Condition:
    """The checked condition for a text; ConditionError says what is not allowed.

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
    return Condition(text, _rendered(tree), columns)


def unknown_columns(text: str, known: Collection[str]) -> list[str]:
    """One sentence for every column that the condition reads and the records do not have."""
    missing = sorted(condition(text).columns - set(known))
    return [f"there is no column '{name}'. {did_you_mean(name, list(known))}" for name in missing]


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
    try:
        statements = parse(text, dialect=DIALECT)
    except (SqlglotError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else _reason(error)
        raise ConditionError(f"'{text[:200]}' is no SQL expression: {reason}.") from error
    if len(statements) != 1 or statements[0] is None:
        raise ConditionError(f"'{text[:200]}' must be one SQL expression, such as solved_at is not null.")
    return statements[0]


def _reason(error: SqlglotError) -> str:
    details = getattr(error, "errors", None)
    return str(details[0].get("description", error)).rstrip(".") if details else str(error).splitlines()[0]


def _refuse_unknown(node: exp.Expr, text: str) -> None:
    if type(node) not in _ALLOWED:
        raise ConditionError(f"'{text[:200]}' uses {_spoken(node)}, which is not allowed. {ALLOWED_WORDS}")
    if isinstance(node, exp.Column) and (node.table or not node.name):
        raise ConditionError(f"'{text[:200]}' names '{node.sql(DIALECT)}': write a column without its table.")
    if isinstance(node, exp.DataType) and (node.this not in _TYPES or node.args.get("nested")):
        raise ConditionError(f"'{text[:200]}' casts to {node.sql(DIALECT)}, which is not allowed.")


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


def _rendered(tree: exp.Expr) -> str:
    quoted_tree = tree.copy()
    for identifier in quoted_tree.find_all(exp.Identifier):
        identifier.set("quoted", True)
    return quoted_tree.sql(dialect=DIALECT, comments=False)
