"""Whatever a text says, no command hands a terminal, a CI runner, a spreadsheet or a reader of Markdown anything to
obey: every text of a workspace and a log is hostile here, and every command is asked in every format."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from oncall.output.escape import csv_cell, markdown
from tests.commands.conftest import Ran

HOSTILE = (
    "::stop-commands::token",
    "  ::error::injected",
    "##vso[task.setvariable variable=x]y",
    "##[error]injected",
    "##teamcity[buildStatus status='SUCCESS']",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "a;=1+cmd()",
    "\x1b[2J\x1b]0;title\x07\x9b31m",
    "\u202egnp.exe\u2066\u2028::error::x\u200e",
    "a\r::error::b\n::warning::c\r\n##[group]d",
    "www.evil.example http://evil.example a@evil.example @team #123 javascript:alert(1)",
    "a\udcffb",
    "[x](javascript:alert(1)) ![i](//evil.example/i) <https://evil.example> <img src=x> [a]: //evil.example",
)
AT = ("--at", "2026-11-20T12:00:00Z")
COMMANDS = (
    ("who", "rich plain line markdown json csv", (*AT,)),
    ("who", "plain", ("desk", *AT)),
    ("shifts", "rich plain markdown json csv ics", ("main", "--from", "2026-11-20", "--until", "2026-11-23")),
    ("explain", "rich plain markdown json", ("desk", *AT)),
    ("simulate", "rich plain markdown json csv", ("desk", *AT)),
    ("simulate", "", ("desk", *AT, "--as-scenario", "x")),
    ("test", "rich plain json", ()),
    ("lint", "text json sarif github gitlab junit", ("--at", "2026-11-20")),
    ("replay", "rich plain markdown json csv", ("LOG",)),
    ("replay", "rich plain markdown json", ("LOG", "--dispatch", "ID")),
    ("stats", "rich plain markdown json csv", ("LOG",)),
    ("postmortem", "", ("LOG", "--dispatch", "ID")),
    ("postmortem", "", ("LOG", "--dispatch", "ID", "--redact")),
    ("who", "plain", ("TEXT", *AT)),
    ("who", "plain", ("desk", "--at", "TEXT")),
    ("who", "plain", ("desk", "--timezone", "TEXT")),
    ("who", "TEXT", ()),
    ("TEXT", "", ()),
    ("who", "", ("--TEXT",)),
    ("who", "", ("--calendar", "TEXT")),
    ("lint", "", ("--baseline", "TEXT")),
    ("lint", "", ("--since", "TEXT")),
    ("init", "", ("TEXT/x",)),
    ("replay", "", ("TEXT",)),
    ("import", "", ("TEXT", "x")),
    ("import", "", ("csv", "LOG", "--column", "TEXT")),
    ("override", "", ("main", "TEXT", "--until", "+1h", "--dry-run")),
    (
        "override",
        "",
        ("main", "ann", "--until", "+1h", "--from", "2026-11-22T12:00:00Z", "--dry-run", "--reason", "TEXT"),
    ),
    ("away", "", ("ann", "--until", "TEXT")),
)


@pytest.mark.parametrize("number", range(len(HOSTILE)), ids=[json.dumps(text)[1:20] for text in HOSTILE])
def test_no_text_is_obeyed_wherever_it_goes(run: Callable[..., Ran], tmp_path: Path, number: int) -> None:
    texts = _from(number)
    root = tmp_path / "ws"
    dispatch = _workspace(root, texts)
    words = {"LOG": str(root / "log.jsonl"), "ID": dispatch, "TEXT": HOSTILE[number]}
    for command, forms, arguments in COMMANDS:
        for form in forms.split() or [""]:
            asked = [words.get(word, word.replace("TEXT", HOSTILE[number])) for word in (command, *arguments)]
            ran = run(*asked, *(("--format", words.get(form, form)) if form else ()), workspace=root)
            where = f"oncall {command} {' '.join(arguments)} --format {form}"
            assert "internal error" not in ran.err, f"{where}: {ran.err}"
            _check_streams(ran, form, where)
            if form == "csv" and ran.status < 2:
                _check_cells(ran.out, where)
            if form == "markdown" or (command == "postmortem" and ran.status < 2):
                _check_markdown(ran.out, where)


def _from(number: int) -> Iterator[str]:
    """The hostile texts in turn, for ever."""
    while True:
        yield HOSTILE[number % len(HOSTILE)]
        number += 1


def _check_streams(ran: Ran, form: str, where: str) -> None:
    shown = ran.out + ran.err
    if form == "ics":
        shown = shown.replace("\r\n", "\n")
    harmful = re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]", shown)
    assert not harmful, f"{where}: {harmful}"
    ours = r"(?!(?:error|warning|notice) (?:file|title)=)" if form == "github" else ""
    assert not re.search(rf"(?m)^\s*::{ours}", shown), f"{where}: {shown}"
    assert not re.search(r"##\w*\[", shown), f"{where}: {shown}"


def _check_cells(shown: str, where: str) -> None:
    for row in csv.reader(io.StringIO(shown)):
        for cell in ";".join(row).split(";"):
            computed = re.match(r"[\s\"]*[=+\-@]", cell) and not re.fullmatch(r"\+?[\d -]*", cell)
            assert not computed, f"{where}: {cell!r}"


def _check_markdown(shown: str, where: str) -> None:
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(shown)
    live = re.sub(r"(?s)<code\b.*?</code>", "", html)
    assert not re.search(r"(?i)<(?:a|img|script|svg)\b", live), f"{where}: {live}"
    text = re.sub(r"<[^>]*>", " ", live)
    assert not re.search(r"(?i)www\.\w|://|\w@\w|@\w|(?<!&)#\d|javascript:", text), f"{where}: {text}"


def _workspace(root: Path, texts: Iterator[str]) -> str:
    """A workspace and a log that work, whose every text is hostile; the dispatch's id."""
    root.mkdir()
    say = texts.__next__
    person = {"aliases": [say()], "away": [{"from": "2026-11-22T00:00", "until": "2026-11-23T00:00", "reason": say()}]}
    document = {
        "version": 1,
        "organization": say(),
        "timezone": "America/New_York",
        "people": {
            "ann": {"name": say(), "contact_methods": [{"channel": "voice", "address": "+12025550101"}], **person},
            "ben": {"name": say(), "email": say(), "contact_methods": [{"channel": "chat", "address": say()}]},
        },
        "absences": ["away.ics"],
        "hours": {"day": {"open": [{"days": "daily", "from": "08:00", "until": "20:00"}]}},
        "rotations": {"main": {"calendar": "main.ics", "overrides": "over.ics", "people": ["ann", "ben"]}},
        "policies": {
            "p": {
                "tiers": [{"notify": "primary", "trigger": say()}, {"notify": "backup", "ack_window": "1m"}],
                "recovery": {"owner": "backup", "due_within": "15m"},
            }
        },
        "accounts": {
            "desk": {
                "name": say(),
                "lines": ["+12025550140", say()],
                "policy": "p",
                "contacts": {"primary": {"rotation": "main"}, "backup": {"person": "ben"}},
                "runbook": "desk.md",
                "secure_messaging": {"endpoint": say(), "fallback": say()},
            }
        },
        "scenarios": {"known": {"account": "desk", "at": "2026-11-20T12:00:00Z", "expect": {"reached": "ben"}}},
        say(): {say(): say()},
    }
    (root / "oncall.yaml").write_text(json.dumps(document))
    (root / "desk.md").write_text(
        f"---\nowner: {json.dumps(say())}\nreviewed: 2026-11-01\n---\n{say()}\n", errors="replace"
    )
    for name, titles in (("main", [say(), "ann", "ben"]), ("over", [say()]), ("away", [say()])):
        (root / f"{name}.ics").write_text(_calendar(titles, say), newline="", encoding="utf-8", errors="replace")
    dispatch = say()
    (root / "log.jsonl").write_text("".join(json.dumps(event) + "\n" for event in _events(dispatch, say)))
    return dispatch


