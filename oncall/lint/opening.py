"""Opening a workspace to be linted: its files, its runbooks, and its plan for the horizon."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from oncall.lint.context import Context
from oncall.lint.rules import RULES
from oncall.schedule import Window
from oncall.workspace.compile import compile_plan
from oncall.workspace.globs import glob_matcher
from oncall.workspace.load import Workspace, load
from oncall.workspace.runbooks import read_runbook

if TYPE_CHECKING:
    from oncall.lint.logged import Logged


def open_context(root: str, at: int, horizon: int | None = None, log: Logged | None = None) -> Context:
    """What the rules are checked against. `horizon` is in seconds, by default as the workspace says; `log` is what an
    event log says of it, for the rules that ask for one."""
    return context_of(load(root), at, horizon, log)


def context_of(workspace: Workspace, at: int, horizon: int | None = None, log: Logged | None = None) -> Context:
    """The same of a workspace that has been read."""
    until = at + max(1, workspace.lint.horizon if horizon is None else horizon)
    plan = compile_plan(workspace, Window(at, until))
    paths = {account.runbook for account in workspace.accounts.values() if account.runbook}
    runbooks = {path: read_runbook(workspace.files, path) for path in sorted(paths)}
    calendar_files = _calendar_files(workspace.root, workspace.settings.exclude)
    rule_names = {rule.code: rule.name for rule in RULES}
    return Context(workspace, plan, runbooks, at, until, calendar_files=calendar_files, rule_names=rule_names, log=log)


def _calendar_files(root: str, excluded: Sequence[str]) -> list[str]:
    """Every iCalendar file below the root, sorted, hidden folders and excluded globs aside."""
    leaves_out = glob_matcher(excluded)
    found: list[str] = []
    for folder, folders, files in os.walk(root):
        inside = os.path.relpath(folder, root).replace(os.sep, "/")
        start = "" if inside == "." else f"{inside}/"
        folders[:] = [name for name in folders if not name.startswith(".") and not leaves_out(start + name)]
        found += (start + name for name in files if name.lower().endswith(".ics") and not name.startswith("."))
    return sorted(path for path in found if not leaves_out(path))
