"""The schema that editors check files by: it takes what we take, describes every key, and finds what is broken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from oncall.workspace.documents import json_schema
from oncall.workspace.load import load
from tests.workspace.editors import as_an_editor_reads

ROOT = Path(__file__).parents[2]
SCHEMA = json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "schedules").glob("*.md"))]
FILES = [*sorted((ROOT / "schedules").rglob("*.yaml")), *sorted((ROOT / "oncall/template").rglob("*.yaml"))]


def blocks() -> Iterator[Any]:
    """The YAML of the pages that begins with a section."""
    for page in PAGES:
        for number, text in enumerate(re.findall(r"^```yaml[^\n]*\n(.*?)^```", page.read_text("utf-8"), re.M | re.S)):
            if re.match(rf"(?:#.*\n|\n)*({'|'.join(SCHEMA['properties'])}):", text):
                yield pytest.param(text, id=f"{page.name}-{number}")


def keys() -> Iterator[Any]:
    for name, shape in {"oncall.yaml": SCHEMA, **SCHEMA["$defs"]}.items():
        for key, schema in shape["properties"].items():
            yield pytest.param(schema, id=f"{name}.{key}")


def faults(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(as_an_editor_reads(text))]


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("schema", list(keys()))
def test_every_key_says_what_it_means_in_a_sentence(schema: dict[str, Any]) -> None:
    assert re.fullmatch(r"[A-Z`].*\.|OC\d+: .*\.", schema["description"]), schema.get("description")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_it_takes_the_example_and_what_init_writes(file: Path) -> None:
    assert faults(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("text", list(blocks()))
def test_it_takes_what_the_pages_show(text: str) -> None:
    assert faults(text) == []


def patterns(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from (schema["pattern"],) if isinstance(schema.get("pattern"), str) else ()
        for value in schema.values():
            yield from patterns(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from patterns(value)


def test_its_patterns_are_those_of_javascript() -> None:
    """No (?P<…>), no (?i), no \\A, \\Z or \\h, and nothing of Unicode that has to be asked for."""
    for pattern in patterns(SCHEMA):
        bare = pattern.replace(r"\(\?P<who>", "")
        assert not re.search(r"\(\?(?![=!:])|\\[AZzhHpPw]", bare), pattern
    assert '"regex"' not in str(SCHEMA)


PERSON = "people:\n  ann:\n    name: Ann\n    "
ACCOUNT = "accounts:\n  acme:\n    name: Acme\n    "
POLICY = "policies:\n  urgent:\n    tiers: [{notify: primary}]\n    "
ROTATION = "rotations:\n  primary:\n    calendar: a.ics\n    "
HOURS = "hours:\n  nights:\n    "
SCENARIO = "accounts: {acme: {name: Acme}}\nscenarios:\n  one:\n    account: acme\n    expect: {}\n    at: "

TAKEN = [
    "people:\naccounts:\nsettings:\nabsences:\n",
    "settings: {country: NO}",
    "settings: {country: no}",
    "settings: {country: gb}",
    "settings:\n  country:\n",
    "settings: {runbook_review_every: 180d}",
    "absences: a.ics",
    "absences: [a.ics, b.ics]",
    "organization: 24",
    "organization: 4.5",
    "organization: true",
    PERSON + "email:",
    PERSON + "aliases: [12, on, NO, 1.5, Ann A.]",
    PERSON + "timezone: America/Argentina/Buenos_Aires",
    PERSON + "verified: 2026-10-14",
    PERSON + "contact_methods: [{channel: voice, address: +12025550101, wait: 25s}]",
    PERSON + "contact_methods: [{channel: voice, address: 0123, wait: }]",
    PERSON + "contact_methods:",
    PERSON + "away: [{from: 2026-11-20T18:00, until: 2026-11-22 08:00:00+01:00, reason: 7}]",
    PERSON + "away: [{from: 20261120T1800, until: 2026-11-22T08:00Z}]",
    "people: {12: {name: 12}}",
    "people: {m\u00fcller-1: {name: M\u00fcller}}",
    ACCOUNT + "confirm: yes",
    ACCOUNT + "confirm: On",
    ACCOUNT + "confirm: true",
    ACCOUNT + "confirm: NO",
    ACCOUNT + "lines: [+12025550188, 0123, (202) 555-0101]",
    ACCOUNT + "contacts: {primary: {rotation: field}, backup: [{person: 7}, {person: on}]}",
    ACCOUNT + "ack_window: 1h30m",
    ACCOUNT + "supervisor: {person: ann}",
    POLICY + "rounds: 2",
    POLICY + "pause: 0s",
    ROTATION + "overrides: [a.ics, b.ics]",
    ROTATION + 'identify: "^(?P<who>[^-]+) -"',
    ROTATION + 'identify: "(?i)on call: (?P<who>.+)"',
    ROTATION + "hours: always",
    HOURS + "open: [{days: daily, from: 17:00, until: 8:00}, {days: Sat-Sun}, {days: [tue, thu]}]",
    HOURS + "open: [{days: mon, from: 00:00, until: 24:00}]",
    SCENARIO + "2026-03-15T09:00:00-04:00",
    SCENARIO + "2026-03-15T09:00",
]
BROKEN = [
    "peeple: {}",
    "people: [ann]",
    "people: {ann: {}}",
    "people: {ann b: {name: Ann}}",
    "people: {-ann: {name: Ann}}",
    "settings: {country: USA}",
    "settings: {country: 44}",
    "settings: {runbook_review_every: 180}",
    "settings: {runbook_review_every: ''}",
    "settings: {runbook_review_every: 180 days}",
    "lint: {max_tiers: 0}",
    "lint: {max_tiers: four}",
    PERSON + "nmae: Ann",
    PERSON + "aliases: Ann A.",
    PERSON + "timezone: New York",
    PERSON + "contact_methods: [{channel: phone, address: a}]",
    PERSON + "contact_methods: [{channel: voice}]",
    PERSON + "contact_methods: [{channel: voice, address: a, wait: 25}]",
    PERSON + "away: [{from: 2026-11-20, until: 2026-11-22T08:00}]",
    PERSON + "away: [{from: 2026-11-20T18:00}]",
    PERSON + "away: [{from: tomorrow, until: 2026-11-22T08:00}]",
    ACCOUNT + "confirm: perhaps",
    ACCOUNT + "confirm: 1",
    ACCOUNT + "contacts: {primary: ann}",
    ACCOUNT + "contacts: {primary: {}}",
    ACCOUNT + "contacts: {primary: {person: ann, rotation: field}}",
    ACCOUNT + "contacts: {the primary: {person: ann}}",
    ACCOUNT + "kind: calls",
    POLICY + "rounds: 0",
    POLICY + "rollover: [ringing]",
    ROTATION + 'identify: "^(.+)$"',
    ROTATION + "people: ann",
    HOURS + "open: [{days: workdays}]",
    HOURS + "open: [{days: mon, from: 17:00}]",
    HOURS + "open: [{days: mon, from: 25:00, until: 8:00}]",
    HOURS + "open: [{days: mon, from: 5pm, until: 8:00}]",
    HOURS + "open: [{days: []}]",
    SCENARIO + "tonight",
]


def loaded(root: Path, text: str) -> list[str]:
    """What reading the same file meets, other than what is not there."""
    head = "" if text.startswith("version") else "version: 1\n"
    (root / "oncall.yaml").write_text(head + text, encoding="utf-8")
    return [one.message for one in load(str(root)).problems if one.code != "OC005"]


@pytest.mark.parametrize("text", TAKEN)
def test_it_takes_what_is_read(text: str, tmp_path: Path) -> None:
    assert loaded(tmp_path, text) == []
    assert faults(text) == []


@pytest.mark.parametrize("text", BROKEN)
def test_it_refuses_what_is_refused(text: str, tmp_path: Path) -> None:
    assert loaded(tmp_path, text)
    assert faults(text)
