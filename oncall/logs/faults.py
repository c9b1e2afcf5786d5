"""What is wrong with the lines of a log: reported by line, never in the way of the rest."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

KEPT = 1000
_LONGEST = 1000


class Fault(Struct, frozen=True):
    """What is wrong with a line of a log (0: with the log as such), and the dispatch it is of, where that can be told.

    `weighs` where it may hide something that happened; `time` is when, seconds since the epoch, None where the line
    does not say. `internal` where the fault is not the log's but ours."""

    line: int
    what: str
    dispatch: str | None = None
    weighs: bool = False
    time: float | None = None
    internal: bool = False


class Faults:
    """The faults met so far: the first KEPT of them, how many there were, how many are of no dispatch, and how many are
    ours."""

    def __init__(self) -> None:
        self.first: list[Fault] = []
        self.number = 0
        self.nobodys = 0
        self.internal = 0

    def add(self, fault: Fault) -> None:
        """One more."""
        self.number += 1
        self.internal += fault.internal
        if fault.dispatch is None:
            self.nobodys += 1
        if len(self.first) < KEPT:
            if (
                fault.dispatch is not None and len(fault.dispatch) > _LONGEST
            ):  # as long as a line, of which there are many
                fault = replace(fault, dispatch=fault.dispatch[:_LONGEST])
            self.first.append(fault)

    def merge(self, first: list[Fault], number: int, internal: int) -> None:
        """Those that another process met."""
        self.internal += internal
        self.first = sorted({*self.first, *first}, key=lambda one: (one.line, one.what))[:KEPT]
        self.number += number
