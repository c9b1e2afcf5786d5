"""Rules about accounts and how people are reached: what the cases of single rules do not show."""

from __future__ import annotations

from pathlib import Path

import pytest

from oncall.lint.context import Context
from oncall.lint.rules import RULES
from oncall.lint.rules.oc403_invalid_address import what_is_wrong
from oncall.model import ContactMethod
from tests.lint.conftest import context_of, found, workspace

OURS = [rule for rule in RULES if rule.code.startswith(("OC10", "OC11", "OC40"))]

BROKEN = """\
people:
  half: {name: Half, contact_methods: [{channel: voice}, {address: here}], never: [sms, tty], verified: never}
  none: {}
  list: []
policies:
  empty: {tiers: []}
  bare: {tiers: [{notify: primary}, {notify: backup, channels: [voice]}, {ack_window: 5m}]}
  gone: {recovery: {owner: nobody}}
rotations:
  lost: {calendar: rotations/lost.ics, overrides: [rotations/lost.ics], people: [ghost]}
accounts:
  bare: {}
  dangling:
    vertical: medical
    lines: [" ", "+1202555", "+1202555", call us]
    hours: lost
    policy: lost
    contacts: {primary: {rotation: ghost}, backup: [{person: ghost}, {person: half}], manager: []}
    account_manager: ghost
    supervisor: [{person: ghost}, {rotation: lost}]
    operators: [ghost]
    runbook: runbooks/lost.md
    secure_messaging: {fallback: "https://secure.example"}
  without-tiers: {policy: empty, contacts: {primary: {person: half}}, ack_window: 0s}
  lost: {policy: bare, vertical: medical, contacts: {primary: {rotation: lost}, backup: {person: none}}}
  unusable: {policy: gone, contacts: primary, supervisor: half, review: soon, runbook: {}}
  list: [northwind]
"""


@pytest.mark.parametrize("rule", OURS, ids=lambda rule: rule.code)
def test_a_workspace_in_which_everything_is_wrong_is_checked_all_the_same(rule: object, tmp_path: Path) -> None:
    context = context_of(workspace(tmp_path / "workspace", {"broken.yaml": BROKEN}))
    for one in rule.check(context):  # type: ignore[attr-defined]
        assert "\n" not in one.message
        assert one.line is not None
        assert one.column is not None


def test_what_is_wrong_with_one_definition_hides_no_other(tmp_path: Path) -> None:
    fault = [['lines: ["+12025550181"]', 'lines: ["+1202555018"]'], ["    runbook: runbooks/acme.md\n", ""]]
    alone = found(context_of(workspace(tmp_path / "alone", {"accounts.yaml": fault})))
    beside = found(context_of(workspace(tmp_path / "beside", {"accounts.yaml": fault, "broken.yaml": BROKEN})))
    assert {line[-6:-1] for line in alone} == {"OC106", "OC403"}
    assert set(alone) <= set(beside)


def test_a_workspace_with_a_head_alone_has_nothing_to_find(tmp_path: Path) -> None:
    tmp_path.joinpath("oncall.yaml").write_text("version: 1\n", encoding="utf-8")
    assert found(context_of(tmp_path)) == []


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        ("voice", "+12025550101"),
        ("voice", "+1 (202) 555-0101"),
        ("voice", "202.555.0101"),
        ("voice", "011 44 20 7946 0101"),
        ("voice", "tel:+1-202-555-0101"),
        ("voice", "+1 202 555 0101 x12"),
        ("voice", "+61 2 5550 0101"),
        ("voice", "+49 (0)30 23125 101"),
        ("voice", "SIPS:night-desk@pbx.clean.example"),
        ("sms", "+447700900101"),
        ("pager", "0012345"),
        ("pager", "0012345@pager.example"),
        ("email", "mailto:cy@clean.example"),
        ("email", "cy@[192.0.2.1]"),
        ("email", '"Cy@home"@clean.example'),
        ("email", "zoë@grüße.example"),
        ("chat", "#night-desk"),
        ("push", "cy-phone"),
        ("secure", "https://secure.example/cy?to=1"),
    ],
)
def test_an_address_that_can_be_right_is_left_alone(channel: str, address: str) -> None:
    assert what_is_wrong(ContactMethod(channel, address), "US") is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("channel", "address", "says"),
    [
        ("voice", " ", "is empty"),
        ("voice", "+", "not a telephone number"),
        ("voice", "0", "not a telephone number"),
        ("voice", "+0012025550101", "no country"),
        ("voice", "202-555-0101 / 202-555-0102", "telephone number"),
        ("voice", "call 202-555-0101", "not one telephone number alone"),
        ("voice", "+1202555\u200e0101", "cannot be seen"),
        ("voice", "sip:", "no SIP address"),
        ("voice", "sip: cy@pbx.example", "a space"),
        ("voice", "1" * 300, "not a telephone number"),
        ("whatsapp", "cy.castle", "not a telephone number"),
        ("viber", "+4420794601", "too short"),
        ("pager", "+1202", "too short"),
        ("pager", "", "is empty"),
        ("pager", "page@", "no e-mail address"),
        ("email", "@clean.example", "no e-mail address"),
        ("email", "cy@@clean.example", "no e-mail address"),
        ("email", "cy@clean..example", "no e-mail address"),
        ("email", "Cy <cy@clean.example>", "a space"),
        ("email", "mailto:", "no e-mail address"),
        ("chat", "\t", "is empty"),
        ("chat", "cy\u00a0castle", "a space"),
        ("secure", "cy\x1b[31m", "cannot be seen"),
    ],
)
def test_an_address_that_cannot_be_right_is_found(channel: str, address: str, says: str) -> None:
    assert says in str(what_is_wrong(ContactMethod(channel, address), "US"))  # type: ignore[arg-type]


@pytest.fixture
def refusing(tmp_path: Path) -> Context:
    accounts = "accounts:\n  bad:\n    name: Bad\n    runbok: here.md\n    review: {last: soon}\n    policy:\n"
    return context_of(workspace(tmp_path / "workspace", {"bad.yaml": accounts}))


def test_what_is_written_and_was_refused_is_told_from_what_is_missing(refusing: Context) -> None:
    place = refusing.place("accounts", "bad")
    assert refusing.refused(place, "runbook")
    assert refusing.refused(place, "review", "last")
    assert not refusing.refused(place, "review", "every")
    assert not refusing.refused(place, "policy")
    assert not refusing.refused(place, "secure_messaging", "fallback")
    assert not refusing.refused(place, "account_manager")


def test_a_cadence_beyond_the_calendar_never_ends(refusing: Context) -> None:
    assert refusing.last_day(refusing.today, 10**12).year == 9999
