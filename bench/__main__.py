"""Run every comparison and print its ratio, of CPU time unless another thing is said, beside the target."""

from __future__ import annotations

import os
import pty
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from bench import calls, dispatches, make_inputs
from bench.timing import idle_processors, own, piped, side_by_side, wall_ratio

HERE = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
ONCALL = str(Path(PYTHON).parent / "oncall")
AT = "2026-11-24T23:58-05:00"


def on_terminal(*command: str, environment: dict[str, str]) -> None:
    """The same with a terminal at its standard output."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, stdout=theirs, env=environment) as process:
        os.close(theirs)
        try:
            while os.read(ours, 65536):
                pass
        except OSError:
            pass
        process.wait()
    os.close(ours)


def report(name: str, ratio: float, target: float, *, at_least: bool = False) -> None:
    met = ratio >= target if at_least else ratio <= target
    word = "at least" if at_least else "at most"
    print(f"{'ok  ' if met else 'MISS'} {ratio:9.2f}  ({word} {target:g})  {name}", flush=True)


def processes(work: Path) -> None:
    environment = {**os.environ, "ONCALL_CACHE_DIR": str(work / "cache"), "TERM": "xterm-256color", "COLUMNS": "120"}
    who = (ONCALL, "-w", str(HERE / "schedules"), "who", "--at", AT)
    nothing = lambda: piped(PYTHON, "-c", "pass")  # noqa: E731
    piped(*who, environment=environment)
    report(
        "oncall who, whole process, piped, cache warm / python -c pass",
        side_by_side(lambda: piped(*who, environment=environment), nothing),
        7,
    )
    report(
        "the same drawn by rich / python -c pass",
        side_by_side(lambda: on_terminal(*who, environment=environment), nothing),
        11,
    )
    cold = {**environment, "ONCALL_CACHE_DIR": ""}
    cold["XDG_CACHE_HOME"] = "/dev/null"
    report(
        "the same piped with the cache cold / python -c pass",
        side_by_side(lambda: piped(*who, environment=cold), nothing, 9),
        30,
    )
    large = work / "large"
    make_inputs.workspace(large, 1000, 200)
    time.sleep(0.5)  # sources have to be older than what is kept of them
    one = (ONCALL, "-w", str(large), "who", "account-500", "--at", AT)
    piped(*one, environment=environment)
    small = (*who[:4], "field-support", "--at", AT)
    report(
        "oncall who NAME among 1,000 accounts / in the example, piped, cache warm",
        side_by_side(lambda: piped(*one, environment=environment), lambda: piped(*small, environment=environment)),
        2,
    )


def look_ups() -> None:
    import icalendar
    import recurring_ical_events

    from oncall import times
    from oncall.rotations.ics import read_calendar
    from oncall.rotations.names import Reader
    from oncall.rotations.shifts import Layer, compile_schedule
    from oncall.schedule import Window

    data = make_inputs.rotation()
    parsed, calendar = icalendar.Calendar.from_ical(data), read_calendar(data, "rotation.ics")
    zone = times.zone("America/New_York")
    assert zone
    start = times.instant(times.parse_instant("2026-01-01T00:00"), zone)
    instants = [random.Random(7).randrange(start, start + 365 * times.DAY) for _ in range(10_000)]

    def ours() -> None:
        schedule, _ = compile_schedule(
            [Layer(calendar, "planned")], Window(start, start + 365 * times.DAY), zone, Reader(None)
        )
        for instant in instants:
            assert schedule.at(instant)

    sample = instants[:200]  # each costs the same; ten thousand of them would take minutes

    def theirs() -> None:
        query = recurring_ical_events.of(parsed)
        for instant in sample:
            assert query.at(times.at(instant, zone))

    ratio = side_by_side(theirs, ours, 5, own) * len(instants) / len(sample)
    report("recurring_ical_events.at() / 10,000 look-ups of ours, compiling included", ratio, 100, at_least=True)


def compiling() -> None:
    import icalendar

    from oncall import times
    from oncall.rotations.ics import read_calendar
    from oncall.rotations.names import Reader
    from oncall.rotations.shifts import Layer, compile_schedule
    from oncall.schedule import window_around

    data = make_inputs.feed(5000)
    zone = times.zone("America/New_York")
    assert zone
    window = window_around(times.instant(times.parse_instant("2026-06-15T12:00"), zone))

    def ours() -> None:
        compile_schedule([Layer(read_calendar(data, "feed.ics"), "planned")], window, zone, Reader(None))

    report(
        "compiling a 5,000-event feed / icalendar parsing it",
        side_by_side(ours, lambda: icalendar.Calendar.from_ical(data), 5, own),
        2,
    )


def escalations(work: Path) -> None:
    environment = {**os.environ, "ONCALL_CACHE_DIR": str(work / "cache")}
    chain = work / "chain"
    make_inputs.chain(chain)
    plan = dispatches.plan_of(str(chain))
    report(
        "simulating 50,000 dispatches / building the same traces as dicts",
        side_by_side(lambda: dispatches.simulated(plan, 50_000), lambda: dispatches.as_dicts(50_000), 3, own),
        40,
    )
    peaks = [
        int(
            subprocess.run(
                (PYTHON, "-m", "bench.dispatches", str(chain), number), stdout=subprocess.PIPE, check=True
            ).stdout
        )
        for number in ("50000", "1000")
    ]
    report("peak memory of 50,000 dispatches / of 1,000", peaks[0] / peaks[1], 1.1)
    make_inputs.scenarios(chain, 1000)
    time.sleep(0.5)  # sources have to be older than what is kept of them
    test = (ONCALL, "-w", str(chain), "test")
    piped(*test, environment=environment)
    report(
        "oncall test on 1,000 scenarios, whole process / python -c pass",
        side_by_side(lambda: piped(*test, environment=environment), lambda: piped(PYTHON, "-c", "pass"), 7),
        100,
    )
    example = (ONCALL, "-w", str(HERE / "schedules"))
    simulate, who = (*example, "simulate", "field-support", "--at", AT), (*example, "who", "--at", AT)
    piped(*who, environment=environment)
    report(
        "oncall simulate, whole process, cache warm / oncall who",
        side_by_side(lambda: piped(*simulate, environment=environment), lambda: piped(*who, environment=environment)),
        1.3,
    )


def linting(work: Path) -> None:
    environment = {**os.environ, "ONCALL_CACHE_DIR": str(work / "cache")}
    thousand, more = work / "thousand", work / "two-thousand"
    make_inputs.workspace(thousand, 1000, 200)
    make_inputs.workspace(more, 2000, 200)

    def lint(folder: Path) -> Callable[[], object]:
        command = (ONCALL, "lint", str(folder), "--format", "json", "--fail-on", "error", "--at", AT)
        return lambda: subprocess.run(command, stdout=subprocess.PIPE, check=False, env=environment)

    def reading() -> None:
        piped(PYTHON, "-m", "bench.reading", str(thousand))

    def yamllint() -> None:
        subprocess.run((PYTHON, "-m", "yamllint", "-d", "relaxed", str(thousand)), stdout=subprocess.PIPE, check=False)

    report(
        "oncall lint on 1,000 accounts and 200 rotations / parsing the same files with CSafeLoader and icalendar",
        side_by_side(lint(thousand), reading, 5),
        3,
    )
    report("the same / yamllint on the same YAML files", side_by_side(lint(thousand), yamllint, 3), 0.5)
    report("oncall lint on 2,000 accounts / on 1,000", side_by_side(lint(more), lint(thousand), 5), 2.2)


def in_parallel(by_one: Callable[[], None], by_two: Callable[[], None]) -> None:
    """What two processes save can only be seen on the wall, and on a machine that has two processors to spare."""
    name = "the same by one process / by two, on the wall"
    if idle_processors() < 1.5:
        print(f"skip                             {name}: this machine is busy, or has one processor", flush=True)
        return
    report(name, wall_ratio(by_one, by_two, 5), 1.7, at_least=True)


def replaying(work: Path, dispatches: int) -> None:
    environment = {**os.environ, "ONCALL_CACHE_DIR": str(work / "cache")}
    called = work / "called"
    make_inputs.chain(called)
    log, short = str(work / "calls.jsonl"), str(work / "tenth.jsonl")
    calls.write(str(called), dispatches, log)
    calls.write(str(called), dispatches // 10, short)
    replay = (ONCALL, "-w", str(called), "replay")
    summary = ("--format", "json", "--summary", "--jobs")
    alone = (*replay, log, *summary, "1")
    piped(*alone, environment=environment)
    report(
        f"oncall replay of {dispatches:,} dispatches / decoding the same log with msgspec",
        side_by_side(
            lambda: piped(*alone, environment=environment),
            lambda: piped(PYTHON, "-m", "bench.replaying", "decode", log),
            3,
        ),
        15,
    )
    in_parallel(
        lambda: piped(*alone, environment=environment),
        lambda: piped(*replay, log, *summary, "2", environment=environment),
    )

    counted = (ONCALL, "-w", str(called), "stats", log, "--format", "json", "--jobs", "1")
    report(
        f"oncall stats of {dispatches:,} dispatches / oncall replay of the same",
        side_by_side(
            lambda: piped(*counted, environment=environment), lambda: piped(*alone, environment=environment), 3
        ),
        1.5,
    )

    def peak(path: str) -> int:
        measured = (PYTHON, "-m", "bench.replaying", "peak", *replay, path, *summary, "1")
        return int(subprocess.run(measured, stdout=subprocess.PIPE, check=True, env=environment).stdout)

    report(f"peak memory of {dispatches:,} dispatches / of a tenth", peak(log) / peak(short), 1.3)
    with open(log, "rb") as file:
        name = msgspec.json.decode(file.readlines()[-1])["dispatch"]
    who = (ONCALL, "-w", str(called), "who")

    def one() -> None:
        subprocess.run((*replay, log, "--dispatch", name), stdout=subprocess.PIPE, check=False, env=environment)

    def by_hand() -> None:
        piped(*who, environment=environment)
        piped("grep", name, log)

    one()
    report("oncall replay --dispatch ID / oncall who and grep ID", side_by_side(one, by_hand, 9), 2)
    page = (ONCALL, "-w", str(called), "postmortem", log, "--force", "--html", str(work / "page.html"))

    def postmortem() -> None:
        subprocess.run((*page, "--dispatch", name), stdout=subprocess.PIPE, check=False, env=environment)

    report("oncall postmortem, HTML / oncall replay --dispatch ID", side_by_side(postmortem, one, 9), 1.5)


def main() -> None:
    if sys.argv[1:2] == ["full"]:
        with tempfile.TemporaryDirectory() as work:
            replaying(Path(work), 1_000_000)
        return
    with tempfile.TemporaryDirectory() as work:
        processes(Path(work))
        escalations(Path(work))
        linting(Path(work))
        replaying(Path(work), 50_000)
    look_ups()
    compiling()


main()
