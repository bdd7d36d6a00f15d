"""Monthly and quarterly assessment of agents, teams and departments: who to look at, and how sure one can be.

`assess` takes counts by unit and month with rules as data and returns a list of candidates for people to
review, each with its evidence and the chance of being wrong. It is no payroll file and decides nothing.
"""

from sqaudit.assessment.assess import Assessment, assess
from sqaudit.assessment.read import read_rules
from sqaudit.assessment.rules import AssessmentRules, Lines

__all__ = ["Assessment", "AssessmentRules", "Lines", "assess", "read_rules"]
