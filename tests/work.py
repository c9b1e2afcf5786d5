"""How the work for something grows with its size, as a ratio that means the same on a slow machine."""

from __future__ import annotations

import time
from collections.abc import Callable


def growth(work: Callable[[int], object], size: int, attempts: int = 3) -> float:
    """How many times the processor's time for `size` it takes for twice that: about 2 where it grows with the size, 4
    where with its square. The least of some attempts, as others may be using the machine."""
    return min(_seconds(work, 2 * size) / max(_seconds(work, size), 1e-4) for _ in range(attempts))


def _seconds(work: Callable[[int], object], size: int) -> float:
    begun = time.process_time()
    work(size)
    return time.process_time() - begun
