"""How findings speak of stretches of time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import tzinfo
from itertools import islice

from msgspec import Struct

from oncall import times
from oncall.lint.walk import Span

_MOST = 3


class Horizon(Struct, frozen=True):
    """The time that is looked at, from `at` to before `until`, and the zone it is shown in.

    Neither end is anything of the schedule's: the seconds of the one are never shown, and of the other only the date.
    """

    at: int
    until: int
    zone: tzinfo

    @property
    def last_date(self) -> str:
        """The date on which the horizon ends."""
        return times.at(self.until, self.zone).date().isoformat()

    def stretch(self, span: Span) -> str:
        """`2026-11-26 02:00 to 06:00 (4h)`."""
        first, last = times.at(span[0], self.zone), times.at(span[1], self.zone)
        is_open = span[1] == self.until
        if span[0] == self.at:
            first = first.replace(second=0)
        seconds = ":%S" if first.second or (last.second and not is_open) else ""
        zone = " %Z" if first.fold or (last.fold and not is_open) else ""  # the hour that comes twice
        clock = f"%H:%M{seconds}{zone}"
        if is_open:
            end = f"{last:%Y-%m-%d} or later"
        else:
            end = last.strftime(clock if first.date() == last.date() else f"%Y-%m-%d {clock}")
        return f"{first.strftime(f'%Y-%m-%d {clock}')} to {end} ({times.show_about(span[1] - span[0])})"

    def stretches(self, spans: Sequence[Span]) -> str:
        """The first few stretches, the first counter-example first, and how many more there are."""
        shown = ", ".join(self.stretch(span) for span in spans[:_MOST])
        return shown if len(spans) <= _MOST else f"{shown} and {len(spans) - _MOST} more"


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def few(names: Sequence[str]) -> str:
    """The first few of many names, and how many more there are."""
    return _few(names[:_MOST], len(names))


def few_others(names: Collection[str], name: str) -> str:
    """The same of all names but one of them, at a cost that does not grow with their number."""
    return _few([other for other in islice(names, _MOST + 1) if other != name][:_MOST], len(names) - 1)


def _few(first: Sequence[str], number: int) -> str:
    return listed(first) if number <= _MOST else f"{', '.join(first)} and {number - _MOST} more"
