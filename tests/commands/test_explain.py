"""`oncall explain`: sentences that can be read aloud, the same in every format."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from tests.commands.conftest import EXAMPLE, Ran

Run = Callable[..., Ran]

NIGHT = ("--at", "2026-11-27T03:00")

PLAIN = """\
Northwind HVAC: a call on Fri 27 Nov 2026 03:00 EST

The call
  Somebody calls Northwind HVAC (northwind-hvac) on +1 202-555-0188 and holds.
  The line promises a human at this hour (nights-and-weekends).
  All times are counted from this moment.

First
  The call goes to the primary first: the phone of Priya Raman (tech-1) rings for 25 seconds.
  Whoever picks up, or answers a message, has taken the call, and nobody else is tried.
  If there is no answer, Priya Raman gets a text message after 25 seconds.

Then
  After 45 seconds it goes to the backup: the phone of Tom Alvarez (tech-3) rings for 25 seconds.
  If there is no answer, Tom Alvarez gets a text message after 1 minute 10 seconds.
  After 1 minute 30 seconds it goes to the manager: the phones of Nadia Petrov (manager-1) and
    Victor Hale (manager-2) ring for 25 seconds, both at once.
  If there is no answer, both get a secure message after 1 minute 55 seconds and a text message
    after 2 minutes 25 seconds.

When somebody is busy, declines or is away
  If the phone of Priya Raman is busy, if it is out of reach, if the call fails or if a voicemail
    takes it, Priya Raman gets a text message at once.
  With everybody else who is called the next step comes just as soon.
  If Priya Raman declines, the phone of Tom Alvarez rings at once, and Priya Raman is not tried
    again.
  If Priya Raman is away, no time is lost: the phone of Tom Alvarez rings at once.
  A message stays open: if Priya Raman answers the text message only while the phone of Tom Alvarez
    is ringing, that counts, and all the rest stops.

If nobody answers
  If nobody has answered after 3 minutes 30 seconds, a callback is opened: Nadia Petrov owns it, is
    told at once, and has until 03:18:30, 15 minutes later.
  If nobody has called back by then, Tom Alvarez is told as well, and either of them has until
    03:33:30.
  After that the callback is overdue.
  Messages stay open even then: if Priya Raman answers the text message, the callback passes to
    Priya Raman, still due at 03:18:30.

If the caller hangs up
  If the caller hangs up after 20 seconds, say, the phone stops ringing and nobody else is tried.
  A callback is opened all the same: Nadia Petrov owns it, is told at once, and has until 03:15:20,
    15 minutes later.

The runbook
  The runbook is runbooks/northwind-hvac.md. Tom Alvarez owns it.
  It was last reviewed on 1 October 2026, 57 days earlier.
  It is due for review again by 30 September 2031.
"""

MARKDOWN = """\
## Northwind HVAC: a call on Fri 27 Nov 2026 03:00 EST

### The call

- Somebody calls Northwind HVAC (northwind-hvac) on +1 202-555-0188 and holds.
- The line promises a human at this hour (nights-and-weekends).
- All times are counted from this moment.

### First

- The call goes to the primary first: the phone of Priya Raman (tech-1) rings for 25 seconds.
- Whoever picks up, or answers a message, has taken the call, and nobody else is tried.
- If there is no answer, Priya Raman gets a text message after 25 seconds.

### Then

- After 45 seconds it goes to the backup: the phone of Tom Alvarez (tech-3) rings for 25 seconds.
- If there is no answer, Tom Alvarez gets a text message after 1 minute 10 seconds.
- After 1 minute 30 seconds it goes to the manager: the phones of Nadia Petrov (manager-1) and Victor Hale (manager-2) ring for 25 seconds, both at once.
- If there is no answer, both get a secure message after 1 minute 55 seconds and a text message after 2 minutes 25 seconds.

### When somebody is busy, declines or is away

