"""Gaming: figures that look better than the service, found by what they leave behind in the records."""

from sqaudit.gaming.detect import gaming_findings
from sqaudit.gaming.report import GamingReport

__all__ = ["GamingReport", "gaming_findings"]
