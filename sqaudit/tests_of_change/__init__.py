"""Did it change: two periods compared, inside strata if the mix may shift, allowing for the looks taken."""

from sqaudit.tests_of_change.changes import period_changes
from sqaudit.tests_of_change.families import adjusted
from sqaudit.tests_of_change.means import two_means
from sqaudit.tests_of_change.rates import RateRatio, rate_ratio, two_rates
from sqaudit.tests_of_change.shares import Change, two_shares
from sqaudit.tests_of_change.strata import StratifiedChange, mantel_haenszel

__all__ = [
    "Change",
    "RateRatio",
    "StratifiedChange",
    "adjusted",
    "mantel_haenszel",
    "period_changes",
    "rate_ratio",
    "two_means",
    "two_rates",
    "two_shares",
]
