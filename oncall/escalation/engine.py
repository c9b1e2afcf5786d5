"""The escalation engine: who is tried next, until when, and why. Nothing about escalation is decided anywhere else.

The engine has no clock and does nothing. It is told what happened (`Dispatch.tell`) and that time has come to an
instant (`Dispatch.go_on`), and says what is to be done: start an attempt, stop one, tell somebody of a callback.
`until` is when it wants to be asked again. The same plan, start and events give the same trace, whoever drives it: the
simulator with assumed responses, replay with recorded ones, a live dispatch with real ones. All times are seconds from
the start.

The theory, rule by rule.

1.  A dispatch starts for an account at an instant, and keeps the policy it started with. Who is on call is asked when a
    tier starts; who is away or has left, before every attempt.
2.  Tiers are taken in order. A tier's people are those on call when the tier starts, not when the dispatch did.
3.  Within a tier people are tried one after another: contacts as listed, a rotation's people as its `people` lists
    them, others after them by id. `order: simultaneous` tries all of them side by side. Somebody bound twice counts
    once, where first listed. An address is never tried twice at once: a step on an address that rings, or has a message
    within its `wait`, is left out, and a person with no other step is skipped (`shared_address`).
4.  People are skipped without losing time, for the first of these reasons: `left`, `away`, `unidentified`,
    `no_usable_channel`, `declined` (earlier in this dispatch), `already_tried` (in this round), `already_sent` (every
    step is a message of an earlier round that is still unanswered), `shared_address`. A tier that binds nobody is
    `no_one_on_call`; one that skipped everybody is `nobody_left_to_try`. Both are left at once.
5.  One person is tried by one contact method at a time, in order. The next method starts when an attempt ends in a
    rollover outcome, or when its `wait` has passed (25s on voice and 2m on a message, unless it is said): voice ends
    then, as `no_answer`; a message stays open, and a late answer still counts. Somebody whose message of an earlier
    round is still within its `wait` is tried again after it.
6.  A tier's acknowledgement window (45s for a call and 10m for a message, unless it is said) starts with its first
    attempt. When it is over so is the tier, and what still rings is `cancelled`. A tier whose people and methods run
    out earlier waits its window out while a message that it sent in this round is unanswered, and is left at once
    otherwise.
7.  An acknowledgement stops everything, by whichever attempt and however late; but nothing is acknowledged by a call
    that has ended, or by a message to somebody who declined. Where the account does not ask to `confirm`, picking up
    acknowledges. Where it does, the tier's window and waits stand still while a call is answered, and a call that ends
    unacknowledged was a `voicemail`. `declined` ends a person's part in the dispatch: what rings is `cancelled`, their
    messages are no longer waited for, and the next is tried at once. Outcomes outside `rollover` wait their `wait` out.
8.  The tiers are gone through `rounds` times (once, unless it is said) with `pause` between (none). Unanswered
    messages are not sent again. Then recovery.
9.  A caller who hangs up ends all attempts: calls are `cancelled`, messages stay open. Recovery follows.
10. Recovery opens a callback, due after `due_within`, owned by the first person of `owner` who is reachable then, else
    of `escalate_to`, else by the account manager; else it is `unowned` and the dispatch ends. Having declined makes
    nobody unreachable here. When it is due and not completed, the first reachable person of `escalate_to` other than
    the owner is told, and has `due_within` again; after that, or with nobody to tell, it is `overdue`. Whoever
    acknowledges once recovery has begun becomes the owner. Anybody told may complete it: `called_back`.
11. At one instant acknowledgements come first, then outcomes (completed callbacks among them), then a hang-up, then
    timers (waits, window, pause, due); tiers and attempts start after all of them. What is told late counts from the
    instant the engine has come to.
12. A dispatch ends `reached`, `called_back`, `overdue` or `unowned`; without recovery `abandoned` (the caller hung up),
    `no_one_on_call` (no attempt was possible) or `exhausted` (nobody was reached).
13. An attempt is called DISPATCH/ROUND/TIER/PERSON/STEP: TIER is the role (`role.2` where the policy names it again),
    STEP the place of the method among the person's contact methods, from 1. So a dispatch can be taken up again where
    it was interrupted, and no message is sent twice.
"""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import OncallError
from oncall.escalation.progress import CallbackInProgress, TierInProgress, Track, Try, Window
from oncall.escalation.trace import Action, Disposition, Event, Skip, Start, Stop, Tell, TierRun, Trace, Why
from oncall.model import CALL_WINDOW, MESSAGE_WINDOW, Account, ContactMethod, Policy, Shift, Tier
from oncall.plan import OutsideWindowError, Plan

