"""`oncall lint --log`: which rules a log is for, how it is read, and what it cannot tell."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from oncall import times
from oncall.lint.logged import read_log
from oncall.lint.run import report
from oncall.workspace.load import load
from tests.lint.conftest import context_of, workspace
from tests.lint.logs import log_lines, write_log
from tests.lint.test_since import commit, git

WHEN = ("--at", "2026-11-22T12:00:00Z", "--horizon", "30d")
OC5 = (*WHEN, "--select", "OC5")
TODAY = (
    "oncall: --log calls.jsonl: 2 dispatches were held against today's files: the workspace is in no git repository\n"
)
EVERY: dict[str, Any] = {"oncall.yaml": [["absences:", "lint: {exercise_every: 7d}\nabsences:"]]}
QUIET = "acme 2026-11-15T06:00:00-05:00 | 0 received | 0 attempt_started ann voice | 9 attempt_ended ann acknowledged"
DRIFT = "acme 2026-11-20T03:10:00-05:00 | 0 received | 0 attempt_started ann voice | 9 attempt_ended ann acknowledged"
STRAY = (
    "acme 2026-11-21T03:10:00-05:00 | 0 received"
    " | 0 attempt_started +12025550999 voice | 9 attempt_ended +12025550999 busy"
)
ACME, CLINIC, ANN = "accounts.yaml:11:15", "accounts.yaml:26:15", "accounts.yaml:10:16"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace, and beside it a log in which the backups were never exercised, and ann was tried while off call."""
    write_log(tmp_path / "calls.jsonl", [QUIET, DRIFT])
    return workspace(tmp_path / "ws", EVERY)


def places(out: str) -> list[str]:
    """Where something was found, as in the workspace, and the code."""
    found = [line.partition(": ")[0] + " " + line[-30:].split("[")[-1][:5] for line in out.splitlines() if ": " in line]
    return [one.removeprefix("ws/") for one in found if one.startswith("ws/")]


def test_a_log_is_judged_by_its_rules_alone(run: Any, root: Path) -> None:
    ran = run("lint", *WHEN, "--log", "calls.jsonl", "ws")
    assert (ran.status, ran.err) == (1, TODAY)
    assert places(ran.out) == [f"{ANN} OC502", f"{ACME} OC501", f"{CLINIC} OC501"]
    assert ran.out.splitlines()[-2] == "1 error, 2 warnings in 15 files"
    assert run("lint", *OC5, "--log", "calls.jsonl", "ws").out == ran.out
    assert run("lint", *WHEN, "ws") == (0, "no findings in 15 files\n", "")


@pytest.mark.parametrize("codes", ["OC5", "OC501", "OC502", "oc1,OC502"])
def test_rules_that_go_by_a_log_ask_for_one(run: Any, root: Path, codes: str) -> None:
    ran = run("lint", "ws", *WHEN, "--select", codes)
    code = codes.rpartition(",")[2]
    told = f"oncall: --select {code}: that is judged by an event log; give it with --log FILE\n"
    assert ran == (2, "", told)
    assert run("lint", "ws", *WHEN, "--select", "OC", "--ignore", "OC5").status == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("ws", "other", "--log", "calls.jsonl"), "--log is of one workspace: lint each by itself"),
        (("ws", "--log", "none.jsonl"), "none.jsonl cannot be read: No such file or directory"),
        (("ws", "--log", "ws"), "ws cannot be read: Is a directory"),
        (("ws", "--log", "utf16.jsonl"), "the log is UTF-16: save it as UTF-8"),
    ],
)
def test_a_log_that_cannot_be_read_is_no_answer(
    run: Any, root: Path, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    workspace(tmp_path / "other", {})
    (tmp_path / "utf16.jsonl").write_bytes("{}".encode("utf-16"))
    assert run("lint", *OC5, *words) == (2, "", f"oncall: {told}\n")


def test_a_log_may_be_packed_or_come_by_standard_input(
    run: Any, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = (tmp_path / "calls.jsonl").read_bytes()
    (tmp_path / "calls.jsonl.gz").write_bytes(gzip.compress(plain))
    expected = run("lint", *OC5, "ws", "--log", "calls.jsonl")
    packed = run("lint", *OC5, "ws", "--log", "calls.jsonl.gz")
    assert (packed.status, packed.out) == (expected.status, expected.out)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(plain)))
    read = run("lint", *OC5, "ws", "--log", "-")
    assert (read.status, read.out, read.err) == (1, expected.out, TODAY.replace("calls.jsonl", "-"))


