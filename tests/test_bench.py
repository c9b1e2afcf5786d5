"""How the benchmarks measure."""

from __future__ import annotations

import sys
import time

from bench.timing import own, piped, side_by_side


def test_waiting_is_no_work_of_a_process() -> None:
    waits = "import time; time.sleep(0.3)"
    ratio = side_by_side(lambda: piped(sys.executable, "-c", waits), lambda: piped(sys.executable, "-c", "pass"), 3)
    assert ratio < 3  # by the clock on the wall it is more than ten


def test_work_of_a_process_of_a_process_counts() -> None:
    inner = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'sum(range(9_000_000))'])"
    ratio = side_by_side(lambda: piped(sys.executable, "-c", inner), lambda: piped(sys.executable, "-c", "pass"), 3)
    assert ratio > 3


def test_waiting_is_no_work_of_this_process() -> None:
    def work() -> int:
        return sum(range(2_000_000))

    def wait_and_work() -> int:
        time.sleep(0.1)
        return work()

    assert side_by_side(wait_and_work, work, 3, own) < 2