def _calendar(titles: list[str], say: Callable[[], str]) -> str:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"X-WR-CALNAME:{_ics(say())}"]
    for day, title in enumerate(titles, 20):
        lines += ["BEGIN:VEVENT", f"UID:{_ics(say())}", f"DTSTART:202611{day}T000000Z", f"DTEND:202611{day}T235900Z"]
        lines += [f"SUMMARY:{_ics(title)}", f"DESCRIPTION:{_ics(say())}", "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def _ics(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", "")):
        text = text.replace(plain, escaped)
    return text


def _events(dispatch: str, say: Callable[[], str]) -> Iterator[dict[str, object]]:
    common = {"dispatch": dispatch, "source": {"system": say(), "file": say()}}
    attempt = {"attempt": say(), "person": "ann", "tier": "primary", "channel": "voice", "address": say()}
    stranger = {"attempt": say(), "person": say(), "tier": say(), "channel": "chat", "address": say()}
    for second, event in enumerate(
        [
            {
                "type": "received",
                "account": "desk",
                "line": say(),
                "caller": say(),
                "operator": say(),
                "recording": say(),
            },
            {"type": "attempt_started", **attempt, "provider_id": say()},
            {"type": "attempt_ended", **attempt, "outcome": "no_answer", "raw": say()},
            {"type": "attempt_started", **stranger},
            {"type": "attempt_ended", **stranger, "outcome": "failed", "raw": say()},
            {"type": "skipped", "person": say(), "tier": say(), "text": say()},
            {"type": "callback_opened", "owner": say(), "due": "2026-11-20T13:00:00Z"},
            {"type": "note", "text": say()},
            {"type": "gap", "until": "2026-11-20T12:10:00Z", "text": say()},
            {"type": "closed", "disposition": say(), "text": say()},
            {"type": say()},
        ]
    ):
        yield {"time": f"2026-11-20T12:00:{second:02}Z", "id": say(), **common, **event}
    yield {"time": "2026-11-20T12:30:00Z", "type": "received", "dispatch": say(), "account": say()}