def test_what_is_wrong_with_a_log_is_told_by_line_and_the_rest_is_judged(run: Any, root: Path, tmp_path: Path) -> None:
    lines = [*log_lines([QUIET]), b"not JSON \x1b[31m", b'{"dispatch":"x"}', *log_lines(["raw ", DRIFT])]
    (tmp_path / "calls.jsonl").write_bytes(b"\n".join(lines))
    ran = run("lint", *OC5, "ws", "--log", "calls.jsonl")
    assert places(ran.out) == [f"{ANN} OC502", f"{ACME} OC501", f"{CLINIC} OC501"]
    assert ran.err == (
        "oncall: 2 problems in calls.jsonl:\n"
        "  calls.jsonl:4: not a JSON object: cut off, or not an event log?\n"
        "  calls.jsonl:5: no `time` (dispatch x)\n"
        f"{TODAY}"
    )


@pytest.mark.parametrize(
    ("log", "told"),
    [
        ([], "OC501 is not judged: there is no dispatch in the log"),
        (
            [DRIFT],
            "OC501 is not judged: the log begins on 2026-11-20, and the 7d that `lint.exercise_every` asks for begin "
            "on 2026-11-15",
        ),
        (
            [QUIET, "acme 2026-11-20T03:10:00-05:00 | 0 received | 1 gap 30"],
            "OC501 is not judged for acme: missing evidence may hide that the backup took a dispatch",
        ),
        (
            [QUIET, "acme 2026-11-20T03:10:00-05:00 | 0 received | 1 gap 30"],
            "OC502: 1 dispatch proved nothing: evidence is missing, and `oncall replay` says which",
        ),
    ],
)
def test_what_a_log_cannot_tell_is_said(run: Any, root: Path, tmp_path: Path, log: list[str], told: str) -> None:
    write_log(tmp_path / "calls.jsonl", log)
    ran = run("lint", *OC5, "ws", "--log", "calls.jsonl")
    assert f"oncall: --log calls.jsonl: {told}\n" in ran.err
    assert f"{ACME} OC501" not in places(ran.out)
    other = run("lint", *WHEN, "--select", "OC1", "ws", "--log", "calls.jsonl")
    assert (other.status, other.out) == (0, "no findings in 15 files\n")
    assert "OC50" not in other.err


def test_a_log_that_ends_in_the_middle_may_have_gone_on(run: Any, root: Path, tmp_path: Path) -> None:
    packed = gzip.compress((tmp_path / "calls.jsonl").read_bytes())
    (tmp_path / "calls.jsonl.gz").write_bytes(packed[:-12])
    ran = run("lint", *OC5, "ws", "--log", "calls.jsonl.gz")
    assert "calls.jsonl.gz: the gzip ends in the middle" in ran.err
    assert "OC501 is not judged: the log is damaged, and nobody knows what came after" in ran.err
    assert "OC501" not in ran.out


def test_where_so_much_is_wrong_that_not_all_is_kept_the_log_may_be_damaged(root: Path, tmp_path: Path) -> None:
    lines = [*log_lines([QUIET]), *[b"x"] * 2000]
    (tmp_path / "calls.jsonl.gz").write_bytes(gzip.compress(b"\n".join(lines))[:-4])
    assert not read_log(str(tmp_path / "calls.jsonl.gz"), load(str(root)), 1_795_348_800).covers


# What is left out.


@pytest.mark.parametrize("code", ["OC501", "OC5", "OC502"])
def test_a_comment_about_what_was_not_judged_is_not_unused(run: Any, root: Path, tmp_path: Path, code: str) -> None:
    accounts = root / "accounts.yaml"
    text = accounts.read_text()
    for role in ("primary: {person: dot}", "backup: {person: mia}"):
        text = text.replace(role, f"{role}  # oncall: ignore[{code}] agreed")
    accounts.write_text(text)
    assert run("lint", *WHEN, "ws") == (0, "no findings in 15 files\n", "")
    judged = run("lint", *WHEN, "--select", "OC007,OC501", "ws", "--log", "calls.jsonl")
    lines = {"OC501": [25], "OC5": [25], "OC502": [25, 26]}[code]  # the comment on 26 is of use to OC501
    assert [one for one in places(judged.out) if one.endswith("OC007")] == [
        f"accounts.yaml:{line}:{48 if line == 25 else 47} OC007" for line in lines
    ]
    write_log(tmp_path / "calls.jsonl", [DRIFT])  # too short a log to judge OC501 by
    shorter = run("lint", *WHEN, "--select", "OC007", "ws", "--log", "calls.jsonl")
    assert bool(places(shorter.out)) == (code == "OC502")


