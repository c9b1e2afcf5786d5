"""What is drawn for a terminal, of every width there is, with names of every kind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from msgspec.structs import replace
from rich.cells import cell_len

from oncall.logs.event import encode
from tests.commands.conftest import Ran
from tests.replay.logs import Writer

Run = Callable[..., Ran]

AT = 1_793_941_080  # Thursday 5 November 2026, 23:58 in New York
NAMES = {
    "ann": "山田 太郎・フィールドエンジニア",
    "ben": "Zoe\u0308 O\u0308sterlund-Bj\u00f6rk",
    "cem": "👩‍🚒 Fay 👍🏽",
    "dee": "אבג דהו",
    "eve": "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
}
PEOPLE = {
    name: {
        "name": label,
        "contact_methods": [{"channel": channel, "address": f"+1202555010{number}"} for channel in ("voice", "sms")],
    }
    for number, (name, label) in enumerate(NAMES.items())
}
WORKSPACE = {
    "version": 1,
    "timezone": "America/New_York",
    "organization": "港 Harbor",
    "people": PEOPLE,
    "policies": {
        "two": {
            "tiers": [{"notify": "primary"}, {"notify": "backup"}],
            "recovery": {"owner": "backup", "due_within": "30m"},
        }
    },
    "rotations": {"rota": {"calendar": "rota.ics"}},
    "accounts": {
        "duo": {
            "name": "客 Duo",
            "policy": "two",
            "supervisor": {"person": "dee"},
            "contacts": {"primary": {"rotation": "rota"}, "backup": {"person": "cem"}},
        },
        "solo": {
            "name": "Solo",
            "policy": "two",
            "contacts": {"primary": {"person": "eve"}, "backup": [{"person": "dee"}, {"person": "ben"}]},
        },
    },
    "scenarios": {
        "failing": {"account": "duo", "at": "2026-11-05T23:58", "given": {"ann": "busy"}, "expect": {"reached": "dee"}},
        "passing": {
            "account": "duo",
            "at": "2026-11-05T23:58",
            "given": {"ann": "acknowledged"},
            "expect": {"reached": "ann"},
        },
    },
}
ROTA = """\
BEGIN:VCALENDAR
VERSION:2.0
X-WR-TIMEZONE:America/New_York
BEGIN:VEVENT
UID:1
SUMMARY:ann
DTSTART:20261105T080000
DTEND:20261107T080000
RRULE:FREQ=DAILY;INTERVAL=6
END:VEVENT
BEGIN:VEVENT
UID:2
SUMMARY:ben
DTSTART:20261107T080000
DTEND:20261108T080000
RRULE:FREQ=DAILY;INTERVAL=6
END:VEVENT
END:VCALENDAR
"""
LOG = {
    "d1": ("duo", ("0 received", "0 attempt_started ann voice", "12 acknowledged ann")),
    "d2": ("duo", ("0 received", "0 attempt_started ann voice", "9 attempt_ended ann cancelled", "9 caller_hung_up")),
    "d3": ("solo", ("0 received", "40 attempt_started cem voice", "52 acknowledged cem")),
}
WHEN = "2026-11-05T23:58"
NAMED = {  # what has to be drawn for every width
    "stats": ("stats", "log.jsonl"),
    "stats --all": ("stats", "log.jsonl", "--all"),
    "replay": ("replay", "log.jsonl", "--as-of", "now"),
    "replay of one": ("replay", "log.jsonl", "--as-of", "now", "--dispatch", "d3"),
    "shifts": ("shifts", "duo", "--from", "2026-11-06", "--until", "+9d"),
}
OTHERS = {
    "who": ("who", "--at", WHEN),
    "who of one": ("who", "duo", "--at", WHEN),
    "shifts of all": ("shifts", "--from", "2026-11-06", "--until", "+45d"),
    "explain": ("explain", "duo", "--at", WHEN),
    "simulate": ("simulate", "duo", "--at", WHEN),
    "test": ("test", "--coverage", "-v"),
}


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A workspace of people whose names take two columns a letter, none, or far too many; and a log of few calls."""
    root = tmp_path / "odd"
    root.mkdir()
    (root / "oncall.yaml").write_text(yaml.safe_dump(WORKSPACE, allow_unicode=True), encoding="utf-8")
    (root / "rota.ics").write_text(ROTA, encoding="utf-8")
    with open(tmp_path / "log.jsonl", "wb") as file:
        for number, (name, (account, lines)) in enumerate(LOG.items()):
            for event in Writer(account, AT + number * 3600).events(lines):
                file.write(encode(replace(event, dispatch=name)) + b"\n")
    return root


def drawn(run: Run, root: Path, words: tuple[str, ...], width: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(width))
    ran = run(*words, *(() if "--format" in words else ("--format", "rich")), workspace=root)
    assert ran.status in (0, 1)
    assert "internal error" not in ran.err
    assert ran.out.strip()
    return ran.out.splitlines()


@pytest.mark.parametrize("words", NAMED.values(), ids=NAMED)
def test_a_terminal_may_be_as_narrow_as_one_column(
    run: Run, odd: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for width in range(1, 121):
        drawn(run, odd, words, width, monkeypatch)


@pytest.mark.parametrize("words", OTHERS.values(), ids=OTHERS)
def test_other_commands_draw_something_as_well(
    run: Run, odd: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for width in (1, 2, 3, 5, 8, 13, 21, 34, 55, 80, 120):
        drawn(run, odd, words, width, monkeypatch)


@pytest.mark.parametrize("words", [*NAMED.values(), *OTHERS.values()], ids=[*NAMED, *OTHERS])
@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal_whatever_the_names(
    run: Run, odd: Path, words: tuple[str, ...], width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for line in drawn(run, odd, words, width, monkeypatch):
        assert cell_len(line) <= width
