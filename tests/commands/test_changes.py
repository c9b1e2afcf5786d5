"""`oncall override` and `oncall away`: one event more, and not a byte less."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.conftest import Ran

Run = Callable[..., Ran]

OVERRIDES = "rotations/field-overrides.ics"
NIGHT = ("--from", "2026-11-25T22:00", "--until", "2026-11-26T08:00")


def _who(run: Run, example: Path, name: str, at: str) -> str:
    line = run("who", name, "--at", at, "--format", "line", workspace=example).out.strip()
    return re.sub(" at .*? E[DS]T: ", ": ", line)


def test_an_override_puts_one_person_on_call_and_leaves_the_rest_alone(run: Run, example: Path) -> None:
    before = {at: _who(run, example, "field-primary", at) for at in ("2026-11-25T21:59", "2026-11-26T08:00")}
    ran = run("override", "field-primary", "tech-5", *NIGHT, "--reason", "swap; really, a swap", workspace=example)
    assert ran.status == 0, ran.err
    assert "before  Marcus Bell until Thu 26 Nov 00:00, then Zoë Lindgren" in ran.out
    assert "after   Ines Duarte" in ran.out
    assert "field-support primary, northwind-hvac primary" in ran.out
    for at in ("2026-11-25T22:00", "2026-11-26T07:59"):
        assert _who(run, example, "field-primary", at) == "field-primary: Ines Duarte"
    assert {at: _who(run, example, "field-primary", at) for at in before} == before


def test_every_other_byte_of_the_calendar_stays_as_it_was(run: Run, example: Path) -> None:
    path = example / OVERRIDES
    for line_end in (b"\r\n", b"\n", b"\r"):
        odd = (example / OVERRIDES).read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", line_end)
        odd = odd.replace(b"VERSION:2.0", b'X-SOMETHING;A="b;c":of its own' + line_end + b"VERSION:2.0")
        path.write_bytes(odd)
        assert run("override", "field-primary", "tech-5", *NIGHT, workspace=example).status == 0
        now = path.read_bytes()
        place = now.index(b"END:VCALENDAR") - (len(now) - len(odd))
        assert (now[:place], now[place + len(now) - len(odd) :]) == (odd[:place], odd[place:])
        added = now[place : place + len(now) - len(odd)]
        assert added.startswith(b"BEGIN:VEVENT" + line_end)
        assert added.endswith(b"END:VEVENT" + line_end)
        path.write_bytes(odd[:place] + odd[place:])


def test_an_override_of_an_override_wins_by_its_mark(run: Run, example: Path) -> None:
    run("override", "field-primary", "tech-5", *NIGHT, workspace=example)
    ran = run("override", "field-primary", "tech-1", "--from", "2026-11-25T23:00", "--until", "+1h", workspace=example)
    assert "before  Ines Duarte" in ran.out
    assert b"SUMMARY:[L1] Priya Raman" in (example / OVERRIDES).read_bytes()
    assert _who(run, example, "field-primary", "2026-11-25T23:30") == "field-primary: Priya Raman"
    assert _who(run, example, "field-primary", "2026-11-26T00:00") == "field-primary: Ines Duarte"


def test_the_pattern_that_finds_names_finds_the_new_one_too(run: Run, example: Path) -> None:
    rotations = example / "rotations.yaml"
    rotations.write_text(
        rotations.read_text().replace(
            "    calendar: rotations/floor-supervisors.ics\n",
            "    calendar: rotations/floor-supervisors.ics\n    overrides: rotations/floor-overrides.ics\n",
        )
    )
    ran = run(
        "override", "floor-supervisors", "sup-2", "--from", "2026-11-17T10:00", "--until", "12:00", workspace=example
    )
    assert ran.status == 0, ran.err
    assert (example / "rotations/floor-overrides.ics").exists()
    assert _who(run, example, "floor-supervisors", "2026-11-17T11:00") == "floor-supervisors: Andre Baptiste"


def test_a_time_of_day_is_the_next_one_after_the_start(run: Run, example: Path) -> None:
    words = ("override", "field-primary", "tech-5", "--from", "2026-11-25T22:00", "--until", "08:00", "--dry-run")
    assert "Wed 25 Nov 22:00 to Thu 26 Nov 08:00 EST (10h)" in run(*words, workspace=example).out


def test_a_dry_run_writes_nothing(run: Run, example: Path) -> None:
    before = {path: path.read_bytes() for path in example.rglob("*") if path.is_file()}
    for words in (("override", "field-primary", "tech-5"), ("away", "tech-1")):
        ran = run(*words, *NIGHT, "--dry-run", workspace=example)
        assert ran.status == 0
        assert "nothing was written" in ran.out
    assert {path: path.read_bytes() for path in example.rglob("*") if path.is_file()} == before


def test_an_absence_makes_somebody_unreachable_and_takes_them_off_nothing(run: Run, example: Path) -> None:
    ran = run(
        "away",
        "tech-1",
        "--from",
        "2026-11-24T18:00",
        "--until",
        "2026-11-25T08:00",
        "--reason",
        "sick",
        workspace=example,
    )
    assert ran.status == 0, ran.err
    assert "on call in field-primary Tue 24 Nov 18:00 to Wed 25 Nov 00:00 EST (6h)" in ran.out
    assert "oncall override field-primary SOMEBODY --from 2026-11-24T18:00:00-05:00" in ran.out
    assert "field-support primary is left with nobody (before: Priya Raman)" in ran.out
    assert _who(run, example, "field-support", "2026-11-24T23:00").startswith("field-support: [Priya Raman: away] > ")
    told = run("who", "field-support", "--at", "2026-11-24T23:00", "--format", "plain", workspace=example).out
    assert "NOT REACHABLE: away until Wed 25 Nov 08:00: sick" in told
    assert _who(run, example, "field-support", "2026-11-24T17:59").startswith("field-support: Priya Raman > ")


def test_an_absence_is_in_the_zone_of_who_is_absent(run: Run, example: Path) -> None:
    ran = run(
        "away", "eng-lon-1", "--from", "2026-11-24T09:00", "--until", "2026-11-24T17:00", "--dry-run", workspace=example
    )
    assert "Tue 24 Nov 09:00 to Tue 24 Nov 17:00 GMT (8h)" in ran.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("override", "field-primary", "teck-1", *NIGHT), "no person 'teck-1' (did you mean 'tech-1'?)"),
        (("override", "field-primry", "tech-5", *NIGHT), "no rotation 'field-primry' (did you mean 'field-primary'?)"),
        (("override", "clinic-doctors", "doctor-1", *NIGHT), "clinic-doctors has no `overrides:` to write to"),
        (
            ("override", "field-primary", "tech-5", "--from", "2026-11-26", "--until", "2026-11-25"),
            "--until is not after",
        ),
        (("override", "field-primary", "tech-5", "--from", "2026-11-26", "--until", "+400d"), "more than a year"),
        (
            ("override", "field-primary", "tech-2", "--from", "2026-11-25T08:00", "--until", "+1h"),
            "on call in field-primary then already",
        ),
        (("away", "nobody", *NIGHT), "no person 'nobody'"),
        (("away", "tech-1", "--until", "yesterday-ish"), "can't read 'yesterday-ish' as a time"),
        (("away", "manager-1", "--from", "2026-11-25T13:30", "--until", "+10m"), "away then already"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(
    run: Run, example: Path, words: tuple[str, ...], told: str
) -> None:
    before = {path: path.read_bytes() for path in example.rglob("*") if path.is_file()}
    ran = run(*words, workspace=example)
    assert ran.status == 2
    assert told in ran.err
    assert len(ran.err.splitlines()) == 1
    assert {path: path.read_bytes() for path in example.rglob("*") if path.is_file()} == before


def test_a_calendar_that_was_cut_off_is_not_added_to(run: Run, example: Path) -> None:
    path = example / OVERRIDES
    path.write_bytes(path.read_bytes().replace(b"END:VCALENDAR", b""))
    ran = run("override", "field-primary", "tech-5", *NIGHT, workspace=example)
    assert ran.status == 2
    assert "mend it before adding to it" in ran.err


def test_somebody_who_will_have_left_cannot_be_put_on_call(run: Run, example: Path) -> None:
    people = example / "people/northwind.yaml"
    people.write_text(people.read_text().replace("  tech-5:\n", "  tech-5:\n    last_day: 2026-11-25\n"))
    ran = run("override", "field-primary", "tech-5", *NIGHT, workspace=example)
    assert ran.status == 2
    assert "tech-5 has left by then" in ran.err


def test_a_file_that_changed_meanwhile_is_left_alone(run: Run, example: Path) -> None:
    from oncall.errors import OncallError
    from oncall.workspace.edit import Change, write
    from oncall.workspace.load import load

    before = (example / OVERRIDES).read_bytes()
    workspace = load(str(example))
    (example / OVERRIDES).write_bytes(before + b"\r\n")
    with pytest.raises(OncallError, match="has changed in the meantime"):
        write(workspace, Change(OVERRIDES, before, b"ours", "uid"), lambda path: None)
    assert (example / OVERRIDES).read_bytes() == before + b"\r\n"


def test_of_many_at_once_none_is_lost(example: Path, tmp_path: Path) -> None:
    """Each adds its event, or says that the file changed meanwhile; no event of one that succeeded is missing."""
    environment = {**os.environ, "ONCALL_CACHE_DIR": str(tmp_path / "cache")}
    command = (
        sys.executable,
        "-m",
        "oncall",
        "-w",
        str(example),
        "override",
        "field-primary",
        "tech-5",
        "--until",
        "+1h",
    )
    started = [
        subprocess.Popen(
            [*command, "--from", f"2026-12-0{day}T12:00"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
        for day in range(1, 6)
    ]
    results = [(process.communicate(), process.returncode) for process in started]
    text = (example / OVERRIDES).read_bytes()
    written = [out.decode().rsplit("event ", 1)[1].strip() for (out, _), status in results if status == 0]
    assert written
    assert all(f"UID:{uid}".encode() in text for uid in written)
    assert all(b"has changed in the meantime" in err for (_, err), status in results if status != 0)
    assert text.count(b"BEGIN:VEVENT") == text.count(b"END:VEVENT")


def test_permissions_stay_and_nothing_else_is_left_in_the_folder(run: Run, example: Path) -> None:
    os.chmod(example / OVERRIDES, 0o640)
    names = sorted(path.name for path in (example / "rotations").iterdir())
    run("override", "field-primary", "tech-5", *NIGHT, workspace=example)
    assert (example / OVERRIDES).stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in (example / "rotations").iterdir()) == names


@pytest.mark.parametrize(
    ("start", "until", "told"),
    [
        ("2026-11-25T02:00", "08:00", "Wed 25 Nov 02:00 to Wed 25 Nov 08:00 EST (6h)"),
        ("2026-11-25T22:00", "08:00", "Wed 25 Nov 22:00 to Thu 26 Nov 08:00 EST (10h)"),
        ("2026-11-25T08:00", "08:00", "Wed 25 Nov 08:00 to Thu 26 Nov 08:00 EST (1d)"),
        ("2026-11-27T18:00", "mon 08:00", "Fri 27 Nov 18:00 to Mon 30 Nov 08:00 EST (2d14h)"),
        ("2026-11-23T08:00", "mon 08:00", "Mon 23 Nov 08:00 to Mon 30 Nov 08:00 EST (7d)"),
        ("2026-10-31T22:00", "08:00", "Sat 31 Oct 22:00 to Sun 1 Nov 08:00 EST (11h)"),
        ("2026-11-25T08:00", "+36h", "Wed 25 Nov 08:00 to Thu 26 Nov 20:00 EST (1d12h)"),
    ],
)
def test_an_end_counts_from_the_start_and_not_from_now(
    run: Run, example: Path, start: str, until: str, told: str
) -> None:
    words = ("override", "field-primary", "tech-5", "--from", start, "--until", until, "--dry-run")
    assert told in run(*words, workspace=example).out


def test_what_is_wrong_with_the_files_is_said_before_anything_is_written(run: Run, example: Path) -> None:
    people = example / "people/northwind.yaml"
    people.write_text(people.read_text() + "\n\tbroken")
    ran = run("override", "field-primary", "tech-5", *NIGHT, workspace=example)
    assert ran.status == 2
    assert "people/northwind.yaml" in ran.err
    assert "no person 'tech-5'" in ran.err


def test_nothing_is_shown_as_done_that_was_not(run: Run, example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (example / "rotations").chmod(0o555)
    monkeypatch.setattr("os.replace", _refuse)
    ran = run("override", "field-primary", "tech-5", *NIGHT, workspace=example)
    (example / "rotations").chmod(0o755)
    assert (ran.status, ran.out) == (2, "")
    assert "cannot be written" in ran.err


def _refuse(*_: object) -> None:
    raise PermissionError(13, "Permission denied")


def test_a_reason_that_is_no_unicode_is_written_as_escapes(run: Run, example: Path) -> None:
    ran = run("override", "field-primary", "tech-5", *NIGHT, "--reason", "caf\udce9", workspace=example)
    assert ran.status == 0, ran.err
    assert rb"caf\\udce9" in (example / OVERRIDES).read_bytes()


def test_a_change_that_runs_into_another_day_is_said_to_be_that_long(run: Run, example: Path) -> None:
    ran = run(
        "override",
        "field-primary",
        "tech-5",
        "--from",
        "2026-11-25T09:00",
        "--until",
        "08:00",
        "--dry-run",
        workspace=example,
    )
    assert "(23h)" in ran.out
    assert "oncall: that is 23h from Wed 25 Nov 09:00; if another day is meant, write it with the time" in ran.err
    ran = run("override", "field-primary", "tech-5", *NIGHT, "--dry-run", workspace=example)
    assert "if another day is meant" not in ran.err


@pytest.mark.parametrize("person", ["ines", "DUARTE", "Ines Duarte", "tech-5", "555-0105"])
@pytest.mark.parametrize("rotation", ["field-primary", "Field-P", "field primary"])
def test_a_rotation_and_a_person_are_named_as_people_name_them(
    run: Run, example: Path, rotation: str, person: str
) -> None:
    ran = run("override", rotation, person, *NIGHT, "--dry-run", workspace=example)
    assert ran.status == 0, ran.err
    assert ran.out.startswith("field-primary  Wed 25 Nov 22:00")
    assert "after   Ines Duarte" in ran.out


def test_a_sick_call_finds_its_person_by_name(run: Run, example: Path) -> None:
    assert run("away", "priya", *NIGHT, "--dry-run", workspace=example).out.startswith("Priya Raman (tech-1)  away")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("override", "field-support", "tech-5"), "field-support is an account; its rotations are field-primary, "),
        (("override", "field-primary", "inez"), "there is no person 'inez' (did you mean 'Ines Duarte'?)"),
        (("override", "field-primary", "tech"), "'tech' could be any of tech-1 (Priya Raman), "),
        (("away", "tech-1", "--until", "0206-11-21"), "'0206-11-21' is in the year 206, outside the years"),
        (("away", "tech-1", "--until", "12am"), "'12am' could be "),
    ],
)
def test_what_could_be_somebody_else_is_refused(run: Run, example: Path, words: tuple[str, ...], said: str) -> None:
    ran = run(*words, *(() if "--until" in words else NIGHT), workspace=example)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err


@pytest.mark.parametrize("until", ["111111111111111", "0206-11-21", "1970-01-02", "2199-12-31", "9999-12-31"])
@pytest.mark.parametrize("words", [("override", "field-primary", "tech-5"), ("away", "tech-1")])
def test_an_end_that_cannot_be_is_refused_before_any_calendar_is_worked_out(
    run: Run, example: Path, words: tuple[str, ...], until: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def compile_plan(*_: object) -> None:
        raise AssertionError("hours and shifts of centuries")

    monkeypatch.setattr("oncall.workspace.compile.compile_plan", compile_plan)
    ran = run(*words, "--until", until, workspace=example)
    assert (ran.status, ran.out) == (2, "")
    assert len(ran.err.splitlines()) == 1
    assert "internal error" not in ran.err
