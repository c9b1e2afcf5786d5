"""Opening a workspace to be linted: its files, its runbooks, and its plan for the horizon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oncall.lint.context import Context
from oncall.lint.rules import RULES
from oncall.schedule import Window
from oncall.workspace.committed import uncommitted_calendars
from oncall.workspace.compile import compile_plan
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
    calendar_files = workspace.files.calendar_files(workspace.settings.exclude)
    rule_names = {rule.code: rule.name for rule in RULES}
    return Context(
        workspace,
        plan,
        runbooks,
        at,
        until,
        calendar_files=calendar_files,
        rule_names=rule_names,
        log=log,
        uncommitted=uncommitted_calendars(workspace),
    )
