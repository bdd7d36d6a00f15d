"""Did a measure work: before and after, interrupted series, difference in differences, one verdict."""

from sqaudit.verification.outcome import VERDICTS, Verdict, Verification
from sqaudit.verification.verify import verify

__all__ = ["VERDICTS", "Verdict", "Verification", "verify"]
