"""Plans kept between runs: a warm answer is the cold one, and whatever is wrong with an entry, there is none."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from oncall import fields
from oncall.answers import account_answer, rotation_answer
from oncall.plan import Plan
from oncall.workspace import cache, opening

NOVEMBER = 1_794_000_000  # 2026-11-06
SETTLED = 0.3  # seconds after which a file is old enough to be told from its next version

EVENT = "BEGIN:VEVENT\nUID:{0}\nSUMMARY:{1}\nDTSTART:{2}\nDTEND:{3}\nEND:VEVENT\n"
FILES = {
    "oncall.yaml": "version: 1\ntimezone: America/New_York\n",
    "people.yaml": "people:\n  ann: {name: Ann, contact_methods: [{channel: voice, address: '1'}]}\n"
    "  bob: {name: Bob, away: [{from: 2026-11-06T00:00, until: 2026-11-08T00:00, reason: sick}]}\n",
    "rest.yaml": "absences: away.ics\nhours: {h: {open: [{days: daily}], closed_days: closed.ics}}\n"
    "rotations: {r: {calendar: r.ics, overrides: o.ics}}\npolicies: {p: {tiers: [{notify: primary}]}}\n"
    "accounts:\n  a:\n    {name: A, lines: [+12025550188], hours: h, policy: p, runbook: a.md,\n"
    "     contacts: {primary: {rotation: r}, backup: {person: bob}, other: {rotation: gone}}}\n",
    "r.ics": "BEGIN:VCALENDAR\n" + EVENT.format(1, "Ann", "20261101", "20261201") + "END:VCALENDAR\n",
    "o.ics": "BEGIN:VCALENDAR\n" + EVENT.format(2, "Somebody", "20261110", "20261111") + "END:VCALENDAR\n",
    "away.ics": "BEGIN:VCALENDAR\nEND:VCALENDAR\n",
    "closed.ics": "BEGIN:VCALENDAR\nEND:VCALENDAR\n",
    "a.md": "---\nowner: ann\n---\n",
}


class Opened:
    """A workspace with a cache folder, which counts how often the files are read."""

    def __init__(self, root: str, folder: Path) -> None:
        self.root = root
        self.folder = folder
        self.built = 0

    def plan(self, instant: int = NOVEMBER) -> Plan:
        return cache.cached_plan(self.root, opening.window_around(instant), str(self.folder), self._build)

    def _build(self) -> Any:
        self.built += 1
        return opening.build_plan(self.root, opening.window_around(NOVEMBER))

    @property
    def entries(self) -> list[Path]:
        return sorted(self.folder.glob("*.plan")) if self.folder.is_dir() else []


def answers(plan: Plan) -> bytes:
    """Everything a plan says, as JSON."""
    told = [
        account_answer(plan, name, at) for name in plan.accounts for at in range(NOVEMBER, NOVEMBER + 864_000, 86_400)
    ]
    told += [rotation_answer(plan, name, NOVEMBER) for name in plan.schedules]
    reported = {about: plan.reported[about] for about in sorted(plan.reported)}
    people = {name: plan.people[name] for name in plan.people}
    return msgspec.json.encode([told, reported, people, plan.digest, plan.timezone], enc_hook=fields.encode)


@pytest.fixture
def opened(make: Any, tmp_path: Path) -> Opened:
    found = Opened(make(FILES), tmp_path / "cache")
    time.sleep(SETTLED)
    return found


@pytest.fixture
def warm(opened: Opened) -> Opened:
    opened.plan()
    assert (opened.built, len(opened.entries)) == (1, 1)
    opened.plan()
    assert opened.built == 1
    return opened


def test_a_warm_answer_is_the_cold_one(warm: Opened) -> None:
    cold = opening.build_plan(warm.root, opening.window_around(NOVEMBER))[0]
    assert answers(warm.plan()) == answers(cold)
    assert warm.built == 1


def test_an_entry_is_private_and_the_folder_too(warm: Opened) -> None:
    assert warm.folder.stat().st_mode & 0o077 == 0


def test_another_month_is_another_entry_and_old_ones_go(opened: Opened) -> None:
    for month in range(12):
        opening.open_plan(opened.root, NOVEMBER + month * 31 * 86_400, str(opened.folder))
    assert len(opened.entries) == 8


def test_workspaces_of_one_name_do_not_share_an_entry(make: Any, tmp_path: Path) -> None:
    roots = [make(FILES | {"oncall.yaml": f"version: 1\norganization: {name}\n"}, f"{name}/w") for name in "ab"]
    time.sleep(SETTLED)
    for _ in range(2):
        assert [opening.open_plan(root, NOVEMBER, str(tmp_path / "cache")).organization for root in roots] == ["a", "b"]


def set_text(path: str, text: str) -> Callable[[str], None]:
    return lambda root: Path(root, path).write_text(text) and None


def same_size_and_time(root: str) -> None:
    """A change that only the time of the change itself tells: same size, modified when the old one was."""
    path = Path(root, "r.ics")
    before = path.stat()
    path.write_text(path.read_text().replace("Ann", "Bob"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES: dict[str, Callable[[str], Any]] = {
    "a YAML file is touched": lambda root: os.utime(f"{root}/people.yaml"),
    "a YAML file is changed": set_text("people.yaml", "people: {ann: {name: Other}}\n"),
    "a YAML file is added": set_text("more.yaml", "people: {cem: {name: Cem}}\n"),
    "a YAML file is added in a new folder": lambda root: (
        os.mkdir(f"{root}/new") or set_text("new/b.yml", "x: 1\n")(root)
    ),
    "a YAML file is removed": lambda root: os.remove(f"{root}/people.yaml"),
    "a YAML file is renamed": lambda root: os.rename(f"{root}/people.yaml", f"{root}/humans.yaml"),
    "a calendar is changed": set_text("r.ics", FILES["r.ics"].replace("Ann", "Bobby")),
    "a calendar is changed in place, its times set back": same_size_and_time,
    "a calendar is removed": lambda root: os.remove(f"{root}/r.ics"),
    "overrides are changed": set_text("o.ics", FILES["r.ics"]),
    "an absence calendar is changed": set_text("away.ics", FILES["r.ics"]),
    "a calendar of closed days is changed": set_text("closed.ics", FILES["r.ics"]),
    "a runbook is removed": lambda root: os.remove(f"{root}/a.md"),
    "oncall.yaml is changed": set_text("oncall.yaml", "version: 1\ntimezone: UTC\n"),
    "a calendar becomes a link": lambda root: os.remove(f"{root}/r.ics") or os.symlink("o.ics", f"{root}/r.ics"),
    "a calendar becomes a folder": lambda root: os.remove(f"{root}/r.ics") or os.mkdir(f"{root}/r.ics"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_noticed_when(change: str, warm: Opened) -> None:
    CHANGES[change](warm.root)
    changed = answers(warm.plan())
    assert warm.built == 2
    assert changed == answers(opening.build_plan(warm.root, opening.window_around(NOVEMBER))[0])


def test_a_runbook_or_calendar_that_appears_is_noticed(make: Any, tmp_path: Path) -> None:
    missing = {path: text for path, text in FILES.items() if path not in ("a.md", "o.ics")}
    opened = Opened(make(missing), tmp_path / "cache")
    time.sleep(SETTLED)
    assert opened.plan().account_facts["a"].runbook_found is False
    Path(opened.root, "a.md").write_text("x")
    Path(opened.root, "o.ics").write_text(FILES["o.ics"])
    plan = opened.plan()
    assert plan.account_facts["a"].runbook_found is True
    assert b"there is no file" not in answers(plan)


def test_sources_that_have_just_changed_are_not_kept(make: Any, tmp_path: Path) -> None:
    opened = Opened(make(FILES), tmp_path / "cache")
    opened.plan()
    assert not opened.entries


class Bomb:
    """What would show that something was unpickled."""

    def __reduce__(self) -> Any:
        return os.mkdir, ("unpickled",)


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def sealed(body: bytes, header: int) -> bytes:
    """An entry whose checksum is right."""
    return b"%08x %08x\n" % (zlib.crc32(body), header) + body


def with_header(data: bytes, change: Callable[[dict[str, Any]], Any]) -> bytes:
    size = int(data[9:17], 16)
    header = msgspec.json.decode(data[18 : 18 + size])
    change(header)
    encoded = msgspec.json.encode(header)
    return sealed(encoded + data[18 + size :], len(encoded))


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "one byte": lambda data: b"x",
    "cut in its first line": lambda data: data[:10],
    "cut in its header": lambda data: data[:200],
    "cut at its end": lambda data: data[:-1],
    "longer": lambda data: data + b"x",
    "flipped in its checksum": lambda data: flipped(data, 3),
    "flipped in its header": lambda data: flipped(data, 100),
    "flipped in its last record": lambda data: flipped(data, len(data) - 5),
    "zeros": lambda data: bytes(len(data)),
    "text": lambda data: b"this is not the file you are looking for\n" * 20,
    "a pickle": lambda data: pickle.dumps(Bomb()),
    "a pickle with the right checksum": lambda data: sealed(pickle.dumps(Bomb()), 5),
    "of an older format": lambda data: with_header(data, lambda head: head["made_by"].__setitem__(0, "0")),
    "of another version": lambda data: with_header(data, lambda head: head["made_by"].__setitem__(1, "0.0.0")),
    "of other zone data": lambda data: with_header(data, lambda head: head["made_by"].__setitem__(2, "1999a")),
    "of another workspace": lambda data: with_header(data, lambda head: head.__setitem__("root", "/elsewhere")),
    "of another window": lambda data: with_header(data, lambda head: head.__setitem__("window", [0, 1])),
    "without an index": lambda data: with_header(data, lambda head: head.pop("index")),
    "forged so that it does not decode": lambda data: sealed(
        data[18 : 18 + int(data[9:17], 16)] + b"x" * len(data), int(data[9:17], 16)
    ),
    "forged to point outside": lambda data: with_header(
        data, lambda head: [kind.update({name: [10**9, -5] for name in kind}) for kind in head["index"].values()]
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_an_entry_is_made_anew_in_silence_when_it_is(damage: str, warm: Opened, capfd: Any) -> None:
    good = answers(warm.plan())
    [entry] = warm.entries
    before = entry.read_bytes()
    entry.write_bytes(DAMAGE[damage](before))
    assert answers(warm.plan()) == good
    assert warm.built == 2
    assert entry.read_bytes() == before
    assert not os.path.exists("unpickled")
    assert capfd.readouterr() == ("", "")


def test_any_single_flipped_byte_is_noticed(warm: Opened) -> None:
    [entry] = warm.entries
    good, data = answers(warm.plan()), entry.read_bytes()
    for place in range(0, len(data), max(1, len(data) // 60)):
        entry.write_bytes(flipped(data, place))
        assert answers(warm.plan()) == good


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_an_entry_of_another_user_is_not_trusted(warm: Opened) -> None:
    os.chown(warm.entries[0], 65534, 65534)
    warm.plan()
    assert warm.built == 2


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o1777])
def test_a_folder_that_others_may_write_is_not_used(warm: Opened, mode: int) -> None:
    [entry] = warm.entries
    before = entry.read_bytes()
    warm.folder.chmod(mode)
    warm.plan()
    assert (warm.built, entry.read_bytes()) == (2, before)
    warm.plan(NOVEMBER + 31 * 86_400)
    assert warm.entries == [entry]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_a_folder_of_another_user_is_not_used(warm: Opened) -> None:
    os.chown(warm.folder, 65534, 65534)
    warm.plan()
    assert warm.built == 2


def test_nothing_is_written_through_a_link_nor_read_from_a_pipe(opened: Opened, tmp_path: Path) -> None:
    opened.plan()
    [entry] = opened.entries
    (tmp_path / "precious").write_text("precious")
    for planted in (f"{entry}.{os.getpid()}.new", str(entry)):
        Path(planted).unlink(missing_ok=True)
        os.symlink(tmp_path / "precious", planted)
    opened.plan()
    assert (tmp_path / "precious").read_text() == "precious"
    assert entry.is_file()
    assert not entry.is_symlink()
    entry.unlink()
    os.mkfifo(entry)
    opened.plan()
    assert (opened.built, entry.is_file()) == (3, True)


def test_the_folder_may_be_deleted_at_any_time(warm: Opened) -> None:
    good = answers(warm.plan())
    plan = warm.plan()
    shutil.rmtree(warm.folder)
    assert answers(plan) == good
    assert answers(warm.plan()) == good
    assert warm.built == 2
    assert len(warm.entries) == 1


def test_a_folder_that_is_a_file_keeps_nothing_and_stops_nothing(opened: Opened) -> None:
    opened.folder.write_text("x")
    assert answers(opened.plan()) == answers(opened.plan())
    assert opened.built == 2


def test_an_entry_that_is_a_folder_stops_nothing(warm: Opened) -> None:
    [entry] = warm.entries
    entry.unlink()
    entry.mkdir()
    (entry / "x").write_text("x")
    warm.plan()
    assert warm.built == 2
    assert list(warm.folder.iterdir()) == [entry]


@pytest.mark.skipif(sys.platform != "linux", reason="every system has its own place for caches")
def test_the_folder_is_the_one_chosen_or_the_users_own_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache.folder({"ONCALL_CACHE_DIR": "/x/y", "XDG_CACHE_HOME": "/z"}) == "/x/y"
    assert cache.folder({"ONCALL_CACHE_DIR": "", "XDG_CACHE_HOME": "/x"}) == "/x/oncall"
    assert cache.folder({"XDG_CACHE_HOME": "relative"}) is None
    monkeypatch.setenv("HOME", "nowhere")
    assert cache.folder({}) is None


ASK = """
import resource, signal, sys
from oncall.workspace.opening import open_plan
from oncall.answers import account_answer
if len(sys.argv) > 3:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
plan = open_plan(sys.argv[1], 1_794_000_000, sys.argv[2])
sys.stdout.write(repr(account_answer(plan, "a", 1_794_000_000)))
"""


def ask(opened: Opened, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", ASK, opened.root, str(opened.folder), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_full_disk_stops_nothing_and_leaves_nothing(opened: Opened) -> None:
    out, err = ask(opened, "1000").communicate(timeout=60)
    assert out == repr(account_answer(opened.plan(), "a", NOVEMBER))
    assert err == ""
    assert [path.suffix for path in opened.folder.iterdir()] == [".plan"]  # ours, written after


def test_processes_that_write_at_once_all_answer_and_leave_one_good_entry(opened: Opened) -> None:
    running = [ask(opened) for _ in range(5)]
    told = [one.communicate(timeout=60) for one in running]
    assert told == [(repr(account_answer(opened.plan(), "a", NOVEMBER)), "")] * 5
    assert opened.built == 0  # the entry they left is good
    assert list(opened.folder.iterdir()) == opened.entries