- If the phone of Priya Raman is busy, if it is out of reach, if the call fails or if a voicemail takes it, Priya Raman gets a text message at once.
- With everybody else who is called the next step comes just as soon.
- If Priya Raman declines, the phone of Tom Alvarez rings at once, and Priya Raman is not tried again.
- If Priya Raman is away, no time is lost: the phone of Tom Alvarez rings at once.
- A message stays open: if Priya Raman answers the text message only while the phone of Tom Alvarez is ringing, that counts, and all the rest stops.

### If nobody answers

- If nobody has answered after 3 minutes 30 seconds, a callback is opened: Nadia Petrov owns it, is told at once, and has until 03:18:30, 15 minutes later.
- If nobody has called back by then, Tom Alvarez is told as well, and either of them has until 03:33:30.
- After that the callback is overdue.
- Messages stay open even then: if Priya Raman answers the text message, the callback passes to Priya Raman, still due at 03:18:30.

### If the caller hangs up

- If the caller hangs up after 20 seconds, say, the phone stops ringing and nobody else is tried.
- A callback is opened all the same: Nadia Petrov owns it, is told at once, and has until 03:15:20, 15 minutes later.

### The runbook

- The runbook is runbooks/northwind-hvac.md. Tom Alvarez owns it.
- It was last reviewed on 1 October 2026, 57 days earlier.
- It is due for review again by 30 September 2031.
"""  # noqa: E501

PEOPLE = """\
  ann:
    name: Ann Example
    contact_methods: [{channel: voice, address: "+12025550101"}, {channel: sms, address: "+12025550101"}]
  bob:
    name: Bob Example
    contact_methods: [{channel: voice, address: "+12025550102", wait: 20s}]
  cem:
    name: Cem Example
    contact_methods: [{channel: push, address: cem-phone}]
    away: [{from: 2026-11-01T00:00, until: 2026-12-01T00:00, reason: holiday}]
  dee: {name: Dee Example, last_day: 2026-01-31, contact_methods: [{channel: voice, address: "+12025550104"}]}
  eve: {name: Eve Example}
"""
RECOVERY = "recovery: {owner: primary, due_within: 15m, escalate_to: backup}"
TIERS = "tiers: [{notify: primary, ack_window: 45s}, {notify: backup, ack_window: 45s}]"
BOTH = "primary: {person: ann}, backup: {person: bob}"


@pytest.fixture
def small(tmp_path: Path) -> Callable[..., Path]:
    """A workspace with one account `desk` and its policy."""

    def write(policy: str = f"{TIERS}, {RECOVERY}", contacts: str = BOTH, more: str = "", **files: str) -> Path:
        root = tmp_path / "small"
        root.mkdir()
        (root / "oncall.yaml").write_text(
            f"version: 1\ntimezone: America/New_York\npeople:\n{PEOPLE}policies:\n  urgent: {{{policy}}}\n"
            f"accounts:\n  desk: {{name: The desk, policy: urgent, contacts: {{{contacts}}}{more}}}\n"
        )
        for name, text in files.items():
            (root / f"{name}.md").write_text(text)
        return root

    return write


def explained(run: Run, workspace: Path, *words: str, account: str = "desk") -> dict[str, list[str]]:
    """The sentences by their section."""
    ran = run("explain", account, *(words or NIGHT), "--format", "json", workspace=workspace)
    assert ran.status == 0, ran.err
    return {one["title"]: one["sentences"] for one in json.loads(ran.out)["sections"]}


# The example workspace.


def test_a_call_at_three_in_the_morning_is_told_from_ringing_to_runbook(run: Run) -> None:
    ran = run("explain", "northwind-hvac", *NIGHT, "--format", "plain", workspace=EXAMPLE)
    assert (ran.status, ran.out, ran.err) == (0, PLAIN, "")


def test_in_markdown_it_can_be_put_into_a_runbook(run: Run) -> None:
    ran = run("explain", "northwind-hvac", *NIGHT, "--format", "markdown", workspace=EXAMPLE)
    assert (ran.status, ran.out, ran.err) == (0, MARKDOWN, "")


def test_where_the_account_asks_to_confirm_picking_up_is_not_enough(run: Run) -> None:
    ran = run("explain", "bayside-properties", *NIGHT, workspace=EXAMPLE)
    assert (
        """\
