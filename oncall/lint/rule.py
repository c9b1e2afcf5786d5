"""A lint rule: one thing that can be wrong with a workspace, why that matters, how to mend it, and the check."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from oncall.errors import Problem
from oncall.lint.context import Context

Place = tuple[str, int | None, int | None]


def _always(context: Context) -> bool:
    return True


class Rule(Struct, frozen=True):
    """One rule. `finds`, `why` and `mend` are sentences for its page in the documentation and `--explain`. One that
    `needs_log` looks at an event log, and where it `is_judged` not it finds nothing and says nothing by that."""

    code: str
    name: str
    severity: str
    finds: str
    why: str
    mend: str
    check: Callable[[Context], Iterable[Problem]]
    needs_log: bool = False
    is_judged: Callable[[Context], bool] = _always

    def at(self, place: Place, message: str) -> Problem:
        """A finding at a place: file, line and column."""
        return Problem(self.code, self.severity, message, *place)
