"""Engines: where records live. An engine answers SQL; nothing else of it is known above this floor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pandas as pd


class Engine(Protocol):
    """What every engine offers; SQL is written in DuckDB's dialect and rendered for `dialect`."""

    dialect: str

    def query(self, sql: str) -> pd.DataFrame:
        """The answer to a query as a small frame; EngineError shows the query that was refused."""

    def execute(self, sql: str) -> None:
        """Carry out a statement that answers nothing."""

    def columns(self, relation: str) -> Mapping[str, str]:
        """The columns of a view or table and their SQL types."""

    def refusal(self, sql: str) -> str:
        """Why the engine would refuse the query, or an empty text; nothing is computed."""


__all__ = ["Engine"]
