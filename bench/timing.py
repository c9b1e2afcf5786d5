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

ROUNDS = 15
_MOST_REPEATS = 10


def children() -> float:
    """CPU seconds, user and system, of every process that this one has waited for, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def own() -> float:
    """CPU seconds, user and system, of this process."""
    return time.process_time()


def side_by_side(first: Run, second: Run, rounds: int = ROUNDS, clock: Clock = children) -> float:
    """How many times as much CPU time the first takes as the second. The clock is that of the processes they start;
    `own` where they run in this one.

    They take turns, and the shorter one is repeated until it took about as long: whatever else the machine does slows
    both down alike, CPU time included, as processors share their caches. The median of the rounds is what counts.
    """
    first_time, second_time = _taken(first, 1, clock), _taken(second, 1, clock)  # this warms the disk
    first_time, second_time = _taken(first, 1, clock), _taken(second, 1, clock)
    first_runs, second_runs = _repeats(second_time, first_time), _repeats(first_time, second_time)
    ratios = [_taken(first, first_runs, clock) / _taken(second, second_runs, clock) for _ in range(rounds)]
    return statistics.median(ratios)


def wall_ratio(first: Run, second: Run, rounds: int) -> float:
    """The same by the clock on the wall, for what only that can show: work that is done at the same time."""
    return side_by_side(first, second, rounds, time.perf_counter)


def _repeats(longer: float, shorter: float) -> int:
    """How often the shorter one is run."""
    return min(_MOST_REPEATS, max(1, round(longer / max(shorter, 0.001))))


def _taken(run: Run, times: int, clock: Clock) -> float:
    """What one run takes, as the mean of several."""
    start = clock()
    for _ in range(times):
        run()
    return (clock() - start) / times


def idle_processors() -> float:
    """How many processors had nothing to do in the last minute."""
    return (os.cpu_count() or 1) - os.getloadavg()[0]


def piped(*command: str, environment: dict[str, str] | None = None) -> None:
    """Run a command whose output is read by a program."""
    subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment)
