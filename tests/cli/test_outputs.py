"""What is written: with the owner and the mode that are wanted, whole or not at all, and nothing left behind."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from oncall.cli.main import main
from oncall.errors import OncallError
from oncall.workspace.starting import write_template
from oncall.workspace.writing import write_whole, writing_whole

NIGHT = ("--from", "2026-11-21T22:00", "--until", "+4h")


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_has_the_mode_the_umask_asks_for(tmp_path: Path, umask: None) -> None:
    write_whole(str(tmp_path / "private"), b"x")
    os.umask(0o002)
    write_whole(str(tmp_path / "shared"), b"x")
    assert (mode(tmp_path / "private"), mode(tmp_path / "shared")) == (0o600, 0o664)


def test_a_file_that_is_replaced_keeps_its_mode(tmp_path: Path, umask: None) -> None:
    (tmp_path / "x").write_text("before")
    (tmp_path / "x").chmod(0o640)
    write_whole(str(tmp_path / "x"), b"after")
    assert (mode(tmp_path / "x"), (tmp_path / "x").read_text()) == (0o640, "after")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_a_file_that_root_replaces_keeps_its_owner(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("before")
    os.chown(tmp_path / "x", 1234, 4321)
    write_whole(str(tmp_path / "x"), b"after")
    status = (tmp_path / "x").stat()
    assert (status.st_uid, status.st_gid) == (1234, 4321)


def test_a_read_only_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("before")
    (tmp_path / "x").chmod(0o444)
    with pytest.raises(PermissionError, match="read-only"):
        write_whole(str(tmp_path / "x"), b"after")
    assert (tmp_path / "x").read_text() == "before"


def test_a_read_only_calendar_is_named(
    harbor: Callable[..., Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    root = fresh(tmp_path)
    (root / "rotations/primary-overrides.ics").chmod(0o444)
    assert main(["-w", str(root), "override", "primary", "sasha", *NIGHT]) == 2
    assert "rotations/primary-overrides.ics: cannot be written: it is read-only" in capsys.readouterr().err


def test_a_link_leads_to_the_file_that_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("before")
    (tmp_path / "link").symlink_to("real")
    write_whole(str(tmp_path / "link"), b"after")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "after"


@pytest.mark.parametrize("unnamed", [True, False])
def test_an_error_leaves_what_was_there_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unnamed: bool
) -> None:
    if not unnamed:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    (tmp_path / "x").write_text("before")
    with suppress(RuntimeError), writing_whole(str(tmp_path / "x")) as file:
        file.write(b"half")
        raise RuntimeError
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("x", "before")]
    write_whole(str(tmp_path / "x"), b"after")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("x", "after")]


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="this system has no files without a name")
def test_a_process_that_is_killed_leaves_nothing(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys\nfrom oncall.workspace.writing import writing_whole\n"
        "with writing_whole(sys.argv[1]) as file:\n"
        "    file.write(b'half' * 100000)\n    file.flush()\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script, str(tmp_path / "x")], check=False)
    assert ran.returncode == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_that_nobody_reads_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="nobody reads this pipe"):
        write_whole(str(tmp_path / "pipe"), b"x")


def test_a_pipe_that_is_read_takes_what_it_is_given(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with os.fdopen(os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        write_whole(str(tmp_path / "pipe"), b"x" * 1000)
        assert len(file.read()) == 1000


def test_init_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import oncall.workspace.starting as starting

    class Full:
        """A file on a full disk."""

        def __init__(self, path: str, _: str) -> None:
            self._file = open(path, "xb")  # noqa: SIM115

        def __enter__(self) -> Full:
            return self

        def __exit__(self, *_: object) -> None:
            self._file.close()

        def write(self, data: bytes) -> None:
            if b"VCALENDAR" in data:
                raise OSError(28, "No space left on device")
            self._file.write(data)

    monkeypatch.setattr(starting, "open", Full, raising=False)
    (tmp_path / "here").mkdir()
    for folder in ("here", "new/below"):
        with pytest.raises(OncallError, match="No space left"):
            write_template(str(tmp_path / folder), starting.date(2026, 11, 3))
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["here"]


def fresh(folder: Path) -> Path:
    root = folder / "fresh"
    assert main(["init", str(root)]) == 0
    return root


def process(*words: str, **streams: object) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-m", "oncall", *words]
    piped = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    return subprocess.Popen(command, env=environment, text=True, **piped)  # type: ignore[call-overload,no-any-return]


def test_many_overrides_at_once_are_all_written(harbor: Callable[..., Path], tmp_path: Path) -> None:
    root = fresh(tmp_path)
    days = range(1, 9)
    running = [
        process(
            *("-w", str(root), "override", "primary", "sasha", "--from", f"2026-12-{day:02}T22:00", "--until", "+4h")
        )
        for day in days
    ]
    for one in running:
        _, err = one.communicate(timeout=300)
        assert one.returncode == 0, err
    assert (root / "rotations/primary-overrides.ics").read_text().count("BEGIN:VEVENT") == len(days)


def test_who_waits_for_a_lock_is_told_so(harbor: Callable[..., Path], tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    root = fresh(tmp_path)
    handle = os.open(root / "rotations", os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    running = process("-w", str(root), "override", "primary", "sasha", *NIGHT)
    assert running.stderr is not None
    first = running.stderr.readline()
    assert first == "oncall: waiting for another program that writes rotations/primary-overrides.ics\n"
    os.close(handle)
    running.communicate(timeout=300)
    assert running.returncode == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
def test_complaints_that_cannot_be_written_change_no_status(harbor: Callable[..., Path], tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:
        running = process("-w", str(tmp_path), "who", stderr=full)
        running.communicate(timeout=300)
        assert running.returncode == 2
        running = process("who", "--nonsense", stderr=full)
        running.communicate(timeout=300)
        assert running.returncode == 2


@pytest.mark.parametrize("after", [0.05, 0.15, 0.3, 0.6])
def test_ctrl_c_prints_no_traceback_whenever_it_comes(harbor: Callable[..., Path], after: float) -> None:
    root = harbor({})
    running = process(*("-w", str(root), "who", *("--at", "2026-11-03") * 200))
    time.sleep(after)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=300)
    if "site.py" not in err and "frozen" not in err:  # Python itself was starting still
        assert "Traceback" not in err
        assert "Aborted" not in err
        assert running.returncode in (-signal.SIGINT, 130, 0)


def test_a_file_name_that_is_no_unicode_is_opened_as_the_system_names_it(
    harbor: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = harbor({})
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/\xff")
    Path(odd + ".ics").write_bytes((root / "field.ics").read_bytes())
    event = '{"time":"2026-11-03T12:00:00Z","type":"received","dispatch":"d","account":"acme"}'
    Path(odd + ".jsonl").write_text(event + "\n")
    at = ("--at", "2026-11-03T12:00")
    for words, status in (
        (("who", "--calendar", odd + ".ics", *at, "--timezone", "UTC"), (0,)),
        (("replay", odd + ".jsonl"), (0, 1)),
        (("replay", odd + ".jsonl", "--dispatch", "\udcff"), (2,)),
        (("stats", odd + ".jsonl"), (0, 1)),
        (("stats", odd + ".jsonl", "--html", odd + ".html"), (0, 1)),
        (("postmortem", odd + ".jsonl", "--dispatch", "d"), (0, 1)),
        (("postmortem", odd + ".jsonl", "--dispatch", "d", "--html", odd + "1.html", "--output", odd + ".md"), (0, 1)),
        (("postmortem", odd + ".jsonl", "--dispatch", "\udcff"), (2,)),
        (("lint", "--write-baseline", "--baseline", odd + ".json", "--at", "2026-11-03"), (0, 1)),
        (("lint", "--baseline", odd + ".json", "--at", "2026-11-03"), (0, 1)),
        (("import", "twilio", odd + ".jsonl"), (1, 2)),
        (("init", odd), (0,)),
    ):
        capsys.readouterr()
        ran = main(["-w", str(root), *words])
        err = capsys.readouterr().err
        assert "internal error" not in err, err
        assert ran in status, (words, err)
