"""A plan: what a workspace means in a window of time, as frozen plain data.

Everything that is asked is a function of a plan and an instant. The mappings are read-only and may decode their values
when they are asked for: a plan from the cache costs what the question needs of it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Literal

from msgspec import Struct

from oncall.errors import OncallError, Problem
from oncall.model import ALWAYS, Account, Binding, Person, Policy, Shift
from oncall.schedule import Schedule, Window

LEFT, AWAY, UNIDENTIFIED, NO_CHANNEL = "left", "away", "unidentified", "no_usable_channel"


class OutsideWindowError(OncallError):
    """A plan was asked about an instant that is not in its window: one for another window has to be compiled."""

    def __init__(self, instant: float) -> None:
        super().__init__("the question leads to an instant that the plan was not made for")
        self.instant = instant


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
        if not self.away:
            return None
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


class Written(Struct, frozen=True):
    """Where a definition is written: the file, the line of its name, and the lines of what it holds by their path in
    it, steps joined by `/`."""

    file: str
    line: int
    lines: dict[str, int] = {}

    def line_of(self, path: str) -> int:
        """The line of a part, of the nearest thing around it where that part is left to its default."""
        while path and path not in self.lines:
            path = path.rpartition("/")[0]
        return self.lines.get(path, self.line)


class Reported(Struct, frozen=True):
    """A problem, and what it is about: the name of a definition (`people/tech-1`), the path of a calendar, or
    EVERYTHING where any answer may be affected."""

    problem: Problem
    about: str


EVERYTHING = ""


class EnteredEvent(Struct, frozen=True):
    """An override or absence that was entered (or `edited`) at an instant, as its file says, and first committed at
    another: None where the file doesn't say when, or no commit has it."""

    file: str
    uid: str
    summary: str
    entered: int | None
    committed: int | None
    edited: bool = False


class PlanUsed(Struct, frozen=True):
    """Which plan a question was asked of: `digest` identifies its sources; they are those of a `revision` in git, or
    today's files, and then `why_today` says why. `entered` are the events that were in force then, as the file proves
    and git does not, and `in_doubt` those that may have been; `later` are those of today's files that, by the file,
    were entered later, and are not part of the plan."""

    digest: str
    as_of: Literal["git", "today"]
    revision: str | None = None
    why_today: str | None = None
    entered: tuple[EnteredEvent, ...] = ()
    in_doubt: tuple[EnteredEvent, ...] = ()
    later: tuple[EnteredEvent, ...] = ()


class Plan(Struct, frozen=True):
    """What a workspace means for the instants of `window`.

    `digest` identifies the sources, `country` is that of telephone numbers without one. `open` holds the stretches each
    named hours promise a human, `written` when a calendar was last changed where it says so, `reported` the problems
    met by what they are about, and `doubts` the absences, by calendar, that may be anybody's. `endpoints` are the
    addresses of a person's contact methods in the one form in which equal addresses are equal, and `places` where
    definitions stand, by `accounts/NAME` and the like.
    """

    digest: str
    root: str
    organization: str
    timezone: str
    country: str
    window: Window
    people: Mapping[str, Person]
    endpoints: Mapping[str, tuple[str, ...]]
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
    places: Mapping[str, Written]

    @property
    def problems(self) -> set[Problem]:
        """Every problem that was met, whatever it is about."""
        return {problem for problems in self.reported.values() for problem in problems}

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
        return self.not_there(person, instant) or (None if self.people[person].is_usable(channels) else NO_CHANNEL)

    def not_there(self, person: str, instant: float) -> str | None:
        """Whether somebody known has left or is away at an instant."""
        presence = self.presences[person]
        if presence.gone is not None and instant >= presence.gone:
            return LEFT
        return AWAY if presence.away and presence.absence(instant) else None

    def bound(self, bindings: Iterable[Binding], instant: float) -> list[Shift]:
        """Everybody a role leads to at an instant of the window, in the order they are tried; somebody bound twice
        counts once, where first listed."""
        found: dict[str, Shift] = {}
        for binding in bindings:
            if binding.rotation is None:
                shift = self.direct(str(binding.person))
                found.setdefault(shift.who, shift)
            elif binding.rotation in self.schedules:
                shifts = self.schedules[binding.rotation].shifts_at(instant)
                for shift in sorted(shifts, key=partial(self.turn, binding.rotation)):
                    found.setdefault(shift.who, shift)
        return list(found.values())

    def direct(self, person: str) -> Shift:
        """What puts somebody on call who is bound by name."""
        if person in self.people:
            return Shift(person, self.people[person].name, "direct")
        return Shift(None, person, "direct")

    def turn(self, rotation: str, shift: Shift) -> tuple[int, str]:
        """When somebody's turn comes within a tier: as the rotation's `people` lists them, others after them by id."""
        listed = self.rotations[rotation].people if rotation in self.rotations else ()
        return (listed.index(shift.person) if shift.person in listed else len(listed), shift.who)

    def place(self, where: str) -> tuple[str, int] | None:
        """File and line of `accounts/NAME#path/in/it`, where it is known."""
        definition, _, path = where.partition("#")
        if definition not in self.places:
            return None
        written = self.places[definition]
        return written.file, written.line_of(path)
