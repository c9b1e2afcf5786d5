"""A calendar with no workspace around it: where it comes from, and which zone its times are in."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from oncall.cli.machine_zone import machine_zone

EVENT = "BEGIN:VEVENT\nUID:1\nSUMMARY:Ann Abel\nDTSTART{start}\nDTEND{end}\nEND:VEVENT\n"
UTC_TIMES = EVENT.format(start=":20261101T120000Z", end=":20261102T120000Z")
FLOATING = EVENT.format(start=":20261101T120000", end=":20261102T120000")
ALL_DAY = EVENT.format(start=";VALUE=DATE:20261101", end=";VALUE=DATE:20261102")
IN_BERLIN = EVENT.format(start=";TZID=Europe/Berlin:20261101T120000", end=";TZID=Europe/Berlin:20261102T120000")
IN_TOKYO = IN_BERLIN.replace("Europe/Berlin", "Asia/Tokyo").replace("UID:1", "UID:2")

Oncall = Callable[..., Any]


def calendar(events: str, head: str = "") -> str:
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//harbor//EN\n{head}{events}END:VCALENDAR\n"


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts something on standard input."""

    def pipe(text: str | bytes, *, terminal: bool = False) -> None:
        data = text if isinstance(text, bytes) else text.encode()
        stream = io.TextIOWrapper(io.BytesIO(data))
        monkeypatch.setattr(stream, "isatty", lambda: terminal)
        monkeypatch.setattr(sys, "stdin", stream)

    return pipe


# The zone.


