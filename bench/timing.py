"""How long things take beside each other: in CPU time, which a busy machine does not change as it does the clock."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import time
from collections.abc import Callable

Clock = Callable[[], float]
Run = Callable[[], object]

ROUNDS = 21


def children() -> float:
    """CPU seconds, user and system, of every process that this one has waited for, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def own() -> float:
    """CPU seconds, user and system, of this process."""
    return time.process_time()


def side_by_side(first: Run, second: Run, rounds: int = ROUNDS, clock: Clock = children) -> float:
    """How many times as much CPU time the first takes as the second: medians of runs that take turns. The clock is that
    of the processes they start; `own` where they run in this one."""
    first_times, second_times = taking_turns(first, second, rounds, clock)
    return statistics.median(first_times) / statistics.median(second_times)


def wall_ratio(first: Run, second: Run, rounds: int) -> float:
    """The same by the clock on the wall, for what only that can show: work that is done at the same time. The shortest
    run of each counts, as whatever else the machine does makes runs longer and never shorter."""
    first_times, second_times = taking_turns(first, second, rounds, time.perf_counter)
    return min(first_times) / min(second_times)


def taking_turns(first: Run, second: Run, rounds: int, clock: Clock) -> tuple[list[float], list[float]]:
    """What each run of either took."""
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):
        for run, times in zip((first, second), taken, strict=True):
            start = clock()
            run()
            if number:  # the first round warms the disk
                times.append(clock() - start)
    return taken


def idle_processors() -> float:
    """How many processors had nothing to do in the last minute."""
    return (os.cpu_count() or 1) - os.getloadavg()[0]


def piped(*command: str, environment: dict[str, str] | None = None) -> None:
    """Run a command whose output is read by a program."""
    subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment)
