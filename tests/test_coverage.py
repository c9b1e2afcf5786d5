"""What scenarios reach, counted by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from oncall.coverage import Coverage, coverage
from oncall.escalation.responses import responses_of
from oncall.escalation.simulate import Assumed, simulate
from oncall.escalation.trace import Trace
from oncall.plan import Plan
from oncall.times import parse_instant
from oncall.workspace.opening import open_plan

NOON = int(parse_instant("2026-11-10T12:00Z").timestamp())
DECEMBER = int(parse_instant("2026-12-10T12:00Z").timestamp())

# Dee is only scheduled in December, Eve never: she is in no list and has no shift. Cal never gets an sms.
WORKSPACE = """\
version: 1
people:
  ann: {name: Ann, contact_methods: [{channel: voice, address: "1"}, {channel: sms, address: "1"}]}
  bob:
    name: Bob
    contact_methods: [{channel: voice, address: "2"}, {channel: voice, address: "3"}, {channel: chat, address: b}]
  cal: {name: Cal, never: [sms], contact_methods: [{channel: sms, address: "4"}, {channel: push, address: c}]}
  dee: {name: Dee, contact_methods: [{channel: pager, address: d}]}
  eve: {name: Eve, contact_methods: [{channel: pager, address: e}]}
rotations:
  days: {calendar: days.ics, people: [ann]}
policies:
  calls:
    tiers: [{notify: primary}, {notify: backup, channels: [voice]}, {notify: primary}]
    recovery: {owner: backup, due_within: 15m, escalate_to: primary}
  messages: {tiers: [{notify: primary}], rollover: [busy, failed], recovery: {owner: primary, due_within: 15m}}
  unused: {tiers: [{notify: anybody}], rollover: [busy]}
accounts:
  acme: {name: Acme, policy: calls, contacts: {primary: {rotation: days}, backup: [{person: bob}, {person: ghost}]}}
  best:
    name: Best
    policy: calls
    rollover: [declined, busy]
    contacts: {primary: {person: bob}, backup: {person: ann}}
  code: {name: Code, policy: messages, contacts: {primary: {person: cal}}}
  none: {name: None}
