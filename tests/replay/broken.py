"""Dispatches at random, and what can go wrong with them: each is broken in ways that leave the log complete."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from oncall.escalation.trace import Trace
from oncall.plan import Plan
from oncall.workspace.numbers import endpoint
from tests.escalation import generate
from tests.escalation.generate import ENDS, Dice
from tests.escalation.plans import Dry

from .logs import Story, Tried, story_of

SHIFTS = (-30, -15, -11, -10, -5, 5, 10, 11, 15, 30, 60)
VOICE_ENDS = tuple(one for one in ENDS if one not in ("acknowledged", "no_response"))


class Broken(Struct, frozen=True):
    """A dispatch, and what was done to it."""

    dry: Dry
    trace: Trace
    story: Story
    how: tuple[str, ...]

    @property
    def plan(self) -> Plan:
        return self.dry.plan


def whole(number: int) -> tuple[Dry, Trace]:
    """A dispatch as the engine has it, the addresses being telephone numbers and mail."""
    dry = generate.dry_run(number)
    people = {
        name: replace(
            person,
            contact_methods=tuple(
                replace(method, address=f"+1202555010{method.address[0]}") for method in person.contact_methods
            ),
        )
        for name, person in dry.plan.people.items()
    }
    same = {
        name: tuple(endpoint(one.address, "US") for one in person.contact_methods) for name, person in people.items()
    }
    dry = Dry(replace(dry.plan, people=people, endpoints=same), dry.given, dry.hang_up, dry.callbacks, dry.at)
    return dry, dry.run()


def broken(number: int) -> Broken:
    """A dispatch that is broken in at most three ways."""
    dry, trace = whole(number)
    dice = Dice(number + 1)
    story, how = story_of(trace), []
    for one in dice.some(WAYS, 0, 3):
        how.append(one.__name__)
        one(dice, dry.plan, story)
    last = max((one.last for one in story.attempts), default=0)
    if story.closed is not None and story.disposition not in ("reached",):
        story.closed = max(story.closed, last) if dice.one_in(2) else story.closed
    story.attempts.sort(key=lambda one: one.started)
    return Broken(dry, trace, story, tuple(how))


def any_attempt(dice: Dice, story: Story) -> Tried | None:
    return dice.of(story.attempts) if story.attempts else None


def drop(dice: Dice, plan: Plan, story: Story) -> None:
    """Somebody was not tried."""
    if story.attempts:
        story.attempts.remove(dice.of(story.attempts))


def stop(dice: Dice, plan: Plan, story: Story) -> None:
    """Nobody was tried any more."""
    del story.attempts[dice.of(range(len(story.attempts) + 1)) :]


def delay(dice: Dice, plan: Plan, story: Story) -> None:
    """It came later, or sooner, and all that follows as well or not."""
    if story.attempts:
        first, by = dice.of(range(len(story.attempts))), dice.of(SHIFTS)
        for one in story.attempts[first : None if dice.one_in(2) else first + 1]:
            one.move(max(by, -one.started))


def somebody_else(dice: Dice, plan: Plan, story: Story) -> None:
    """Another person was called."""
    one = any_attempt(dice, story)
    if one is not None:
        one.person = dice.of([*plan.people, None])
        theirs = plan.people[one.person].contact_methods if one.person is not None else ()
        same = [method for method in theirs if method.channel == one.channel] or list(theirs)
        one.address = same[0].address if same else "+12025550199"
        if same and same[0].channel != one.channel:
            by_channel(one, same[0].channel)


def by_channel(one: Tried, channel: str) -> None:
    """The attempt, made on another channel: a message says less."""
    one.channel = channel
    if channel != "voice" and one.outcome not in ("acknowledged", "declined", "failed", "unreachable"):
        one.outcome, one.picked_up, one.ended = "no_response", None, None
    elif channel == "voice" and one.ended is None:
        one.outcome, one.ended = "no_answer", one.started + 10


def another_channel(dice: Dice, plan: Plan, story: Story) -> None:
    """The right person, some other way."""
    one = any_attempt(dice, story)
    if one is not None and one.person is not None and plan.people[one.person].contact_methods:
        method = dice.of(plan.people[one.person].contact_methods)
        one.address = method.address
        by_channel(one, method.channel)


def double(dice: Dice, plan: Plan, story: Story) -> None:
    """The same again, at once or soon after."""
    one = any_attempt(dice, story)
    if one is not None:
        again = replace(one, acknowledged=None)
        if again.outcome in ("acknowledged", "answered"):
            again.outcome, again.picked_up = ("no_answer", None) if again.channel == "voice" else ("no_response", None)
            again.ended = again.started + 5 if again.channel == "voice" else None
        again.move(dice.of((1, 5, 11, 40)))
        story.attempts.insert(story.attempts.index(one) + 1, again)


def extra(dice: Dice, plan: Plan, story: Story) -> None:
    """Somebody was tried besides."""
    name = dice.of(tuple(plan.people))
    if plan.people[name].contact_methods:
        method = dice.of(plan.people[name].contact_methods)
        started = dice.of(generate.MOMENTS)
        one = Tried(name, method.channel, method.address, started, None, started + 7, dice.of(VOICE_ENDS))
        by_channel(one, method.channel)
        story.attempts.append(one)
        story.attempts.sort(key=lambda one: one.started)


def another_end(dice: Dice, plan: Plan, story: Story) -> None:
    """It came to something else."""
    one = any_attempt(dice, story)
    if one is not None and one.channel == "voice" and one.acknowledged is None:
        one.outcome, one.picked_up = dice.of(VOICE_ENDS), None
        one.ended = one.started + dice.of((0, 2, 5, 10, 20, 40))


def only_picked_up(dice: Dice, plan: Plan, story: Story) -> None:
    """Nobody knows whether it was a person."""
    one = any_attempt(dice, story)
    if one is not None and one.channel == "voice" and one.ended is not None:
        one.outcome, one.acknowledged = "answered", None
        one.picked_up = one.ended


def leaves(dice: Dice, plan: Plan, story: Story) -> None:
    """The caller hangs up, sooner, and what was not yet done is not done."""
    story.hung_up = at = dice.of(generate.MOMENTS)
    story.attempts = [one for one in story.attempts if one.started < at]
    for one in story.attempts:
        if one.channel == "voice" and one.ended is not None and one.ended > at:
            one.outcome, one.ended, one.acknowledged = "cancelled", at, None
            one.picked_up = one.picked_up if one.picked_up is not None and one.picked_up <= at else None
    if story.opened is not None:
        story.opened = at
    story.closed = None


def forgets(dice: Dice, plan: Plan, story: Story) -> None:
    """No callback was opened."""
    story.opened = story.owner = story.due = story.escalated = story.escalated_to = None


def calls_back(dice: Dice, plan: Plan, story: Story) -> None:
    """Somebody calls back, at another time."""
    began = story.opened if story.opened is not None else max((one.last for one in story.attempts), default=0)
    story.completed, story.completed_by = began + dice.of((0, 9, 10, 11, 29, 30, 31, 500)), "ann"


WAYS: tuple[Callable[[Dice, Plan, Story], None], ...] = (
    drop,
    stop,
    delay,
    delay,
    somebody_else,
    another_channel,
    double,
    extra,
    another_end,
    only_picked_up,
    leaves,
    forgets,
    calls_back,
)
