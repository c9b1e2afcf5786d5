"""What should have happened: the escalation engine, driven by the responses that were recorded.

An attempt responds as the same try (first, second …) of the same person on the same channel did, counted from the
attempt's start. Where the engine wants an attempt that never happened nobody knows what would have come of it: the
engine goes on as if nothing had, and what comes after it depends on that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from math import inf

from msgspec import Struct
from msgspec.structs import replace

from oncall.escalation.engine import Dispatch
from oncall.escalation.responses import Response
from oncall.escalation.simulate import Ahead, drive
from oncall.escalation.trace import Action, Attempt, Callback, Event, Start, Tell, Trace
from oncall.logs.shows import EVERYTHING, Shows
from oncall.model import Account
from oncall.plan import Plan
from oncall.replay.verdict import UNKNOWN, ActualAttempt, ActualCallback, ExpectedAttempt, Move
from oncall.workspace.numbers import same

_NOTHING_CAME = ("cancelled", "no_response", UNKNOWN)
_CUT_OFF = ("cancelled", UNKNOWN)
_SAME_SECOND = 1


class Seen(Struct, frozen=True):
    """What a record says of how people respond: the attempts in the order they started, by people who are known; when
    the caller left; what came of the callback, and when the dispatch was over for the caller. `shows` is what the log
    can show at all."""

    attempts: tuple[ActualAttempt, ...]
    hung_up: float | None
    callback: ActualCallback | None
    ended: float
    shows: Shows = EVERYTHING

    def by_method(self) -> Mapping[tuple[str | None, str | None], list[ActualAttempt]]:
        """The attempts of each person on each channel, in order."""
        found: dict[tuple[str | None, str | None], list[ActualAttempt]] = {}
        for one in self.attempts:
            found.setdefault((one.person, one.channel), []).append(one)
        return found


class Expected(Struct, frozen=True):
    """The engine's trace of a record, its attempts with what is unknown about them, the recorded responses that came
    at another time than they were recorded, the ids of those taken for an acknowledgement because somebody picked up,
    and whether a callback is in it that nobody has seen the end of."""

    trace: Trace
    attempts: tuple[ExpectedAttempt, ...]
    moved: tuple[Move, ...]
    picked_up: frozenset[str]
    callback_unknown: bool


def expected_of(
    plan: Plan, account: str, at: float, seen: Seen, dispatch: str, guess: Response | None = None, guessed: str = ""
) -> Expected:
    """The dispatch as the policy wanted it. `guess` is how the attempts respond that never happened (that called
    `guessed` alone, where it is given). OutsideWindowError where it lasts beyond the plan's window."""
    driver = _Driver(Dispatch(plan, account, at, dispatch), seen, guess, guessed)
    driver.run()
    return driver.expected()