@pytest.mark.parametrize(
    ("events", "head", "zone", "says"),
    [
        (UTC_TIMES, "", "Asia/Kolkata", True),
        (FLOATING, "", "Asia/Kolkata", True),
        (ALL_DAY, "", "Asia/Kolkata", True),
        (IN_BERLIN, "", "Europe/Berlin", False),
        (IN_BERLIN + ALL_DAY.replace("UID:1", "UID:3"), "", "Europe/Berlin", False),
        (IN_BERLIN + UTC_TIMES.replace("UID:1", "UID:3"), "", "Europe/Berlin", False),
        (IN_BERLIN + IN_TOKYO, "", "Asia/Kolkata", True),
        (UTC_TIMES, "X-WR-TIMEZONE:America/Denver\n", "America/Denver", False),
        (IN_BERLIN, "X-WR-TIMEZONE:America/Denver\n", "America/Denver", False),
    ],
)
@pytest.mark.parametrize("command", ["who", "shifts"])
def test_times_are_in_the_zone_the_calendar_names_else_in_that_of_the_machine(
    command: str,
    events: str,
    head: str,
    zone: str,
    says: bool,
    tmp_path: Path,
    oncall: Oncall,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    monkeypatch.chdir(tmp_path)
    Path("rota.ics").write_text(calendar(events, head))
    when = ("--at", "2026-11-01T16:00Z") if command == "who" else ("--from", "2026-11-01")
    ran = oncall(command, "--calendar", "rota.ics", *when, "--format", "plain")
    assert ran.out.splitlines()[0].endswith(f"  {zone}")
    note = (
        f"oncall: rota.ics names no time zone of its own: times are in {zone}, as on this machine;"
        " --timezone ZONE names another"
    )
    assert (note in ran.err.splitlines()) == says
    asked = oncall(command, "--calendar", "rota.ics", *when, "--timezone", "Europe/Paris", "--format", "plain")
    assert asked.out.splitlines()[0].endswith("  Europe/Paris")
    assert "names no time zone" not in asked.err


def test_days_without_a_zone_are_those_of_the_machine(
    tmp_path: Path, oncall: Oncall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    monkeypatch.chdir(tmp_path)
    Path("rota.ics").write_text(calendar(ALL_DAY))
    words = ("shifts", "--calendar", "rota.ics", "--from", "2026-10-30", "--format", "json")
    (shift,) = json.loads(oncall(*words).out)["shifts"]
    assert (shift["start"], shift["end"]) == ("2026-11-01T00:00:00+05:30", "2026-11-02T00:00:00+05:30")


@pytest.mark.parametrize("zone", ["Mars/Base", "CET-1CEST,M3.5.0,M10.5.0/3", "/nowhere"])
def test_a_machine_without_a_zone_we_know_is_in_utc_and_that_is_said(
    zone: str, tmp_path: Path, oncall: Oncall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    monkeypatch.chdir(tmp_path)
    Path("rota.ics").write_text(calendar(UTC_TIMES))
    ran = oncall("who", "--calendar", "rota.ics", "--at", "2026-11-01T16:00Z")
    assert ran.out.startswith("Sun 1 Nov 2026 16:00 UTC  UTC")
    assert "this machine has none that is known: times are in UTC; --timezone" in ran.err


def berlin() -> bytes:
    from oncall import times

    return Path(times._ZONES, "Europe", "Berlin").read_bytes()


@pytest.mark.parametrize(
    ("environment", "link", "named", "copied", "zone"),
    [
        ({"TZ": "Europe/Berlin"}, "UTC", "UTC", False, "Europe/Berlin"),
        ({"TZ": ":Europe/Berlin"}, "UTC", "", False, "Europe/Berlin"),
        ({"TZ": "/usr/share/zoneinfo/Europe/Berlin"}, "", "", False, "Europe/Berlin"),
        ({"TZ": "EST5EDT"}, "", "", False, "EST5EDT"),
        ({"TZ": ""}, "Europe/Berlin", "", False, "UTC"),
        ({}, "Europe/Berlin", "UTC", False, "Europe/Berlin"),
        ({}, "posix/Europe/Berlin", "", False, "Europe/Berlin"),
        ({}, "right/Europe/Berlin", "", False, "Europe/Berlin"),
        ({}, "", "Europe/Berlin\n", False, "Europe/Berlin"),
        ({}, "", "Europe/Berlin\n", True, "Europe/Berlin"),
        ({}, "", "", True, "localtime"),
        ({}, "Nowhere/Land", "", False, None),
        ({}, "", "", False, None),
        ({}, "", "\0\xff", False, None),
    ],
)
def test_the_zone_of_a_machine(
    environment: Mapping[str, str], link: str, named: str, copied: bool, zone: str | None, tmp_path: Path
) -> None:
    if link:
        os.symlink(f"/usr/share/zoneinfo/{link}", tmp_path / "localtime")
    if copied:
        (tmp_path / "localtime").write_bytes(berlin())
    if named:
        (tmp_path / "timezone").write_text(named, encoding="latin-1")
    found = machine_zone(environment, str(tmp_path))
    assert (str(found) if found else None) == zone


def test_a_damaged_zone_of_a_machine_is_none(tmp_path: Path) -> None:
    (tmp_path / "localtime").write_bytes(berlin()[:60])
    assert machine_zone({}, str(tmp_path)) is None


# Standard input.


@pytest.mark.parametrize(
    "words", [("who", "--at", "2026-11-01T16:00Z"), ("shifts", "--from", "2026-11-01", "--until", "+2d")]
)
def test_a_calendar_can_be_piped_in(words: tuple[str, ...], oncall: Oncall, piped: Callable[..., None]) -> None:
    piped(calendar(IN_BERLIN))
    ran = oncall(*words, "--calendar", "-", "--format", "plain")
    assert (ran.status, ran.err) == (0, "")
    assert "standard input" in ran.out
    assert "Ann Abel" in ran.out


def test_overrides_can_be_piped_in(
    tmp_path: Path, oncall: Oncall, piped: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rota.ics").write_text(calendar(IN_BERLIN))
    piped(calendar(IN_BERLIN.replace("Ann Abel", "Ben Brook")))
    words = ("--calendar", "rota.ics", "--overrides", "-", "--at", "2026-11-01T16:00Z", "--format", "line")
    assert oncall("who", *words).out == "rota.ics at Sun 1 Nov 2026 17:00 CET: Ben Brook\n"


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("", (), "standard input is empty: pipe a calendar in, as in `curl"),
        (" \n", (), "standard input is empty"),
        ("nonsense", (), "standard input: is not a calendar"),
        (b"x" * 9_000_000, (), "standard input: is too large"),
        (calendar(UTC_TIMES), ("--overrides", "-"), "standard input can be read once: name files for the other"),
    ],
    ids=["nothing", "blank", "a page", "too much", "twice"],
)
def test_what_is_piped_in_may_be_no_calendar(
    text: str | bytes, words: tuple[str, ...], said: str, oncall: Oncall, piped: Callable[..., None]
) -> None:
    piped(text)
    ran = oncall("who", "--calendar", "-", *words)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err


def test_no_more_is_read_than_a_calendar_may_hold(oncall: Oncall, monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless(io.RawIOBase):
        taken = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            Endless.taken += len(buffer)
            buffer[:] = b"\n" * len(buffer)
            return len(buffer)

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Endless())))
    assert oncall("who", "--calendar", "-").status == 2
    assert Endless.taken < 9_000_000