First
  The call goes to the primary first: the phone of Grace Lindqvist (maint-1) rings for 25 seconds.
  Picking up is not enough: whoever is called has to accept it, by pressing a key, say.
  While somebody listens, the clock stands still.
  A call that ends unaccepted counts as a voicemail: Grace Lindqvist gets a text message at once.
  If there is no answer, Grace Lindqvist gets a text message after 25 seconds.
"""
        in ran.out
    )


def test_a_message_is_told_as_one(run: Run) -> None:
    ran = run("explain", "swiftline-delivery", *NIGHT, workspace=EXAMPLE)
    assert (
        """\
The message
  A message for Swiftline Delivery (swiftline-delivery) is sent. Nobody is holding.
  The line promises nobody at this hour (deliveries). Hours never stop a message, though: all of
    this happens.
  All times are counted from this moment.

First
  The message goes to the primary first: Sam Oduya (courier-2) gets a push message.
  Whoever picks up, or answers a message, has taken it, and nobody else is tried.
  If there is no answer, Sam Oduya gets a text message after 2 minutes and a chat message after 4
    minutes.

Then
  After 10 minutes it goes to the backup: the phone of Andre Baptiste (sup-2) rings for 20 seconds.
  If there is no answer, Andre Baptiste gets a secure message after 10 minutes 20 seconds and a text
    message after 12 minutes 20 seconds.
  After 20 minutes it goes to the manager: the phone of Victor Hale (manager-2) rings for 25
    seconds.
  If there is no answer, Victor Hale gets a secure message after 20 minutes 25 seconds and a text
    message after 20 minutes 55 seconds.
  After 22 minutes 55 seconds the phone of Nadia Petrov (manager-1) rings for 25 seconds.
  If there is no answer, Nadia Petrov gets a secure message after 23 minutes 20 seconds and a text
    message after 23 minutes 50 seconds.

When somebody is busy, declines or is away
  If the push message to Sam Oduya cannot be delivered, Sam Oduya gets a text message at once.
  If the phone of Andre Baptiste is busy, if it is out of reach, if the call fails or if a voicemail
    takes it, Andre Baptiste gets a secure message at once.
  With everybody else who is called the next step comes just as soon.
  If Sam Oduya declines, the phone of Andre Baptiste rings at once, and Sam Oduya is not tried
    again.
  If Sam Oduya is away, no time is lost: the phone of Andre Baptiste rings at once.
  A message stays open: if Sam Oduya answers the push message only while the phone of Andre Baptiste
    is ringing, that counts, and all the rest stops.
