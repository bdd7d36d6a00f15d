"""What an inspected sample says: of all cases, of groups and people, of its inspectors, and of itself.

Pure: `Inspection` (cases, answers, form, and what the frame consisted of) in, frames of results out.
"""

from __future__ import annotations

from sqaudit.inspection_results.model import Inspection
from sqaudit.inspection_results.results import InspectionResults, inspection_results

__all__ = ["Inspection", "InspectionResults", "inspection_results"]
