"""Sources: files and databases to tables of records in an engine."""

from sqaudit.sources.attach import Attached, attach
from sqaudit.sources.peek import Peeked, peek

__all__ = ["Attached", "Peeked", "attach", "peek"]
