"""What happens when nobody responds: every chain an account can have, for all who can be on call together.

Whom the tiers lead to only changes at the edges of schedules, so walking them finds every set of people there is. For
each of them it is what the engine does with exactly these people on call for good, nobody away and nobody left. What
follows depends on how people can be reached and not on who they are: sets that are alike in that share one run. Tiers
that have nobody and no address in common do nothing to each other but take time: there each tier is run by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import chain as joined
from itertools import groupby
from operator import itemgetter

from msgspec import Struct
from msgspec.structs import replace

from oncall.escalation.engine import EndlessError
from oncall.escalation.simulate import simulate
from oncall.escalation.trace import Attempt, TierRun, Trace
from oncall.fields import Flag, Name
from oncall.model import Account, Binding, Policy
from oncall.plan import Plan, Presence
from oncall.schedule import Window
from oncall.spelling import nearest

MOST_WORK = 200_000
"""How many steps (tiers, people, methods) are played at most for one chain, and ten times as many for one workspace;
chains beyond that are left out."""

_DECIDES = {
    "policies": ("tiers", "rounds", "pause"),
    "accounts": ("contacts", "kind", "ack_window"),
    "people": ("contact_methods", "never"),
}
_FOR_GOOD = Window(0, 10**15)
_ANY = "account"

People = tuple[str, ...]
Cast = dict[str, People]


class Tried(Struct, frozen=True):
    """A contact method that was tried: whose, by place in the chain's `people`; which, from 1; and when."""

    who: int
    step: int
    started: float


class CutOff(Struct, frozen=True):
    """Contact methods of somebody that are never tried, because the window of a tier is over. `entirely` says that
    nothing else is tried for them either, `at_once` that the window is shorter than the first `wait` in it."""

    who: int
    steps: tuple[int, ...]
    entirely: bool
    at_once: bool


class Played(Struct, frozen=True):
    """One pass through one tier: its place in the policy, from when until when, who was tried, and who was not.
    `passed_over` says that somebody was passed over in it, or that it was empty."""

    index: int
    round: int
    started: float
    ended: float
    passed_over: bool
    tried: tuple[Tried, ...]
    cut_off: tuple[CutOff, ...]

    def after(self, index: int, started: float, others: int) -> Played:
        """The same as another tier of a chain, begun later, with others before these in its people."""
        return Played(
            index,
            self.round,
            started,
            started + self.ended,
            self.passed_over,
            tuple([Tried(one.who + others, one.step, one.started + started) for one in self.tried]),
            tuple([replace(one, who=one.who + others) for one in self.cut_off]),
        )


class Chain(Struct, frozen=True):
    """What happens when nobody responds, for one set of people: `people` has everybody in it (somebody unknown by a
    name that is no id), `tiers` what was done, in order."""

    people: People
    tiers: tuple[Played, ...]


