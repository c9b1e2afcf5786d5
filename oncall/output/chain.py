"""A dispatch as a picture: a row for each person, what rings and what is waited for, over the time the chain takes."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from oncall.escalation.trace import Attempt, Trace
from oncall.output.columns import cut, padded, size
from oncall.output.words import safe
from oncall.times import show_duration

_CALL, _MESSAGE, _OPEN, _TAKEN = ("█", "yellow"), ("▒", "cyan"), ("·", "dim"), ("✔", "bold green")
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400, 604_800, 2_592_000)
_TICK = 9  # at least that many columns between two times


def draw_chain(where: Console, trace: Trace) -> None:
    """Print the picture; nothing where nobody was tried for any time."""
    end = max((tier.ended for tier in trace.tiers), default=0)
    rows = list(dict.fromkeys((one.tier, one.person, one.shift.label) for one in trace.attempts))
    if not rows or not end:
        return
    widest = max(size(safe(tier)) for tier, _, _ in rows)
    names = [f"{padded(safe(tier), widest)}  {safe(label)}" for tier, _, label in rows]
    margin = min(max(size(name) for name in names), max(12, where.width // 3)) + 2
    cells = max(10, where.width - margin - 2)
    where.print(Text(" " * margin + _axis(end, cells), "dim"), soft_wrap=True)
    for (tier, person, _), name in zip(rows, names, strict=True):
        row = Text(padded(cut(name, margin - 2), margin))
        tried = [one for one in trace.attempts if (one.tier, one.person) == (tier, person)]
        for mark, style in _bar(tried, end, cells):
            row.append(mark, style)
        where.print(row, soft_wrap=True)
    key = Text(" " * margin)
    for (mark, style), meaning in ((_CALL, "ringing"), (_MESSAGE, "message"), (_OPEN, "still open"), (_TAKEN, "taken")):
        key.append(mark, style).append(f" {meaning}  ", "dim")
    where.print(key, soft_wrap=True)


def _axis(end: float, cells: int) -> str:
    step = next((one for one in _STEPS if one / end * cells >= _TICK), _STEPS[-1])
    line = ""
    tick = 0
    while tick <= end and round(tick / end * cells) + len(show_duration(tick)) <= cells + 2:
        line = line.ljust(round(tick / end * cells)) + show_duration(tick)
        tick += step
    return line


def _bar(tried: list[Attempt], end: float, cells: int) -> Iterator[tuple[str, str]]:
    """A mark for each piece of time: what the person was being tried by in it, a call before a message."""
    for cell in range(cells):
        start, finish = end * cell / cells, end * (cell + 1) / cells
        here = [one for one in tried if one.started < finish and _until(one, end) > start]
        taken = [one for one in tried if one.outcome == "acknowledged" and one.ended is not None]
        if any(start <= (one.ended or 0) < finish or (finish >= end == one.ended) for one in taken):
            yield _TAKEN
        elif any(one.channel == "voice" for one in here):
            yield _CALL
        elif any(one.waited_until > start for one in here):
            yield _MESSAGE
        else:
            yield _OPEN if here else (" ", "")


def _until(one: Attempt, end: float) -> float:
    return one.ended if one.ended is not None else end
