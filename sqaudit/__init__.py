"""sqaudit: from service records and a written standard to a dated, traceable audit book.

Names are loaded when they are first used, so that a command which only checks a file starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqaudit.audit import Audit, audit_of, open_audit
    from sqaudit.causes.bins import binned
    from sqaudit.causes.cubes import explain_records
    from sqaudit.causes.explain import explain_change, explain_forecast, explain_level, explain_table
    from sqaudit.causes.segments.explanation import Explanation
    from sqaudit.control.chart import control_chart
    from sqaudit.errors import AuditError, EngineError, FrameError, ParameterError, SourceError, StandardError
    from sqaudit.estimates import SurveyDesign, estimate, survey
    from sqaudit.figures_file import read_figures
    from sqaudit.inquiry.inquire import inquire
    from sqaudit.inquiry.model import Inquiry
    from sqaudit.plan import plan
    from sqaudit.publish.parameters import notebook_page
    from sqaudit.publish.run import run
    from sqaudit.report.page import Page
    from sqaudit.results import Results, changed, scored
    from sqaudit.samples import draw, read_sample
    from sqaudit.sampling import planning_table
    from sqaudit.scoring import Score, score, scorecard
    from sqaudit.standards import Standard, read_standard

__version__ = "0.1.0"

_HOMES = {
    "Audit": "audit",
    "AuditError": "errors",
    "EngineError": "errors",
    "Explanation": "causes.segments.explanation",
    "FrameError": "errors",
    "Inquiry": "inquiry.model",
    "Page": "report.page",
    "ParameterError": "errors",
    "Results": "results",
    "Score": "scoring",
    "SourceError": "errors",
    "Standard": "standards",
    "StandardError": "errors",
    "SurveyDesign": "estimates",
    "audit_of": "audit",
    "binned": "causes.bins",
    "changed": "results",
    "control_chart": "control.chart",
    "draw": "samples",
    "estimate": "estimates",
    "explain_change": "causes.explain",
    "explain_forecast": "causes.explain",
    "explain_level": "causes.explain",
    "explain_records": "causes.cubes",
    "explain_table": "causes.explain",
    "inquire": "inquiry.inquire",
    "notebook_page": "publish.parameters",
    "open_audit": "audit",
    "plan": "plan",
    "planning_table": "sampling",
    "read_figures": "figures_file",
    "read_sample": "samples",
    "read_standard": "standards",
    "run": "publish.run",
    "score": "scoring",
    "scorecard": "scoring",
    "scored": "results",
    "survey": "estimates",
}

__all__ = [
    "Audit",
    "AuditError",
    "EngineError",
    "Explanation",
    "FrameError",
    "Inquiry",
    "Page",
    "ParameterError",
    "Results",
    "Score",
    "SourceError",
    "Standard",
    "StandardError",
    "SurveyDesign",
    "audit_of",
    "binned",
    "changed",
    "control_chart",
    "draw",
    "estimate",
    "explain_change",
    "explain_forecast",
    "explain_level",
    "explain_records",
    "explain_table",
    "inquire",
    "notebook_page",
    "open_audit",
    "plan",
    "planning_table",
    "read_figures",
    "read_sample",
    "read_standard",
    "run",
    "score",
    "scorecard",
    "scored",
    "survey",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'sqaudit' has no attribute '{name}'")
    return getattr(import_module(f"sqaudit.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
