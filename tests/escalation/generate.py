"""Plans and responses at random: small, and on few different times, so that much happens in the same second.

Each is made of one number, so that hundreds cost little; what fails is printed whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from random import Random
from typing import Any, TypeVar

from hypothesis import strategies as st
from msgspec.structs import replace

from oncall.fields import Duration, Flag
from oncall.model import ROLLOVER, Account, Binding, ContactMethod, Name, Person, Policy, Recovery, Tier

from .plans import ACCOUNT, POLICY, Dry, make_plan

T = TypeVar("T")

PEOPLE = ("ann", "ben", "cal", "dee")
ROLES = ("primary", "backup", "manager")
CHANNELS = ("voice", "voice", "sms", "push", "email")
ENDPOINTS = ("1", "1", "2", "3", "4")
WAITS = (0, 5, 10, 10, 15, 20)
WINDOWS = (0, 5, 10, 20, 20, 30, 45)
DELAYS = (0, 0, 3, 5, 5, 10, 12, 15, 20, 30, 50)
MOMENTS = tuple(range(0, 105, 5))
ENDS = ("no_answer", "busy", "declined", "unreachable", "failed", "voicemail", "no_response", "acknowledged")


class Dice:
    """Chance, from a number."""

    def __init__(self, number: int) -> None:
        self._random = Random(number)

    def one_in(self, number: int) -> bool:
        return self._random.randrange(number) == 0

    def of(self, choices: Sequence[T]) -> T:
        return self._random.choice(choices)

    def some(self, choices: Sequence[T], least: int = 0, most: int | None = None) -> list[T]:
        """Different ones of them, in any order."""
        most = min(len(choices), len(choices) if most is None else most)
        return self._random.sample(choices, self._random.randint(min(least, most), most))

    def times(self, least: int, most: int, make: Callable[[], T]) -> list[T]:
        return [make() for _ in range(self._random.randint(least, most))]

    def shuffled(self, choices: Sequence[T]) -> list[T]:
        return self._random.sample(choices, len(choices))


def person(dice: Dice, name: str) -> Person:
    """Now and then with no contact method, or not to be contacted on a channel."""

    def method() -> ContactMethod:
        return ContactMethod(dice.of(CHANNELS), dice.of(ENDPOINTS), Duration(dice.of(WAITS)))

    never = (dice.of(CHANNELS),) if dice.one_in(7) else ()
    return Person(name.title(), contact_methods=tuple(dice.times(0 if dice.one_in(8) else 1, 3, method)), never=never)


def stretches(dice: Dice) -> list[tuple[int, int]]:
    """Absences that do not touch, some of which begin or end in mid-dispatch."""
    edges = sorted(dice.some((-60, *MOMENTS, 600), 2, 4))
    return list(zip(edges[::2], edges[1::2], strict=False))


def shifts(dice: Dice) -> list[tuple[int, int, list[str]]]:
    """A rotation that hands off in mid-dispatch, with gaps and with people nobody knows."""
    edges = [-3600, *sorted(dice.some(MOMENTS, 0, 3)), 80_000]
    parts = [(*edge, dice.some((*PEOPLE, "?zed"), 0, 3)) for edge in pairwise(edges)]
    return [part for part in parts if part[2]]


def bindings(dice: Dice) -> tuple[Binding, ...]:
    """People and rotations, twice at times; now and then somebody who is not there."""

    def binding() -> Binding:
        if dice.one_in(3):
            return Binding(rotation=Name(dice.of(("days", "nights"))))
        return Binding(person=Name("ghost" if dice.one_in(15) else dice.of(PEOPLE)))

    return tuple(dice.times(1, 3, binding))


def tier(dice: Dice) -> Tier:
    return Tier(
        Name(dice.of(ROLES)),
        None if dice.one_in(20) else Duration(dice.of(WINDOWS)),
        "simultaneous" if dice.one_in(3) else "in_turn",
        channels=tuple(dice.some(("voice", "sms", "push", "email"), 1, 2)) if dice.one_in(5) else (),
    )


def policy(dice: Dice) -> Policy:
    recovery = None
    if dice.one_in(2):
        escalate_to = None if dice.one_in(4) else Name(dice.of(ROLES))
        recovery = Recovery(Name(dice.of(ROLES)), Duration(dice.of((0, 10, 30))), escalate_to)
    return Policy(
        tuple(dice.times(0 if dice.one_in(30) else 1, 4, lambda: tier(dice))),
        rounds=dice.of((1, 1, 2, 3)),
        pause=Duration(dice.of((0, 5, 20))),
        rollover=rollover(dice) if dice.one_in(3) else ROLLOVER,
        recovery=recovery,
    )


def rollover(dice: Dice) -> tuple[Any, ...]:
    return tuple(dice.some((*ROLLOVER, "declined")))


def account(dice: Dice) -> Account:
    return Account(
        ACCOUNT,
        kind="message" if dice.one_in(4) else "call",
        policy=Name(POLICY),
        contacts={Name(role): bindings(dice) for role in ROLES if not dice.one_in(10)},
        ack_window=Duration(dice.of(WINDOWS)) if dice.one_in(8) else None,
        rollover=rollover(dice) if dice.one_in(8) else None,
        confirm=Flag(dice.one_in(2)),
        account_manager=Name(dice.of((*PEOPLE, "ghost"))) if dice.one_in(3) else None,
    )


def response(dice: Dice) -> Any:
    """One response, as scenarios write it."""
    outcome = "answered" if dice.one_in(3) else dice.of(ENDS)
    if dice.one_in(4):
        return outcome
    delay = dice.of(DELAYS)
    if outcome != "answered" or dice.one_in(4):
        return {outcome: f"{delay}s"}
    return {outcome: f"{delay}s", dice.of(("acknowledged", "ends", "ends")): f"{delay + dice.of(DELAYS)}s"}


def responses(dice: Dice) -> Any:
    """What somebody does: by channel or not, each time or try by try."""

    def tries() -> Any:
        return response(dice) if dice.one_in(2) else dice.times(0, 4, lambda: response(dice))

    if dice.one_in(2):
        return tries()
    return {channel: tries() for channel in dice.some(("voice", "sms", "push", "email"), 1, 3)}


def dry_run(number: int) -> Dry:
    """A plan, and what is assumed of the people in it."""
    dice = Dice(number)
    plan = make_plan(
        {name: person(dice, name) for name in PEOPLE},
        policy(dice),
        account(dice),
        away={name: stretches(dice) for name in PEOPLE if dice.one_in(4)},
        gone={name: dice.of(MOMENTS) for name in PEOPLE if dice.one_in(8)},
        shifts={name: shifts(dice) for name in ("days", "nights")},
        turns={"days": dice.some(PEOPLE)},
    )
    # How an address is written is not what makes it the same as another.
    spelt = {
        name: replace(
            one,
            contact_methods=tuple(
                replace(method, address=f"{method.address}{dice.of(('', ' ', '-'))}") for method in one.contact_methods
            ),
        )
        for name, one in plan.people.items()
    }
    return Dry(
        replace(plan, people=spelt),
        {name: responses(dice) for name in PEOPLE if dice.one_in(2)},
        dice.of(MOMENTS) if dice.one_in(4) else None,
        {name: dice.of(DELAYS) for name in PEOPLE if dice.one_in(3)},
    )


numbers = st.integers(0, 2**40)
dry_runs = numbers.map(dry_run)
