"""The rules about the horizon against a reading of the same shifts minute by minute.

Workspaces are made from a seed, in the days round a change of the clock, with all edges on whole minutes: then what
holds at the beginning of a minute holds to its end, and looking at every minute leaves nothing out. Who is on call
when is told here by painting the minutes of every shift, and nothing of the package is asked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest

from oncall.lint import wording
from oncall.lint.opening import open_context
from oncall.lint.rules import RULES

PEOPLE = ["ann", "ben", "cem", "dot", "eve"]
CHANGES = {
    "America/New_York": [date(2026, 3, 8), date(2026, 11, 1)],
    "Europe/London": [date(2026, 3, 29), date(2026, 10, 25)],
    "Australia/Lord_Howe": [date(2026, 4, 5), date(2026, 10, 4)],
}
ROLES = ["primary", "backup", "manager"]
DURATION = {15: "15m", 60: "1h", 7 * 60: "7h", 36 * 60: "36h", 3 * 1440: "3d"}
MINUTE, BEFORE, AFTER = 60, 7 * 1440, 3 * 1440
CODES = ["OC102", "OC104", "OC113", "OC114", "OC116", "OC202", "OC301", "OC302", "OC306", "OC308", "OC309"]

Answer = TypeVar("Answer")
Finding = tuple[str, str, tuple[str, ...]]
Spans = list[tuple[int, int]]


@dataclass
class Event:
    people: list[str]
    start: datetime
    length: timedelta
    repeats: int
    priority: int
    style: str

    def spans(self, zone: ZoneInfo) -> Iterator[tuple[float, float]]:
        for number in range(self.repeats):
            start = self.start + timedelta(days=number)
            where = ZoneInfo("UTC") if self.style == "utc" else zone
            yield instant(start, where), instant(start + self.length, where)

    def lines(self, zone: ZoneInfo, uid: int) -> str:
        def at(name: str, moment: datetime) -> str:
            if self.style == "day":
                return f"{name};VALUE=DATE:{moment:%Y%m%d}"
            written = f"{moment:%Y%m%dT%H%M%S}"
            return {"utc": f"{name}:{written}Z", "floating": f"{name}:{written}"}.get(
                self.style, f"{name};TZID={zone.key}:{written}"
            )

        mark = f"[L{self.priority}] " if self.priority else ""
        rule = f"RRULE:FREQ=DAILY;COUNT={self.repeats}\n" if self.repeats > 1 else ""
        return (
            f"BEGIN:VEVENT\nUID:{uid}\n{at('DTSTART', self.start)}\n{at('DTEND', self.start + self.length)}\n{rule}"
            f"SUMMARY:{mark}{' and '.join(self.people)}\nEND:VEVENT\n"
        )


@dataclass
class Person:
    channels: list[str]
    never: list[str]
    zone: ZoneInfo
    away: list[tuple[datetime, datetime]]
    last_day: date | None


@dataclass
class Window:
    days: list[int]
    start: int
    until: int


@dataclass
class Account:
    roles: list[str]
    channels: list[list[str]]
    contacts: dict[str, list[str]]
    hours: str | None
    supervisor: list[str]
    operators: list[str]
    owner: str
    escalate_to: str | None
    due: int
    manager: str | None


@dataclass
class Made:
    """A workspace as it was made up. Bindings are the names of people or of rotations."""

    zone: ZoneInfo
    shown: ZoneInfo
    at: int
    minutes: int
    most: int
    people: dict[str, Person] = field(default_factory=dict)
    planned: dict[str, list[Event]] = field(default_factory=dict)
    overrides: dict[str, list[Event]] = field(default_factory=dict)
    order: dict[str, list[str]] = field(default_factory=dict)
    promised: dict[str, str | None] = field(default_factory=dict)
    windows: list[Window] = field(default_factory=list)
    open_days: list[date] = field(default_factory=list)
    closed_days: list[date] = field(default_factory=list)
    accounts: dict[str, Account] = field(default_factory=dict)


def instant(local: datetime, zone: ZoneInfo) -> float:
    return local.replace(tzinfo=zone).timestamp()


# Making one up.


def made(random: Random) -> Made:
    zone = ZoneInfo(random.choice(sorted(CHANGES)))
    change = random.choice(CHANGES[zone.key])
    midnight = datetime(change.year, change.month, change.day)
    begin = midnight - timedelta(days=random.randint(0, 2), minutes=random.choice([0, 1, 61, 300, 1430]))
    days = random.choice([2, 3, 3, 4, 5, 9])
    minutes = days * 1440 + random.choice([0, 0, 7, 200])
    most = random.choice([36 * 60, 36 * 60, 3 * 1440])
    shown = random.choice([zone, zone, ZoneInfo("UTC"), ZoneInfo("America/New_York")])
    one = Made(zone, shown, int(instant(begin, zone)), minutes, most)

    def moment(first: int, last: int, step: int = 30) -> datetime:
        odd = random.choice([0, 0, 0, 1, 17])
        return begin.replace(minute=0) + timedelta(minutes=random.randrange(first + 1440, last, step) + odd)

    def event(kind: str) -> Event:
        style = random.choice(["zoned", "zoned", "floating", "utc", "day"])
        start = moment(-BEFORE, minutes + 1440)
        length = timedelta(minutes=random.choice([120, 240, 480, 720, 1440, 1440, 2880, 4320]))
        if style == "day":
            start, length = start.replace(hour=0, minute=0), timedelta(days=random.choice([1, 1, 2, 3]))
        repeats = random.choice([1, 1, 4, 9]) if kind == "planned" and length <= timedelta(days=1) else 1
        people = random.sample(PEOPLE, random.choice([1, 1, 1, 1, 2]))
        return Event(people, start, length, repeats, random.choice([0, 0, 0, 0, 1]), style)

    for name in PEOPLE:
        own = ZoneInfo(random.choice([zone.key, zone.key, "UTC", "Asia/Kolkata"]))
        starts = [moment(-1440, minutes) for _ in range(random.choice([0, 0, 1, 1, 3]))]
        away = [(start, start + timedelta(minutes=random.choice([60, 600, 1440]))) for start in starts]
        last = (midnight + timedelta(days=random.randint(-3, 4))).date() if random.random() < 0.2 else None
        channels = random.choice([["voice", "sms"], ["voice"], ["sms", "email"], ["voice", "push"], []])
        never = random.choice([[], [], [], ["sms"], ["voice"]])
        one.people[name] = Person(channels, never, own, away, last)
    for name in ["red", "green", "blue"]:
        full = [event("planned") for _ in range(random.choice([1, 3, 6]))]
        one.planned[name] = [] if random.random() < 0.15 else full
        one.overrides[name] = [event("override") for _ in range(random.choice([0, 0, 1, 3]))] if full else []
        one.order[name] = random.choice([[], random.sample(PEOPLE, 5), random.sample(PEOPLE, 3)])
        one.promised[name] = random.choice(["always", "always", "line", None])
    for _ in range(random.choice([1, 1, 2])):
        edges = [0, 6 * 60, 8 * 60, 12 * 60, 17 * 60, 22 * 60 + 30]
        one.windows.append(Window(random.sample(range(7), random.choice([2, 5, 7])), *random.sample(edges, 2)))
    days_near = [(midnight + timedelta(days=number)).date() for number in range(-2, 5)]
    one.open_days, one.closed_days = random.sample(days_near, random.choice([0, 1])), random.sample(days_near, 1)
    for name in ["acme", "baker", "clinic"]:
        one.accounts[name] = account(random)
    return one


def account(random: Random) -> Account:
    def bound() -> list[str]:
        return random.sample([*PEOPLE, "red", "green", "blue", "red", "green"], random.choice([1, 1, 1, 2, 3]))

    roles = random.sample(ROLES, random.choice([2, 3]))
    return Account(
        roles=roles,
        channels=[random.choice([[], [], [], ["voice"], ["sms", "push"]]) for _ in roles],
        contacts={role: list(dict.fromkeys(bound())) for role in ROLES},
        hours=random.choice([None, "always", "line", "line"]),
        supervisor=list(dict.fromkeys(bound())) if random.random() < 0.8 else [],
        operators=random.sample(PEOPLE, random.choice([0, 1, 2])),
        owner=random.choice(ROLES),
        escalate_to=random.choice([None, *ROLES]),
        due=random.choice([15, 60, 7 * 60]),
        manager=random.choice([None, *PEOPLE]),
    )


# Writing it down.


def write(one: Made, root: Path) -> None:
    def flow(names: Iterable[object]) -> str:
        return "[" + ", ".join(str(name) for name in names) + "]"

    def bindings(names: list[str]) -> str:
        return flow(f"{{{'person' if name in PEOPLE else 'rotation'}: {name}}}" for name in names)

    def calendar(path: str, events: list[str]) -> None:
        (root / path).write_text("BEGIN:VCALENDAR\nVERSION:2.0\n" + "".join(events) + "END:VCALENDAR\n")

    def whole_day(day: date) -> str:
        return f"BEGIN:VEVENT\nUID:{day}\nDTSTART;VALUE=DATE:{day:%Y%m%d}\nSUMMARY:x\nEND:VEVENT\n"

    def clock(minute: int) -> str:
        return f"{minute // 60:02}:{minute % 60:02}"

    root.mkdir()
    lint = f"{{max_stretch: {DURATION[one.most]}, max_accounts_per_supervisor: 1}}"
    text = [f"version: 1\ntimezone: {one.shown.key}\nlint: {lint}\npeople:\n"]
    for name, person in one.people.items():
        methods = flow(f"{{channel: {channel}, address: {name}}}" for channel in person.channels)
        away = flow(f"{{from: {a:%Y-%m-%dT%H:%M}, until: {b:%Y-%m-%dT%H:%M}, reason: off}}" for a, b in person.away)
        last = f", last_day: {person.last_day}" if person.last_day else ""
        text.append(
            f"  {name}: {{name: {name}, timezone: {person.zone.key}, contact_methods: {methods}, "
            f"never: {flow(person.never)}, away: {away}{last}}}\n"
        )
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    windows = flow(
        f'{{days: {flow(days[day] for day in each.days)}, from: "{clock(each.start)}", until: "{clock(each.until)}"}}'
        for each in one.windows
    )
    text.append(
        f"hours:\n  line: {{timezone: {one.zone.key}, open: {windows}, open_days: o.ics, closed_days: c.ics}}\n"
    )
    calendar("o.ics", [whole_day(day) for day in one.open_days])
    calendar("c.ics", [whole_day(day) for day in one.closed_days])
    text.append("rotations:\n")
    for name, planned in one.planned.items():
        for path, events in ((f"{name}.ics", planned), (f"{name}-over.ics", one.overrides[name])):
            calendar(path, [each.lines(one.zone, number) for number, each in enumerate(events)])
        promised = f", hours: {one.promised[name]}" if one.promised[name] else ""
        order = f", people: {flow(one.order[name])}" if one.order[name] else ""
        text.append(
            f"  {name}: {{calendar: {name}.ics, overrides: {name}-over.ics, timezone: {one.zone.key}, at_once: 1"
            f"{promised}{order}}}\n"
        )
    policies, accounts = ["policies:\n"], ["accounts:\n"]
    for name, each in one.accounts.items():
        tiers = flow(
            f"{{notify: {role}, ack_window: 45s, channels: {flow(channels)}}}"
            for role, channels in zip(each.roles, each.channels, strict=True)
        )
        escalate = f", escalate_to: {each.escalate_to}" if each.escalate_to else ""
        recovery = f"{{owner: {each.owner}, due_within: {DURATION[each.due]}{escalate}}}"
        policies.append(f"  {name}-policy: {{tiers: {tiers}, recovery: {recovery}}}\n")
        contacts = "{" + ", ".join(f"{role}: {bindings(names)}" for role, names in each.contacts.items()) + "}"
        accounts.append(
            f"  {name}: {{name: {name}, policy: {name}-policy, contacts: {contacts}, "
            f"supervisor: {bindings(each.supervisor)}, operators: {flow(each.operators)}"
            f"{f', hours: {each.hours}' if each.hours else ''}"
            f"{f', account_manager: {each.manager}' if each.manager else ''}}}\n"
        )
    (root / "oncall.yaml").write_text("".join([*text, *policies, *accounts]))


# Reading it minute by minute. Minutes count from `BEFORE` minutes ahead of the horizon.


class Minutes:
    def __init__(self, one: Made) -> None:
        self.one = one
        self.count = BEFORE + one.minutes + AFTER
        self.first = one.at - BEFORE * MINUTE
        self.horizon = range(BEFORE, BEFORE + one.minutes)
        self.on_call = {name: self.paint(name) for name in one.planned}
        self.gone: dict[str, list[bool]] = {}
        self.away: dict[str, list[bool]] = {}
        for name, person in one.people.items():
            self.gone[name], self.away[name] = [False] * self.count, [False] * self.count
            if person.last_day:
                next_day = person.last_day + timedelta(days=1)
                midnight = instant(datetime(next_day.year, next_day.month, next_day.day), person.zone)
                self.mark(self.gone[name], midnight, self.first + self.count * MINUTE)
            for start, until in person.away:
                self.mark(self.away[name], instant(start, person.zone), instant(until, person.zone))
        self.open = [minute in self.horizon and self.is_open(minute) for minute in range(self.count)]
        numbers: dict[object, int] = {}
        self.alike = [numbers.setdefault(self.state(minute), len(numbers)) for minute in range(self.count)]

    def state(self, minute: int) -> object:
        """Everything that is true in a minute: what holds in one holds in all that are alike."""
        away = [who for who in PEOPLE if self.away[who][minute] or self.gone[who][minute]]
        gone = [who for who in PEOPLE if self.gone[who][minute]]
        on_call = [frozenset(people[minute]) for people in self.on_call.values()]
        return tuple(on_call), tuple(away), tuple(gone), self.open[minute]

    def mark(self, what: list[bool], start: float, end: float) -> None:
        for minute in self.between(start, end):
            what[minute] = True

    def between(self, start: float, end: float) -> range:
        assert start % MINUTE == end % MINUTE == self.first % MINUTE == 0
        return range(max(0, int(start - self.first) // 60), min(self.count, int(end - self.first) // 60))

    def paint(self, rotation: str) -> list[set[str]]:
        best = [-1] * self.count
        people: list[set[str]] = [set() for _ in range(self.count)]
        for layer, events in ((0, self.one.planned[rotation]), (1000, self.one.overrides[rotation])):
            for event in events:
                for start, end in event.spans(self.one.zone):
                    for minute in self.between(start, end):
                        if layer + event.priority > best[minute]:
                            best[minute], people[minute] = layer + event.priority, set()
                        if layer + event.priority == best[minute]:
                            people[minute] |= set(event.people)
        return people

    def is_open(self, minute: int) -> bool:
        local = datetime.fromtimestamp(self.first + minute * MINUTE, self.one.zone)
        if local.date() in self.one.closed_days:
            return False
        if local.date() in self.one.open_days:
            return True
        clock, today = local.hour * 60 + local.minute, local.weekday()
        for window in self.one.windows:
            if window.start < window.until:
                if today in window.days and window.start <= clock < window.until:
                    return True
            elif (today in window.days and clock >= window.start) or (
                (today - 1) % 7 in window.days and clock < window.until
            ):
                return True
        return False

    def promised(self, hours: str | None, minute: int) -> bool:
        return hours in (None, "always") or self.open[minute]

    def reachable(self, person: str, minute: int, channels: list[str]) -> bool:
        methods = [one for one in self.one.people[person].channels if one not in self.one.people[person].never]
        usable = [one for one in methods if not channels or one in channels]
        return bool(usable) and not self.gone[person][minute] and not self.away[person][minute]

    def bound(self, names: list[str], minute: int) -> list[str]:
        found: list[str] = []
        for name in names:
            if name in PEOPLE:
                found.append(name)
            else:
                order = self.one.order[name]
                turn = {who: order.index(who) if who in order else len(order) for who in PEOPLE}
                found += sorted(self.on_call[name][minute], key=lambda who: (turn[who], who))
        return found

    def always(self, asked: Callable[[int], Answer]) -> Callable[[int], Answer]:
        """The same question, asked once of all minutes that are alike."""
        known: dict[object, Answer] = {}

        def ask(minute: int) -> Answer:
            if self.alike[minute] not in known:
                known[self.alike[minute]] = asked(minute)
            return known[self.alike[minute]]

        return ask

    def left(self, who: str, names: list[str]) -> list[int]:
        """For how many minutes from each on somebody is on call in some rotations without a break."""
        found = [0] * (self.count + 1)
        rotations = [self.on_call[name] for name in names if name not in PEOPLE]
        on_call = self.always(lambda minute: any(who in people[minute] for people in rotations))
        for minute in filter(on_call, range(self.count - 1, self.horizon.start - 1, -1)):
            found[minute] = found[minute + 1] + 1
        return found

    def spans(self, holds: Callable[[int], bool]) -> Spans:
        """The stretches of the horizon in which something holds, in instants."""
        found: Spans = []
        for minute in self.horizon:
            if holds(minute):
                start = self.first + minute * MINUTE
                if found and found[-1][1] == start:
                    found[-1] = (found[-1][0], start + MINUTE)
                else:
                    found.append((start, start + MINUTE))
        return found


def expected(one: Made) -> set[Finding]:
    minutes = Minutes(one)
    found: set[Finding] = set()

    def report(code: str, subject: str, spans: Spans) -> None:
        if spans:
            found.add((code, subject, tuple(text(span, one) for span in spans)))

    def spans(holds: Callable[[int], bool]) -> Spans:
        return minutes.spans(minutes.always(holds))

    for name, each in one.accounts.items():
        reach = minutes.always(lambda minute, each=each: reached(minutes, each, minute))
        report("OC102", name, minutes.spans(lambda minute, reach=reach: len(reach(minute) or ()) == 1))
        report("OC104", name, minutes.spans(lambda minute, reach=reach: reach(minute) == set()))
        for role in each.roles:
            report(
                "OC116", f"{role} of {name}", spans(lambda m, each=each, role=role: is_empty(minutes, each, role, m))
            )
        report("OC202", name, minutes.spans(outlives(minutes, each))[:1])
        for names, what in (
            *((each.contacts[role], f"{name} binds them to {role}") for role in each.contacts),
            (each.supervisor, f"they supervise {name}"),
            (each.operators, f"they answer for {name}"),
        ):
            for who in names:
                if who in PEOPLE and any(minutes.gone[who][minute] for minute in minutes.horizon):
                    found.add(("OC113", f"{who} {what}", ()))
    supervised = [each.supervisor for each in one.accounts.values()]
    for who in PEOPLE:
        report("OC114", who, spans(lambda m, who=who: sum(who in minutes.bound(names, m) for names in supervised) > 1))
        report("OC309", who, long_runs(minutes, who))
    for name in minutes.on_call:
        of_rotation(minutes, name, report)
        week = range(max(minutes.horizon.start, minutes.horizon.stop - 7 * 1440), minutes.horizon.stop)
        if not any(minutes.on_call[name][minute] for minute in week):
            found.add(("OC302", name, ()))
    return found


def of_rotation(minutes: Minutes, name: str, report: Callable[[str, str, Spans], None]) -> None:
    people, promised = minutes.on_call[name], minutes.one.promised[name]
    gap = minutes.spans(lambda m: promised is not None and minutes.promised(promised, m) and not people[m])
    report("OC301", name, gap)
    report("OC308", name, minutes.spans(lambda m: len(people[m]) > 1))
    for who in PEOPLE:
        gone, away = minutes.gone[who], minutes.away[who]
        on_call = [who in there for there in people]
        left = [one and two for one, two in zip(on_call, gone, strict=True)]
        missed = [one and two and not three for one, two, three in zip(on_call, away, gone, strict=True)]
        report("OC113", f"{who} in {name}", minutes.spans(left.__getitem__))
        for span in minutes.spans(missed.__getitem__):
            report("OC306", f"{who} in {name}", [span])


def reached(minutes: Minutes, each: Account, minute: int) -> set[str] | None:
    """Who can be reached on any tier; None while the account promises nobody."""
    if not minutes.promised(each.hours, minute):
        return None
    tiers = zip(each.roles, each.channels, strict=True)
    bound = [(who, ways) for role, ways in tiers for who in minutes.bound(each.contacts[role], minute)]
    return {who for who, ways in bound if minutes.reachable(who, minute, ways)}


def is_empty(minutes: Minutes, each: Account, role: str, minute: int) -> bool:
    """Whether a role has nobody where another has, and no rotation of it has promised somebody."""
    if not minutes.promised(each.hours, minute) or not any(
        minutes.bound(each.contacts[one], minute) for one in each.roles
    ):
        return False
    names = each.contacts[role]
    promised = [minutes.one.promised[name] for name in names if name not in PEOPLE]
    broken = any(hours is not None and minutes.promised(hours, minute) for hours in promised)
    return not minutes.bound(names, minute) and not broken


def outlives(minutes: Minutes, each: Account) -> Callable[[int], bool]:
    """Whether a callback opened in a minute is due when the shift of its owner is over."""
    roles = [each.owner, *([each.escalate_to] if each.escalate_to else [])]

    def owner(minute: int) -> tuple[str, str] | None:
        for role in roles:
            for who in minutes.bound(each.contacts[role], minute):
                if minutes.reachable(who, minute, []):
                    return None if who in each.contacts[role] else (who, role)
        return None

    owners = minutes.always(owner)
    left: dict[tuple[str, str], list[int]] = {}

    def holds(minute: int) -> bool:
        whose = owners(minute)
        if whose is None:
            return False
        if whose not in left:
            left[whose] = minutes.left(whose[0], each.contacts[whose[1]])
        return left[whose][minute] <= each.due

    return holds


def long_runs(minutes: Minutes, who: str) -> Spans:
    """The stretches without a day off that are too long, from where they began to the end of the horizon at most."""
    busy = minutes.always(lambda minute: any(who in people[minute] for people in minutes.on_call.values()))
    runs: list[list[int]] = []
    for minute in filter(busy, range(minutes.horizon.stop)):
        if not runs or minute - runs[-1][1] >= 1440:
            runs.append([minute, minute])
        runs[-1][1] = minute + 1
    relevant = [run for run in runs if run[1] > minutes.horizon.start and run[1] - run[0] > minutes.one.most]
    return [(minutes.first + start * MINUTE, minutes.first + end * MINUTE) for start, end in relevant]


def text(span: tuple[int, int], one: Made) -> str:
    """A stretch as it is shown: what is still so at the end of the horizon may last longer."""
    start, end = (datetime.fromtimestamp(edge, one.shown) for edge in span)
    length = (span[1] - span[0]) // MINUTE
    if length >= 1440:  # to the nearest hour
        length = (length + 30) // 60 * 60
    parts = ""
    for size, unit in ((1440, "d"), (60, "h"), (1, "m")):
        parts += f"{length // size}{unit}" if length >= size else ""
        length %= size
    is_open = span[1] == one.at + one.minutes * MINUTE
    clock = "%H:%M %Z" if start.fold or (end.fold and not is_open) else "%H:%M"
    last = format(end, clock if start.date() == end.date() else f"%Y-%m-%d {clock}")
    return f"{format(start, f'%Y-%m-%d {clock}')} to {f'{end:%Y-%m-%d} or later' if is_open else last} ({parts})"


# What the rules say, as the same triples.

_STRETCH = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d(?: \S+)? to (?:[\d-]+ or later|(?:[\d-]+ )?\d\d:\d\d(?: \S+)?) \(\w+\)"
)
_SUBJECT = {
    "OC102": r"every tier of (\w+) leads to",
    "OC104": r"nobody can be reached on any tier of (\w+):",
    "OC114": r"(\w+) supervises \d accounts",
    "OC116": r"nobody is on the schedule as (\w+ of [^:]+):",
    "OC202": r"a callback of (\w+) opened",
    "OC301": r"nobody is on call in (\w+):",
    "OC302": r"(\w+) has no shift",
    "OC306": r"(\w+ is on call in \w+) while away",
    "OC308": r"(\w+) has more than 1 on call at once",
    "OC309": r"(\w+) is on call for longer than",
}


def told(root: Path, one: Made) -> set[Finding]:
    context = open_context(str(root), one.at, one.minutes * MINUTE)
    assert set(context.reported) <= {"OC003", "OC305"}, context.reported  # what the change of the clock collapses
    found: set[Finding] = set()
    for rule in RULES:
        for problem in rule.check(context) if rule.code in CODES else ():
            message = problem.message
            spans = _STRETCH.findall(message if rule.code == "OC202" else message.rpartition(": ")[2])
            if rule.code == "OC113":
                named = re.match(r"(\w+)'s last day: \S+, and (.+) beyond it", message)
                assert named
                subject = f"{named[1]} {named[2]}" if not spans else named[2].replace("is on call ", "")
            else:
                match = re.match(_SUBJECT[rule.code], message)
                assert match, message
                subject = match[1].replace("is on call ", "")
            for each in subjects(rule.code, subject):
                found.add((rule.code, each, () if rule.code == "OC302" else tuple(spans)))
    return found


def subjects(code: str, subject: str) -> list[str]:
    """What a finding is about: one of OC116 may be about several accounts."""
    if code != "OC116":
        return [subject]
    role, _, names = subject.partition(" of ")
    return [f"{role} of {name}" for name in re.split(", | and ", names)]


@pytest.mark.parametrize("batch", range(3))
def test_every_stretch_is_found_and_no_other(batch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording, "_MOST", 10_000)
    fired: Counter[str] = Counter()
    for seed in range(batch * 10, batch * 10 + 10):
        one = made(Random(seed))
        root = tmp_path / str(seed)
        write(one, root)
        right, said = expected(one), told(root, one)
        assert said == right, f"seed {seed}: missing {sorted(right - said)}, wrong {sorted(said - right)}"
        fired.update({code for code, _, _ in right})
    assert all(fired[code] > 0 for code in CODES), fired
