"""`oncall who` for people: the same lines on a terminal, where they have colours, and in a pipe, where they have none.

A line is a tuple of spans, each a text and the name of what it means (`name`, `bad`, `quiet`, …); the formats decide
what that looks like.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from oncall.answers import Answer, Entry, TierAnswer
from oncall.model import ContactMethod
from oncall.output.words import REASONS, day_and_time, distance, iso, moment, safe
from oncall.plan import Absence
from oncall.times import show_duration

Span = tuple[str, str]
Line = tuple[Span, ...]

STALE = 35 * 86_400


def who_lines(answers: Sequence[Answer], zone: tzinfo) -> Iterator[Line]:
    """Every answer as a block, under the instant it is for."""
    shown: int | None = None
    for answer in answers:
        if answer.at != shown:
            if shown is not None:
                yield ()
            yield ((moment(answer.at, zone), "time"), (f"  {zone}", "quiet"))
            shown = answer.at
        yield ()
        yield from _block(answer, zone)


def _block(answer: Answer, zone: tzinfo) -> Iterator[Line]:
    yield tuple(_title(answer))
    if answer.kind == "person":
        yield from _duties(answer, zone)
        return
    roles = ["runbook", *(safe(tier.role) for tier in answer.tiers)]
    width = max(map(len, roles)) if answer.kind == "account" else 0
    indent = " " * (width + 4 if width else 2)
    for tier in answer.tiers:
        yield from _tier(answer, tier, width, zone)
    if not answer.tiers:
        yield (("  nobody is bound to this account", "bad"),)
    if answer.runbook:
        missing: Line = () if answer.runbook_found else ((" (there is no such file)", "bad"),)
        yield ((f"  {'runbook':{width}}  ", "role"), (safe(answer.runbook), "path"), *missing)
    for file, written in answer.calendars:
        age = answer.at - written
        if age > STALE:
            told = f"last written {day_and_time(written, zone, answer.at)} ({age // 86_400} days ago)"
            yield ((f"{indent}{safe(file)} {told}", "quiet"),)


def _duties(answer: Answer, zone: tzinfo) -> Iterator[Line]:
    """Where somebody is on call, now and next, and for whom."""
    unreachable = _unreachable(answer.why_not, answer.absence, answer.at, zone)
    if unreachable:
        yield ((f"  {unreachable}", "bad"),)
    if answer.contact_methods:
        yield _reach("  ", answer.contact_methods)
    if not any(tier.on_call for tier in answer.tiers):
        yield (("  not on call" if answer.tiers else "  not on call, now or within a year", "title"),)
    width = max((len(safe(tier.role)) for tier in answer.tiers), default=0)
    indent = " " * (width + 4)
    for tier in answer.tiers:
        head: Span = (f"  {safe(tier.role):{width}}  ", "role")
        for entry in tier.on_call:
            yield (head, ("on call", "name"), *_override(entry), *_until(answer, entry, zone))
            yield from _source(answer, entry, indent, zone)
            head = (indent, "role")
        if tier.next:
            (entry,) = tier.next.on_call
            until = f" until {day_and_time(entry.until, zone, answer.at)}" if entry.until is not None else ""
            starts = f"{day_and_time(tier.next.at, zone, answer.at)} (in {distance(tier.next.at - answer.at)})"
            reason = _unreachable(entry.why_not, entry.absence, answer.at, zone) if not unreachable else ""
            yield (
                head,
                ("next ", "quiet"),
                (f"from {starts}", "next"),
                (until, "quiet"),
                (f"  {reason}".rstrip(), "bad"),
            )
            head = (indent, "role")
        if tier.serves:
            served = ", ".join(f"{safe(one.account)} {safe(one.role)}" for one in tier.serves)
            yield ((f"{indent}for {served}", "quiet"),)
    if answer.tiers:
        yield ((f"  every shift: oncall shifts {safe(answer.name)}", "quiet"),)


def _title(answer: Answer) -> Iterator[Span]:
    yield safe(answer.name), "name"
    if answer.kind == "person":
        yield f"  {safe(answer.title)}", "title"
    if answer.kind == "account":
        yield f"  {safe(answer.title)}", "title"
        if answer.lines:
            yield "  " + ", ".join(safe(line) for line in answer.lines), "path"
        if answer.promised is False:
            yield "  closed now", "quiet"
    if answer.is_bad_news:
        yield "  NOBODY REACHABLE" if answer.kind == "account" else "  NOBODY ON CALL", "bad"


def _tier(answer: Answer, tier: TierAnswer, width: int, zone: tzinfo) -> Iterator[Line]:
    head = f"  {safe(tier.role):{width}}  " if width else "  "
    quiet: Line = () if tier.in_policy else (("  (no tier of the policy)", "quiet"),)
    if not tier.on_call:
        yield ((head, "role"), ("nobody", "bad"), *quiet)
    for index, entry in enumerate(tier.on_call):
        yield (
            (head if index == 0 else " " * len(head), "role"),
            *_person(answer, entry),
            *_until(answer, entry, zone),
            *quiet,
        )
        yield from _details(answer, entry, " " * len(head), zone)
    yield from _next(answer, tier, " " * len(head), zone)


def _person(answer: Answer, entry: Entry) -> Iterator[Span]:
    yield safe(entry.shift.label), "name" if entry.reachable or answer.kind == "calendar" else "bad"
    if entry.shift.person:
        yield f" ({safe(entry.shift.person)})", "quiet"
    yield from _override(entry)


def _override(entry: Entry) -> Iterator[Span]:
    if entry.shift.layer == "override":
        yield " override", "note"


def _until(answer: Answer, entry: Entry, zone: tzinfo) -> Iterator[Span]:
    if entry.until is not None:
        yield f"  until {day_and_time(entry.until, zone, answer.at)}", "time"
        yield f" (in {distance(entry.until - answer.at)})", "quiet"
    elif entry.shift.layer == "direct":
        yield "  always", "time"
    else:
        yield "  no end in sight", "time"


def _details(answer: Answer, entry: Entry, indent: str, zone: tzinfo) -> Iterator[Line]:
    unreachable = _unreachable(entry.why_not, entry.absence, answer.at, zone, entry.shift.reason)
    if unreachable and answer.kind != "calendar":
        yield ((f"{indent}{unreachable}", "bad"),)
    if entry.contact_methods:
        yield _reach(indent, entry.contact_methods)
    yield from _source(answer, entry, indent, zone)


def _unreachable(why_not: str | None, absence: Absence | None, seen_from: int, zone: tzinfo, reason: str = "") -> str:
    """`NOT REACHABLE: away until Mon 23 Nov 08:00: sick`, or nothing."""
    if why_not is None:
        return ""
    until = f": {safe(reason)}" if reason else ""
    if absence and why_not == "away":
        until = f" until {day_and_time(absence.end, zone, seen_from)}"
        until += f": {safe(absence.reason)}" if absence.reason else ""
    return f"NOT REACHABLE: {REASONS[why_not]}{until}"


def _reach(indent: str, methods: Sequence[ContactMethod]) -> Line:
    """How to reach somebody, in order."""
    reach: list[Span] = [(indent, "quiet")]
    for index, method in enumerate(methods):
        reach.append(("" if index == 0 else ", then ", "quiet"))
        reach.append((way(method), "reach"))
    return tuple(reach)


def _source(answer: Answer, entry: Entry, indent: str, zone: tzinfo) -> Iterator[Line]:
    if entry.shift.file:
        since = f"since {day_and_time(entry.since, zone, answer.at)}, " if entry.since is not None else ""
        event = f", event {safe(entry.shift.uid, 60)}" if entry.shift.uid else ""
        yield ((f"{indent}{since}by {safe(entry.shift.file)}:{entry.shift.line}{event}", "quiet"),)


def way(method: ContactMethod) -> str:
    """A contact method and how long it gets: `voice +12025550101 (25s)`."""
    return f"{method.channel} {safe(method.address)} ({show_duration(method.seconds)})"


def _next(answer: Answer, tier: TierAnswer, indent: str, zone: tzinfo) -> Iterator[Line]:
    ends = [entry.until for entry in tier.on_call if entry.until is not None]
    if not tier.next:
        if ends:
            yield ((f"{indent}next ", "quiet"), ("nobody: nothing is scheduled after that", "bad"))
        return
    people = " and ".join(safe(one.shift.label) for one in tier.next.on_call)
    gap = ""
    if tier.on_call and ends and len(ends) == len(tier.on_call) and max(ends) < tier.next.at:
        gap = f", after {distance(tier.next.at - max(ends))} with nobody"
    yield (
        (f"{indent}next ", "quiet"),
        (people, "next"),
        (f" from {day_and_time(tier.next.at, zone, answer.at)}{gap}", "quiet"),
    )


def one_line(answer: Answer, zone: tzinfo, now: int) -> str:
    """An answer for a prompt or a chat: `northwind-hvac: Priya Raman > Mei Tanaka > Dana Reyes`, in order of tiers,
    those who cannot be reached in brackets; with its instant where that is not now."""
    name = safe(answer.name) if answer.at == now else f"{safe(answer.name)} at {moment(answer.at, zone)}"
    return f"{name}: {_duty_line(answer, zone) if answer.kind == 'person' else _tier_line(answer)}"


def _tier_line(answer: Answer) -> str:
    tiers = [tier for tier in answer.tiers if tier.in_policy] or answer.tiers
    told = " > ".join(" & ".join(_short(answer, entry) for entry in tier.on_call) or "nobody" for tier in tiers)
    return told or "nobody"


def _duty_line(answer: Answer, zone: tzinfo) -> str:
    """`on call in field-primary until Sun 22 Nov 00:00, next in field-primary Sat 28 Nov 00:00`."""
    parts = [f"not reachable ({REASONS[answer.why_not]})"] if answer.why_not else []
    for tier in answer.tiers:
        for entry in tier.on_call:
            until = f" until {day_and_time(entry.until, zone, answer.at)}" if entry.until is not None else ""
            parts.append(f"on call in {safe(tier.role)}{until}" if entry.shift.layer != "direct" else "always on call")
    if not any(tier.on_call for tier in answer.tiers):
        parts.append("not on call")
    turns = [(tier.next.at, safe(tier.role)) for tier in answer.tiers if tier.next]
    if turns:
        starts, role = min(turns)
        parts.append(f"next in {role} {day_and_time(starts, zone, answer.at)}")
    return ", ".join(parts)


def _short(answer: Answer, entry: Entry) -> str:
    label = safe(entry.shift.label)
    if entry.reachable or answer.kind == "calendar":
        return label
    return f"[{label}: {REASONS[entry.why_not or 'unidentified']}]"


_WHO = ("name", "at", "role", "person", "label")
COLUMNS = (*_WHO, "since", "until", "reachable", "why not", "contact", "next", "next from")


def who_rows(answers: Sequence[Answer], zone: tzinfo, *, exact: bool = False) -> Iterator[tuple[str, ...]]:
    """The answers as rows under COLUMNS, one for each person, for tables; `exact` has RFC 3339 in place of the times
    that people read."""
    for answer in answers:

        def time(instant: int | None, seen_from: int = answer.at) -> str:
            if instant is None:
                return ""
            return iso(instant, zone) or "" if exact else day_and_time(instant, zone, seen_from)

        at = iso(answer.at, zone) or "" if exact else moment(answer.at, zone)
        for tier in answer.tiers:
            start = (safe(answer.name), at, safe(tier.role))
            following = " & ".join(safe(one.shift.label) for one in tier.next.on_call) if tier.next else ""
            end = (following, time(tier.next.at) if tier.next else "")
            for entry in tier.on_call:
                yield (
                    *start,
                    safe(entry.shift.person or ""),
                    safe(entry.shift.label),
                    time(entry.since),
                    time(entry.until),
                    "yes" if entry.reachable else "no",
                    REASONS[entry.why_not] if entry.why_not else "",
                    _contact(entry.contact_methods),
                    *end,
                )
            if not tier.on_call:
                yield (*start, *_nobody(answer), *end)
        if not answer.tiers:
            yield (safe(answer.name), at, "", *_nobody(answer), "", "")


def _nobody(answer: Answer) -> tuple[str, ...]:
    """The cells of a row between those of its tier and of who is next, where nobody is on call; or where the person who
    was asked for is not."""
    if answer.kind != "person":
        return ("", "nobody", "", "", "no", "", "")
    reachable = "no" if answer.why_not else "yes"
    return (
        safe(answer.name),
        safe(answer.title),
        "",
        "",
        reachable,
        REASONS[answer.why_not] if answer.why_not else "",
        _contact(answer.contact_methods),
    )


def _contact(methods: Sequence[ContactMethod]) -> str:
    return ", ".join(f"{method.channel} {safe(method.address)}" for method in methods)
