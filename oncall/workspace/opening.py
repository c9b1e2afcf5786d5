"""Opening a workspace for questions about an instant: a plan, from the cache or made anew."""

from __future__ import annotations

from oncall.plan import Plan
from oncall.schedule import Window, window_around
from oncall.workspace.cache import cached_plan
from oncall.workspace.files import Files


def open_plan(root: str, instant: int, cache: str | None) -> Plan:
    """The plan of the workspace in `root` for the month of an instant. `cache` is the folder plans are kept in."""
    window = window_around(instant)
    return cached_plan(root, window, cache, lambda: build_plan(root, window))


def build_plan(root: str, window: Window) -> tuple[Plan, Files]:
    """A plan made from the files, and what they were."""
    from oncall.workspace.compile import compile_plan  # here: calendars and recurrence are slow to import
    from oncall.workspace.load import load

    workspace = load(root)
    return compile_plan(workspace, window), workspace.files
