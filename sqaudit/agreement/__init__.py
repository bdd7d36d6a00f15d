"""How far inspectors agree, how strict each of them is, and whether that changes."""

from __future__ import annotations

from sqaudit.agreement.ratings import read_ratings
from sqaudit.agreement.table import agreement

__all__ = ["agreement", "read_ratings"]