@pytest.mark.parametrize(
    "cell",
    [
        "+12025550101",
        "+1 202 555 0101",
        "+1 (202) 555-0101",
        "+1 202 555 0101 ext. 5",
        "-",
        "-3",
        "+1.5",
        "-2h",
        "a=b",
        "",
    ],
)
def test_numbers_stay_as_they_are_in_csv(cell: str) -> None:
    assert csv_cell(cell) == cell


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|x", "'+cmd|x"),
        ("-2+cmd()", "'-2+cmd()"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" =1+a", "' =1+a"),
        ('"=a', "'\"=a"),
        ("＝a", "'＝a"),
        ("\t=a", "\\t=a"),
        ("\r=a", "\\r=a"),
        ("x;=a;+1", "x;'=a;+1"),
    ],
)
def test_a_formula_is_text_in_csv(cell: str, shown: str) -> None:
    assert csv_cell(cell) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ann@example.org", "`ann@example.org`"),
        ("see www.example.org, now", r"see `www.example.org`\, now"),
        ("ask @team about #12 and GH-7", "ask `@team` about `#12` and `GH-7`"),
        ("a|b@c|d", r"a\|`b@c`\|d"),
        ("`@a", "`` `@a ``"),
        ("*x* [y](z)", r"\*x\* \[y\](z)"),
        ("1. one", r"1\. one"),
        ("+12025550101", r"\+12025550101"),
        ("north_side -x_", r"north_side -x\_"),
        ("plain text", "plain text"),
    ],
)
def test_markdown_shows_a_text_and_links_nothing(text: str, shown: str) -> None:
    assert markdown(text) == shown
