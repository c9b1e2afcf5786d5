"""A dry run: the engine, driven by assumed responses."""

from __future__ import annotations

from collections.abc import Mapping
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


class _Driver:
    """What is still to happen, in the order the engine is told of it."""

    def __init__(self, dispatch: Dispatch, assumed: Assumed) -> None:
        self.dispatch = dispatch
        self._assumed = assumed
        self._ahead: list[tuple[float, int, int, Event]] = []
        self._count = 0
        self._tried: dict[tuple[str, str], int] = {}

    def run(self) -> None:
        dispatch = self.dispatch
        if self._assumed.hang_up is not None:
            self._add(Event(self._assumed.hang_up, "hung_up"))
        while dispatch.disposition is None:
            due = dispatch.until
            while self._ahead and (due is None or self._ahead[0][0] <= due):
                due = self._ahead[0][0]
                self._react(dispatch.tell(heappop(self._ahead)[-1]))
                if dispatch.disposition is not None:
                    return
            self._react(dispatch.go_on(dispatch.now if due is None else due))

    def _add(self, event: Event) -> None:
        self._count += 1
        heappush(self._ahead, (event.at, self.dispatch.order(event), self._count, event))

    def _react(self, actions: list[Action]) -> None:
        for action in actions:
            if isinstance(action, Start):
                response = self._response(action.person, action.channel)
                for event in response.events(action.attempt, action.at, action.wait) if response else ():
                    self._add(event)
            elif isinstance(action, Tell) and action.person in self._assumed.callbacks:
                self._add(Event(action.at + self._assumed.callbacks[action.person], "completed", person=action.person))

    def _response(self, person: str, channel: str) -> Response | None:
        by_channel = self._assumed.given.get(person)
        if by_channel is None:
            return None
        covers = channel if channel in by_channel else EVERY_CHANNEL
        if covers not in by_channel:
            return None
        number = self._tried[person, covers] = self._tried.get((person, covers), -1) + 1
        return by_channel[covers].of(number)
