"""The command as a process: what it imports, where it runs, what its streams do."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from oncall import __version__

AT = ("--at", "2026-11-03T12:00")
HEAVY = {"icalendar", "dateutil", "yaml", "rich", "tabulate", "pydantic", "phonenumbers", "rapidfuzz", "regex"}


def run(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return started(root, [sys.executable, "-m", "oncall", *arguments], **environment)


def bash(root: Path, script: str) -> subprocess.CompletedProcess[str]:
    """A script in which `oncall` is ours."""
    return started(root, ["bash", "-c", f'oncall() {{ "{sys.executable}" -m oncall "$@"; }}\n{script}'])


def started(root: Path, command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@pytest.fixture
def warm(harbor: Any) -> Path:
    """A workspace that has been asked before."""
    root: Path = harbor({})
    time.sleep(0.3)
    run(root, "who")  # which month it is is always asked for as well
    run(root, "who", *AT)
    assert list(Path(os.environ["ONCALL_CACHE_DIR"]).glob("*.plan"))
    return root


def test_a_warm_answer_imports_nothing_heavy(warm: Path) -> None:
    for form in ("plain", "json", "line", "csv"):
        ran = started(
            warm, [sys.executable, "-X", "importtime", "-m", "oncall", "who", "acme", "--format", form, "--at", "now"]
        )
        assert "acme" in ran.stdout
        imported = {
            line.rpartition("|")[2].strip().partition(".")[0] for line in ran.stderr.splitlines() if "|" in line
        }
        assert "msgspec" in imported
        assert not imported & HEAVY


def test_no_home_and_no_cache_stop_nothing(warm: Path, tmp_path: Path) -> None:
    good = run(warm, "who", *AT)
    (tmp_path / "file").write_text("x")
    for environment in (
        {"ONCALL_CACHE_DIR": "", "HOME": "", "XDG_CACHE_HOME": ""},
        {"ONCALL_CACHE_DIR": "", "HOME": "/nonexistent", "XDG_CACHE_HOME": "relative"},
        {"ONCALL_CACHE_DIR": str(tmp_path / "file" / "x")},
        {"ONCALL_CACHE_DIR": "/dev/full"},
        {"ONCALL_CACHE_DIR": "/proc/nowhere"},
    ):
        ran = run(warm, "who", *AT, **environment)
        assert (ran.stdout, ran.stderr, ran.returncode) == (good.stdout, good.stderr, good.returncode)


def test_the_answer_depends_on_neither_zone_nor_locale(warm: Path) -> None:
    good = run(warm, "who", *AT)
    for environment in (
        {"TZ": "Asia/Tokyo"},
        {"TZ": "nonsense"},
        {"LC_ALL": "C", "LANG": "C"},
        {"LC_ALL": "tr_TR.UTF-8"},
        {"PYTHONIOENCODING": "latin-1"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ):
        ran = run(warm, "who", *AT, **environment)
        assert (ran.stdout, ran.stderr, ran.returncode) == (good.stdout, good.stderr, good.returncode)


def test_programs_read_utf8_whatever_the_locale(harbor: Any) -> None:
    root = harbor(
        {"zoe.yaml": "people: {zoe: {name: Zoë 林}}\naccounts: {z: {name: Z, contacts: {p: {person: zoe}}}}\n"}
    )
    for form in ("line", "json", "csv"):
        ran = run(root, "who", "z", *AT, "--format", form, LC_ALL="C", PYTHONIOENCODING="ascii")
        assert "Zoë 林" in ran.stdout


def test_a_reader_that_leaves_is_no_news(warm: Path) -> None:
    many = " ".join(f"--at 2026-11-{day:02}T12:00" for day in range(1, 29))
    ran = bash(warm, f"oncall who --format json {many} | head -c 1 >/dev/null; echo ${{PIPESTATUS[0]}}")
    assert ran.stdout == "141\n"
    assert "Traceback" not in ran.stderr
    assert "Error" not in ran.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
def test_an_answer_that_cannot_be_written_is_an_error(warm: Path) -> None:
    for many in (1, 20):
        ran = bash(warm, f"oncall who --format json {'--at 2026-11-03 ' * many} >/dev/full")
        assert ran.returncode == 2
        assert "No space left on device" in ran.stderr
        assert "internal" not in ran.stderr


def test_closed_streams_stop_nothing(warm: Path) -> None:
    good = run(warm, "who", *AT)
    for closed, expected in ((">&-", ""), ("2>&-", good.stdout), (">&- 2>&-", ""), ("<&-", good.stdout)):
        ran = bash(warm, f"oncall who {' '.join(AT)} {closed}")
        assert (ran.stdout, ran.returncode) == (expected, good.returncode)


def on_terminal(root: Path, *arguments: str, **environment: str) -> str:
    """What a terminal is sent."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "oncall", *arguments],
        cwd=root,
        env={
            "TERM": "xterm-256color",
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            **environment,
        },
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    sent = b""
    try:
        while chunk := os.read(ours, 65536):
            sent += chunk
    except OSError:  # the other end is closed
        pass
    process.wait(timeout=60)
    os.close(ours)
    return sent.decode()