DECLINED, TRIED, SENT, SHARED = "declined", "already_tried", "already_sent", "shared_address"
NO_ONE, NOBODY_LEFT = "no_one_on_call", "nobody_left_to_try"

MOST_STEPS = 10_000
"""How many attempts a dispatch makes, and people it skips, at most."""

_NO_END_OF_A_MESSAGE = ("no_answer", "busy", "voicemail", "cancelled")


def policy_of(plan: Plan, account: str) -> Policy:
    """The policy of an account; OncallError where it has none."""
    name = plan.accounts[account].policy
    if name is None:
        raise OncallError(f"{account} has no `policy:`, so there is nothing to escalate by")
    if name not in plan.policies:
        raise OncallError(f"the policy of {account}, {name!r}, is not there or cannot be used")
    return plan.policies[name]


class EndlessError(OncallError):
    """A policy that makes more attempts than anybody could wait for."""

    def __init__(self, account: str) -> None:
        super().__init__(
            f"a call to {account} would make more than {MOST_STEPS:,} attempts: "
            "use fewer rounds, tiers, people or contact methods"
        )


class Dispatch:
    """One call or message on its way through a policy.

    `until` is the next time at which something is due without anything happening: None once the dispatch has ended, or
    while only the end of a conversation is waited for. `disposition` is None until it has ended.
    """

    def __init__(self, plan: Plan, account: str, at: float, dispatch: str = "dispatch") -> None:
        self.plan = plan
        self._known = plan.window
        self.account: Account = plan.accounts[account]
        self.policy: Policy = policy_of(plan, account)
        self.now: float = 0
        self.until: float | None = 0
        self.disposition: Disposition | None = None
        self._name, self._at, self._id = account, at, dispatch
        self._written = f"policies/{self.account.policy}"
        self._rollover = frozenset(self.policy.rollover if self.account.rollover is None else self.account.rollover)
        self._tier_names = self.policy.tier_names
        self._round, self._index = 1, -1
        self._why = Why("begins", where=f"{self._written}#tiers/0")
        self._why_ended: Why | None = None
        self._tier: TierInProgress | None = None
        self._paused_until: float | None = None
        self._callback: CallbackInProgress | None = None
        self._tries: dict[str, Try] = {}
        self._last: dict[str, Try] = {}  # of each person
        self._last_by: dict[tuple[str, int], Try] = {}  # of each person and step
        self._last_at: dict[str, Try] = {}  # of each endpoint
        self._just_tried: set[str] = set()  # endpoints, since time went on last
        self._tried: set[str] = set()  # in this round
        self._declined: set[str] = set()
        self._skipped: list[Skip] = []
        self._tiers: list[TierRun] = []
        self._reached: str | None = None
        self._hung_up: float | None = None
        self._actions: list[Action] = []

    # What is told, and what is said.

    def order(self, event: Event) -> int:
        """Where an event comes among those of one instant."""
        if event.kind == "acknowledged" or (event.kind == "answered" and not self.account.confirm):
            return 0
        return 2 if event.kind == "hung_up" else 1

    def tell(self, event: Event) -> list[Action]:
        """Something happened. What has to be stopped or told because of it is said; what comes next is started by
        `go_on`, when everything that happened at that instant has been told. KeyError for an attempt never started."""
        self._come_to(event.at)
        if self.disposition is None:
            self.until = self.now
            self._take(event)
            if self._callback and self.until is not None:
                self.until = self._callback.due_next
        return self._said()

    def go_on(self, at: float) -> list[Action]:
        """Time has come to `at`, which is not after `until`: what is due by then is done, and what follows is
        started."""
        self._come_to(at)
        self._just_tried.clear()
        if self.disposition is None:
            self._timers()
            self._proceed()
            self.until = self._due_next()
        return self._said()

    def trace(self) -> Trace:
        """The dispatch as far as it has come."""
        ended = self.disposition is not None
        running = (self._tier.run(self.now),) if self._tier else ()
        return Trace(
            dispatch=self._id,
            account=self._name,
            policy=str(self.account.policy),
            at=self._at,
            disposition=self.disposition,
            ended=self.now if ended else None,
            reached=self._reached,
            after=self.now if self._reached is not None else None,
            hung_up=self._hung_up,
            attempts=tuple([one.attempt() for one in self._tries.values()]),
            skipped=tuple(self._skipped),
            tiers=(*self._tiers, *running),
            callback=self._callback.callback() if self._callback else None,
            why=self._why_ended,
        )

    def _come_to(self, at: float) -> None:
        if self.until is not None and at > self.until:
            raise ValueError(f"something is due at {self.until}: the engine is to be asked then, before {at}")
        if self.disposition is None and at > self.now:
            self.now = at

    def _said(self) -> list[Action]:
        actions = self._actions
        if actions:
            self._actions = []
        return actions

    def _due_next(self) -> float | None:
        if self.disposition is not None:
            return None
        if self._callback:
            return self._callback.due_next
        if self._paused_until is not None:
            return self._paused_until
        return self._tier.deadline() if self._tier else self.now

    def _instant(self) -> float:
        """The instant of now. Nothing is asked of a plan about an instant it was not made for."""
        instant = self._at + self.now
        if self._known.start <= instant < self._known.end:
            return instant
        raise OutsideWindowError(instant)

    # What happened (rules 7 and 9).

    def _take(self, event: Event) -> None:
        if event.kind == "hung_up":
            self._hang_up()
        elif event.kind == "completed":
            self._complete(event.person)
        elif event.kind == "acknowledged":
            self._acknowledge(self._tries[event.attempt], confirmed=True)
        elif event.kind == "answered":
            self._answer(self._tries[event.attempt])
        else:
            self._end(self._tries[event.attempt], event.outcome)

    def _acknowledge(self, one: Try, *, confirmed: bool) -> None:
        taken = one.outcome == "acknowledged"
        if taken or (one.voice and one.ended is not None) or one.person in self._declined:
            return
        one.confirmed = confirmed
        self._finish(one, "acknowledged")
        if self._callback:
            self._callback.owner = one.person
            self._tell(self._callback, one.person)
        else:
            self._reached = one.person
            self._stop_calls()
            self._close("reached", Why("acknowledged", one.person))

    def _answer(self, one: Try) -> None:
        if not self.account.confirm:
            self._acknowledge(one, confirmed=False)
        elif one.voice and one.ended is None and not one.answered:
            one.picked_up = self.now
            one.answered = True
            one.tier.stand_still(self.now)

    def _end(self, one: Try, outcome: str) -> None:
        if one.ended is not None or outcome == "no_response" or (not one.voice and outcome in _NO_END_OF_A_MESSAGE):
            return
        if outcome == "declined":
            self._decline(one)
            return
        self._finish(one, "voicemail" if one.answered and outcome != "cancelled" else outcome)
        waited = one.outcome == "no_answer" and one.wait_until <= self.now  # then the timer says so
        if one.outcome in self._rollover and one.track.current is one and not waited:
            one.track.go_on(Why("rolled_over", one.outcome, where=self._rollover_written()))

    def _decline(self, one: Try) -> None:
        self._declined.add(one.person)
        self._finish(one, "declined")
        for other in self._tier.tries if self._tier else ():
            if other.person == one.person and other.voice and other.ended is None:
                self._stop(other)
        for track in self._tier.tracks if self._tier else ():
            if track.person == one.person:
                track.go_on(Why("declined", one.person))
                if track.alone_until is None:
                    track.steps.clear()

    def _hang_up(self) -> None:
        if self._callback is None:
            self._hung_up = self.now
            self._stop_calls()
            self._recover(Why("hung_up"))

    def _complete(self, person: str) -> None:
        callback = self._callback
        if callback and any(person == told for _, told in callback.told):
            callback.completed, callback.completed_by = self.now, person
            self._close("called_back", Why("completed", person))

    def _finish(self, one: Try, outcome: str) -> None:
        """An attempt ends; if it was the last one answered, the clock of its tier goes on."""
        one.end(outcome, self.now)
        one.tier.run_again(self.now)

    def _stop(self, one: Try) -> None:
        self._actions.append(Stop(self.now, one.id))
        self._finish(one, "cancelled")

    def _stop_calls(self) -> None:
        for one in self._tier.tries if self._tier else ():
            if one.voice and one.ended is None:
                self._stop(one)

    # Timers (rules 5, 6, 8 and 10).

    def _timers(self) -> None:
        tier = self._tier
        if tier and tier.still_since is None:
            self._waits(tier)
            if tier.window_until is not None and tier.window_until <= self.now:
                self._stop_calls()
                self._leave(tier, Why("window_over", tier.name, tier.window.seconds, tier.window.where))
        if self._paused_until is not None and self._paused_until <= self.now:
            self._paused_until = None
        if self._callback and self._callback.due_next <= self.now:
            self._due(self._callback)

    def _waits(self, tier: TierInProgress) -> None:
        for track in tier.tracks:
            one = track.current
            if one is None or one.wait_until > self.now:
                continue
            if one.ended is not None and one.outcome != "no_answer":
                track.go_on(Why("waited_out", one.outcome, one.wait, self._rollover_written()))
                continue
            if one.voice and one.ended is None:
                one.end("no_answer", self.now)
            where = f"people/{one.person}#contact_methods/{one.step - 1}"
            track.go_on(Why("wait_over", one.outcome, one.wait, where))

    def _rollover_written(self) -> str:
        return f"{self._written if self.account.rollover is None else f'accounts/{self._name}'}#rollover"

    # The chain: rounds, tiers, people, methods (rules 2 to 6 and 8).

    def _proceed(self) -> None:
        """Start whatever is to be started now."""
        while self._callback is None and self._paused_until is None and self.disposition is None:
            if self._tier is None:
                self._next_tier()
                continue
            self._try_people(self._tier)
            why = self._nothing_left(self._tier)
            if why is None:
                return
            self._leave(self._tier, why)

    def _next_tier(self) -> None:
        self._index += 1
        if self._index < len(self.policy.tiers):
            self._begin_tier(self.policy.tiers[self._index])
        elif self._round < self.policy.rounds:
            self._round, self._index = self._round + 1, -1
            self._tried.clear()
            pause = self.policy.pause
            self._why = Why("next_round", str(self._round), pause, f"{self._written}#rounds")
            self._paused_until = self.now + pause if pause else None
        else:
            self._recover(Why("chain_over", where=f"{self._written}#recovery"))

    def _begin_tier(self, settings: Tier) -> None:
        people = self.plan.bound(self.account.bindings(settings.notify), self._instant())
        turn = (self._round, self._index)
        self._tier = TierInProgress(settings, self._tier_names[self._index], turn, self.now, self._why, people)
        self._tier.window = self._window(settings)

    def _window(self, settings: Tier) -> Window:
        if self.account.ack_window is not None:
            return Window(self.account.ack_window, f"accounts/{self._name}#ack_window")
        where = f"{self._written}#tiers/{self._index}/ack_window"
        if settings.ack_window is not None:
            return Window(settings.ack_window, where)
        return Window(CALL_WINDOW if self.account.kind == "call" else MESSAGE_WINDOW, where)

    def _try_people(self, tier: TierInProgress) -> None:
        """Give everybody whose turn it is their next step: one person at a time, or all side by side."""
        side_by_side = tier.settings.order == "simultaneous"
        while True:
            over = False
            for track in tier.tracks:
                if track.current is None:
                    self._step(tier, track)
                    over = over or track.over
            if over:
                tier.tracks = [track for track in tier.tracks if not track.over]
            if not tier.waiting or (tier.tracks and not side_by_side):
                return
            begun = self._begin_track(tier, tier.waiting.pop(0))
            if begun is not None:
                tier.tracks.append(begun)

    def _begin_track(self, tier: TierInProgress, shift: Shift) -> Track | None:
        """Somebody's way through their contact methods; None for who is skipped."""
        person, channels = shift.person, tier.settings.channels
        reason = self.plan.why_not(person, self._instant(), channels)
        if reason is None and person is not None:
            steps = list(self._usable(person, channels))
            if person in self._declined:
                reason = DECLINED
            elif person in self._tried:
                reason = TRIED
            elif all(self._is_open(person, step) for step, _ in steps):
                reason = SENT
            else:
                return Track(person, shift, steps, tier.why_next)
        self._skip(tier, shift, str(reason))
        return None

    def _usable(self, person: str, channels: tuple[str, ...]) -> Iterator[tuple[int, ContactMethod]]:
        never = self.plan.people[person].never
        for step, method in enumerate(self.plan.people[person].contact_methods, 1):
            if method.channel not in never and (not channels or method.channel in channels):
                yield step, method

    def _is_open(self, person: str, step: int) -> bool:
        """Whether a message to somebody by that method is unanswered."""
        last = self._last_by.get((person, step))
        return last is not None and last.is_open

    def _step(self, tier: TierInProgress, track: Track) -> None:
        """Somebody's next attempt, unless it has to wait, or there is none."""
        last = self._last.get(track.person)
        ahead = False
        for step, _ in track.steps:
            if not self._is_open(track.person, step):
                ahead = True
                break
        if ahead and last is not None and last.holds_until > self.now and track.person not in self._declined:
            track.alone_until = last.holds_until
            return
        if ahead:
            self._pass_over(tier, track)
        if track.alone_until is not None:
            track.alone_until, track.why = None, Why("free_again", track.person)
        left_out = False
        while track.steps:
            step, method = track.steps.pop(0)
            if self._is_open(track.person, step):
                continue
            endpoint = self.plan.endpoints[track.person][step - 1]
            if not self._is_in_use(endpoint):
                self._start(tier, track, step, method, endpoint)
                return
            left_out = True
        if left_out and track.person not in self._tried:
            self._skip(tier, track.shift, SHARED)
        track.over = True
        tier.why_next = track.why

    def _pass_over(self, tier: TierInProgress, track: Track) -> None:
        """Leave out what is left of somebody who is not there any more, or declined before their first attempt."""
        reason = self.plan.not_there(track.person, self._instant())
        if reason is None and track.person in self._declined:
            reason = DECLINED
        if reason is not None:
            self._skip(tier, track.shift, reason)
            track.steps.clear()
            track.why = Why("left_out", track.person)

    def _is_in_use(self, endpoint: str) -> bool:
        """Whether an address rings, has a message within its wait, or is tried for somebody else in this same step."""
        last = self._last_at.get(endpoint)
        return endpoint in self._just_tried or (last is not None and last.holds_until > self.now)

    def _count_step(self) -> None:
        if len(self._tries) + len(self._skipped) >= MOST_STEPS:
            raise EndlessError(self._name)

    def _start(self, tier: TierInProgress, track: Track, step: int, method: ContactMethod, endpoint: str) -> None:
        now, person = self.now, track.person
        name = f"{self._id}/{tier.round}/{tier.name}/{person}/{step}"
        self._count_step()
        one = track.current = Try(name, tier, track, step, method, now)
        tier.tries.append(one)
        self._tries[name] = self._last[person] = one
        self._last_by[person, step] = self._last_at[endpoint] = one
        self._just_tried.add(endpoint)
        self._tried.add(person)
        if tier.window_until is None:
            tier.window_until = now + tier.window.seconds
        self._actions.append(
            Start(now, name, person, method.channel, method.address, one.wait, one.wait_until, one.why)
        )

    def _skip(self, tier: TierInProgress, shift: Shift | None, reason: str) -> None:
        self._count_step()
        person = shift.person if shift else None
        label = shift.label if shift and person is None else None
        self._skipped.append(Skip(self.now, tier.name, tier.round, person, label, reason))

    def _nothing_left(self, tier: TierInProgress) -> Why | None:
        """Why a tier is left before its window is over; None while something in it is waited for."""
        if tier.tracks:
            return None
        if not tier.tries:
            self._skip(tier, None, NOBODY_LEFT if tier.people else NO_ONE)
            return Why("nobody_there", tier.name, where=f"{self._written}#tiers/{tier.index}")
        if any(one.is_open and one.person not in self._declined for one in tier.tries):
            return None
        if tier.why_next.because == "declined":
            return tier.why_next
        return Why("ran_out", tier.name, where=f"{self._written}#tiers/{tier.index}")

    def _leave(self, tier: TierInProgress, why: Why) -> None:
        self._tiers.append(tier.run(self.now))
        self._tier = None
        self._why = why

    # Recovery, and the end (rules 10 and 12).

    def _recover(self, why: Why) -> None:
        if self._tier:
            self._leave(self._tier, why)
        self._paused_until = None
        recovery = self.policy.recovery
        if recovery is None:
            nothing: Disposition = "exhausted" if self._tries else "no_one_on_call"
            self._close("abandoned" if self._hung_up is not None else nothing, why)
            return
        owner = self._first_reachable(recovery.owner)
        if owner is None and recovery.escalate_to:
            owner = self._first_reachable(recovery.escalate_to)
        if owner is None and self.plan.why_not(self.account.account_manager, self._instant()) is None:
            owner = self.account.account_manager
        self._callback = CallbackInProgress(owner, self.now, self.now + recovery.due_within, why)
        if owner is None:
            self._close("unowned", Why("unowned", where=f"{self._written}#recovery"))
        else:
            self._tell(self._callback, owner)

    def _first_reachable(self, role: str, other_than: str | None = None) -> str | None:
        instant = self._instant()
        for shift in self.plan.bound(self.account.bindings(role), instant):
            if shift.person != other_than and self.plan.why_not(shift.person, instant) is None:
                return shift.person
        return None

    def _due(self, callback: CallbackInProgress) -> None:
        recovery = self.policy.recovery
        if recovery and recovery.escalate_to and callback.escalated is None:
            other = self._first_reachable(recovery.escalate_to, callback.owner)
            if other is not None:
                callback.escalated_to, callback.escalated = other, self.now
                callback.due_next = self.now + recovery.due_within
                self._tell(callback, other)
                return
        self._close("overdue", Why("overdue", where=f"{self._written}#recovery"))

    def _tell(self, callback: CallbackInProgress, person: str) -> None:
        callback.told.append((self.now, person))
        self._actions.append(Tell(self.now, person, callback.due_next))

    def _close(self, disposition: Disposition, why: Why) -> None:
        if self._tier:
            self._leave(self._tier, why)
        self.disposition, self.until, self._why_ended = disposition, None, why
