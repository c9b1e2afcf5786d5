"""Opening a workspace for questions about an instant: a plan, from the cache or made anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from oncall.errors import OncallError
from oncall.plan import OutsideWindowError, Plan
from oncall.schedule import Window, window_around
from oncall.times import DAY
from oncall.workspace.cache import cached_plan
from oncall.workspace.files import Files

if TYPE_CHECKING:
    from oncall.workspace.load import Workspace

_T = TypeVar("_T")

LONGEST = 3660 * DAY
_TURNS_AHEAD = 366 * DAY  # how far ahead of an instant somebody's next turn is looked for
_MOST_PLANS = 20  # that one question is asked of: each reaches further than the one before, up to LONGEST
_KEPT = 64  # plans in memory: a log may lead to as many months as it has lines


def open_plan(root: str, instant: int, cache: str | None) -> Plan:
    """The plan of the workspace in `root` for the month of an instant. `cache` is the folder plans are kept in."""
    return Plans(root, cache).at(instant)


def build_plan(root: str, window: Window) -> tuple[Plan, Files]:
    """A plan made from the files, and what they were."""
    return Plans(root, None).build(window)


def turns_window(instant: int) -> Window:
    """The instants a plan has to be of in which somebody's next turn is looked for: twelve may take turns by weeks."""
    return Window(instant, instant + _TURNS_AHEAD)


class Plans:
    """The plans of one workspace, each made once; the files are read once for all that are not in the cache. `tree` is
    the git tree of a workspace that is not as it lies there."""

    def __init__(self, root: str, cache: str | None, tree: str = "") -> None:
        self.root = root
        self.tree = tree
        self._cache = cache
        self._workspace: Workspace | None = None
        self._known: dict[tuple[int, int], Plan] = {}
        self._days: dict[int, Plan] = {}

    @property
    def workspace(self) -> Workspace:
        """What the files hold."""
        if self._workspace is None:
            from oncall.workspace.load import load  # here: a plan from the cache does without

            self._workspace = load(self.root)
        return self._workspace

    def at(self, instant: float) -> Plan:
        """The plan for the month of an instant."""
        day = int(instant // DAY)
        if day not in self._days:  # which month it is takes longer to find
            self._days[day] = self._month(window_around(int(instant)))
        return self._days[day]

    def _month(self, window: Window) -> Plan:
        key = window.start, window.end
        if key not in self._known:
            self._keep(key, cached_plan(self.root, window, self._cache, lambda: self.build(window), self.tree))
        return self._known[key]

    def _keep(self, key: tuple[int, int], plan: Plan) -> None:
        if len(self._known) >= _KEPT:
            self._known.clear()
            self._days.clear()
        self._known[key] = plan

    def covering(self, start: float, end: float) -> Plan:
        """A plan for a stretch that may be longer than a month; OncallError where that is more than ten years, or ends
        before it starts."""
        plan = self.at(start)
        if plan.window.holds(end):
            return plan
        if end < start:
            raise OncallError("something in it is dated before it started")
        if end - start > LONGEST:
            raise OncallError("that would take more than ten years: look at the windows, waits and pauses in it")
        until = int(start + (end - start) * 1.5) + 31 * DAY
        # Up to the end of a month, so that questions that lead about as far have one plan.
        window = Window(plan.window.start, max(until, window_around(until).end))
        key = window.start, window.end
        if key not in self._known:
            self._keep(key, self.build(window)[0])
        return self._known[key]

    def ask(self, at: float, question: Callable[[Plan], _T]) -> _T:
        """What is asked of the plan for an instant, or of one for a longer stretch where it leads beyond the month.
        OncallError where no plan of ten years would do."""
        plan = self.at(at)
        for _ in range(_MOST_PLANS):
            try:
                return question(plan)
            except OutsideWindowError as error:
                plan = self.covering(at, error.instant)
        raise OncallError("that leads from one plan to the next without an end")

    def build(self, window: Window) -> tuple[Plan, Files]:
        """A plan made from the files, and what they were."""
        from oncall.workspace.compile import compile_plan  # here: calendars and recurrence are slow to import

        return compile_plan(self.workspace, window), self.workspace.files
