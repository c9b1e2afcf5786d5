"""How findings speak of stretches of time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from oncall import times
from oncall.lint.walk import Span

_MOST = 3


def stretch(span: Span, zone: tzinfo) -> str:
    """`2026-11-26 02:00 to 06:00 (4h)`."""
    first, last = times.at(span[0], zone), times.at(span[1], zone)
    same_day = first.date() == last.date()
    seconds = any(moment.second for moment in (first, last))
    clock = "%H:%M:%S" if seconds else "%H:%M"
    if first.fold or last.fold:  # the hour that comes twice
        clock += " %Z"
    end = last.strftime(clock if same_day else f"%Y-%m-%d {clock}")
    return f"{first.strftime(f'%Y-%m-%d {clock}')} to {end} ({times.show_duration(span[1] - span[0])})"


def stretches(spans: Sequence[Span], zone: tzinfo) -> str:
    """The first few stretches, the first counter-example first, and how many more there are."""
    shown = ", ".join(stretch(span, zone) for span in spans[:_MOST])
    return shown if len(spans) <= _MOST else f"{shown} and {len(spans) - _MOST} more"


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def few(names: Sequence[str]) -> str:
    """The first few of many names, and how many more there are."""
    return listed(names) if len(names) <= _MOST else f"{', '.join(names[:_MOST])} and {len(names) - _MOST} more"
