"""Is this too fast or too often? Edges count; this says what the counts mean."""

from app.domain.risk.errors import TooOften
from app.domain.risk.rules import RULES, Action, Away, Decision, Per, Rule, decide, rules_for

__all__ = ["RULES", "Action", "Away", "Decision", "Per", "Rule", "TooOften", "decide", "rules_for"]
