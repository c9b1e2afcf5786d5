"""Scenarios: policies that can be tested. What a file says of one, and what it means."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from oncall.errors import Problem
from oncall.escalation.simulate import Assumed
from oncall.escalation.trace import Disposition, SkipReason
from oncall.fields import Duration, Instant, Name, key
from oncall.model import Channel, Outcome

Written = Annotated[
    Any, Meta(description="an outcome, {OUTCOME: DELAY}, a list of these for each try, or one of these by channel")
]


class ExpectedAttempt(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One attempt: what is said of it has to be so."""

    at: Annotated[Duration | None, key("When it begins, from the start.")] = None
    person: Annotated[Name | None, key("Who is tried.")] = None
    channel: Annotated[Channel | None, key("By which channel.")] = None
    outcome: Annotated[Outcome | None, key("How it ends.")] = None
    tier: Annotated[str | None, key("On which tier.")] = None
    round: Annotated[int | None, key("In which round.")] = None
    address: Annotated[str | None, key("On which number or address.")] = None


class ExpectedSkip(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Somebody who has to be passed over, or a tier that has to be left at once."""

    reason: Annotated[SkipReason, key("Why.")]
    person: Annotated[Name | None, key("Who is skipped; without it a whole tier.")] = None
    tier: Annotated[str | None, key("On which tier.")] = None
    at: Annotated[Duration | None, key("When, from the start.")] = None


class ExpectedCallback(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A callback that has to be opened; what is said of it has to be so."""

    owner: Annotated[Name | None, key("Who owes it.")] = None
    opened: Annotated[Duration | None, key("When it is opened, from the start.")] = None
    due: Annotated[Duration | None, key("By when it is due, from the start.")] = None
    escalated_to: Annotated[Name | None, key("Whom it goes to when it is late.")] = None
    completed: Annotated[Duration | None, key("When it is made, from the start.")] = None


class Expectation(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What has to come of a scenario: the disposition, who is reached and how soon, who is never tried, who is passed
    over (others may be, too), the callback, and exactly which attempts in which order."""

    disposition: Annotated[Disposition | None, key("How it ends.")] = None
    reached: Annotated[Name | None, key("Who takes it.")] = None
    within: Annotated[Duration | None, key("By when, from the start.")] = None
    never: Annotated[tuple[Name, ...], key("Who must not be tried.")] = ()
    skipped: Annotated[tuple[ExpectedSkip, ...], key("Who has to be skipped; others may be, too.")] = ()
    callback: Annotated[ExpectedCallback | None, key("The callback that has to be opened.")] = None
    attempts: Annotated[tuple[ExpectedAttempt, ...] | None, key("Exactly which attempts, in which order.")] = None


class WrittenScenario(Struct, frozen=True, forbid_unknown_fields=True):
    """A written test of a policy: an account, an instant, who responds how, and what has to come of it. Whoever is not
    under `given` does not respond. `at` without an offset is in the zone of the account's hours, else the
    workspace's."""

    account: Annotated[Name, key("Whose line is called.")]
    at: Annotated[Instant, key("When.")]
    expect: Annotated[Expectation, key("What has to come of it.")]
    given: Annotated[dict[Name, Written], key("How people respond. Who is not here does not respond.")] = {}
    caller_hangs_up: Annotated[Duration | None, key("When the caller gives up, from the start.")] = None
    callbacks: Annotated[dict[Name, Duration], key("Who makes the callback, and when, from the start.")] = {}


class Scenario(Struct, frozen=True):
    """A scenario that can be run. `at` is an instant."""

    name: str
    account: str
    at: int
    assumed: Assumed
    expect: Expectation
    file: str
    line: int


class Broken(Struct, frozen=True):
    """A scenario that cannot be run, and what is wrong with it. `account` is None where it names none."""

    name: str
    account: str | None
    file: str
    line: int
    problems: tuple[Problem, ...]


NOTHING_EXPECTED = Expectation()
"""What a scenario expects that says nothing: it cannot fail."""