def test_a_baseline_keeps_what_a_log_shows_however_often_it_comes_again(run: Any, root: Path, tmp_path: Path) -> None:
    words = ("lint", *WHEN, "ws", "--baseline", "known.json")
    run(*words, "--log", "calls.jsonl", "--write-baseline")
    known = json.loads((tmp_path / "known.json").read_text())["findings"]
    assert [one["code"] for one in known] == ["OC501", "OC501", "OC502"]
    assert known[2]["message"] == (
        "ann was tried for acme without being on call there (how often: #, first: # #, last: # #, lines of the log: "
        "#): put ann on call, or correct whom calls are sent to"
    )
    again = ["acme 2026-11-21T03:10:00-05:00 |" + DRIFT.partition("|")[2], QUIET.replace("ann", "bob")]
    write_log(tmp_path / "calls.jsonl", [QUIET, DRIFT, *again * 3])
    later = run(*words, "--log", "calls.jsonl")
    assert places(later.out) == [f"{ANN} OC502"]  # bob is new
    assert "bob was tried" in later.out
    # What was not judged is not said to be mended.
    assert run(*words) == (0, "no findings in 15 files\n", "")


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "gitlab", "junit"])
def test_no_format_shows_a_number_that_is_nobodys(run: Any, root: Path, tmp_path: Path, form: str) -> None:
    write_log(tmp_path / "calls.jsonl", [QUIET, STRAY])
    ran = run("lint", *OC5, "ws", "--log", "calls.jsonl", "--format", form)
    assert ran.status == 1
    assert "OC502" in ran.out
    assert "5550999" not in ran.out + ran.err


def test_since_a_revision_only_what_the_change_brings_counts(run: Any, root: Path, tmp_path: Path) -> None:
    git(root, "init", "-q", "-b", "main")
    commit(root)
    accounts = root / "accounts.yaml"
    accounts.write_text(accounts.read_text().replace("backup: {person: cy}", "backup: {person: sue}"))
    words = ("lint", *OC5, "ws", "--since", "HEAD", "--log", "calls.jsonl")
    ran = run(*words)
    assert (ran.status, ran.out) == (0, "no findings in 15 files\n3 findings already in HEAD, not counted\n")


# By which plan.


def test_who_was_on_call_is_what_the_workspace_said_at_the_time(
    run: Any, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(root, "init", "-q", "-b", "main")
    people, accounts = root / "people.yaml", root / "accounts.yaml"
    before = accounts.read_text()
    for day, text in (
        ("2026-11-01", before.replace("primary: {rotation: primary}", "primary: {person: ann}")),
        ("2026-11-19", before),
    ):
        for name in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"):
            monkeypatch.setenv(name, f"{day}T12:00:00Z")
        accounts.write_text(text)
        subprocess_git(root, day)
    people.write_text(people.read_text().replace("+12025550103", "+12025550113"))  # cy has a new number now
    log = [
        "acme 2026-11-15T06:00:00-05:00 | 0 received",
        "acme 2026-11-17T06:00:00-05:00 | 0 received | 0 attempt_started ann voice | 9 attempt_ended ann busy"
        " | 10 attempt_started +12025550103 voice | 20 attempt_ended +12025550103 acknowledged",
        "acme 2026-11-20T06:00:00-05:00 | 0 received | 0 attempt_started ann voice | 9 attempt_ended ann acknowledged",
    ]
    write_log(tmp_path / "calls.jsonl", log)
    ran = run("lint", *OC5, "ws", "--log", "calls.jsonl")
    assert ran.err == ""
    assert places(ran.out) == [f"{ANN} OC502", f"{CLINIC} OC501"]
    assert "(how often: 1, first: 2026-11-20 06:00" in ran.out


def subprocess_git(root: Path, message: str) -> None:
    """A commit whose dates are those of the environment."""
    git(root, "add", "-A")
    who = {f"GIT_{one}_{what}": "a@b.example" for one in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, **who, "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", "commit", "-q", "-m", message], cwd=root, env=environment, check=True)