def test_a_terminal_gets_colours_and_no_command_of_a_name(harbor: Any) -> None:
    name = "\\e]0;title\\a\\e[2J [bold]x[/bold] \\u202e :smile:"
    evil = f'people: {{zed: {{name: "{name}"}}}}\naccounts: {{evil: {{name: E, contacts: {{p: {{person: zed}}}}}}}}\n'
    root = harbor({"evil.yaml": evil})
    for names in (("evil",), ()):
        sent = on_terminal(root, "who", *names, *AT, TERM="xterm-256color", COLUMNS="150")
        assert set(re.findall(r"\x1b.[^a-zA-Z]*[a-zA-Z]", sent)) <= set(re.findall(r"\x1b\[[0-9;]*m", sent))
        assert "\x1b[1m" in sent
        shown = "".join(re.sub(r"\x1b\[[0-9;]*m", "", sent).split())
        assert r"\x1b]0;title\x07\x1b[2J[bold]x[/bold]" in shown if names else r"\x1b]0;title\x07" in shown
        assert "\a" not in sent


def test_no_color_is_respected(harbor: Any) -> None:
    root = harbor({})
    sent = on_terminal(root, "who", *AT, TERM="xterm-256color", NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", sent)


def test_a_file_name_that_is_no_unicode_is_shown(harbor: Any) -> None:
    root = harbor({})
    with open(os.fsencode(root) + b"/\xff.yaml", "wb") as file:
        file.write(b"peple: {}\n")
    ran = run(root, "who", "acme", *AT, "--format", "json")
    assert json.loads(ran.stdout)["answers"][0]["problems"][0]["file"] == "\udcff.yaml"
    assert r"\udcff.yaml:1:1" in ran.stderr


def test_the_version_and_the_help_are_told_without_a_workspace(tmp_path: Path) -> None:
    assert run(tmp_path, "--version").stdout == f"oncall {__version__}\n"
    assert run(tmp_path, "who", "--version").stdout == f"oncall {__version__}\n"
    for words in (("who", "--help"), ("who", "-h"), ("help", "who"), ("who", "field", "-h")):
        ran = run(tmp_path, *words)
        assert ran.returncode == 0
        assert "the account behind a line" in ran.stdout
        assert "--workspace, -w FOLDER" in ran.stdout or "-w, --workspace FOLDER" in ran.stdout
    for words in (("--help",), ("-h",), ("help",)):
        assert "\nCommands:\n  who " in run(tmp_path, *words).stdout


def test_a_workspace_is_asked_for_where_there_is_none(tmp_path: Path) -> None:
    ran = run(tmp_path, "who")
    assert ran.returncode == 2
    assert ran.stderr.startswith("oncall: there is no oncall.yaml here, above, or in ./schedules")


def test_a_current_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    ran = bash(tmp_path, "mkdir gone && cd gone && rmdir ../gone && oncall who")
    assert (ran.returncode, ran.stderr) == (2, "oncall: the current folder is gone: change to another\n")


def test_names_are_completed(warm: Path) -> None:
    for words, expected in (("oncall who f", ["fay", "field", "field-twins"]), ("oncall who ac", ["acme"])):
        ran = run(warm, _ONCALL_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD="2")
        assert sorted(ran.stdout.split()) == expected


def test_names_are_completed_from_the_workspace_that_was_named(warm: Path, tmp_path: Path) -> None:
    for words, place in ((f"oncall -w {warm} who f", "4"), (f"oncall who -w {warm} f", "4")):
        ran = run(tmp_path, _ONCALL_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=place)
        assert sorted(ran.stdout.split()) == ["fay", "field", "field-twins"]


def test_completion_says_nothing_where_there_is_no_workspace(tmp_path: Path) -> None:
    ran = run(tmp_path, _ONCALL_COMPLETE="complete_bash", COMP_WORDS="oncall who f", COMP_CWORD="2")
    assert (ran.stdout.strip(), ran.stderr) == ("", "")
