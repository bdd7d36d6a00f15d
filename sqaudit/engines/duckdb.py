"""The embedded default engine: DuckDB in this process, larger than memory, closed to the outside."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

import duckdb

from sqaudit.conditions import literal, quoted
from sqaudit.engines.paths import exactly
from sqaudit.errors import EngineError

Answer = TypeVar("Answer")
_EXPLAIN = re.compile(r"^\s*EXPLAIN\s+(ANALYZE\s+)?", re.IGNORECASE)

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


class DuckDBEngine(AbstractContextManager["DuckDBEngine"]):
    """Records in DuckDB. After `seal` it only answers: it reads no file but those attached and writes none.

    >>> with DuckDBEngine() as engine:
    ...     engine.execute("CREATE TABLE visit AS SELECT 1 AS visit_id")
    ...     engine.query("SELECT count(*) AS visits FROM visit")
       visits
    0       1
    """

    dialect = "duckdb"

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="sqaudit-")
        self._files: list[str] = []
        self._sealed = False
        settings: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
            "temp_directory": self.folder.name,
        }
        self._connection = duckdb.connect(":memory:", config=settings)
        self._connection.execute("SET TimeZone = 'UTC'")  # never the zone of the machine
        with suppress(duckdb.InvalidInputException):  # a notebook without widgets has no bar to switch off
            self._connection.execute("SET enable_progress_bar = false")  # it would stand amid JSON
        self._connection.execute("SET error_on_division_by_zero = false")  # a missing value, as elsewhere

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the records and of the temporary files."""
        self._connection.close()
        self.folder.cleanup()

    def query(self, sql: str) -> pd.DataFrame:
        """The answer to a query as a frame; EngineError shows the query that was refused."""
        return self._run(sql, lambda answer: answer.df())

    def execute(self, sql: str) -> None:
        """Carry out a statement that answers nothing."""
        self._run(sql, lambda _: None)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """The answer to a small query as tuples, without pandas."""
        return self._run(sql, lambda answer: answer.fetchall())

    def columns(self, relation: str) -> Mapping[str, str]:
        """The columns of a view or table and their SQL types."""
        return {str(row[0]): str(row[1]) for row in self.rows(f"DESCRIBE {quoted(relation)}")}

    def refusal(self, sql: str) -> str:
        """Why the engine would refuse the query, or an empty text; nothing is computed."""
        try:
            self._refuse_to_write(sql)
            self._connection.execute(f"EXPLAIN {sql}")
        except duckdb.Error as error:
            return _first_line(error)
        except EngineError as error:
            return str(error).splitlines()[0]
        return ""

    def create_table(self, name: str, batches: pa.RecordBatchReader) -> None:
        """A table filled from a stream of Arrow batches."""
        self._connection.register("_stream", batches)
        try:
            self.execute(f"CREATE OR REPLACE TABLE {quoted(name)} AS SELECT * FROM _stream")
        finally:
            self._connection.unregister("_stream")

    def allow(self, files: Iterable[Path]) -> None:
        """Keep these files readable after `seal`, because a view reads them on every scan."""
        for file in files:
            self._files += [literal(str(file)), exactly(file)]

    def seal(self) -> None:
        """Switch off every access to the outside but reading the files allowed, for good."""
        self.execute(f"SET allowed_paths = [{', '.join(self._files)}]")
        self.execute(f"SET allowed_directories = [{literal(self.folder.name)}]")
        self.execute("SET enable_external_access = false")
        self.execute("SET lock_configuration = true")
        self._sealed = True

    def _run(self, sql: str, fetch: Callable[[duckdb.DuckDBPyConnection], Answer]) -> Answer:
        try:
            self._refuse_to_write(sql)
            return fetch(self._connection.execute(sql))
        except duckdb.Error as error:
            raise EngineError(_first_line(error), sql) from error

    def _refuse_to_write(self, sql: str) -> None:
        """Once sealed, let pass nothing but queries: a file that may be read could be overwritten by COPY."""
        if self._sealed and any(
            one.type != duckdb.StatementType.SELECT
            for one in self._connection.extract_statements(_EXPLAIN.sub("", sql))
        ):
            raise EngineError("The engine is sealed: it answers queries and carries out nothing else.", sql)


def _first_line(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