class Chains:
    """The chains of every account of a plan, between two instants."""

    def __init__(self, plan: Plan, at: int, until: int) -> None:
        self._plan = plan
        self._span = (at, until)
        self._calm = replace(
            plan,
            window=_FOR_GOOD,
            presences=dict.fromkeys(plan.people, Presence()),
            schedules={},
        )
        self._shared = _shared_endpoints(plan)
        self._refused = _refused(plan)
        self._work = 0
        self._kinds: dict[object, int] = {}
        self._alike: dict[str, int] = {}
        self._timelines: dict[str, list[tuple[int, People]]] = {}
        self._at_once: dict[tuple[str, ...], list[tuple[People, ...]]] = {}
        self._runs: dict[tuple[object, ...], tuple[Played, ...]] = {}
        self._chains: dict[str, tuple[Chain, ...]] = {}
        self.unplayed: dict[str, None] = {}  # the policies of chains that were left out

    def of(self, account: str) -> tuple[Chain, ...]:
        """Every chain an account can have, each set of people once. None where it has no policy that can be used, or
        where something that decides it could not be read as it is written: that is the fault to mend first."""
        if account not in self._chains:
            known = f"accounts/{account}" not in self._refused
            self._chains[account] = tuple(self._all(self._plan.accounts[account])) if known else ()
        return self._chains[account]

    def casts(self, account: Account) -> list[Cast]:
        """Every set of people there is: whom each role of the policy leads to, in the order they are tried."""
        policy = self._plan.policies[str(account.policy)]
        roles = {tier.notify: account.bindings(tier.notify) for tier in policy.tiers}
        named = dict.fromkeys(one.rotation for bindings in roles.values() for one in bindings)
        rotations = tuple([str(one) for one in named if one in self._plan.schedules])
        if rotations not in self._at_once:
            self._at_once[rotations] = _at_once([self._timeline(rotation) for rotation in rotations])
        found: dict[tuple[People, ...], None] = {}
        for on_call in self._at_once[rotations]:
            by_rotation = dict(zip(rotations, on_call, strict=True))
            found[tuple([self._bound(bindings, by_rotation) for bindings in roles.values()])] = None
        return [dict(zip(roles, people, strict=True)) for people in found]

    def _all(self, account: Account) -> Iterator[Chain]:
        policy = self._plan.policies.get(account.policy) if account.policy else None
        if policy is None or f"policies/{account.policy}" in self._refused:
            return
        for cast in self.casts(account):
            people = tuple(dict.fromkeys(joined(*cast.values())))
            if any(f"people/{who}" in self._refused for who in people):
                continue
            tiers = (self._apart if self._are_apart(policy, cast) else self._together)(account, policy, cast)
            if tiers is None:
                self.unplayed[str(account.policy)] = None
            else:
                yield Chain(people, tiers)

    def _are_apart(self, policy: Policy, cast: Cast) -> bool:
        """Whether what happens in one tier cannot touch another."""
        everybody = list(joined(*cast.values()))
        return (
            policy.rounds == 1
            and len(cast) == len(policy.tiers)
            and len(set(everybody)) == len(everybody)
            and not any(self._shares(who) for who in everybody)
        )

    def _apart(self, account: Account, policy: Policy, cast: Cast) -> tuple[Played, ...] | None:
        found: list[Played] = []
        now, others = 0.0, 0
        for index, tier in enumerate(policy.tiers):
            people = cast[tier.notify]
            key = (index, tuple([self._like(who) for who in people]))
            alone = self._run(key, account, replace(policy, tiers=(tier,)), {tier.notify: people})
            if alone is None:
                return None
            found.append(alone[0].after(index, now, others))
            now, others = found[-1].ended, others + len(people)
        return tuple(found)

    def _together(self, account: Account, policy: Policy, cast: Cast) -> tuple[Played, ...] | None:
        people = list(dict.fromkeys(joined(*cast.values())))
        place = {who: index for index, who in enumerate(people)}
        parts = tuple([tuple([place[who] for who in role]) for role in cast.values()])
        return self._run((parts, tuple([self._like(who) for who in people])), account, policy, cast)

    def _run(
        self, people: tuple[object, ...], account: Account, policy: Policy, cast: Cast
    ) -> tuple[Played, ...] | None:
        """What the engine does, run once for all that is alike; None where that would be too much."""
        key = (account.policy, account.kind, account.ack_window, people)
        if key not in self._runs:
            work = self._steps(policy, cast)
            if work > MOST_WORK or self._work + work > 10 * MOST_WORK:
                return None
            self._work += work
            try:
                self._runs[key] = self._play(account, policy, cast)
            except EndlessError:
                return None
        return self._runs[key]

    def _bound(self, bindings: Iterable[Binding], on_call: dict[str, People]) -> People:
        people: dict[str, None] = {}
        for one in bindings:
            if one.person is not None:
                people[self._plan.direct(one.person).who] = None
            else:
                people.update(dict.fromkeys(on_call.get(str(one.rotation), ())))
        return tuple(people)

    def _timeline(self, rotation: str) -> list[tuple[int, People]]:
        """Who is on call in a rotation, in the order they are tried, from each instant at which that may change."""
        if rotation not in self._timelines:
            start, until = self._span
            found: list[tuple[int, People]] = [(start, ())]
            for segment in self._plan.schedules[rotation].segments:
                if segment.start < until and segment.end > start:
                    shifts = sorted(segment.shifts, key=partial(self._plan.turn, rotation))
                    found.append((max(start, segment.start), tuple(dict.fromkeys(shift.who for shift in shifts))))
                    if segment.end < until:
                        found.append((segment.end, ()))
            self._timelines[rotation] = found
        return self._timelines[rotation]

    def _shares(self, who: str) -> bool:
        """Whether somebody has an address in common with somebody else."""
        return not self._shared.isdisjoint(self._plan.endpoints.get(who, ()))

    def _like(self, who: str) -> int:
        """A number that those have in common who can be reached in the same way, and share no address with anybody."""
        if who not in self._alike:
            kind: object = None
            if who in self._plan.people:
                person, endpoints = self._plan.people[who], self._plan.endpoints[who]
                methods = [
                    (one.channel, one.seconds, endpoints.index(endpoints[index]))
                    for index, one in enumerate(person.contact_methods)
                ]
                kind = (tuple(methods), person.never, who if self._shares(who) else None)
            self._alike[who] = self._kinds.setdefault(kind, len(self._kinds))
        return self._alike[who]

    def _steps(self, policy: Policy, cast: Cast) -> int:
        """About how much there is to do for one chain; side by side everybody is looked at for each step of anybody."""
        found = 0
        for tier in policy.tiers:
            known = [self._plan.people[who] for who in cast[tier.notify] if who in self._plan.people]
            steps = 1 + len(cast[tier.notify]) + sum(len(person.contact_methods) for person in known)
            found += steps * (len(known) or 1) if tier.order == "simultaneous" else steps
        return found * policy.rounds

    def _play(self, account: Account, policy: Policy, cast: Cast) -> tuple[Played, ...]:
        contacts = {Name(role): tuple([Binding(person=Name(who)) for who in people]) for role, people in cast.items()}
        settled = replace(account, contacts=contacts, rollover=None, confirm=Flag(0), account_manager=None)
        policies = {str(account.policy): replace(policy, recovery=None)}
        trace = simulate(replace(self._calm, accounts={_ANY: settled}, policies=policies), _ANY, at=0)
        return tuple(_Telling(self._plan, policy, cast, trace).tiers())


