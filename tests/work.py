"""How the work for something grows with its size, as a ratio that means the same on a slow machine."""

from __future__ import annotations

import time
from collections.abc import Callable

_ATTEMPTS = 4
_LINEAR = 2.8


def growth(work: Callable[[int], object], size: int) -> float:
    """How many times the processor's time for `size` it takes for twice that: about 2 where it grows with the size, 4
    where with its square. It is measured again where it is not plainly linear, as others may be using the machine."""
    least = float("inf")
    for _ in range(_ATTEMPTS):
        least = min(least, _seconds(work, 2 * size) / max(_seconds(work, size), 1e-4))
        if least < _LINEAR:
            break
    return least


def _seconds(work: Callable[[int], object], size: int) -> float:
    begun = time.process_time()
    work(size)
    return time.process_time() - begun
