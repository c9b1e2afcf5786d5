"""A lint rule: one thing that can be wrong with a workspace, why that matters, how to mend it, and the check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from oncall.errors import Problem
from oncall.lint.context import Context
from oncall.lint.walk import Span
from oncall.lint.wording import Horizon

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

    def at(self, place: Place, message: str, *, key: str | None = None, spans: Iterable[Span] = ()) -> Problem:
        """A finding at a place: file, line and column. `key` is the message without what depends on when it is asked
        for, `spans` are the stretches in which it is so."""
        return Problem(self.code, self.severity, message, *place, spans=tuple(spans), key=key)

    def during(
        self, place: Place, before: str, spans: Sequence[Span], horizon: Horizon, after: str, key: str | None = None
    ) -> Problem:
        """A finding of some stretches of the horizon: its message is `before: stretches; after`."""
        parts = (f"{before}: ", f"; {after}" if after else "")
        message = parts[0] + horizon.stretches(spans) + parts[1]
        return Problem(self.code, self.severity, message, *place, spans=tuple(spans), parts=parts, key=key)
