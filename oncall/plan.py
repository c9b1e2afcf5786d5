"""A plan: what a workspace means in a window of time, as frozen plain data.

Everything that is asked is a function of a plan and an instant. The mappings are read-only and may decode their values
when they are asked for: a plan from the cache costs what the question needs of it.
"""

from bisect import bisect_right
from collections.abc import Mapping

from msgspec import Struct

from oncall.errors import Problem
from oncall.model import ALWAYS, Account, Person, Policy
from oncall.schedule import Schedule, Window

LEFT, AWAY, UNIDENTIFIED, NO_CHANNEL = "left", "away", "unidentified", "no_usable_channel"


class Absence(Struct, frozen=True, array_like=True):
    """A stretch in which somebody is not there, half-open, in seconds since the epoch."""

    start: int
    end: int
    reason: str = ""


class Presence(Struct, frozen=True):
    """When a person is not there: absences, sorted and merged, and the instant from which they have left."""

    away: tuple[Absence, ...] = ()
    gone: int | None = None

    def absence(self, instant: float) -> Absence | None:
        """The absence in force at an instant."""
        index = bisect_right(self.away, instant, key=lambda one: one.start) - 1
        return self.away[index] if index >= 0 and instant < self.away[index].end else None


class Doubt(Struct, frozen=True, array_like=True):
    """A problem that can change answers in a stretch of time alone, half-open, in seconds since the epoch."""

    start: int
    end: int
    problem: Problem


class RotationFacts(Struct, frozen=True):
    """What an answer about a rotation needs besides its schedule: the calendars it is made of, the order of its people
    within a tier, and what a problem has to be about to touch the answer."""

    files: tuple[str, ...]
    people: tuple[str, ...] = ()
    depends: tuple[str, ...] = ()


class Line(Struct, frozen=True, array_like=True):
    """A published number as it is shown, its digits with the country's code, and those without it."""

    shown: str
    digits: str
    national: str


class AccountFacts(Struct, frozen=True):
    """What an answer about an account needs besides its profile: its published numbers, whether its runbook is there,
    and what a problem has to be about to touch the answer."""

    lines: tuple[Line, ...] = ()
    runbook_found: bool = False
    depends: tuple[str, ...] = ()


class Reported(Struct, frozen=True):
    """A problem, and what it is about: the name of a definition (`people/tech-1`), the path of a calendar, or
    EVERYTHING where any answer may be affected."""

    problem: Problem
    about: str


EVERYTHING = ""


class Plan(Struct, frozen=True):
    """What a workspace means for the instants of `window`.

    `digest` identifies the sources. `open` holds the stretches each named hours promise a human, `written` when a
    calendar was last changed where it says so, `reported` the problems met by what they are about, and `doubts` the
    absences, by calendar, that may be anybody's.
    """

    digest: str
    root: str
    organization: str
    timezone: str
    window: Window
    people: Mapping[str, Person]
    presences: Mapping[str, Presence]
    policies: Mapping[str, Policy]
    accounts: Mapping[str, Account]
    account_facts: Mapping[str, AccountFacts]
    rotations: Mapping[str, RotationFacts]
    schedules: Mapping[str, Schedule]
    open: Mapping[str, tuple[tuple[int, int], ...]]
    written: Mapping[str, int]
    doubts: Mapping[str, tuple[Doubt, ...]]
    reported: Mapping[str, tuple[Problem, ...]]

    def promises(self, account: Account, instant: float) -> bool:
        """Whether an account's line promises a human at an instant. Without hours it always does."""
        if account.hours is None or account.hours == ALWAYS or account.hours not in self.open:
            return True
        stretches = self.open[account.hours]
        index = bisect_right(stretches, instant, key=lambda one: one[0]) - 1
        return index >= 0 and instant < stretches[index][1]

    def why_not(self, person: str | None, instant: float, channels: tuple[str, ...] = ()) -> str | None:
        """Why somebody cannot be reached at an instant, by a tier's `channels` where it has some; None if they can."""
        if person is None or person not in self.people:
            return UNIDENTIFIED
        presence = self.presences[person]
        if presence.gone is not None and instant >= presence.gone:
            return LEFT
        if presence.absence(instant):
            return AWAY
        return None if self.people[person].usable_methods(channels) else NO_CHANNEL
