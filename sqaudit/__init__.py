"""sqaudit: from service records and a written standard to a dated, traceable audit book.

Names are loaded when they are first used, so that a command which only checks a file starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqaudit.audit import Audit, audit_of, open_audit
    from sqaudit.errors import AuditError, EngineError, FrameError, ParameterError, SourceError, StandardError
    from sqaudit.figures_file import read_figures
    from sqaudit.plan import plan
    from sqaudit.publish.parameters import notebook_page
    from sqaudit.publish.run import run
    from sqaudit.report.page import Page
    from sqaudit.results import Results, changed, scored
    from sqaudit.scoring import Score, score, scorecard
    from sqaudit.standards import Standard, read_standard

__version__ = "0.1.0"

_HOMES = {
    "Audit": "audit",
    "AuditError": "errors",
    "EngineError": "errors",
    "FrameError": "errors",
    "Page": "report.page",
    "ParameterError": "errors",
    "Results": "results",
    "Score": "scoring",
    "SourceError": "errors",
    "Standard": "standards",
    "StandardError": "errors",
    "audit_of": "audit",
    "changed": "results",
    "notebook_page": "publish.parameters",
    "open_audit": "audit",
    "plan": "plan",
    "read_figures": "figures_file",
    "read_standard": "standards",
    "run": "publish.run",
    "score": "scoring",
    "scorecard": "scoring",
    "scored": "results",
}

__all__ = [
    "Audit",
    "AuditError",
    "EngineError",
    "FrameError",
    "Page",
    "ParameterError",
    "Results",
    "Score",
    "SourceError",
    "Standard",
    "StandardError",
    "audit_of",
    "changed",
    "notebook_page",
    "open_audit",
    "plan",
    "read_figures",
    "read_standard",
    "run",
    "score",
    "scorecard",
    "scored",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'sqaudit' has no attribute '{name}'")
    return getattr(import_module(f"sqaudit.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
