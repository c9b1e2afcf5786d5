"""Another way to the same dispatch, written from the rules alone and sharing no code with the engine.

It walks through a dispatch second by second. In each second come acknowledgements, then outcomes and completed
callbacks, then the hang-up, then what has run down to nothing, then what starts: again and again until nothing happens
any more in that second. Every wait, window and pause is a number of seconds left, counted down by one a second, unless
it stands still.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from oncall.model import Person, Shift

from .plans import DISPATCH, Dry, seconds

Happenings = list[tuple[int, str]]  # to an attempt: so long after its start, an outcome

MESSAGE, CALL = 600, 45
LONGEST = 200_000


@dataclass
class Ringing:
    """An attempt: `left` of its wait, and whether that has been found to be over."""

    name: str
    person: str
    step: int
    voice: bool
    endpoint: str
    round: int
    tier: Level
    started: int
    wait: int
    left: int
    over: bool = False
    talking: bool = False
    outcome: str | None = None
    ended: int | None = None
    confirmed: bool = False

    @property
    def rings(self) -> bool:
        return self.voice and self.ended is None


@dataclass
class Part:
    """What somebody has still to be tried by in a tier; `held` while a message of an earlier round is in its wait."""

    shift: Shift
    steps: list[int] = field(default_factory=list)
    begun: bool = False
    done: bool = False
    held: bool = False


@dataclass
class Level:
    """A tier that is being gone through. `left` of its window is None until the first attempt."""

    name: str
    round: int
    side_by_side: bool
    channels: tuple[str, ...]
    parts: list[Part]
    window: int
    left: int | None = None
    over: bool = False


@dataclass
class Due:
    """Something that will happen at a second, to an attempt or by a person."""

    at: int
    what: str
    attempt: Ringing | None = None
    person: str = ""


class Oracle:
    def __init__(self, dry: Dry, happenings: Callable[[str], Happenings] | None = None) -> None:
        self.happenings = happenings
        self.dry, self.plan, self.policy, self.account = dry, dry.plan, dry.policy, dry.account
        rollover = self.policy.rollover if self.account.rollover is None else self.account.rollover
        self.rollover = set(rollover)
        self.t = 0
        self.attempts: list[Ringing] = []
        self.skipped: list[tuple[int, str, str, str]] = []
        self.declined: set[str] = set()
        self.due: list[Due] = []
        self.counts: dict[tuple[str, str], int] = {}
        self.round, self.place = 1, 0  # of the next tier
        self.level: Level | None = None
        self.pause: int | None = None
        self.chain_over = False
        self.hung_up = False
        self.recovering = False
        self.callback: dict[str, Any] | None = None
        self.callback_left = 0
        self.escalations = 0
        self.disposition: str | None = None
        self.reached: str | None = None

    # The clock.

    def run(self) -> dict[str, Any]:
        while self.disposition is None:
            assert self.t < LONGEST, "a dispatch without an end"
            while self.step():
                pass
            if self.disposition is None:
                self.tick()
        return {
            "attempts": [
                (f"{DISPATCH}/{one.name}", one.started, one.ended, one.outcome or "no_response", one.confirmed)
                for one in self.attempts
            ],
            "skipped": self.skipped,
            "disposition": self.disposition,
            "ended": self.t,
            "reached": self.reached,
            "after": None if self.reached is None else self.t,
            "callback": self.callback,
        }

    def step(self) -> bool:
        """Everything of this second once over; whether anything happened."""
        if self.disposition is not None:
            return False
        return self.happens(True) | self.happens(False) | self.hangs_up() | self.runs_down() | self.starts()

    def tick(self) -> None:
        still = self.stands_still()
        for one in self.attempts:
            if one.left > 0 and not (still and one.tier is self.level):
                one.left -= 1
        if self.level and self.level.left and not still:
            self.level.left -= 1
        if self.pause:
            self.pause -= 1
        if self.recovering:
            self.callback_left -= 1
        self.t += 1

    def stands_still(self) -> bool:
        return any(one.talking and one.ended is None and one.tier is self.level for one in self.attempts)

    # What happens: acknowledgements first, then outcomes.

    def happens(self, acknowledgements: bool) -> bool:
        happened = False
        for one in list(self.due):
            if self.disposition is not None or one.at != self.t or self.acknowledges(one) != acknowledgements:
                continue
            self.due.remove(one)
            happened = True
            if one.what == "completed":
                assert self.callback is not None
                self.callback["completed"] = self.t
                self.ends("called_back")
            elif self.acknowledges(one):
                self.acknowledged(one)
            else:
                self.outcome(one)
        return happened

    def acknowledges(self, one: Due) -> bool:
        return one.what == "acknowledged" or (one.what == "answered" and not self.account.confirm)

    def acknowledged(self, due: Due) -> None:
        one = due.attempt
        assert one is not None
        if one.voice and one.ended is not None:
            return
        if one.person in self.declined or one.outcome == "acknowledged":
            return
        one.outcome, one.ended, one.confirmed = "acknowledged", self.t, due.what == "acknowledged"
        if self.recovering:
            assert self.callback is not None
            self.callback["owner"] = one.person
            self.tell(one.person)
        else:
            self.reached = one.person
            self.cancel_calls()
            self.ends("reached")

    def outcome(self, due: Due) -> None:
        one, what = due.attempt, due.what
        assert one is not None
        if one.ended is not None or what == "no_response":
            return
        if what == "answered":
            one.talking = one.voice
            return
        if not one.voice and what in ("busy", "voicemail", "no_answer"):
            return
        if one.talking and what != "declined":
            what = "voicemail"
        one.outcome, one.ended = what, self.t
        if what == "declined":
            self.declined.add(one.person)
            for other in self.attempts:
                if other.person == one.person and other.rings:
                    other.outcome, other.ended = "cancelled", self.t

    def cancel_calls(self) -> None:
        for one in self.attempts:
            if one.rings:
                one.outcome, one.ended = "cancelled", self.t

    def hangs_up(self) -> bool:
        if self.disposition is not None or self.hung_up or self.dry.hang_up != self.t:
            return False
        self.hung_up = True
        if self.recovering:
            return True
        self.cancel_calls()
        self.level, self.pause, self.chain_over = None, None, True
        return True

    # What has run down to nothing.

    def runs_down(self) -> bool:
        if self.disposition is not None:
            return False
        happened = False
        still = self.stands_still()
        for one in self.attempts:
            if one.left == 0 and not one.over and not (still and one.tier is self.level):
                one.over = happened = True
                if one.rings:
                    one.outcome, one.ended = "no_answer", self.t
        if self.level and self.level.left == 0 and not self.level.over and not still:
            self.level.over = happened = True
            self.cancel_calls()
        if self.pause == 0:
            self.pause, happened = None, True
        if self.recovering and self.callback_left == 0:
            happened = True
            self.callback_is_due()
        return happened

    def callback_is_due(self) -> None:
        assert self.callback is not None
        recovery = self.policy.recovery
        assert recovery is not None
        self.escalations += 1
        next_one = None
        if self.escalations == 1 and recovery.escalate_to:
            others = [who for who in self.reachable(recovery.escalate_to) if who != self.callback["owner"]]
            next_one = others[0] if others else None
        if next_one is None:
            self.ends("overdue")
            return
        self.callback["escalated_to"] = next_one
        self.callback_left = recovery.due_within
        self.tell(next_one)

    def tell(self, person: str) -> None:
        if person in self.dry.callbacks:
            self.due.append(Due(self.t + self.dry.callbacks[person], "completed", person=person))

    # What starts.

    def starts(self) -> bool:
        if self.disposition is not None or self.recovering or self.pause is not None:
            return False
        if self.chain_over:
            self.recover()
            return True
        if self.level is None:
            return self.next_tier()
        if self.level.over:
            self.level = None
            return True
        return self.tries_people(self.level)

    def next_tier(self) -> bool:
        roles = [tier.notify for tier in self.policy.tiers]
        if self.place == len(roles):
            self.place = 0
            if self.round == self.policy.rounds:
                self.chain_over = True
            else:
                self.round += 1
                self.pause = int(self.policy.pause)
            return True
        tier, before = self.policy.tiers[self.place], roles[: self.place].count(roles[self.place])
        name = f"{tier.notify}.{before + 1}" if before else tier.notify
        self.place += 1
        window = self.account.ack_window if self.account.ack_window is not None else tier.ack_window
        if window is None:
            window = CALL if self.account.kind == "call" else MESSAGE
        people = [Part(shift) for shift in self.bound(tier.notify)]
        self.level = Level(name, self.round, tier.order == "simultaneous", tier.channels, people, window)
        if not people:
            self.skip(self.level, "-", "no_one_on_call")
            self.level = None
        return True

    def bound(self, role: str) -> list[Shift]:
        """Everybody a role leads to in this second."""
        found: list[Shift] = []
        bindings = self.account.contacts.get(role, ())
        for binding in bindings if isinstance(bindings, tuple) else (bindings,):
            if binding.person is not None:
                known = binding.person in self.plan.people
                found.append(Shift(binding.person if known else None, binding.person, "direct"))
                continue
            now = self.dry.at + self.t
            segments = self.plan.schedules[binding.rotation].segments
            there = [shift for one in segments if one.start <= now < one.end for shift in one.shifts]
            turns = self.plan.rotations[binding.rotation].people
            found += [shift for who in turns for shift in there if shift.person == who]
            found += sorted([shift for shift in there if shift.person not in turns], key=lambda one: one.who)
        return [shift for number, shift in enumerate(found) if shift.who not in [one.who for one in found[:number]]]

    def tries_people(self, level: Level) -> bool:
        happened = False
        for part in level.parts:
            if not part.done:
                happened |= self.tries(level, part)
            if not part.done and not level.side_by_side:
                return happened
        if any(not part.done for part in level.parts):
            return happened
        if not any(part.begun for part in level.parts):
            self.skip(level, "-", "nobody_left_to_try")
            self.level = None
            return True
        open_messages = [
            one
            for one in self.attempts
            if one.tier is level and not one.voice and one.outcome is None and one.person not in self.declined
        ]
        if not open_messages:
            self.level = None
            return True
        return happened

    def tries(self, level: Level, part: Part) -> bool:
        """The next step of somebody whose turn it is; whether anything happened."""
        person, label = part.shift.person, part.shift.label
        who = person if person is not None else f"?{label}"
        mine = [one for one in self.attempts if one.person == person]
        busy = [one for one in mine if not self.free(one)] if person not in self.declined else []
        if part.begun and person in self.declined:
            part.done = True
            return True
        if busy and (part.begun or part.held):
            return False
        if part.begun:
            ahead = [step for step in part.steps if not self.sent_before(person, step)]
            reason = self.gone(person) if ahead else None
        else:
            reason = self.reason(level, person)
            if reason is None and busy:
                part.held = True
                return True
            part.steps = [] if reason else self.usable(person, level.channels)
        if reason is not None:
            self.skip(level, who, reason)
            part.done = True
            return True
        while part.steps:
            step = part.steps.pop(0)
            if not self.sent_before(person, step) and not self.occupied(self.plan.endpoints[person][step - 1]):
                self.start(level, part, step)
                return True
        if not part.begun:
            self.skip(level, who, "shared_address")
        part.done = True
        return True

    def free(self, one: Ringing) -> bool:
        """Whether somebody may be tried again after this attempt: in its tier by the next method, later by any."""
        if one.tier is self.level:
            return one.over or (one.ended is not None and one.outcome in self.rollover)
        return one.over or one.outcome is not None

    def reason(self, level: Level, person: str | None) -> str | None:
        """Why somebody is passed over before their first attempt in a tier; the address is asked about later."""
        if person is None or person not in self.plan.people:
            return "unidentified"
        if self.gone(person):
            return self.gone(person)
        if not self.usable(person, level.channels):
            return "no_usable_channel"
        if person in self.declined:
            return "declined"
        if any(one.person == person and one.round == self.round for one in self.attempts):
            return "already_tried"
        if all(self.sent_before(person, step) for step in self.usable(person, level.channels)):
            return "already_sent"
        return None

    def gone(self, person: str | None) -> str | None:
        presence = self.plan.presences[str(person)]
        now = self.dry.at + self.t
        if presence.gone is not None and now >= presence.gone:
            return "left"
        if any(one.start <= now < one.end for one in presence.away):
            return "away"
        return None

    def usable(self, person: str | None, channels: tuple[str, ...]) -> list[int]:
        known: Person = self.plan.people[str(person)]
        return [
            number
            for number, method in enumerate(known.contact_methods, 1)
            if method.channel not in known.never and (not channels or method.channel in channels)
        ]

    def sent_before(self, person: str | None, step: int) -> bool:
        """Whether a step is a message of an earlier round that nobody has answered."""
        return any(
            one.person == person and one.step == step and not one.voice and one.outcome is None
            for one in self.attempts
            if one.round < self.round
        )

    def occupied(self, endpoint: str) -> bool:
        return any(
            one.endpoint == endpoint and (one.rings or (not one.voice and one.outcome is None and not one.over))
            for one in self.attempts
        )

    def start(self, level: Level, part: Part, step: int) -> None:
        person = str(part.shift.person)
        method = self.plan.people[person].contact_methods[step - 1]
        voice = method.channel == "voice"
        wait = method.wait if method.wait is not None else 25 if voice else 120
        endpoint = self.plan.endpoints[person][step - 1]
        name = f"{level.round}/{level.name}/{person}/{step}"
        one = Ringing(name, person, step, voice, endpoint, level.round, level, self.t, wait, wait)
        self.attempts.append(one)
        part.begun = True
        if level.left is None:
            level.left = level.window
        self.responds(one, method.channel)

    def responds(self, one: Ringing, channel: str) -> None:
        """What will come of an attempt, by what is assumed of the person."""
        if self.happenings is not None:
            self.due += [Due(one.started + delay, what, one) for delay, what in self.happenings(one.name)]
            return
        written = self.dry.given.get(one.person)
        covers = "every"
        if isinstance(written, dict) and channel in written:
            written, covers = written[channel], channel
        elif isinstance(written, dict) and not written.keys() & OUTCOMES:
            return
        number = self.counts.get((one.person, covers), 0)
        self.counts[one.person, covers] = number + 1
        if isinstance(written, list):
            written = written[number] if number < len(written) else None
        if written is None:
            return
        if isinstance(written, str):
            written = {written: None}
        later = one.wait if next(iter(written)) in ("voicemail", "no_answer") else 0
        delays = {what: later if delay is None else seconds(delay) for what, delay in written.items()}
        for what, delay in delays.items():
            self.due.append(Due(one.started + delay, "voicemail" if what == "ends" else what, one))
        if list(delays) == ["answered"]:
            self.due.append(Due(one.started + delays["answered"], "voicemail", one))

    def skip(self, level: Level, who: str, reason: str) -> None:
        self.skipped.append((self.t, f"{level.round}/{level.name}", who, reason))

    # How it ends.

    def recover(self) -> None:
        recovery = self.policy.recovery
        if recovery is None:
            if self.hung_up:
                self.ends("abandoned")
            else:
                self.ends("exhausted" if self.attempts else "no_one_on_call")
            return
        owners = self.reachable(recovery.owner)
        owners += self.reachable(recovery.escalate_to) if recovery.escalate_to else []
        owners += [who for who in [self.account.account_manager] if who is not None and self.can_be_reached(who)]
        owner = owners[0] if owners else None
        due = None if owner is None else self.t + recovery.due_within
        self.callback = {"owner": owner, "opened": self.t, "due": due, "escalated_to": None, "completed": None}
        if owner is None:
            self.ends("unowned")
            return
        self.recovering, self.callback_left = True, int(recovery.due_within)
        self.tell(owner)

    def reachable(self, role: str) -> list[str]:
        return [shift.person for shift in self.bound(role) if shift.person and self.can_be_reached(shift.person)]

    def can_be_reached(self, person: str) -> bool:
        return person in self.plan.people and not self.gone(person) and bool(self.usable(person, ()))

    def ends(self, disposition: str) -> None:
        self.disposition = disposition


OUTCOMES = {
    "acknowledged",
    "answered",
    "no_answer",
    "busy",
    "declined",
    "unreachable",
    "failed",
    "voicemail",
    "no_response",
}


def narrate(dry: Dry, happenings: Callable[[str], Happenings] | None = None) -> dict[str, Any]:
    """What happens in a dispatch, as `told` says of a trace; where something else happens to attempts than responses
    can say, by what happens to each."""
    return Oracle(dry, happenings).run()
