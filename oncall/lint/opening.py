"""Opening a workspace to be linted: its files, its runbooks, and its plan for the horizon."""

from __future__ import annotations

from oncall.lint.context import Context
from oncall.schedule import Window
from oncall.workspace.compile import compile_plan
from oncall.workspace.load import load
from oncall.workspace.runbooks import read_runbook


def open_context(root: str, at: int, horizon: int | None = None) -> Context:
    """What the rules are checked against. `horizon` is in seconds, by default as the workspace says."""
    workspace = load(root)
    until = at + max(1, workspace.lint.horizon if horizon is None else horizon)
    plan = compile_plan(workspace, Window(at, until))
    paths = {account.runbook for account in workspace.accounts.values() if account.runbook}
    runbooks = {path: read_runbook(workspace.files, path) for path in sorted(paths)}
    return Context(workspace, plan, runbooks, at, until)