def test_somebody_at_a_terminal_is_told_what_is_waited_for(oncall: Oncall, piped: Callable[..., None]) -> None:
    piped(calendar(IN_BERLIN), terminal=True)
    ran = oncall("who", "--calendar", "-", "--at", "2026-11-01T16:00Z")
    assert ran.status == 0
    assert ran.err == (
        "oncall: waiting for a calendar on standard input: paste it and press Ctrl-D, or press Ctrl-C to stop\n"
    )


def test_a_calendar_can_come_from_a_real_pipe() -> None:
    command = [
        sys.executable,
        "-m",
        "oncall",
        "who",
        "--calendar",
        "-",
        "--format",
        "line",
        "--at",
        "2026-11-01T16:00Z",
    ]
    ran = subprocess.run(command, input=calendar(IN_BERLIN), capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("standard input at Sun 1 Nov 2026 17:00 CET: Ann Abel\n", "")


def test_a_calendar_without_a_standard_input(oncall: Oncall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert "standard input is closed: name a file" in oncall("who", "--calendar", "-").err


# Links.


@pytest.mark.parametrize(
    ("link", "fetched"),
    [
        ("https://cal.example/ann/basic.ics", "https://cal.example/ann/basic.ics"),
        ("HTTP://cal.example/basic.ics", "HTTP://cal.example/basic.ics"),
        ("webcal://cal.example/basic.ics", "https://cal.example/basic.ics"),
        ("webcals://cal.example/basic.ics", "https://cal.example/basic.ics"),
        ("webcal:cal.example/basic.ics", "https://cal.example/basic.ics"),
        ("https://cal.example/?a=1&b=2", "'https://cal.example/?a=1&b=2'"),
        ("https://cal.example/$(rm -rf ~)", "'https://cal.example/$(rm -rf ~)'"),
    ],
)
@pytest.mark.parametrize("command", ["who", "shifts"])
def test_a_link_is_refused_with_the_command_that_saves_it(
    command: str, link: str, fetched: str, oncall: Oncall
) -> None:
    ran = oncall(command, "--calendar", link)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == (
        f"oncall: --calendar reads files, not links: save it with `curl -fsSL -o calendar.ics {fetched}` and write"
        " --calendar calendar.ics, or pipe it to --calendar -\n"
    )


def test_a_link_to_overrides_is_refused_as_well(harbor: Any, oncall: Oncall) -> None:
    harbor({})
    ran = oncall("who", "--calendar", "field.ics", "--overrides", "https://cal.example/more.ics")
    assert ran.err.startswith("oncall: --overrides reads files, not links: save it with `curl")


@pytest.mark.parametrize(
    "text",
    [
        "rotations: {far: {calendar: 'LINK'}}\naccounts: {far: {name: Far, contacts: {primary: {rotation: far}}}}\n",
        "rotations: {far: {calendar: field.ics, overrides: 'LINK'}}\n"
        "accounts: {far: {name: Far, contacts: {primary: {rotation: far}}}}\n",
        "absences: 'LINK'\naccounts: {far: {name: Far, contacts: {primary: {rotation: field}}}}\n",
        "hours: {far: {weekly: {mon: '8:00-17:00'}, closed_days: 'LINK'}}\n"
        "accounts: {far: {name: Far, hours: far, contacts: {primary: {rotation: field}}}}\n",
    ],
    ids=["calendar", "overrides", "absences", "hours"],
)
@pytest.mark.parametrize(
    "link", ["https://u:pass@cal.example/secret/basic.ics?key=secret", "webcal://cal.example/secret"]
)
def test_a_link_in_a_workspace_says_what_to_do_and_keeps_its_secret(
    text: str, link: str, harbor: Any, oncall: Oncall
) -> None:
    harbor({"more.yaml": text.replace("LINK", link)})
    err = oncall("who", "far", "--format", "line").err
    scheme = link.partition(":")[0]
    assert f"error: {scheme}://cal.example/… is a link, and calendars are files: save it" in err
    assert '`curl -fsSL -o FILE.ics "$LINK"`' in err
    assert "secret" not in err
    assert "pass" not in err


@pytest.mark.parametrize("path", ["C:/rota.ics", "mail.ics", "a:b.ics", "https", "./http:/x.ics"])
def test_a_path_is_no_link(path: str, oncall: Oncall) -> None:
    assert "reads files, not links" not in oncall("who", "--calendar", path).err
