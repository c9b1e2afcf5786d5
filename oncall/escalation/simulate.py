"""A dry run: the engine, driven by assumed responses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from heapq import heappop, heappush

from msgspec import Struct

from oncall.escalation.engine import Dispatch
from oncall.escalation.responses import EVERY_CHANNEL, Given, Response
from oncall.escalation.trace import Action, Event, Start, Tell, Trace
from oncall.plan import Plan


class Assumed(Struct, frozen=True):
    """What a dry run assumes: who responds how (nobody else responds), when the caller hangs up, and who completes a
    callback how long after being told of it."""

    given: Given = {}
    hang_up: int | None = None
    callbacks: Mapping[str, int] = {}


NOBODY_RESPONDS = Assumed()


def simulate(
    plan: Plan, account: str, at: float, assumed: Assumed = NOBODY_RESPONDS, dispatch: str = "dispatch"
) -> Trace:
    """The whole dispatch. OutsideWindowError where it lasts beyond the plan's window, OncallError where the account has
    no policy."""
    driver = _Driver(Dispatch(plan, account, at, dispatch), assumed)
    driver.run()
    return driver.dispatch.trace()


class Ahead:
    """What is still to happen in a dispatch, in the order the engine is told of it."""

    def __init__(self, dispatch: Dispatch) -> None:
        self._dispatch = dispatch
        self._count = 0
        self.events: list[tuple[float, int, int, Event]] = []

    def add(self, event: Event) -> None:
        """One more."""
        self._count += 1
        heappush(self.events, (event.at, self._dispatch.order(event), self._count, event))


def drive(dispatch: Dispatch, ahead: Ahead, react: Callable[[list[Action]], None]) -> None:
    """Lead a dispatch to its end: it is told what lies ahead when it comes, and asked when something is due. `react` is
    given what it says is to be done, and may add to what lies ahead."""
    events = ahead.events
    while dispatch.disposition is None:
        due = dispatch.until
        while events and (due is None or events[0][0] <= due):
            due = events[0][0]
            react(dispatch.tell(heappop(events)[-1]))
            if dispatch.disposition is not None:
                return
        react(dispatch.go_on(dispatch.now if due is None else due))


class _Driver:
    """A dispatch, and what is assumed of those it tries."""

    def __init__(self, dispatch: Dispatch, assumed: Assumed) -> None:
        self.dispatch = dispatch
        self._assumed = assumed
        self._ahead = Ahead(dispatch)
        self._tried: dict[tuple[str, str], int] = {}

    def run(self) -> None:
        if self._assumed.hang_up is not None:
            self._ahead.add(Event(self._assumed.hang_up, "hung_up"))
        drive(self.dispatch, self._ahead, self._react)

    def _react(self, actions: list[Action]) -> None:
        for action in actions:
            if isinstance(action, Start):
                response = self._response(action.person, action.channel)
                for event in response.events(action.attempt, action.at, action.wait) if response else ():
                    self._ahead.add(event)
            elif isinstance(action, Tell) and action.person in self._assumed.callbacks:
                self._ahead.add(
                    Event(action.at + self._assumed.callbacks[action.person], "completed", person=action.person)
                )

    def _response(self, person: str, channel: str) -> Response | None:
        by_channel = self._assumed.given.get(person)
        if by_channel is None:
            return None
        covers = channel if channel in by_channel else EVERY_CHANNEL
        if covers not in by_channel:
            return None
        number = self._tried[person, covers] = self._tried.get((person, covers), -1) + 1
        return by_channel[covers].of(number)
