"""What happens on an account's line when it does not work: who is next, how fast, and who owes what in the end.

It is learnt by walking the escalation engine: once with nobody responding, and then once for each thing that may happen
on the way (somebody is busy, declines, is away, answers late; the caller hangs up). No setting of a policy is told that
no walk has shown. Times are seconds from the start of the dispatch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from oncall import times
from oncall.errors import OncallError, Problem
from oncall.escalation.engine import NO_ONE
from oncall.escalation.responses import Response, Tries
from oncall.escalation.simulate import NOBODY_RESPONDS, Assumed, simulate
from oncall.escalation.trace import Attempt, TierRun, Trace
from oncall.model import Shift
from oncall.plan import AWAY, LEFT, UNIDENTIFIED, Absence, OutsideWindowError, Plan, Presence
from oncall.workspace.runbooks import Runbook

VOICE = "voice"
OUTCOMES_OF_A_CALL = ("busy", "unreachable", "failed", "voicemail")
OUTCOMES_OF_A_MESSAGE = ("unreachable", "failed")
HANG_UP = 20  # seconds: about when the first callers give up
MOST_WALKING = 10_000  # attempts: with very many people and rounds not everything is worth being found out
LISTENING = 60  # seconds: a call that is picked up and ends without having been accepted
_MOST_WORK = 100_000  # attempts of all the walks there are: one for each person and each response, at the least


class Somebody(Struct, frozen=True):
    """A person, or somebody on a schedule whom nobody knows (then without an id)."""

    person: str | None
    name: str


class PassedOver(Struct, frozen=True):
    """Somebody who was not tried, or not tried further, when, and why; until when they are away. `tried` tells whether
    they had been tried in that tier before."""

    who: Somebody
    at: float
    reason: str
    absence: Absence | None = None
    tried: bool = False


class HandOff(Struct, frozen=True):
    """Who takes over a role from whom, and when."""

    role: str
    at: float
    gone: tuple[Somebody, ...]
    come: tuple[Somebody, ...]


class Turn(Struct, frozen=True):
    """What people of one tier get who are treated alike at the same times: their attempts, of one of them."""

    people: tuple[Somebody, ...]
    attempts: tuple[Attempt, ...]

    @property
    def started(self) -> float:
        """When it begins."""
        return self.attempts[0].started


class Stage(Struct, frozen=True):
    """One pass through one tier, when nobody responds. `nobody` tells that nobody was on call in it, `again` that its
    role had a tier before in the same round; `hand_off` is the last one before it that made it another's turn.
    `too_late` are those whose turn did not come before its window was over."""

    role: str
    round: int
    started: float
    ended: float
    turns: tuple[Turn, ...]
    passed_over: tuple[PassedOver, ...]
    nobody: bool = False
    again: bool = False
    hand_off: HandOff | None = None
    too_late: tuple[Somebody, ...] = ()


class Follows(Struct, frozen=True):
    """What comes next after something happened, and after how many seconds of waiting: an attempt, a callback, a
    callback that nobody can own, or the end."""

    what: Literal["attempt", "callback", "unowned", "end"]
    after: float
    attempt: Attempt | None = None


class Consequence(Struct, frozen=True):
    """What follows when an attempt ends in one of these outcomes, and whether it is so for all other calls, too."""

    attempt: Attempt
    outcomes: tuple[str, ...]
    follows: Follows
    everywhere: bool = False


class Answered(Struct, frozen=True):
    """What an answer to the first attempt does.

    `enough` is whether answering takes the call or message, `everybody` whether that holds whoever answers. Where
    picking up is not enough, `clock_stands` tells whether time stands still meanwhile, and `otherwise` what follows
    when the call ends without having been accepted.
    """

    attempt: Attempt
    enough: bool
    everybody: bool
    clock_stands: bool = False
    otherwise: Follows | None = None


class Declined(Struct, frozen=True):
    """What follows when whoever is tried first declines, and who is tried beside them anyway; whether they are tried
    again, and whether the callback may be theirs all the same."""

    attempt: Attempt
    follows: Follows
    again: bool
    owes: bool
    beside: tuple[str, ...] = ()


class Missing(Struct, frozen=True):
    """What happens where the person who is tried first is away."""

    attempt: Attempt
    first: tuple[Attempt, ...]
    follows: Follows


class Late(Struct, frozen=True):
    """A message that was answered at `at`, while `meanwhile` somebody else was being tried."""

    attempt: Attempt
    at: float
    meanwhile: Attempt


class HangUp(Struct, frozen=True):
    """What happens when the caller hangs up at `at`: the walk, what stopped ringing, what stays open, and the message
    by which somebody can still take the callback over."""

    at: float
    walk: Trace
    stopped: tuple[Attempt, ...]
    open: tuple[Attempt, ...]


class Explanation(Struct, frozen=True):
    """Everything that is told about an account at an instant.

    `walk` is the dispatch to which nobody responds, `stages` the same tier by tier. `hand_offs` are those that happen
    while it runs and come too late to matter. `takes_over` is a message whose late answer makes its person the owner of
    the callback, `completers` who can complete it in the end. `names` are everybody's, by id.
    """

    account: str
    title: str
    kind: str
    policy: str
    at: int
    lines: tuple[str, ...]
    hours: str | None
    promised: bool
    names: Mapping[str, str]
    walk: Trace
    stages: tuple[Stage, ...]
    hand_offs: tuple[HandOff, ...]
    answered: Answered | None
    outcomes: tuple[Consequence, ...]
    declined: Declined | None
    missing: Missing | None
    late: Late | None
    takes_over: Attempt | None
    completers: tuple[str, ...]
    hang_up: HangUp | None

    @property
    def chain_over(self) -> float:
        """When there is nobody left to try."""
        return chain_over(self.walk)


class RunbookReview(Struct, frozen=True):
    """A runbook seen from an instant: who owns it (`standing` is `known`, `unknown`, `left`, or None without an owner),
    when it was last reviewed and how many days before, and the last day on which that is recent enough."""

    path: str
    missing: str | None
    owner: str | None
    owner_name: str | None
    standing: str | None
    reviewed: date | None
    days_before: int | None
    due: date | None
    overdue: bool
    days_over: int | None
    problems: tuple[Problem, ...]


def explanation(plan: Plan, account: str, at: int) -> Explanation:
    """What happens when somebody calls an account, or sends it a message, at an instant. OutsideWindowError where that
    leads beyond the plan's window, OncallError where the account has no policy."""
    return _Explainer(plan, account, at).explanation()