def test_a_plan_that_cannot_be_loaded_proves_nothing(
    run: Any, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(root, "init", "-q", "-b", "main")
    head = root / "oncall.yaml"
    text = head.read_text()
    for day, content in (("2026-11-01", "version: [\n"), ("2026-11-21", text)):
        for name in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"):
            monkeypatch.setenv(name, f"{day}T12:00:00Z")
        head.write_text(content)
        subprocess_git(root, day)
    ran = run("lint", *OC5, "ws", "--log", "calls.jsonl")
    assert (ran.status, places(ran.out)) == (0, [f"{CLINIC} OC501"])
    assert "2 dispatches could not be judged: the plan of" in ran.err
    assert "OC501 is not judged for acme: missing evidence" in ran.err


# Whatever a log holds.


def test_the_order_of_dispatches_changes_nothing_but_the_lines(root: Path, tmp_path: Path) -> None:
    dispatches = [QUIET, DRIFT, STRAY, "clinic " + STRAY.removeprefix("acme ")]
    lines = log_lines(dispatches)
    found = []
    for seed in range(4):
        shuffled = random.Random(seed).sample(lines, len(lines))
        (tmp_path / "shuffled.jsonl").write_bytes(b"\n".join(shuffled))
        said = [one.message for one in context_findings(root, tmp_path / "shuffled.jsonl")]
        found.append(sorted(message.partition(", lines of the log")[0] for message in said))
    assert len(found[0]) == 5
    assert all(one == found[0] for one in found)


def context_findings(root: Path, log: Path) -> list[Any]:
    context = context_of(root, log=log)
    return [one.problem for one in report(context).findings if one.problem.code.startswith("OC5")]


def test_hundreds_of_numbers_that_are_nobodys_are_a_few_findings(root: Path, tmp_path: Path) -> None:
    tries = "acme 2026-11-20T03:10:00-05:00 | 0 received" + "".join(
        f" | 0 attempt_started +1202{number:07} voice | 9 attempt_ended +1202{number:07} busy"
        for number in range(2_000_000, 2_000_300)
    )
    found = context_findings(root, write_log(tmp_path / "calls.jsonl", [QUIET, tries]))
    assert len([one for one in found if one.code == "OC502"]) == 201
    others = [one.message for one in found if "many others" in one.message]
    assert others == [
        "many others were tried for acme without being on call there (how often: 100, first: 2026-11-20 03:10, last: "
        "2026-11-20 03:10, lines of the log: 405, 407, 409 and 97 more): put them on call, or correct whom calls are "
        "sent to"
    ]


@pytest.mark.parametrize("seed", range(6))
def test_a_log_with_anything_in_it_is_read(root: Path, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    lines = log_lines([QUIET, DRIFT, STRAY] * 4)
    for _ in range(20):
        place = chance.randrange(len(lines))
        line = bytearray(lines[place] or b" ")
        line[chance.randrange(len(line))] = chance.randrange(256)
        lines[place] = bytes(line)
        if chance.random() < 0.3:
            lines.insert(place, chance.randbytes(30))
    lines += [
        b'{"time":"0001-01-01T00:00:00+00:00","type":"attempt_started","dispatch":"old","account":"acme","person":"ann"}',
        b'{"time":"9999-12-31T23:59:59+00:00","type":"received","dispatch":"new","account":"acme"}',
        b'{"time":"9999-12-31T23:59:59+00:00","type":"attempt_started","dispatch":"new","person":"ann","channel":"voice"}',
    ]
    (tmp_path / "calls.jsonl").write_bytes(b"\n".join(lines))
    for one in context_findings(root, tmp_path / "calls.jsonl"):
        assert "\n" not in one.message


def test_what_is_kept_does_not_grow_with_the_log(root: Path, tmp_path: Path) -> None:
    found = read_log(str(write_log(tmp_path / "calls.jsonl", [QUIET, *[DRIFT] * 300])), load(str(root)), 1_795_348_800)
    (stray,) = found.of("acme").strays.values()
    assert (stray.count, stray.lines) == (300, [5, 8, 11])
    assert times.at(stray.first).isoformat() == "2026-11-20T08:10:00+00:00"


def test_without_a_log_nothing_of_replay_is_imported(tmp_path: Path) -> None:
    root = workspace(tmp_path / "ws", {})
    code = (
        "import sys\n"
        "from oncall.cli.main import main\n"
        f"main(['-w', {str(root)!r}, 'lint', '--at', '2026-11-22T12:00'])\n"
        "heavy = ('oncall.replay', 'oncall.logs', 'oncall.lint.logged')\n"
        "print([name for name in sys.modules if name.startswith(heavy)])\n"
    )
    environment = {**os.environ, "ONCALL_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_somebody_who_waits_is_told_how_far_it_is(root: Path, tmp_path: Path) -> None:
    told: list[int] = []
    path = write_log(tmp_path / "calls.jsonl", [QUIET] * 500)
    progress: Callable[[int], None] = told.append
    read_log(str(path), load(str(root)), 1_795_348_800, progress=progress)
    assert told
    assert max(told) <= path.stat().st_size