"""
SHIFTS = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n{}END:VCALENDAR\r\n"
SHIFT = (
    "BEGIN:VEVENT\r\nUID:{0}\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:{1}\r\n"
    "DTSTART;VALUE=DATE:{0}\r\nDTEND;VALUE=DATE:{2}\r\nEND:VEVENT\r\n"
)

EVERYTHING = {
    "accounts": ["acme", "best", "code", "none"],
    "calls tiers": ["primary", "backup", "primary.2"],
    "calls contact methods": ["ann voice", "ann sms", "bob voice 2", "bob voice 3", "bob chat"],
    "calls rollover": ["busy", "unreachable", "failed", "voicemail", "no_answer", "declined"],
    "calls recovery": ["opened", "completed", "escalated", "overdue"],
    "messages tiers": ["primary"],
    "messages contact methods": ["cal push"],
    "messages rollover": ["failed"],  # no message ends busy
    "messages recovery": ["opened", "completed", "overdue"],
    "unused tiers": ["anybody"],
    "unused rollover": ["busy"],
}


@pytest.fixture
def root(tmp_path: Path) -> str:
    shifts = SHIFT.format(20261110, "Ann", 20261111) + SHIFT.format(20261210, "Dee", 20261211)
    (tmp_path / "oncall.yaml").write_text(WORKSPACE)
    (tmp_path / "days.ics").write_bytes(SHIFTS.format(shifts).encode())
    return str(tmp_path)


@pytest.fixture
def plan(root: str) -> Plan:
    return open_plan(root, NOON, None)


Dispatch = tuple[str, Mapping[str, object], Mapping[str, int]]


def _traces(plan: Plan, *dispatches: Dispatch) -> list[Trace]:
    return [
        simulate(
            plan, account, NOON, Assumed({who: responses_of(said) for who, said in given.items()}, None, callbacks)
        )
        for account, given, callbacks in dispatches
    ]


def _names(found: Coverage, wanted: Callable[[bool], bool]) -> dict[str, list[str]]:
    named = {
        f"{group.policy or ''} {group.kind}".strip(): [one.name for one in group.items if wanted(one.reached)]
        for group in found.groups
    }
    return {key: names for key, names in named.items() if names}


def _all(found: Coverage) -> dict[str, list[str]]:
    return _names(found, lambda _: True)


def _reached(found: Coverage) -> dict[str, list[str]]:
    return _names(found, bool)


def test_everything_that_can_be_reached_is_counted_once(plan: Plan) -> None:
    found = coverage([plan], [])
    assert _all(found) == EVERYTHING
    assert (found.reached, found.total) == (0, sum(map(len, EVERYTHING.values())))


def test_whoever_is_scheduled_in_the_window_of_any_plan_can_be_reached(plan: Plan, root: str) -> None:
    december = open_plan(root, DECEMBER, None)
    ways = ["ann voice", "ann sms", "dee pager", "bob voice 2", "bob voice 3", "bob chat"]
    assert _all(coverage([plan, december], []))["calls contact methods"] == ways


@pytest.mark.parametrize(
    ("dispatches", "reached"),
    [
        pytest.param(
            [("acme", {"ann": {"voice": "acknowledged"}}, {})],
            {"accounts": ["acme"], "calls tiers": ["primary"], "calls contact methods": ["ann voice"]},
            id="reached at once",
        ),
        pytest.param(
            [("acme", {"ann": {"voice": "busy"}, "bob": ["unreachable", {"acknowledged": "1s"}]}, {})],
            {
                "accounts": ["acme"],
                "calls tiers": ["primary", "backup"],
                "calls contact methods": ["ann voice", "ann sms", "bob voice 2", "bob voice 3"],
                "calls rollover": ["busy", "unreachable"],
            },
            id="two methods of one channel are two",
        ),
        pytest.param(
            [("best", {"bob": ["failed", "busy"], "ann": "declined"}, {})],
            {
                "accounts": ["best"],
                "calls tiers": ["primary", "backup"],  # the third finds bob tried already
                "calls contact methods": ["ann voice", "bob voice 2", "bob voice 3", "bob chat"],
                "calls rollover": ["busy", "declined"],  # at `failed` the account does not roll over
                "calls recovery": ["opened", "escalated", "overdue"],
            },
            id="the account's own rollover",
        ),
        pytest.param(
            [("code", {"cal": "busy"}, {"cal": 60})],
            {
                "accounts": ["code"],
                "messages tiers": ["primary"],
                "messages contact methods": ["cal push"],
                "messages recovery": ["opened", "completed"],
            },
            id="called back",
        ),
        pytest.param(
            [("code", {"cal": "failed"}, {}), ("code", {"cal": "acknowledged"}, {})],
            {
                "accounts": ["code"],
                "messages tiers": ["primary"],
                "messages contact methods": ["cal push"],
                "messages rollover": ["failed"],
                "messages recovery": ["opened", "overdue"],
            },
            id="several together",
        ),
    ],
)
def test_what_a_dispatch_reaches(dispatches: list[Dispatch], reached: dict[str, list[str]], plan: Plan) -> None:
    assert _reached(coverage([plan], _traces(plan, *dispatches))) == reached


def test_one_account_is_counted_with_its_policy_and_its_own_people(plan: Plan) -> None:
    found = coverage([plan], _traces(plan, ("best", {"bob": "acknowledged"}, {})), "best")
    assert _all(found) == {
        "accounts": ["best"],
        "calls tiers": ["primary", "backup", "primary.2"],
        "calls contact methods": ["bob voice 2", "bob voice 3", "bob chat", "ann voice"],
        "calls rollover": ["declined", "busy"],
        "calls recovery": ["opened", "completed", "escalated", "overdue"],
    }
    assert (found.reached, found.total) == (3, 14)


def test_a_contact_method_says_whose_it_is_and_where(plan: Plan) -> None:
    (group,) = [one for one in coverage([plan], []).groups if (one.policy, one.kind) == ("calls", "contact methods")]
    assert [(one.person, one.channel, one.address, one.step) for one in group.items] == [
        ("ann", "voice", "1", 1),
        ("ann", "sms", "1", 2),
        ("bob", "voice", "2", 1),
        ("bob", "voice", "3", 2),
        ("bob", "chat", "b", 3),
    ]