"""
        in ran.out
    )
    assert "If the caller hangs up" not in ran.out


@pytest.mark.parametrize("name", ["northwind-h", "Northwind HVAC", "+1 202 555 0188"])
def test_an_account_is_found_by_name_beginning_or_line(run: Run, name: str) -> None:
    assert run("explain", name, *NIGHT, workspace=EXAMPLE).out == PLAIN


def test_every_format_has_the_same_sentences(run: Run) -> None:
    told = explained(run, EXAMPLE, account="northwind-hvac")
    sentences = [sentence for one in told.values() for sentence in one]
    for form in ("plain", "rich", "markdown"):
        shown = " ".join(run("explain", "northwind-hvac", *NIGHT, "--format", form, workspace=EXAMPLE).out.split())
        assert [one for one in sentences if one not in shown] == []


def test_scripts_get_the_runbook_as_facts(run: Run) -> None:
    found = json.loads(run("explain", "northwind-hvac", *NIGHT, "--format", "json", workspace=EXAMPLE).out)
    assert {key: found[key] for key in ("schema", "account", "at", "timezone", "runbook", "problems")} == {
        "schema": "oncall.explain/1",
        "account": "northwind-hvac",
        "at": "2026-11-27T03:00:00-05:00",
        "timezone": "America/New_York",
        "runbook": {
            "path": "runbooks/northwind-hvac.md",
            "found": True,
            "owner": "tech-3",
            "owner_is": "known",
            "reviewed": "2026-10-01",
            "due": "2031-09-30",
            "overdue": False,
        },
        "problems": [],
    }


def test_a_hand_off_before_a_tier_starts_is_told_with_it(run: Run) -> None:
    then = explained(run, EXAMPLE, "--at", "2026-11-25T16:59:30", account="field-support")["Then"]
    assert then[:2] == [
        "After 45 seconds it goes to the backup: the phone of Jack Nguyen (eng-syd-2) rings for 20 seconds.",
        "By then Jack Nguyen has taken over from Omar Haddad (eng-nyc-2), at 17:00.",
    ]


def test_a_hand_off_that_comes_too_late_is_told_at_the_end(run: Run) -> None:
    then = explained(run, EXAMPLE, "--at", "2026-11-24T23:58", account="field-support")["Then"]
    assert then[-1] == (
        "2 minutes into this, at 00:00 on Wed 25 Nov, Marcus Bell (tech-2) takes over from Priya Raman as primary. Who"
        " is on call is asked when a tier begins, so that does not change who is tried."
    )


def test_times_are_those_of_the_zone_that_is_asked_for(run: Run) -> None:
    ran = run("explain", "northwind-hvac", *NIGHT, "--timezone", "UTC", workspace=EXAMPLE)
    assert ran.out.startswith("Northwind HVAC: a call on Fri 27 Nov 2026 03:00 UTC\n")
    assert "has until 03:18:30" in ran.out
    ran = run("explain", "northwind-hvac", "--at", "2026-11-27T03:00-05:00", "--timezone", "UTC", workspace=EXAMPLE)
    assert "has until 08:18:30" in ran.out


# Small workspaces.


def test_further_rounds_are_told_once(run: Run, small: Any) -> None:
    then = explained(run, small(f"{TIERS}, rounds: 3, pause: 30s, {RECOVERY}"))["Then"]
    assert then == [
        "After 45 seconds it goes to the backup: the phone of Bob Example (bob) rings for 20 seconds.",
        "Then it begins all over again, twice more, following a pause of 30 seconds: a call to Ann Example after 2"
        " minutes 25 seconds and a call to Bob Example after 2 minutes 50 seconds.",
        "The last of these rounds begins after 3 minutes 40 seconds.",
        "Messages that are still unanswered are not sent again.",
    ]


def test_where_a_busy_phone_is_waited_for_that_is_said(run: Run, small: Any) -> None:
    told = explained(run, small(f"{TIERS}, rollover: [busy], {RECOVERY}"))
    assert told["When somebody is busy, declines or is away"][:2] == [
        "If the phone of Ann Example is busy, Ann Example gets a text message at once.",
        "If the phone of Ann Example is out of reach, if the call fails or if a voicemail takes it, Ann Example gets a"
        " text message only after 25 seconds of waiting.",
    ]


def test_a_role_that_nobody_has_is_told(run: Run, small: Any) -> None:
    told = explained(run, small(contacts="primary: {person: ann}"))
    assert told["Then"] == [
        "After 45 seconds it would go to the backup, but nobody is on call as backup. No time is lost on that."
    ]


def test_who_is_passed_over_is_named_with_the_reason(run: Run, small: Any) -> None:
    everybody = "primary: [{person: cem}, {person: dee}, {person: eve}]"
    told = explained(run, small(contacts=f"{everybody}, backup: [{{person: cem}}, {{person: ann}}, {{person: bob}}]"))
    assert told["First"] == [
        "The call would go to the primary first, but Cem Example (cem) is away until 00:00 on Tue 1 Dec (holiday), Dee"
        " Example (dee) has left and Eve Example (eve) has no contact method that may be used here. No time is lost on"
        " that.",
        "At once it goes to the backup: the phone of Ann Example (ann) rings for 25 seconds.",
        "Whoever picks up, or answers a message, has taken the call, and nobody else is tried.",
        "If there is no answer, Ann Example gets a text message after 25 seconds.",
        "Cem Example is on call there, too, but is away until 00:00 on Tue 1 Dec (holiday), and is passed over.",
        "Bob Example (bob) would come next, but the time for the backup is over first.",
    ]


def test_two_at_once_are_told_together_and_one_may_decline(run: Run, small: Any) -> None:
    policy = "tiers: [{notify: primary, order: simultaneous, ack_window: 45s}]"
    told = explained(run, small(policy, "primary: [{person: ann}, {person: bob}, {person: dee}]"))
    assert told["First"][0] == (
        "The call goes to the primary first: the phone of Ann Example (ann) rings for 25 seconds."
    )
    assert "At the same time the phone of Bob Example (bob) rings for 20 seconds." in told["First"]
    assert (
        "If Ann Example declines, Bob Example is still tried, and Ann Example is not tried again."
        in (told["When somebody is busy, declines or is away"])
    )


def test_a_policy_without_tiers_tries_nobody(run: Run, small: Any) -> None:
    told = explained(run, small(f"tiers: [], {RECOVERY}"))
    assert told["First"] == ["Nobody is tried: the policy urgent has no tiers."]
    assert told["If nobody answers"][0] == (
        "A callback is opened at once: Ann Example (ann) owns it, is told at once, and has until 03:15, 15 minutes"
        " later."
    )
    assert "If the caller hangs up" not in told


def test_a_policy_without_recovery_owes_nobody_a_callback(run: Run, small: Any) -> None:
    told = explained(run, small(TIERS))
    assert told["If nobody answers"] == [
        "If nobody has answered after 1 minute 5 seconds, it is over, and nobody owes a callback: the policy urgent"
        " has no recovery."
    ]
    assert told["If the caller hangs up"][1] == "Nobody owes a callback then either: the call is abandoned."


def test_a_callback_that_nobody_can_own_is_told(run: Run, small: Any) -> None:
    told = explained(run, small(f"{TIERS}, recovery: {{owner: manager, due_within: 15m}}"))
    assert told["If nobody answers"] == [
        "If nobody has answered after 1 minute 5 seconds, a callback is opened, but there is nobody who can own it.",
        "Nobody is told, and it is never due.",
    ]


def test_outside_the_hours_the_same_happens_and_that_is_said(run: Run) -> None:
    told = explained(run, EXAMPLE, "--at", "2026-11-25T12:00", account="northwind-hvac")
    assert told["The call"][1] == (
        "The line promises nobody at this hour (nights-and-weekends). Hours never stop a call, though: all of this"
        " happens."
    )
    assert "the phone of Marcus Bell (tech-2) rings" in told["First"][0]


def test_two_people_of_one_name_are_told_apart(run: Run, small: Any) -> None:
    root = small()
    path = root / "oncall.yaml"
    path.write_text(path.read_text().replace("Bob Example", "Ann Example"))
    told = explained(run, root)
    assert "If Ann Example (ann) declines, the phone of Ann Example (bob) rings at once, and Ann Example (ann)" in (
        " ".join(told["When somebody is busy, declines or is away"])
    )


def test_a_dispatch_may_last_longer_than_a_month(run: Run, small: Any) -> None:
    told = explained(run, small("tiers: [{notify: primary, ack_window: 45d}, {notify: backup}], " + RECOVERY))
    assert told["Then"][0].startswith("After 45 days it goes to the backup")
    assert "has until 03:15:20 on Mon 11 Jan 2027" in told["If nobody answers"][0]


@pytest.mark.parametrize(
    ("runbook", "sentences"),
    [
        ("# A page\n", ["The runbook is desk.md. Nobody owns it.", "It does not say when it was last reviewed."]),
        (
            "---\nowner: bob\nreviewed: 2026-05-31\n---\n",
            [
                "The runbook is desk.md. Bob Example owns it.",
                "It was last reviewed on 31 May 2026, 180 days earlier.",
                "It is due for review again by 27 November 2026.",
            ],
        ),
        (
            "---\nowner: dee\nreviewed: 2026-11-20\nreview_every: 5d\n---\n",
            [
                "The runbook is desk.md. Its owner, Dee Example (dee), has left.",
                "It was last reviewed on 20 November 2026, 7 days earlier.",
                "It was due for review again by 25 November 2026, and is 2 days overdue.",
            ],
        ),
        (
            "---\nowner: somebody else\nreviewed: 2026-11-28\n---\n",
            [
                "The runbook is desk.md. Its owner, somebody else, is nobody known.",
                "It was last reviewed on 28 November 2026, 1 day after this.",
                "It is due for review again by 27 May 2027.",
            ],
        ),
    ],
)
def test_the_runbook_has_an_owner_and_a_review_or_that_is_said(
    run: Run, small: Any, runbook: str, sentences: list[str]
) -> None:
    told = explained(run, small(more=", runbook: desk.md", desk=runbook))
    assert told["The runbook"] == sentences


def test_a_cadence_of_the_workspace_holds_where_the_runbook_says_none(run: Run, small: Any) -> None:
    root = small(more=", runbook: desk.md", desk="---\nowner: bob\nreviewed: 2026-11-01\n---\n")
    path = root / "oncall.yaml"
    path.write_text(path.read_text() + "settings: {runbook_review_every: 7d}\n")
    assert "and is 19 days overdue." in explained(run, root)["The runbook"][-1]


def test_a_runbook_that_is_not_there_is_said_not_to_be(run: Run, small: Any) -> None:
    assert explained(run, small(more=", runbook: gone.md"))["The runbook"] == [
        "The runbook should be gone.md, but there is no such file."
    ]


def test_an_account_without_a_runbook_says_so(run: Run, small: Any) -> None:
    root = small()
    assert explained(run, root)["The runbook"] == ["There is no runbook for this account."]
    assert json.loads(run("explain", "desk", "--format", "json", workspace=root).out)["runbook"] is None


def test_what_is_wrong_with_the_files_is_said_beside_the_answer(run: Run, small: Any) -> None:
    root = small(
        contacts="primary: [{person: ann}, {person: zed}]",
        more=", runbook: desk.md",
        desk="---\nreviewed: soon\n---\n",
    )
    ran = run("explain", "desk", *NIGHT, workspace=root)
    assert ran.status == 0
    assert ran.err.splitlines() == [
        "oncall: the answer may be incomplete:",
        "  desk.md:2:11: error: reviewed: not a date: 'soon'; write 2026-11-20 [OC003]",
        "  oncall.yaml:19:87: error: there is no person called 'zed' [OC005]",
    ]
    found = json.loads(run("explain", "desk", *NIGHT, "--format", "json", workspace=root).out)
    assert [one["code"] for one in found["problems"]] == ["OC005", "OC003"]


# What cannot be answered.


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("northwind-hvca",), "no account, rotation, line or person 'northwind-hvca' (did you mean 'northwind-hvac'?)"),
        (("field-primary",), "field-primary is a rotation"),
        (("northwind-hvac", "--at", "tea time"), "can't read 'tea time' as a time"),
        (("northwind-hvac", "--timezone", "Mars/Base"), "not an IANA time zone"),
        (("202555",), "'202555' could be any of bayside-properties, "),
    ],
)
def test_a_question_that_means_nothing_is_one_line(run: Run, words: tuple[str, ...], told: str) -> None:
    ran = run("explain", *words, workspace=EXAMPLE)
    assert (ran.status, ran.out) == (2, "")
    assert told in ran.err
    assert len(ran.err.splitlines()) == 1


def test_an_account_without_a_policy_cannot_be_explained(run: Run, small: Any) -> None:
    root = small()
    path = root / "oncall.yaml"
    path.write_text(path.read_text().replace("policy: urgent, ", ""))
    ran = run("explain", "desk", *NIGHT, workspace=root)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == "oncall: desk has no `policy:`, so there is nothing to escalate by\n"


def test_a_policy_that_is_not_there_is_named_with_its_place(run: Run, small: Any) -> None:
    root = small()
    path = root / "oncall.yaml"
    path.write_text(path.read_text().replace("policy: urgent", "policy: urgnt"))
    ran = run("explain", "desk", *NIGHT, workspace=root)
    assert ran.status == 2
    assert "oncall.yaml:19:34: error: there is no policy called 'urgnt' (did you mean 'urgent'?) [OC005]" in ran.err
    assert ran.err.splitlines()[-1] == "oncall: the policy of desk, 'urgnt', is not there or cannot be used"


def test_a_dispatch_of_more_than_ten_years_is_refused(run: Run, small: Any) -> None:
    ran = run("explain", "desk", workspace=small("tiers: [{notify: primary, ack_window: 4000d}, {notify: backup}]"))
    assert (ran.status, ran.out) == (2, "")
    assert "more than ten years" in ran.err


# Text from files is data.

HOSTILE = [
    "[red]Ann[/red]",
    "\x1b[31mAnn\x1b[0m",
    "# heading",
    "1. first",
    "- a list",
    "+ a list",
    "two\nlines\n\n## and a heading",
    "**bold** _em_ `code`",
    "<script>alert(1)</script>",
    "![](https://example.org/x.png) [text](https://example.org)",
    "https://example.org/",
    "a | b",
    "&amp; \\",
    "{who}",
    "\u202eAnn",
]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("form", ["plain", "rich", "markdown", "json"])
def test_names_are_shown_and_never_obeyed(run: Run, small: Any, form: str, name: str) -> None:
    root = small()
    path = root / "oncall.yaml"
    path.write_text(path.read_text().replace("Ann Example", "PLACE").replace("The desk", "PLACE"))
    path.write_text(path.read_text().replace("PLACE", json.dumps(name)))
    ran = run("explain", "desk", *NIGHT, "--format", form, workspace=root)
    assert ran.status == 0, ran.err
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", ran.out)
    if form == "markdown":
        _check_markdown(ran.out, _sentences(run, root))
    elif form != "json":
        words = " ".join(ran.out.split())
        assert all(" ".join(one.split()) in words for one in _sentences(run, root))


def _sentences(run: Run, root: Path) -> list[str]:
    return [sentence for one in explained(run, root).values() for sentence in one]


def _check_markdown(text: str, sentences: list[str]) -> None:
    """Rendered, every sentence is one item that shows just what it says, under our own headings."""
    html = MarkdownIt("commonmark").render(text)
    html = re.sub("</?code>", "", html)  # what a site would make a link of
    assert set(re.findall(r"<(/?\w+)", html)) == {"h2", "/h2", "h3", "/h3", "ul", "/ul", "li", "/li"}
    items = [unescape(one) for one in re.findall(r"<li>(.*)</li>", html)]
    assert items == [" ".join(one.split()) for one in sentences]


def test_colours_go_to_terminals_alone(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    plain = run("explain", "northwind-hvac", *NIGHT, "--format", "plain", workspace=EXAMPLE)
    assert "\x1b" not in plain.out
    rich = run("explain", "northwind-hvac", *NIGHT, "--format", "rich", workspace=EXAMPLE)
    assert "\x1b" in rich.out
    monkeypatch.setenv("NO_COLOR", "1")
    assert re.sub(r"\x1b\[[0-9;]*m", "", rich.out).split() == plain.out.split()