class _Driver:
    """A dispatch, and how those it tries responded as far as that was recorded."""

    def __init__(self, dispatch: Dispatch, seen: Seen, guess: Response | None, guessed: str) -> None:
        self._dispatch = dispatch
        self._confirm = bool(dispatch.account.confirm)
        self._proof_needed = needs_proof(dispatch.account, seen.shows)
        self._seen = seen
        self._guess = guess
        self._guessed = guessed
        self._by_method = seen.by_method()
        self._ahead = Ahead(dispatch)
        self._responses: dict[str, ActualAttempt | None] = {}
        self._unconfirmed: set[str] = set()
        self._called_back = False
        self._moved_callback: Move | None = None

    def run(self) -> None:
        if self._seen.hung_up is not None:
            self._ahead.add(Event(self._seen.hung_up, "hung_up"))
        drive(self._dispatch, self._ahead, self._react)

    def expected(self) -> Expected:
        trace = self._dispatch.trace()
        if self._unconfirmed:
            attempts = [replace(one, confirmed=False) if one.id in self._unconfirmed else one for one in trace.attempts]
            trace = replace(trace, attempts=tuple(attempts))
        over = trace.callback.opened if trace.callback else self._dispatch.now  # of the chain
        found, moved, hangs_on = [], [], inf
        for one in trace.attempts:
            actual = self._responses[one.id]
            unknown = actual is None or (actual.outcome in _CUT_OFF and _ran_on(one, actual, over))
            found.append(ExpectedAttempt(one, unknown, one.started > hangs_on))
            if unknown and hangs_on == inf:
                hangs_on = one.started
            if actual is not None and abs(actual.started - one.started) >= 1 and actual.outcome not in _NOTHING_CAME:
                moved.append(Move(one.person, one.channel, actual.started, one.started))
        if self._moved_callback:
            moved.append(self._moved_callback)
        unseen = trace.callback is not None and trace.callback.completed is None and self._is_unseen(trace.callback)
        return Expected(trace, tuple(found), tuple(moved), frozenset(self._unconfirmed), unseen)

    def _is_unseen(self, callback: Callback) -> bool:
        """Whether nobody knows if a callback would have been made: it never was owed, or to be made by others."""
        actual = self._seen.callback
        if actual is None or (actual.opened is None and actual.completed is None):
            return callback.owner is not None
        told = [person for _, person in callback.told]
        by = actual.completed_by if actual.completed is not None else actual.owner
        return callback.owner is not None and by is not None and by not in told

    def _react(self, actions: list[Action]) -> None:
        for action in actions:
            if isinstance(action, Start):
                for event in self._response(action):
                    self._ahead.add(event)
            elif isinstance(action, Tell):
                self._call_back(action)

    def _response(self, start: Start) -> Iterator[Event]:
        tries = self._by_method.get((start.person, start.channel))
        actual = self._next(tries, start.address) if tries else None
        self._responses[start.attempt] = actual
        if actual is None:
            return self._guesses(start, 0)
        if actual.outcome == UNKNOWN or (actual.outcome == "cancelled" and not is_answered(actual, self._confirm)):
            return chain(
                self._recorded(start, actual), self._guesses(start, (actual.ended or actual.started) - actual.started)
            )
        return self._recorded(start, actual)

    def _next(self, tries: list[ActualAttempt], address: str) -> ActualAttempt:
        """The next try of somebody on a channel; of several at one instant, that at the address."""
        place = 0
        if len(tries) > 1 and tries[1].started == tries[0].started:
            country = self._dispatch.plan.country
            together = [number for number, one in enumerate(tries) if one.started == tries[0].started]
            place = next((number for number in together if same(tries[number].address, address, country)), 0)
        return tries.pop(place)

    def _guesses(self, start: Start, after: float) -> Iterator[Event]:
        """What is assumed of what nobody has seen."""
        if self._guess is None or self._guessed not in ("", start.attempt):
            return iter(())
        return self._guess.events(start.attempt, start.at + after, start.wait)

    def _recorded(self, start: Start, actual: ActualAttempt) -> Iterator[Event]:
        """What the engine is told of an attempt that was made: the same, so long after its start."""
        name, at = start.attempt, start.at
        after = None if actual.ended is None else actual.ended - actual.started
        picked_up = None if actual.picked_up is None else actual.picked_up - actual.started
        if is_answered(actual, self._confirm):
            yield from self._answered(start, actual, picked_up if picked_up is not None else after)
            return
        if after is None or actual.outcome == UNKNOWN:
            return
        if actual.outcome == "no_answer" and after >= start.wait and not self._confirm:
            return  # the wait ends it as that
        if picked_up is not None and (self._confirm or actual.outcome == "acknowledged"):
            yield Event(at + picked_up, "answered", name)
        elif actual.outcome == "cancelled":
            return
        if actual.outcome == "acknowledged":
            yield Event(at + after, "acknowledged", name)
        else:
            yield Event(at + after, "ended", name, actual.outcome)

    def _answered(self, start: Start, actual: ActualAttempt, picked_up: float | None) -> Iterator[Event]:
        """Somebody or something picked up: taken, unless the log goes on to try anybody."""
        name = start.attempt
        picked_up = picked_up or 0
        if start.channel == "voice":
            picked_up = min(picked_up, start.wait)
        if counts_as_taken(self._seen.attempts, actual, self._proof_needed):
            self._unconfirmed.add(name)
            yield Event(start.at + picked_up, "acknowledged", name)
        elif not self._confirm:
            yield Event(start.at + picked_up, "ended", name, "voicemail")
        elif start.channel == "voice":  # a message that is read proves nothing where somebody has to confirm
            ended = picked_up if actual.ended is None else max(picked_up, actual.ended - actual.started)
            yield Event(start.at + picked_up, "answered", name)
            yield Event(start.at + ended, "ended", name, "voicemail")

    def _call_back(self, told: Tell) -> None:
        """A callback was completed as long after it was opened as the log says, by whoever completed it."""
        actual = self._seen.callback
        if self._called_back:
            return
        self._called_back = True
        if actual is None or actual.completed is None:
            return
        by = actual.completed_by or told.person
        opened = actual.opened if actual.opened is not None else self._seen.ended
        at = actual.completed
        if at < told.at:
            at = told.at + max(0.0, actual.completed - opened)
            self._moved_callback = Move(by, "callback", actual.completed, at)
        self._ahead.add(Event(at, "completed", person=by))


def is_answered(actual: ActualAttempt, confirm: bool) -> bool:
    """Whether an attempt was picked up with nothing to prove that a person took it. A call that the caller ended after
    it was picked up is one, unless the account asks for more than picking up."""
    return actual.outcome == "answered" or (
        actual.outcome == "cancelled" and actual.picked_up is not None and not confirm
    )


def needs_proof(account: Account, shows: Shows) -> bool:
    """Whether picking up is not enough: the account asks for a confirmation, and the log would show one."""
    return bool(account.confirm) and shows.acknowledgements


def counts_as_taken(attempts: Sequence[ActualAttempt], answered: ActualAttempt, proof_needed: bool) -> bool:
    """Whether an attempt that was picked up counts as taken: nobody was tried after it, and no proof is needed that a
    person took it. Where proof is needed and lacking it is a voicemail to the policy."""
    return not proof_needed and not goes_on(attempts, answered)


def goes_on(attempts: Sequence[ActualAttempt], answered: ActualAttempt) -> bool:
    """Whether anybody was tried after an attempt was picked up; the attempts are in the order they started."""
    picked_up = answered.picked_up if answered.picked_up is not None else answered.started
    last = attempts[-1].started
    return last >= picked_up and last > answered.started


def _ran_on(one: Attempt, actual: ActualAttempt, over: float) -> bool:
    """Whether more of an attempt is wanted than was seen of it: it was cancelled sooner, or its end was lost. A message
    can be answered until the chain is over."""
    if actual.ended is None:
        return actual.outcome == UNKNOWN
    lasted = (over if one.ended is None else one.ended) - one.started
    return lasted > actual.ended - actual.started + _SAME_SECOND
