"""Scenarios: policies that can be tested. What a file says of one, and what it means."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from oncall.errors import Problem
from oncall.escalation.simulate import Assumed
from oncall.escalation.trace import Disposition, SkipReason
from oncall.fields import Duration, Instant, Name
from oncall.model import Channel, Outcome

Written = Annotated[
    Any, Meta(description="an outcome, {OUTCOME: DELAY}, a list of these for each try, or one of these by channel")
]


class ExpectedAttempt(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One attempt: what is said of it has to be so."""

    at: Duration | None = None
    person: Name | None = None
    channel: Channel | None = None
    outcome: Outcome | None = None
    tier: str | None = None
    round: int | None = None
    address: str | None = None


class ExpectedSkip(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Somebody who has to be passed over, or a tier that has to be left at once."""

    reason: SkipReason
    person: Name | None = None
    tier: str | None = None
    at: Duration | None = None


class ExpectedCallback(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A callback that has to be opened; what is said of it has to be so."""

    owner: Name | None = None
    opened: Duration | None = None
    due: Duration | None = None
    escalated_to: Name | None = None
    completed: Duration | None = None


class Expectation(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What has to come of a scenario: the disposition, who is reached and how soon, who is never tried, who is passed
    over (others may be, too), the callback, and exactly which attempts in which order."""

    disposition: Disposition | None = None
    reached: Name | None = None
    within: Duration | None = None
    never: tuple[Name, ...] = ()
    skipped: tuple[ExpectedSkip, ...] = ()
    callback: ExpectedCallback | None = None
    attempts: tuple[ExpectedAttempt, ...] | None = None


class WrittenScenario(Struct, frozen=True, forbid_unknown_fields=True):
    """A written test of a policy: an account, an instant, who responds how, and what has to come of it. Whoever is not
    under `given` does not respond. `at` without an offset is in the zone of the account's hours, else the
    workspace's."""

    account: Name
    at: Instant
    expect: Expectation
    given: dict[Name, Written] = {}
    caller_hangs_up: Duration | None = None
    callbacks: dict[Name, Duration] = {}


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