def runbook_review(plan: Plan, runbook: Runbook, at: int, every: int) -> RunbookReview:
    """How a runbook stands at an instant, `every` being the cadence of those that do not say their own."""
    today = times.at(at, times.zone(plan.timezone) or UTC).date()
    reviewed = runbook.reviewed
    due = None
    if reviewed is not None:
        cadence = every if runbook.review_every is None else runbook.review_every
        due = date.fromordinal(min(reviewed.toordinal() + cadence // times.DAY, date.max.toordinal()))
    return RunbookReview(
        path=runbook.path,
        missing=runbook.missing,
        owner=runbook.owner,
        owner_name=plan.people[runbook.owner].name if runbook.owner and runbook.owner in plan.people else None,
        standing=_standing(plan, runbook.owner, at),
        reviewed=reviewed,
        days_before=(today - reviewed) // timedelta(days=1) if reviewed else None,
        due=due,
        overdue=due is None or today > due,
        days_over=(today - due) // timedelta(days=1) if due and today > due else None,
        problems=runbook.problems,
    )


def _standing(plan: Plan, owner: str | None, at: int) -> str | None:
    if owner is None:
        return None
    return {UNIDENTIFIED: "unknown", LEFT: "left"}.get(plan.why_not(owner, at) or "", "known")


def chain_over(trace: Trace) -> float:
    """When a dispatch had nobody left to try: its callback is opened then, or it ends."""
    return trace.callback.opened if trace.callback else trace.ended or 0


def _first_by_person(attempts: Iterable[Attempt]) -> list[Attempt]:
    found: dict[str, Attempt] = {}
    for one in attempts:
        found.setdefault(one.person, one)
    return list(found.values())


def _is_call(one: Attempt) -> bool:
    return one.channel == VOICE


class _Explainer:
    """The walks, all from one plan, account and instant."""

    def __init__(self, plan: Plan, name: str, at: int) -> None:
        self.plan = plan
        self.name = name
        self.account = plan.accounts[name]
        self.at = at
        self.main = self.walk()
        if not plan.window.holds(at + chain_over(self.main)):  # hand-offs are asked about until then
            raise OutsideWindowError(at + chain_over(self.main))
        self.calls = _first_by_person(filter(_is_call, self.main.attempts))
        self.messages = _first_by_person(one for one in self.main.attempts if not _is_call(one))
        if (len(self.calls) + len(self.messages)) * len(self.main.attempts) > _MOST_WORK:
            raise OncallError(
                f"a call to {name} makes {len(self.main.attempts):,} attempts, too many to explain in sentences: "
                f"`oncall simulate {name}` lists them"
            )

    def walk(self, assumed: Assumed = NOBODY_RESPONDS) -> Trace:
        return simulate(self.plan, self.name, self.at, assumed)

    def meets(self, one: Attempt, response: Response) -> Trace:
        """The walk in which an attempt, the first to its person by its channel, meets a response."""
        return self.walk(Assumed({one.person: {one.channel: Tries((response,))}}))

    def _follows(self, trace: Trace, one: Attempt, happened: float) -> Follows:
        """What comes next in a walk after something happened to an attempt: the same person's next in that tier, else
        what comes after those who are tried beside them anyway."""
        index = next(place for place, other in enumerate(trace.attempts) if other.id == one.id)
        later = trace.attempts[index + 1 :]
        own = [other for other in later if _same_tier(one, other) and other.person == one.person]
        beside = self._beside(one)
        others = [other for other in later if not (_same_tier(one, other) and other.person in beside)]
        return _next(trace, own or others, happened)

    def _beside(self, one: Attempt) -> set[str]:
        """Who has been tried in a tier by the time of an attempt, when nobody responds."""
        same = (other for other in self.main.attempts if _same_tier(one, other))
        return {other.person for other in same if other.started <= one.started}

    def explanation(self) -> Explanation:
        account = self.account
        return Explanation(
            account=self.name,
            title=account.name,
            kind=account.kind,
            policy=str(account.policy),
            at=self.at,
            lines=tuple(line.shown for line in self.plan.account_facts[self.name].lines),
            hours=account.hours,
            promised=self.plan.promises(account, self.at),
            names={name: self.plan.people[name].name for name in self.plan.people},
            walk=self.main,
            stages=tuple(self._stages()),
            hand_offs=tuple(self._idle_hand_offs()),
            answered=self._answered(),
            outcomes=tuple(self._outcomes()),
            declined=self._declined(),
            missing=self._missing(),
            late=self._late(),
            takes_over=self._takes_over(),
            completers=tuple(self._completers()),
            hang_up=self._hang_up(),
        )

    # The walk to which nobody responds, tier by tier.

    def _somebody(self, shift: Shift) -> Somebody:
        known = shift.person is not None and shift.person in self.plan.people
        return Somebody(shift.person, self.plan.people[str(shift.person)].name if known else shift.label)

    def _role(self, run: TierRun) -> str:
        return str(self.plan.policies[self.main.policy].tiers[run.index].notify)

    def _stages(self) -> Iterator[Stage]:
        before: dict[tuple[int, str], int] = {}
        for run in self.main.tiers:
            role = self._role(run)
            before[run.round, role] = seen = before.get((run.round, role), 0) + 1
            attempts = [one for one in self.main.attempts if (one.tier, one.round) == (run.tier, run.round)]
            skips = [one for one in self.main.skipped if (one.tier, one.round) == (run.tier, run.round)]
            yield Stage(
                role=role,
                round=run.round,
                started=run.started,
                ended=run.ended,
                turns=tuple(self._turns(attempts)),
                passed_over=tuple(self._passed_over(run, attempts)),
                nobody=any(one.reason == NO_ONE for one in skips),
                again=seen > 1,
                hand_off=self._hand_off_before(run, role),
                too_late=tuple(self._too_late(run, role)),
            )

    def _turns(self, attempts: list[Attempt]) -> Iterator[Turn]:
        """Whoever is treated alike at the same times goes into one turn."""
        by_person: dict[str, list[Attempt]] = {}
        for one in attempts:
            by_person.setdefault(one.person, []).append(one)
        alike: dict[tuple[tuple[float, str, float | None], ...], list[list[Attempt]]] = {}
        for own in by_person.values():
            alike.setdefault(tuple((one.started, one.channel, one.ended) for one in own), []).append(own)
        for group in alike.values():
            yield Turn(tuple(self._somebody(own[0].shift) for own in group), tuple(group[0]))

    def _passed_over(self, run: TierRun, attempts: list[Attempt]) -> Iterator[PassedOver]:
        tried = {one.person for one in attempts}
        for skip in self.main.skipped:
            if (skip.tier, skip.round) != (run.tier, run.round) or (skip.person is None and skip.label is None):
                continue
            absence = None
            if skip.person is not None and skip.reason == AWAY:
                absence = self.plan.presences[skip.person].absence(self.at + skip.at)
            name = self.plan.people[skip.person].name if skip.person is not None else str(skip.label)
            yield PassedOver(Somebody(skip.person, name), skip.at, skip.reason, absence, skip.person in tried)

    def _too_late(self, run: TierRun, role: str) -> Iterator[Somebody]:
        """Who was on call when a tier started, could have been tried when it was over, and had not been."""
        had = {one.person for one in self.main.attempts if one.round == run.round and one.started <= run.ended}
        channels = self.plan.policies[self.main.policy].tiers[run.index].channels
        skipped = {one.person for one in self.main.skipped if (one.tier, one.round) == (run.tier, run.round)}
        for shift in self.plan.bound(self.account.bindings(role), self.at + run.started):
            reachable = self.plan.why_not(shift.person, self.at + run.ended, channels) is None
            if reachable and shift.person not in had | skipped:
                yield self._somebody(shift)

    # Hand-offs of the roles that are tried, while they are.

    def _hand_offs(self, role: str, until: float) -> list[HandOff]:
        bindings = self.account.bindings(role)
        end = self.at + int(until)
        edges: set[int] = set()
        for binding in bindings:
            schedule = self.plan.schedules.get(binding.rotation) if binding.rotation else None
            for start, stop, _ in schedule.between(self.at, end + 1) if schedule else ():
                edges |= {edge for edge in (start, stop) if self.at < edge <= end}
        found, before = [], self.plan.bound(bindings, self.at)
        for edge in sorted(edges):
            now = self.plan.bound(bindings, edge)
            gone, come = self._only_in(before, now), self._only_in(now, before)
            if gone or come:
                found.append(HandOff(role, edge - self.at, gone, come))
            before = now
        return found

    def _only_in(self, these: list[Shift], those: list[Shift]) -> tuple[Somebody, ...]:
        others = {one.who for one in those}
        return tuple(self._somebody(one) for one in these if one.who not in others)

    def _hand_off_before(self, run: TierRun, role: str) -> HandOff | None:
        """The last hand-off before a tier started, where no earlier tier of that role had seen it."""
        earlier = [one.started for one in self.main.tiers if one.started < run.started and self._role(one) == role]
        since = max(earlier, default=-1.0)
        return next((one for one in reversed(self._hand_offs(role, run.started)) if one.at > since), None)

    def _idle_hand_offs(self) -> Iterator[HandOff]:
        """The hand-offs that come after the last tier of their role has started."""
        last = {self._role(run): run.started for run in self.main.tiers}
        for role, started in last.items():
            yield from (one for one in self._hand_offs(role, chain_over(self.main)) if one.at > started)

    # What may happen on the way.

    def _answered(self) -> Answered | None:
        if not self.main.attempts:
            return None
        first = self.main.attempts[0]
        if not self._takes_it(first):
            return self._picked_up(first)
        everybody = all(self._takes_it(one) for one in (*self.calls, *self.messages))
        return Answered(first, enough=True, everybody=everybody)

    def _takes_it(self, one: Attempt) -> bool:
        """Whether an answer to an attempt, and no more, ends the search for somebody."""
        trace = self.meets(one, Response("answered" if _is_call(one) else "acknowledged", 0))
        return trace.disposition == "reached" and trace.reached == one.person

    def _picked_up(self, first: Attempt) -> Answered:
        trace = self.meets(first, Response("answered", 0, "ends", LISTENING))
        planned, longer = (
            next(run.window_until or 0 for run in one.tiers if run.tier == first.tier) for one in (self.main, trace)
        )
        stands = longer - planned == LISTENING
        nobody = not any(self._takes_it(one) for one in self.calls)
        return Answered(first, False, nobody, stands, self._follows(trace, first, first.started + LISTENING))

    def _outcomes(self) -> Iterator[Consequence]:
        """What the outcomes of the first call do, and of the first message where it comes first; alike ones as one."""
        first = [self.calls[0]] if self.calls else []
        if self.main.attempts and not _is_call(self.main.attempts[0]):
            first.insert(0, self.main.attempts[0])
        for one in first:
            alike: dict[tuple[str, float, str], list[tuple[str, Follows]]] = {}
            for outcome in OUTCOMES_OF_A_CALL if _is_call(one) else OUTCOMES_OF_A_MESSAGE:
                follows = self._after_outcome(one, outcome)
                key = follows.what, follows.after, follows.attempt.id if follows.attempt else ""
                alike.setdefault(key, []).append((outcome, follows))
            for group in alike.values():
                outcomes, follows = tuple(outcome for outcome, _ in group), group[0][1]
                yield Consequence(one, outcomes, follows, _is_call(one) and self._everywhere(outcomes, follows))

    def _after_outcome(self, one: Attempt, outcome: str) -> Follows:
        return self._follows(self.meets(one, Response(outcome, 0)), one, one.started)

    def _everywhere(self, outcomes: Iterable[str], follows: Follows) -> bool:
        """Whether these outcomes of everybody else's first call have something follow just as soon."""
        others = [(one, outcome) for one in self.calls[1:] for outcome in outcomes]
        if len(others) * len(self.main.attempts) > MOST_WALKING:
            return False
        return bool(others) and all(self._after_outcome(*other).after == follows.after for other in others)

    def _declined(self) -> Declined | None:
        if not self.main.attempts:
            return None
        one = self.main.attempts[0]
        trace = self.meets(one, Response("declined", 0))
        again = any(other.person == one.person for other in trace.attempts if other.id != one.id)
        owes = trace.callback is not None and trace.callback.owner == one.person
        beside = tuple(sorted(self._beside(one) - {one.person}))
        return Declined(one, self._follows(trace, one, one.started), again, owes, beside)

    def _missing(self) -> Missing | None:
        if not self.main.attempts:
            return None
        one = self.main.attempts[0]
        window = self.plan.window
        away = Presence((Absence(window.start, window.end),))
        presences = {name: self.plan.presences[name] for name in self.plan.presences} | {one.person: away}
        trace = simulate(replace(self.plan, presences=presences), self.name, self.at)
        first = tuple(other for other in trace.attempts if other.started == trace.attempts[0].started)
        return Missing(one, first, _next(trace, trace.attempts, one.started))

    def _late(self) -> Late | None:
        """A message that is answered while somebody else is being tried, where that still counts."""
        for one in self.messages[:1]:
            for other in self.main.attempts:
                at = other.started + 1
                if other.person == one.person or other.started <= one.started or at >= chain_over(self.main):
                    continue
                trace = self.meets(one, Response("acknowledged", int(at - one.started)))
                return Late(one, at, other) if trace.reached == one.person else None
        return None

    def _takes_over(self) -> Attempt | None:
        """A message to somebody other than the callback's owner who becomes it by answering then."""
        callback = self.main.callback
        if callback is None or callback.owner is None:
            return None
        for one in self.messages:
            if one.person != callback.owner:
                trace = self.meets(one, Response("acknowledged", int(callback.opened - one.started) + 1))
                owned = trace.callback is not None and trace.callback.owner == one.person
                return one if owned and trace.callback and trace.callback.due == callback.due else None
        return None

    def _completers(self) -> Iterator[str]:
        """Who can complete the callback just before it is overdue."""
        callback, ended = self.main.callback, self.main.ended
        for told, person in callback.told if callback else ():
            delay = int((ended or 0) - told) - 1
            trace = self.walk(Assumed(callbacks={person: delay})) if delay >= 0 else None
            if trace and trace.callback and trace.callback.completed_by == person:
                yield person

    def _hang_up(self) -> HangUp | None:
        over = chain_over(self.main)
        if self.account.kind != "call" or over <= 1:
            return None
        at = HANG_UP if over > HANG_UP else int(over // 2) or 1
        trace = self.walk(Assumed(hang_up=at))
        stopped = tuple(one for one in trace.attempts if one.outcome == "cancelled" and one.ended == at)
        return HangUp(at, trace, stopped, tuple(one for one in trace.attempts if one.ended is None))


def _same_tier(one: Attempt, other: Attempt) -> bool:
    return (one.tier, one.round) == (other.tier, other.round)


def _next(trace: Trace, attempts: Iterable[Attempt], happened: float) -> Follows:
    for other in attempts:
        return Follows("attempt", other.started - happened, other)
    owned = trace.callback is not None and trace.callback.owner is not None
    what: Literal["callback", "unowned", "end"] = "callback" if owned else "unowned" if trace.callback else "end"
    return Follows(what, chain_over(trace) - happened)
