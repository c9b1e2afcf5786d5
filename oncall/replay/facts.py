"""What one verdict adds to the metrics, as little plain data: made where the verdict and its plan are, sent on, and
counted in `oncall.replay.metrics`."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from datetime import UTC

from msgspec import Struct

from oncall import times
from oncall.model import Binding, as_tuple
from oncall.plan import Plan
from oncall.replay.expected import goes_on
from oncall.replay.run import Judged
from oncall.replay.verdict import UNKNOWN, ActualAttempt, Verdict

NIGHT_FROM, NIGHT_UNTIL = 22, 8
"""The hours of the night, in the zone of who is tried."""

_NEVER_RANG = ("unreachable", "failed", "busy")
_WAKES_NOBODY = ("email",)
_KEPT = 32  # plans whose supervisors are kept
_COUNTED = 64  # stretches between two changes of who supervises, of one plan


class Tried(Struct, frozen=True):
    """One person in one dispatch: how many attempts on them, whether they were given the time to take it (not all was
    cut short, or is lost), whether they took it, and the instants at night at which their phone rang."""

    person: str
    name: str
    timezone: str
    attempts: int
    was_asked: bool
    took: bool
    woken: tuple[float, ...] = ()


class Supervised(Struct, frozen=True):
    """A supervisor of the dispatch's account when it started, and how many accounts were theirs at that instant."""

    who: str
    name: str
    accounts: int


class Facts(Struct, frozen=True):
    """What a dispatch adds. Times are seconds from its start, whatever happened after the caller left aside.

    `is_taken` is whether a person took it or picked up before it was over for the caller, None where the log does not
    prove either; `taken` is when, None where nobody did or the log does not say when; `seen` until when it was waited
    for. `hang_ups`, `callbacks` and `acknowledgements` are whether the log would say so if the caller had left, or been
    called back, or a message been acknowledged; `systems` what it was imported from. `tier`
    is that of who took it and `deepest` the last that was tried, from 1, both None where that cannot be told.
    `followed` is whether it went as the policy says, None where that cannot be judged, and `divergence` the first kind
    of divergence. `supervised` is None where the plan could not be had.
    """

    dispatch: str
    log_line: int
    at: float
    account: str | None
    account_name: str | None
    is_message: bool
    operator: str | None
    result: str
    is_taken: bool | None
    taken: float | None
    seen: float
    hang_ups: bool
    callbacks: bool
    hung_up: float | None
    resolved: bool | None
    tier: int | None
    deepest: int | None
    deepest_known: bool
    followed: bool | None
    divergence: str | None
    people: tuple[Tried, ...]
    supervised: tuple[Supervised, ...] | None
    acknowledgements: bool = True
    systems: tuple[str, ...] = ()


class FactsOf:
    """Makes facts of verdicts. `timezone` is the workspace's: that of people whose plan could not be had."""

    def __init__(self, timezone: str) -> None:
        self._timezone = timezone
        self._supervisors: OrderedDict[tuple[str, int], _Supervisors] = OrderedDict()

    def __call__(self, judged: Judged) -> Facts:
        """The facts of a verdict."""
        verdict, plan = judged.verdict, judged.plan
        account = plan.accounts.get(verdict.account) if plan and verdict.account is not None else None
        taken, place = taken_by(verdict)
        tiers = tiers_of(verdict, plan)
        taker = verdict.actual[place].person if place is not None else verdict.by if taken is not None else None
        judged_whole = verdict.trace is not None and not verdict.missing
        first = verdict.first_divergence
        return Facts(
            dispatch=verdict.dispatch,
            log_line=verdict.log_line,
            at=verdict.at,
            account=verdict.account,
            account_name=account.name if account else None,
            is_message=account is not None and account.kind == "message",
            operator=verdict.operator,
            result=verdict.result,
            is_taken=_is_taken(verdict),
            taken=None if taken is None or not _is_time_known(verdict, place) else exact(max(taken, 0.0)),
            seen=exact(max(verdict.ended, 0.0)),
            hang_ups=verdict.shows.hang_ups,
            callbacks=verdict.shows.callbacks,
            hung_up=None if verdict.hung_up is None else exact(verdict.hung_up),
            resolved=verdict.resolved,
            tier=tiers[place] if place is not None else None,
            deepest=max((tier for tier in tiers if tier is not None), default=None),
            deepest_known=verdict.trace is not None and None not in tiers,
            followed=not verdict.divergences if judged_whole else None,
            divergence=first.kind if first else None,
            people=tuple(self._people(verdict, plan, taker)),
            supervised=self._supervised(verdict, plan),
            acknowledgements=verdict.shows.acknowledgements,
            systems=judged.record.systems if judged.record else (),
        )

    def _people(self, verdict: Verdict, plan: Plan | None, taker: str | None) -> Iterator[Tried]:
        attempts: dict[str, list[ActualAttempt]] = {}
        for one in verdict.actual:
            if one.person is not None:
                attempts.setdefault(one.person, []).append(one)
        for person, tried in attempts.items():
            profile = plan.people.get(person) if plan else None
            zone = (profile.timezone if profile else None) or (plan.timezone if plan else self._timezone)
            yield Tried(
                person,
                profile.name if profile else person,
                zone,
                len(tried),
                person == taker or any(_is_chance(one, verdict) for one in tried),
                person == taker,
                tuple(_woken(verdict.at, tried, zone)),
            )

    def _supervised(self, verdict: Verdict, plan: Plan | None) -> tuple[Supervised, ...] | None:
        account = verdict.account
        if plan is None or account is None or account not in plan.accounts or not plan.window.holds(verdict.at):
            return None
        key = plan.digest, plan.window.start
        if key not in self._supervisors:
            self._supervisors[key] = _Supervisors(plan)
            if len(self._supervisors) > _KEPT:
                self._supervisors.popitem(last=False)
        self._supervisors.move_to_end(key)
        return self._supervisors[key].of(account, verdict.at)


