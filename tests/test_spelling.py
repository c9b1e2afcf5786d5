"""What is suggested for a word that nothing has, and that nothing is where it would be nonsense."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import pytest

from oncall import times
from oncall.cli.main import COMMANDS
from oncall.lint.rules import RULES
from oncall.model import Channel, Outcome
from oncall.spelling import MAX_SUGGESTIONS, limited_suggestions, nearest, slip_of, suggestion
from oncall.workspace.documents import SECTION_KEYS

ZONES = times.zone_names()
CODES = [*(rule.code for rule in RULES), *(rule.name for rule in RULES)]
CHANNELS = get_args(Channel)
OUTCOMES = get_args(Outcome)
PERSON = ["name", "email", "aliases", "timezone", "contact_methods", "never", "away", "verified", "last_day"]
TIER = ["notify", "ack_window", "order", "trigger", "channels"]
SETTINGS = ["exclude", "country", "runbook_review_every", "account_review_every"]
PEOPLE = ["tech-1", "tech-2", "jon-doe", "hiro.tanaka", "dave-miller", "ann", "op-7", "manager-1"]
ROTATIONS = ["field-primary", "field-support", "floor-supervisors", "follow-the-sun"]
COUNTRIES = ["US", "GB", "DE"]

GOOD = [
    (ZONES, "America/New_Yrok", "America/New_York"),
    (ZONES, "Amerika/New_York", "America/New_York"),
    (ZONES, "america/new york", "America/New_York"),
    (ZONES, "America/NewYork", "America/New_York"),
    (ZONES, "New York", "America/New_York"),
    (ZONES, "Europe/Viena", "Europe/Vienna"),
    (ZONES, "vienna", "Europe/Vienna"),
    (ZONES, "Europe/Belin", "Europe/Berlin"),
    (ZONES, "utc", "UTC"),
    (SECTION_KEYS, "peple", "people"),
    (SECTION_KEYS, "rotation", "rotations"),
    (SECTION_KEYS, "absence", "absences"),
    (SECTION_KEYS, "polices", "policies"),
    (PERSON, "nmae", "name"),
    (PERSON, "nam", "name"),
    (PERSON, "time_zone", "timezone"),
    (PERSON, "contactMethods", "contact_methods"),
    (PERSON, "contact_method", "contact_methods"),
    (PERSON, "alias", "aliases"),
    (PERSON, "verifed", "verified"),
    (PERSON, "lastday", "last_day"),
    (TIER, "ack-window", "ack_window"),
    (TIER, "ackwindow", "ack_window"),
    (TIER, "window", "ack_window"),
    (TIER, "triger", "trigger"),
    (SETTINGS, "contry", "country"),
    (SETTINGS, "review_every_runbook", "runbook_review_every"),
    (CHANNELS, "voise", "voice"),
    (CHANNELS, "vioce", "voice"),
    (CHANNELS, "phone", "voice"),
    (CHANNELS, "Telephone", "voice"),
    (CHANNELS, "smss", "sms"),
    (CHANNELS, "SMS", "sms"),
    (CHANNELS, "text", "sms"),
    (CHANNELS, "e-mail", "email"),
    (CHANNELS, "mail", "email"),
    (CHANNELS, "slack", "chat"),
    (CHANNELS, "whats-app", "whatsapp"),
    (OUTCOMES, "bussy", "busy"),
    (OUTCOMES, "no answer", "no_answer"),
    (OUTCOMES, "voice mail", "voicemail"),
    (OUTCOMES, "ack", "acknowledged"),
    (OUTCOMES, "unreacheable", "unreachable"),
    (CODES, "oc101", "OC101"),
    (CODES, "OC1O1", "OC101"),
    (CODES, "OCl0l", "OC101"),
    (CODES, "missing-bakcup", "missing-backup"),
    (["owner", "due_within"], "due_in", "due_within"),
    (["owner", "due_within"], "due_with", "due_within"),
    (["ABANDON", "ENTERQUEUE"], "ABANDONED", "ABANDON"),
    (COMMANDS, "simulat", "simulate"),
    (COMMANDS, "overide", "override"),
    (COMMANDS, "lnit", "lint"),
    (PEOPLE, "teck-1", "tech-1"),
    (["channel", "address"], "Adress", "address"),
    (PEOPLE, "tech1", "tech-1"),
    (PEOPLE, "john-doe", "jon-doe"),
    (PEOPLE, "Hiro Tanaka", "hiro.tanaka"),
    (PEOPLE, "tanaka", "hiro.tanaka"),
    (PEOPLE, "dave", "dave-miller"),
    (PEOPLE, "manager", "manager-1"),
    (ROTATIONS, "feild-primary", "field-primary"),
    (ROTATIONS, "primary-field", "field-primary"),
    (ROTATIONS, "supervisors", "floor-supervisors"),
]
BAD = [
    (ZONES, "PST"),
    (ZONES, "CST"),
    (ZONES, "EDT"),
    (ZONES, "IST"),
    (ZONES, "CEST"),
    (ZONES, "AEST"),
    (ZONES, "UTC+2"),
    (ZONES, "GMT-13"),
    (ZONES, "GMT+14"),
    (ZONES, "Etc/GMT+15"),
    (ZONES, "Pacific"),
    (ZONES, "Eastern"),
    (ZONES, "Standard Time"),
    (ZONES, "Mars/Olympus_Mons"),
    (ZONES, "local"),
    (SECTION_KEYS, "services"),
    (SECTION_KEYS, "teams"),
    (SECTION_KEYS, "users"),
    (SECTION_KEYS, "schedules"),
    (SECTION_KEYS, "x-defaults"),
    (PERSON, "phone"),
    (PERSON, "role"),
    (PERSON, "id"),
    (PERSON, "game"),
    (TIER, "delay"),
    (TIER, "wait"),
    (SETTINGS, "county_code"),
    (CHANNELS, "mms"),
    (CHANNELS, "fax"),
    (CHANNELS, "hat"),
    (CHANNELS, "rage"),
    (OUTCOMES, "ringing"),
    (OUTCOMES, "completed"),
    (CODES, "OC999"),
    (CODES, "OC11"),
    (CODES, "OC9"),
    (CODES, "OC45"),
    (CODES, "OC1111"),
    (CODES, "E501"),
    (COMMANDS, "deploy"),
    (PEOPLE, "tech-3"),
    (PEOPLE, "tech-11"),
    (PEOPLE, "tech"),
    (PEOPLE, "op-8"),
    (PEOPLE, "dan"),
    (PEOPLE, "ben"),
    (PEOPLE, "jane-roe"),
    (ROTATIONS, "field"),
    (ROTATIONS, "eu-primary"),
    (["eu-primary"], "na-primary"),
    (["team-a"], "team-b"),
    (["rick"], "nick"),
    (["ann", "bob"], "anm"),
    (["on-1", "on-12"], "on-123"),
    (["jo-ann"], "j-ann"),
    (["primary", "backup"], "manager"),
    (COUNTRIES, "UK"),
    ([], "anything"),
    (["accounts", "away"], "a"),
    (PEOPLE, ""),
    (PEOPLE, "--"),
    (PEOPLE, "t" * 100_000),
]


@pytest.mark.parametrize(("known", "text", "meant"), GOOD)
def test_a_slip_a_part_or_another_name_of_a_word_is_recognized(known: Sequence[str], text: str, meant: str) -> None:
    assert nearest(text, list(known)) == meant
    assert suggestion(text, list(known)) == f" (did you mean {meant!r}?)"


@pytest.mark.parametrize(("known", "text"), BAD)
def test_nothing_is_suggested_rather_than_nonsense(known: Sequence[str], text: str) -> None:
    assert nearest(text, list(known)) is None
    assert suggestion(text, list(known)) == ""


def test_of_two_words_that_are_as_near_neither_is_meant() -> None:
    assert nearest("tach", ["tech", "tace"]) is None
    assert nearest("field", ["field-a", "field-b"]) is None
    assert nearest("ann ames", ["ann-ames", "Ann Ames"]) == "ann-ames"


@pytest.mark.parametrize(
    ("word", "other", "alike"),
    [
        ("backup", "backups", True),
        ("manager", "manger", True),
        ("primary", "primary-2", False),
        ("backup", "back", False),
        ("on", "no", False),
    ],
)
def test_a_slip_is_no_part_and_works_both_ways(word: str, other: str, alike: bool) -> None:
    assert (slip_of(word, [other]), slip_of(other, [word])) == ((other, word) if alike else (None, None))


def test_only_the_first_problems_get_a_suggestion() -> None:
    with limited_suggestions():
        given = [suggestion(f"peple{'!' * (number % 50)}", ["people"]) for number in range(MAX_SUGGESTIONS + 20)]
    assert [bool(text) for text in given] == [True] * MAX_SUGGESTIONS + [False] * 20
    assert suggestion("peple", ["people"])
