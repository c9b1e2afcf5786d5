"""Inputs of a size: a workspace of many accounts, a feed of many events."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

_HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bench//EN\r\nX-WR-TIMEZONE:America/New_York\r\n"
_START = datetime(2024, 1, 1, 13)


def workspace(root: Path, accounts: int, rotations: int) -> None:
    """A workspace of accounts of about 2 kB, a file each, sharing weekly rotations of three people."""
    (root / "accounts").mkdir(parents=True)
    (root / "rotations").mkdir()
    (root / "oncall.yaml").write_text(
        "version: 1\norganization: Bench\ntimezone: America/New_York\n"
        "policies:\n  urgent:\n    tiers:\n"
        "      - {notify: primary, ack_window: 45s}\n      - {notify: backup, ack_window: 45s}\n"
        "    recovery: {owner: backup, due_within: 15m}\n"
        "rotations:\n" + "".join(f"  r{n}: {{calendar: rotations/r{n}.ics, hours: always}}\n" for n in range(rotations))
    )
    people = "".join(
        f"  p{n}:\n    name: Person {n}\n    email: p{n}@bench.example\n    contact_methods:\n"
        f'      - {{channel: voice, address: "+1202555{n % 10000:04}", wait: 25s}}\n'
        f'      - {{channel: sms, address: "+1202555{n % 10000:04}"}}\n'
        for n in range(rotations * 3)
    )
    (root / "people.yaml").write_text("people:\n" + people)
    for n in range(rotations):
        events = "".join(_weekly(n, member) for member in range(3))
        (root / "rotations" / f"r{n}.ics").write_text(_HEAD + events + "END:VCALENDAR\r\n", newline="")
    for n in range(accounts):
        (root / "accounts" / f"a{n}.yaml").write_text(_account(n, rotations))


def chain(root: Path) -> None:
    """A workspace with one account: three tiers, a person in each, two contact methods each."""
    root.mkdir()
    people = "".join(
        f'  p{n}: {{name: Person {n}, contact_methods: [{{channel: voice, address: "+1202555010{n}"}}, '
        f'{{channel: sms, address: "+1202555010{n}"}}]}}\n'
        for n in range(3)
    )
    (root / "oncall.yaml").write_text(
        "version: 1\ntimezone: America/New_York\npeople:\n" + people + "policies:\n  urgent:\n    tiers:\n"
        "      - {notify: primary, ack_window: 45s}\n      - {notify: backup, ack_window: 45s}\n"
        "      - {notify: manager, ack_window: 45s}\n    recovery: {owner: manager, due_within: 15m}\n"
        "accounts:\n  line:\n    name: A line\n    policy: urgent\n    contacts:\n"
        "      primary: {person: p0}\n      backup: {person: p1}\n      manager: {person: p2}\n"
    )


def scenarios(root: Path, number: int) -> None:
    """Scenarios of that account, spread over a month."""
    written = "".join(
        f"  scenario-{n}:\n    account: line\n    at: 2026-11-{1 + n % 28:02}T{n % 24:02}:00:00-05:00\n"
        "    given:\n      p0: no_answer\n      p1: {voice: {acknowledged: 12s}, sms: no_response}\n"
        "    expect:\n      disposition: reached\n      reached: p1\n      within: 60s\n      attempts:\n"
        "        - {at: 0s, person: p0, channel: voice, outcome: no_answer}\n"
        "        - {at: 25s, person: p0, channel: sms}\n"
        "        - {at: 45s, person: p1, channel: voice, outcome: acknowledged}\n"
        for n in range(number)
    )
    (root / "scenarios.yaml").write_text("scenarios:\n" + written)


def _weekly(rotation: int, member: int) -> str:
    start = datetime(2025, 1, 6, 8) + timedelta(weeks=member)
    return (
        f"BEGIN:VEVENT\r\nUID:r{rotation}-{member}@bench.example\r\nDTSTAMP:20250101T000000Z\r\n"
        f"DTSTART;TZID=America/New_York:{start:%Y%m%dT%H%M%S}\r\nDURATION:P7D\r\nRRULE:FREQ=WEEKLY;INTERVAL=3\r\n"
        f"SUMMARY:Person {rotation * 3 + member}\r\nEND:VEVENT\r\n"
    )


def _account(n: int, rotations: int) -> str:
    notes = "".join(
        f"  # line {line} of what the operators want to know about this client, kept with its profile\n"
        for line in range(17)
    )
    return (
        f"accounts:\n  account-{n}:\n    name: Account number {n}\n    vertical: trades\n    kind: call\n"
        f'    lines: ["+1303555{n % 10000:04}"]\n    policy: urgent\n    contacts:\n'
        f"      primary: {{rotation: r{n % rotations}}}\n      backup: {{person: p{n % rotations}}}\n"
        f"    runbook: runbooks/account-{n}.md\n    account_manager: p0\n    operators: [p1, p2]\n"
        f"    review: {{every: 90d, last: 2026-01-01}}\n{notes}"
    )


def feed(events: int) -> bytes:
    """A calendar as a product exports it: single events one after another, with the properties such exports have."""
    lines = [_HEAD]
    for n in range(events):
        start = _START + timedelta(hours=12 * n)
        lines.append(
            f"BEGIN:VEVENT\r\nDTSTART:{start:%Y%m%dT%H%M%SZ}\r\nDTEND:{start + timedelta(hours=12):%Y%m%dT%H%M%SZ}\r\n"
            f"DTSTAMP:20260101T000000Z\r\nUID:{n:08}@bench.example\r\nCREATED:20240101T000000Z\r\n"
            "DESCRIPTION:What this shift is for\\, and a link: https://bench.example/schedules/abc\r\n"
            "LAST-MODIFIED:20260101T000000Z\r\nLOCATION:\r\nSEQUENCE:0\r\nSTATUS:CONFIRMED\r\n"
            f"SUMMARY:Person {n % 7}\r\nTRANSP:OPAQUE\r\nEND:VEVENT\r\n"
        )
    return ("".join(lines) + "END:VCALENDAR\r\n").encode()


def rotation() -> bytes:
    """A year-round rotation of four people, with overridden and excluded weeks."""
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:m{member}@bench.example\r\nDTSTAMP:20250101T000000Z\r\n"
        f"DTSTART;TZID=America/New_York:{datetime(2025, 1, 6, 8) + timedelta(weeks=member):%Y%m%dT%H%M%S}\r\n"
        f"DTEND;TZID=America/New_York:{datetime(2025, 1, 13, 8) + timedelta(weeks=member):%Y%m%dT%H%M%S}\r\n"
        f"RRULE:FREQ=WEEKLY;INTERVAL=4\r\nSUMMARY:Person {member}\r\nEND:VEVENT\r\n"
        for member in range(4)
    )
    return (_HEAD + events + "END:VCALENDAR\r\n").encode()
