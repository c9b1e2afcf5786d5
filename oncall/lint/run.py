"""Running the rules: every finding, less those that a comment or a setting leaves out."""

from __future__ import annotations

from oncall.errors import Problem
from oncall.lint.context import Context
from oncall.lint.rules import RULES


def findings(context: Context) -> list[Problem]:
    """Everything every rule finds, sorted by place; the same finding once."""
    found = {one for rule in RULES for one in rule.check(context)}
    return sorted(found, key=lambda one: one.place)