def _is_chance(attempt: ActualAttempt, verdict: Verdict) -> bool:
    """Whether somebody was given the time to take it, and the log would say so if they had."""
    if attempt.outcome in ("cancelled", UNKNOWN):
        return False
    return attempt.channel in (None, "voice") or verdict.shows.acknowledgements


def exact(seconds: float) -> float:
    """Seconds without what a trip through the epoch leaves of a fraction."""
    return round(seconds, 3)


# Who took it.


def _is_taken(verdict: Verdict) -> bool | None:
    if verdict.result in ("reached", "answered"):
        return True
    return False if verdict.is_known_not_taken else None


def _is_time_known(verdict: Verdict, place: int | None) -> bool:
    return place is None or verdict.result == "reached" or verdict.actual[place].pick_up_known


def taken_by(verdict: Verdict) -> tuple[float | None, int | None]:
    """When a person took it, or picked up where nothing proves more, and the place of that attempt; None where nobody
    did before it was over for the caller, or where the log does not say by which attempt."""
    if verdict.result == "reached" and verdict.acknowledged is not None:
        return verdict.acknowledged, _acknowledged(verdict, verdict.acknowledged)
    if verdict.result != "answered":
        return None, None
    places = [place for place, one in enumerate(verdict.actual) if one.picked_up is not None]
    last = [place for place in places if not goes_on(verdict.actual, verdict.actual[place])] or places
    if not last:
        return None, None
    place = min(last, key=lambda place: verdict.actual[place].picked_up or 0.0)
    return verdict.actual[place].picked_up, place


def _acknowledged(verdict: Verdict, at: float) -> int | None:
    """The attempt of an acknowledgement: one of that person, the nearest in time."""
    own = [
        place
        for place, one in enumerate(verdict.actual)
        if one.outcome == "acknowledged" and (verdict.by is None or one.person == verdict.by)
    ]
    return min(own, key=lambda place: abs((verdict.actual[place].ended or 0.0) - at), default=None)


# How far down the chain.


def tiers_of(verdict: Verdict, plan: Plan | None) -> Sequence[int | None]:
    """The tier of each attempt, from 1: of the expected one beside it, else the first that leads to its person then,
    else the one the log names."""
    if plan is None or verdict.trace is None:
        return [None] * len(verdict.actual)
    policy, account = plan.policies[verdict.trace.policy], plan.accounts[verdict.trace.account]
    names = policy.tier_names
    beside = {one.beside: one.attempt.tier for one in verdict.expected if one.beside is not None}
    found: list[int | None] = []
    for place, one in enumerate(verdict.actual):
        if place in beside:
            found.append(names.index(beside[place]) + 1)
            continue
        at = verdict.at + one.started
        bindings = (account.bindings(tier.notify) for tier in policy.tiers) if plan.window.holds(at) else ()
        bound = (any(shift.person == one.person for shift in plan.bound(role, at)) for role in bindings)
        tier = next((index for index, leads in enumerate(bound, 1) if leads), None) if one.person is not None else None
        found.append(tier or (names.index(one.tier) + 1 if one.tier in names else None))
    return found


# Who was woken.


def _woken(start: float, tried: Sequence[ActualAttempt], timezone: str) -> Iterator[float]:
    zone = times.zone(timezone) or UTC
    for one in tried:
        if one.outcome in _NEVER_RANG or one.channel in _WAKES_NOBODY:
            continue
        at = exact(start + one.started)
        if not NIGHT_UNTIL <= times.at(at, zone).hour < NIGHT_FROM:
            yield at


# Who supervised how much.


class _Supervisors:
    """The supervisors of a plan's accounts. Who they are changes only where a shift of their rotations begins or ends:
    between two such instants what was found once holds."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._bindings = {name: as_tuple(plan.accounts[name].supervisor) for name in plan.accounts}
        self._numbers: dict[tuple[Binding, ...], int] = {}
        for bindings in self._bindings.values():
            if bindings:
                self._numbers[bindings] = self._numbers.get(bindings, 0) + 1
        rotations = {one.rotation for bindings in self._numbers for one in bindings if one.rotation is not None}
        changes = {
            at
            for name in rotations & plan.schedules.keys()
            for segment in plan.schedules[name].segments
            for at in (segment.start, segment.end)
        }
        self._changes = sorted(changes)
        self._counted: dict[int, dict[str, int]] = {}

    def of(self, account: str, at: float) -> tuple[Supervised, ...]:
        """The supervisors of an account at an instant, and how many accounts each has then."""
        bindings = self._bindings[account]
        if not bindings:
            return ()
        accounts = self._count(at)
        return tuple(
            Supervised(shift.who, shift.label, accounts[shift.who]) for shift in self._plan.bound(bindings, at)
        )

    def _count(self, at: float) -> dict[str, int]:
        place = bisect_right(self._changes, at)
        if place not in self._counted:
            if len(self._counted) >= _COUNTED:
                self._counted.clear()
            found = self._counted[place] = {}
            for bindings, number in self._numbers.items():
                for shift in self._plan.bound(bindings, at):
                    found[shift.who] = found.get(shift.who, 0) + number
        return self._counted[place]