class _Telling:
    """A trace, as the tiers that were played."""

    def __init__(self, plan: Plan, policy: Policy, cast: Cast, trace: Trace) -> None:
        self._plan, self._policy, self._cast, self._trace = plan, policy, cast, trace
        self._place = {who: index for index, who in enumerate(dict.fromkeys(joined(*cast.values())))}
        self._ever = {(one.person, one.step) for one in trace.attempts}
        self._anybody = {one.person for one in trace.attempts}
        self._attempts: dict[tuple[int, str], list[Attempt]] = {}
        for one in trace.attempts:
            self._attempts.setdefault((one.round, one.tier), []).append(one)
        self._skipped: dict[tuple[int, str], set[str | None]] = {}
        for skip in trace.skipped:
            self._skipped.setdefault((skip.round, skip.tier), set()).add(skip.person)

    def tiers(self) -> Iterator[Played]:
        """Every pass through a tier, in order."""
        number, gone_by = 0, set[str]()
        for run in self._trace.tiers:
            if run.round != number:
                number, gone_by = run.round, set()
            turn = (run.round, run.tier)
            attempts = self._attempts.get(turn, [])
            tried = tuple([Tried(self._place[one.person], one.step, one.started) for one in attempts])
            cut_off = tuple(self._cut_off(run, attempts, gone_by))
            yield Played(run.index, run.round, run.started, run.ended, turn in self._skipped, tried, cut_off)
            gone_by |= {one.person for one in attempts}

    def _cut_off(self, run: TierRun, attempts: Sequence[Attempt], gone_by: set[str]) -> Iterator[CutOff]:
        """Who was not tried because the window was over. Somebody whose last `wait` was over before that had been given
        all there was; who had been tried in this round before, or was passed over, would not have been tried."""
        if run.window_until is None or run.ended < run.window_until:
            return
        tier = self._policy.tiers[run.index]
        passed_over = gone_by | self._skipped.get((run.round, run.tier), set())
        tried_for: dict[str, list[Attempt]] = {}
        for one in attempts:
            tried_for.setdefault(one.person, []).append(one)
        for who in self._cast[tier.notify]:
            own = tried_for.get(who)
            if who not in self._plan.people or who in passed_over or (own and own[-1].waited_until < run.ended):
                continue
            after = own[-1].step if own else 0
            never = self._plan.people[who].never
            left = tuple(
                step
                for step, method in enumerate(self._plan.people[who].contact_methods, 1)
                if step > after
                and method.channel not in never
                and (not tier.channels or method.channel in tier.channels)
                and (who, step) not in self._ever
            )
            first = own[0] if own else attempts[0]
            if left:
                at_once = first.wait > run.window_until - attempts[0].started
                yield CutOff(self._place[who], left, who not in self._anybody, at_once)


def _at_once(timelines: Sequence[list[tuple[int, People]]]) -> list[tuple[People, ...]]:
    """Who is on call in some rotations at the same time: every combination there is."""
    if not timelines:
        return [()]
    changes = sorted(
        ((instant, which, people) for which, one in enumerate(timelines) for instant, people in one), key=itemgetter(0)
    )
    now: list[People] = [()] * len(timelines)
    found: dict[tuple[People, ...], None] = {}
    for _, changed in groupby(changes, key=itemgetter(0)):
        for _, which, people in changed:
            now[which] = people
        found[tuple(now)] = None
    return list(found)


def _shared_endpoints(plan: Plan) -> set[str]:
    """The addresses that two people have."""
    of = Counter(endpoint for endpoints in plan.endpoints.values() for endpoint in set(endpoints))
    return {endpoint for endpoint, people in of.items() if people > 1}


def _refused(plan: Plan) -> set[str]:
    """The definitions in which a key or value that decides what happens could not be read."""
    found = set()
    for about, problems in plan.reported.items():
        deciding = _DECIDES.get(about.partition("/")[0], ())
        lines = {one.line for one in problems if one.code in ("OC002", "OC003")} if deciding else set()
        written = plan.places[about].lines if lines and about in plan.places else {}
        keys = {path.partition("/")[0] for path, line in written.items() if line in lines}
        if any(key in deciding or nearest(key, deciding) for key in keys):
            found.add(about)
    return found
